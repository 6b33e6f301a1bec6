"""Queue a mail in the transaction of its cause; decide about one that did not arrive."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone, translation
from django.utils.translation import gettext_noop

from outbox import kinds
from outbox.models import Beat, Mail, Suppression
from outbox.nudge import nudge
from outbox.queries import database_now
from outbox.wording import one_line

DELIVER = "outbox.tasks.deliver_now"
# The database's clock tells when a mail may leave: one of ours that is fast would hold it back.
NOW = Now()
MANY = 100
ARRIVED = gettext_noop("An admin asked: it arrived.")

State = Mail.State


class NotToBeSentAgain(Exception):
    """This mail is neither refused nor in doubt, or nothing of it is left to send."""


class NotInDoubt(Exception):
    """Whether this mail arrived is no question, or somebody has answered it."""


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
        draft_mail(
            kind,
            key=key,
            person=person,
            context=context,
            reply_to=reply_to,
            not_before=not_before,
            expires_at=expires_at,
        )
    )


def queue_mails(drafts: Iterable[Mail]) -> None:
    """Queue what `draft_mail` wrote, in one insert and with one nudge. Keys as in `queue_mail`."""
    drafts = list(drafts)
    now = None
    if len(drafts) > MANY:
        # One moment for all: an expression in each row would take thousands of them seconds longer to write.
        now = database_now()
        for draft in drafts:
            draft.not_before = now if draft.not_before is NOW else draft.not_before
    _store(drafts)
    _nudge_for(drafts, now=now)


def draft_mail(
    kind: str,
    *,
    key: str,
    person,
    context: dict | None = None,
    reply_to: str = "",
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
) -> Mail:
    """One mail for `queue_mails`, not yet stored. Raises UnknownKind."""
    return Mail(
        key=key,
        kind=kinds.find(kind).name,
        is_urgent=kinds.is_secret(kind),
        person=person,
        to=person.email,
        language=person.language,
        context=context or {},
        reply_to=reply_to,
        not_before=not_before or NOW,
        expires_at=expires_at,
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
            is_urgent=kinds.is_secret(kind),
            person=person,
            to=to,
            language=translation.get_language() or "en",
            subject=one_line(subject),
            text=text,
            html=html,
            rendered_at=now,
            not_before=NOW,
            expires_at=expires_at,
        )
    )


def _queue(mail: Mail) -> Mail:
    _store([mail])
    stored = Mail.objects.get(key=mail.key)
    _nudge_for([stored])
    return stored


def _store(drafts: list[Mail]) -> None:
    # The database settles a race for a key without breaking the caller's transaction.
    Mail.objects.bulk_create(drafts, ignore_conflicts=True)


def _nudge_for(mails: list[Mail], *, now: datetime | None = None) -> None:
    now = now or timezone.now()
    if any(
        mail.state == State.QUEUED and (mail.not_before is NOW or mail.not_before <= now) for mail in mails
    ):
        nudge(DELIVER)


def send_again(mail: Mail) -> None:
    """Let a refused mail, or one in doubt, leave once more. Raises NotToBeSentAgain."""
    open_ones = Mail.objects.filter(pk=mail.pk, state__in=[State.FAILED, State.IN_DOUBT], wiped_at=None)
    if kinds.is_secret(mail.kind) or not open_ones.update(
        state=State.QUEUED, not_before=NOW, attempts=0, fellings=0, started_at=None, note="", answer=""
    ):
        raise NotToBeSentAgain(mail.pk)
    nudge(DELIVER)


def mark_arrived(mail: Mail) -> None:
    """Somebody has asked the reader: a mail in doubt did arrive. Raises NotInDoubt."""
    in_doubt = Mail.objects.filter(pk=mail.pk, state=State.IN_DOUBT)
    if not in_doubt.update(state=State.SENT, sent_at=F("started_at"), note=ARRIVED):
        raise NotInDoubt(mail.pk)


def suppress(address: str, *, reason: str) -> None:
    """Send nothing more to this address until an admin lifts it."""
    Suppression.objects.get_or_create(address=address.lower(), defaults={"reason": reason[:300]})


def record_beat(name: str, at: datetime, *, note: str = "") -> None:
    Beat.objects.bulk_create(
        [Beat(name=name, at=at, note=note[:500])],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["at", "note"],
    )


def clear_beat(name: str) -> None:
    Beat.objects.filter(name=name).delete()
