"""Who holds a mail, since when it is under way, and how it ended: each write that delivery makes.

A mail is claimed for a few seconds. Whoever begins it before they are over holds it for as long as one mail may take;
what was not begun is anybody's again, whether its deliverer died or was only slow.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import takewhile

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext_noop

from outbox import kinds, queries
from outbox.models import Mail

log = logging.getLogger(__name__)

State = Mail.State

TO_BEGIN = timedelta(seconds=10)
# Longer than the mail server may take for one mail: outbox.smtp gives up before.
TO_END = timedelta(seconds=3 * settings.EMAIL_TIMEOUT)
MOST_ATTEMPTS = 11
# A mail that fells who writes it must not take others down with it, nor do so for ever.
FELLINGS_BEFORE_IT_GOES_ALONE = 2
FELLINGS_BEFORE_IT_IS_GIVEN_UP = 6

DELIVERER_LOST = gettext_noop("The worker stopped before it could note whether the mail left.")
FELLS_DELIVERERS = gettext_noop(
    "Whichever worker began to write this mail stopped. Mend the cause, then send it again."
)

FROZEN = [
    "to",
    "language",
    "message_id",
    "subject",
    "text",
    "html",
    "calendar",
    "calendar_method",
    "rendered_at",
]

START = f"""
    UPDATE outbox_mail
    SET {", ".join(f'"{name}" = %({name})s' for name in FROZEN)},
        started_at = %(now)s, leased_until = %(lease)s, attempts = %(attempts)s, fellings = 0
    WHERE id = %(id)s AND state = 'sending' AND leased_until = %(held_until)s
"""  # noqa: S608 — column names of ours
# One commit for both: the last mail is with the server, and this one must be known as begun before it goes there.
NOTE_AND_START = f"""
    WITH noted AS (
        UPDATE outbox_mail SET state = 'sent', sent_at = %(sent_at)s, note = '', answer = '', leased_until = NULL
        WHERE id = %(sent)s AND state <> 'sent'
    )
    {START}
"""  # noqa: S608


def recover_lapsed(now: datetime) -> None:
    """Take back what a deliverer died with, or was too slow for. Only a mail that may have left needs a thought."""
    lapsed = queries.lapsed(now)
    not_begun = lapsed.filter(started_at=None)
    for mail in not_begun.filter(fellings__gte=FELLINGS_BEFORE_IT_IS_GIVEN_UP):
        settle(mail, State.FAILED, note=FELLS_DELIVERERS)
    not_begun.update(state=waiting_again(), leased_until=None, fellings=F("fellings") + 1)
    repeatable = {kind.name for kind in kinds.every()} - kinds.at_most_once()
    # A kind that nobody knows any more is not repeated either.
    lapsed.exclude(kind__in=repeatable).update(state=State.IN_DOUBT, note=DELIVERER_LOST, leased_until=None)
    for mail in lapsed.filter(attempts__gt=MOST_ATTEMPTS):
        settle(mail, State.FAILED, note=DELIVERER_LOST)
    lapsed.update(state=State.RETRYING, note=DELIVERER_LOST, not_before=now, leased_until=None)


def claim(now: datetime, size: int) -> list[Mail]:
    """Lease the next mails to this deliverer. Committed at once, so that the lease outlives whatever happens to us."""
    lease = now + TO_BEGIN
    with transaction.atomic(durable=True):
        found = queries.due(now).select_related("person").select_for_update(skip_locked=True, of=["self"])
        batch = _without_suspects(list(found[:size]))
        Mail.objects.filter(pk__in=[mail.pk for mail in batch]).update(
            state=State.SENDING, leased_until=lease, started_at=None
        )
    for mail in batch:
        mail.leased_until = lease
    return batch


def _without_suspects(mails: list[Mail]) -> list[Mail]:
    """A mail that was there when several deliverers fell goes alone: then it is known whether it was the cause."""
    return list(takewhile(lambda mail: not _is_suspect(mail), mails)) or mails[:1]


def _is_suspect(mail: Mail) -> bool:
    return mail.fellings >= FELLINGS_BEFORE_IT_GOES_ALONE


def give_back(in_hand: dict[int, Mail]) -> None:
    """What was claimed and never begun goes on as if nothing had been."""
    for lease in {mail.leased_until for mail in in_hand.values()}:
        held = Mail.objects.filter(pk__in=in_hand, state=State.SENDING, leased_until=lease, started_at=None)
        held.update(state=waiting_again(), leased_until=None)


def ours(mail: Mail):
    """The row, while its lease is still this deliverer's: no two leases of a mail end at the same instant."""
    return Mail.objects.filter(pk=mail.pk, state=State.SENDING, leased_until=mail.leased_until)


def waiting_again() -> Case:
    return Case(When(attempts=0, then=Value(State.QUEUED)), default=Value(State.RETRYING))


def start(mail: Mail, now: datetime) -> bool:
    """Freeze this mail and hold it for as long as it may take; False where its lease lapsed and another took it."""
    return _start(START, mail, now, {})


def note_and_start(sent: Mail, sent_at: datetime, mail: Mail, now: datetime) -> bool:
    """Note that one mail has left and start the next, in one statement. Where the database drops, only the note is sure."""
    held_until = mail.leased_until
    try:
        return _start(NOTE_AND_START, mail, now, {"sent": sent.pk, "sent_at": sent_at})
    except (OperationalError, InterfaceError):
        connection.close()
        record_sent(sent, sent_at)
        # Committed or not, nobody has spoken of this mail: it goes on as if nothing had been.
        begun_or_not = Mail.objects.filter(
            pk=mail.pk, state=State.SENDING, leased_until__in=[held_until, mail.leased_until]
        )
        attempts = mail.attempts - 1
        state = State.RETRYING if attempts else State.QUEUED
        persistently(
            lambda: begun_or_not.update(state=state, attempts=attempts, started_at=None, leased_until=None)
        )
        raise


def _start(statement: str, mail: Mail, now: datetime, more: dict) -> bool:
    held_until, mail.leased_until = mail.leased_until, now + TO_END
    mail.attempts += 1
    words = {name: getattr(mail, name) for name in FROZEN}
    words |= {"id": mail.pk, "now": now, "lease": mail.leased_until, "attempts": mail.attempts}
    with connection.cursor() as cursor:
        cursor.execute(statement, words | {"held_until": held_until} | more)
        return bool(cursor.rowcount)


def take_back_start(mail: Mail) -> None:
    """The server never heard of this mail: it costs no attempt."""
    ours(mail).update(started_at=None, attempts=F("attempts") - 1)


def settle(mail: Mail, state: State, **fields) -> None:
    persistently(lambda: ours(mail).update(state=state, leased_until=None, **wiped(mail, state), **fields))


def record_sent(mail: Mail, at: datetime) -> None:
    """What is known to have left is written down whatever has become of the lease meanwhile."""
    unsent = Mail.objects.filter(pk=mail.pk).exclude(state=State.SENT)
    persistently(
        lambda: unsent.update(
            state=State.SENT, sent_at=at, note="", answer="", leased_until=None, **wiped(mail, State.SENT)
        )
    )


def wiped(mail: Mail, state: State) -> dict:
    """A code or a reset link is nobody's business once it has left, or never will.

    Nor is the address of somebody who has no account, or no longer: an erased person must not live on in the log.
    """
    is_over = state in {State.SENT, State.FAILED, State.SKIPPED}
    if not is_over or not kinds.is_secret(mail.kind):
        return {}
    address = {} if mail.person_id else {"to": ""}
    content = {"subject": "", "text": "", "html": "", "calendar": "", "context": {}}
    return content | address | {"wiped_at": queries.database_now()}


def persistently(write: Callable[[], int]) -> None:
    """Write down what happened to a mail even where the database drops for a moment: forgetting it would repeat it."""
    give_up_at = time.monotonic() + TO_END.total_seconds()
    while True:
        try:
            write()
            return
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block or time.monotonic() > give_up_at:
                raise
            log.warning("The database is away; what became of a mail is written as soon as it is back.")
            connection.close()
            time.sleep(0.5)
