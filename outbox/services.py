"""Queue a mail in the transaction of its cause."""

from datetime import datetime

from django.utils import timezone, translation

from outbox import kinds
from outbox.models import Mail
from outbox.nudge import nudge
from outbox.wording import one_line

DELIVER = "outbox.tasks.deliver_due_mail"


def queue_mail(
    kind: str,
    *,
    key: str,
    person,
    context: dict | None = None,
    reply_to: str = "",
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
) -> Mail:
    """Queue one mail to a person. The same key again returns the first mail and writes nothing.

    Raises UnknownKind.
    """
    return _queue(
        Mail(
            key=key,
            kind=kinds.find(kind).name,
            person=person,
            to=person.email,
            language=person.language,
            context=context or {},
            reply_to=reply_to,
            not_before=not_before or timezone.now(),
            expires_at=expires_at,
        )
    )


def queue_rendered_mail(
    kind: str,
    *,
    key: str,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    person=None,
    expires_at: datetime | None = None,
) -> Mail:
    """Queue a mail that somebody else has rendered, to exactly this address. Keys as in `queue_mail`.

    Raises UnknownKind.
    """
    now = timezone.now()
    return _queue(
        Mail(
            key=key,
            kind=kinds.find(kind).name,
            person=person,
            to=to,
            language=translation.get_language() or "en",
            subject=one_line(subject),
            text=text,
            html=html,
            rendered_at=now,
            not_before=now,
            expires_at=expires_at,
        )
    )


def _queue(mail: Mail) -> Mail:
    # The database settles a race for the key without breaking the caller's transaction.
    Mail.objects.bulk_create([mail], ignore_conflicts=True)
    stored = Mail.objects.get(key=mail.key)
    if stored.state == Mail.State.QUEUED and stored.not_before <= timezone.now():
        nudge(DELIVER)
    return stored
