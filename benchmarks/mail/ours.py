"""Our side of the comparison, in the programme's own environment.

`python -m benchmarks.mail.ours content FOLDER`: what the peers send, rendered once.
`python -m benchmarks.mail.ours queue MAILS`: an empty outbox, then so many mails that are due now.
"""

import sys
from pathlib import Path

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.db import connection  # noqa: E402

from benchmarks.mail.apps import KIND, words  # noqa: E402
from benchmarks.mail.content import address  # noqa: E402
from outbox.models import Mail  # noqa: E402
from outbox.rendering import render  # noqa: E402
from outbox.services import draft_mail, queue_mails  # noqa: E402

AT_ONCE = 2_000


def content(folder: Path) -> None:
    reader = get_user_model()(name="Samira Haddad", email=address(0))
    rendering = render(KIND, words(Mail(context={"number": 0})), person=reader, language="en")
    (folder / "body.txt").write_text(rendering.text)
    (folder / "body.html").write_text(rendering.html)


def queue(count: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE accounts_person, outbox_mail CASCADE")
    for start in range(0, count, AT_ONCE):
        numbers = range(start, min(count, start + AT_ONCE))
        people = get_user_model().objects.bulk_create(
            get_user_model()(name="Samira Haddad", email=address(number)) for number in numbers
        )
        queue_mails(
            draft_mail(KIND, key=f"benchmark:{number}", person=person, context={"number": number})
            for number, person in zip(numbers, people, strict=True)
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    if sys.argv[1] == "content":
        content(Path(sys.argv[2]))
    else:
        queue(int(sys.argv[2]))
