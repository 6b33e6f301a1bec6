"""One of the peers, in an environment of its own: queue everything, then deliver with one process.

`python peer.py (mailer|post_office) PORT MAILS FOLDER DATABASE`
"""

import sys
from pathlib import Path

import django
from django.conf import settings

sys.path.insert(0, str(Path(__file__).parent))
from content import SENDER, SUBJECT, address


def main(name: str, port: str, count: str, folder: str, database: str) -> None:
    configure(name, int(port), database)
    {"mailer": mailer, "post_office": post_office}[name](int(count), Path(folder))


def configure(name: str, port: int, database: str) -> None:
    user, _, rest = database.removeprefix("postgres://").partition("@")
    place, _, table = rest.partition("/")
    host, _, database_port = place.partition(":")
    account, _, password = user.partition(":")
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", name],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": table,
                "USER": account,
                "PASSWORD": password,
                "HOST": host,
                "PORT": database_port,
            }
        },
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        EMAIL_BACKEND={"mailer": "mailer.backend.DbBackend", "post_office": "post_office.EmailBackend"}[name],
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DEFAULT_FROM_EMAIL=SENDER,
        USE_TZ=True,
    )
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def mailer(count: int, folder: Path) -> None:
    """Its mails are composed when they are queued; delivery only sends them."""
    from django.core.mail import EmailMultiAlternatives, get_connection
    from mailer.engine import send_all

    text, html = (folder / "body.txt").read_text(), (folder / "body.html").read_text()
    messages = []
    for number in range(count):
        mail = EmailMultiAlternatives(SUBJECT.format(number=number), text, SENDER, [address(number)])
        mail.attach_alternative(html, "text/html")
        messages.append(mail)
    get_connection().send_messages(messages)
    send_all()


def post_office(count: int, folder: Path) -> None:
    """Rendered on delivery, from a stored template that already holds the inlined styles."""
    from post_office import mail
    from post_office.models import EmailTemplate

    template = EmailTemplate.objects.create(
        name="reminder",
        subject=SUBJECT.replace("{number}", "{{ number }}"),
        content=(folder / "body.txt").read_text(),
        html_content=(folder / "body.html").read_text(),
    )
    rows = [
        {
            "recipients": [address(number)],
            "sender": SENDER,
            "template": template,
            "context": {"number": number},
            "render_on_delivery": True,
        }
        for number in range(count)
    ]
    mail.send_many(rows)
    mail.send_queued_mail_until_done(lockfile=str(folder / "post_office"))


if __name__ == "__main__":
    main(*sys.argv[1:])
