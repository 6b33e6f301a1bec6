"""Deliver what is due: lease it, ask whether it is still wanted, render it once, hand it over, write down what came of it.

Nothing here holds a transaction while the mail server is spoken to, and any number of deliverers may run beside
each other on any number of machines: a mail is leased to one of them, and the lease outlives what a mail may take.
"""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext_noop

from outbox import gate, kinds, message, queries
from outbox.kinds import MailKind
from outbox.models import Beat, Mail
from outbox.rendering import as_read_by, render
from outbox.services import clear_beat, record_beat, suppress
from outbox.smtp import LONGEST_ANSWER, MailServer, MayHaveLeft, NobodyThere, Refused, ServerTrouble, TryLater
from outbox.wording import one_line

log = logging.getLogger(__name__)

State = Mail.State
Clock = Callable[[], datetime]

BATCH = 20
LEASE = timedelta(seconds=3 * settings.EMAIL_TIMEOUT)
REST = timedelta(seconds=20)
SECONDS_KNOWLEDGE_IS_GOOD_FOR = 5
# Together at least 4 hours 15 minutes, whatever the jitter; then somebody must look.
MINUTES_BETWEEN_ATTEMPTS = [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
JITTER = 0.15
REFUSALS_BEFORE_A_DOMAIN_RESTS = 3

CANNOT_BE_WRITTEN = gettext_noop("The mail could not be written. Mend the cause, then send it again.")
PUT_OFF = gettext_noop("The mail server asked to try again later.")
DOMAIN_RESTS = gettext_noop("The readers' mail server is busy; it is given a pause.")
GIVEN_UP = gettext_noop("The mail server put it off for hours; it is not tried again by itself.")
REFUSED = gettext_noop("The mail server refused this mail.")
NOBODY_HAS_THIS_ADDRESS = gettext_noop("The mail server says that nobody has this address.")
CONNECTION_LOST_AT_THE_END = gettext_noop(
    "The connection was lost before the mail server confirmed the mail."
)
DELIVERER_LOST = gettext_noop("The worker stopped before it could note whether the mail left.")


def always() -> bool:
    return True


def deliver_due(
    limit: int | None = None, *, clock: Clock = queries.database_now, keep_going: Callable[[], bool] = always
) -> int:
    """Deliver what is due, and return how many mails were dealt with (sent, put off, skipped or refused).

    A bad mail fails alone. Where the mail server is away nothing is touched, and it is left alone for a while.
    """
    recover_lapsed(clock())
    if _is_server_resting(clock()) or not queries.due(clock()).exists():
        return 0
    round_ = _Round(clock=clock, keep_going=keep_going, limit=limit)
    try:
        with MailServer() as server:
            clear_beat(Beat.Name.TROUBLE)
            round_.run(server)
    except ServerTrouble as trouble:
        log.warning("The mail server cannot be used: %s", trouble)
        record_beat(Beat.Name.TROUBLE, clock(), note=str(trouble))
    return round_.dealt_with


def recover_lapsed(now: datetime) -> None:
    """Take back what a dead deliverer held. Only a mail that may have left needs a thought."""
    lapsed = queries.lapsed(now)
    lapsed.filter(started_at=None).update(state=_waiting_again(), leased_until=None)
    repeatable = {kind.name for kind in kinds.every()} - kinds.at_most_once()
    # A kind that nobody knows any more is not repeated either.
    lapsed.exclude(kind__in=repeatable).update(state=State.IN_DOUBT, note=DELIVERER_LOST, leased_until=None)
    # A mail that kills whoever touches it must not do so for ever.
    lapsed.filter(attempts__gt=len(MINUTES_BETWEEN_ATTEMPTS)).update(
        state=State.FAILED, note=DELIVERER_LOST, leased_until=None
    )
    lapsed.update(state=State.RETRYING, note=DELIVERER_LOST, not_before=now, leased_until=None)


class _Round:
    """One deliverer's turn: batch after batch until nothing is due, or it is told to stop."""

    def __init__(self, *, clock: Clock, keep_going: Callable[[], bool], limit: int | None):
        self.clock = clock
        self.keep_going = keep_going
        self.limit = limit
        self.dealt_with = 0
        self.put_off_by_domain: dict[str, int] = {}
        self.known: gate.Known | None = None
        self.known_at = 0.0

    def run(self, server: MailServer) -> None:
        while self.keep_going() and (batch := _claim(self.clock(), self._size())):
            self._deliver_batch(batch, server)

    def _size(self) -> int:
        return BATCH if self.limit is None else min(BATCH, self.limit - self.dealt_with)

    def _deliver_batch(self, batch: list[Mail], server: MailServer) -> None:
        waiting = list(batch)
        self.known = None
        try:
            while waiting and self.keep_going():
                self._look_up(waiting)
                self._deliver(waiting[0], server)
                self.dealt_with += 1
                waiting.pop(0)
        finally:
            _give_back(waiting)

    def _look_up(self, waiting: list[Mail]) -> None:
        """Know what the gate must know of this batch, never from long ago."""
        if self.known is None or time.monotonic() - self.known_at > SECONDS_KNOWLEDGE_IS_GOOD_FOR:
            self.known, self.known_at = gate.look_up(waiting), time.monotonic()

    def _deliver(self, mail: Mail, server: MailServer) -> None:
        content = self._write(mail)
        if content is None:
            return
        if self._is_domain_resting(mail):
            _settle(
                mail, State.RETRYING, note=DOMAIN_RESTS, not_before=self.clock() + _delay(after_attempts=1)
            )
        elif _start(mail, self.clock()):
            self._hand_over(mail, content, server)

    def _write(self, mail: Mail) -> bytes | None:
        """The bytes of a mail that is still wanted; None where it was settled instead."""
        try:
            kind = kinds.find(mail.kind)
            decision = gate.decide(mail, kind, self.clock(), self.known)
            if not isinstance(decision, gate.Go):
                return _hold_back(mail, decision)
            _render_once(mail, kind, self.clock())
            return message.compose(mail)
        except (OperationalError, InterfaceError):
            raise  # the database is away: this says nothing about the mail
        except Exception as error:
            log.exception("Mail %s could not be written.", mail.pk)
            return _settle(mail, State.FAILED, note=CANNOT_BE_WRITTEN, answer=_without_secrets(mail, error))

    def _hand_over(self, mail: Mail, content: bytes, server: MailServer) -> None:
        try:
            server.hand_over(
                sender=message.envelope_sender(), recipient=message.envelope_recipient(mail), content=content
            )
        except ServerTrouble:
            _take_back_start(mail)
            raise
        except TryLater as trouble:
            self._note_domain(mail)
            _put_off(mail, self.clock(), note=PUT_OFF, answer=str(trouble))
        except MayHaveLeft as trouble:
            _doubt(mail, self.clock(), answer=str(trouble))
        except NobodyThere as trouble:
            suppress(mail.to, reason=str(trouble))
            _settle(mail, State.FAILED, note=NOBODY_HAS_THIS_ADDRESS, answer=str(trouble))
        except Refused as trouble:
            _settle(mail, State.FAILED, note=REFUSED, answer=str(trouble))
        else:
            _record_sent(mail, self.clock)

    def _note_domain(self, mail: Mail) -> None:
        domain = _domain(mail)
        self.put_off_by_domain[domain] = self.put_off_by_domain.get(domain, 0) + 1

    def _is_domain_resting(self, mail: Mail) -> bool:
        return self.put_off_by_domain.get(_domain(mail), 0) >= REFUSALS_BEFORE_A_DOMAIN_RESTS


# --- Before the mail server is spoken to --------------------------------------------------------


def _claim(now: datetime, size: int) -> list[Mail]:
    """Lease the next mails to this deliverer. Committed at once, so that the lease outlives whatever happens to us."""
    lease = now + LEASE
    with transaction.atomic(durable=True):
        batch = list(
            queries.due(now).select_related("person").select_for_update(skip_locked=True, of=["self"])[:size]
        )
        Mail.objects.filter(pk__in=[mail.pk for mail in batch]).update(
            state=State.SENDING, leased_until=lease, started_at=None
        )
    for mail in batch:
        mail.leased_until = lease
    return batch


def _ours(mail: Mail):
    """The row, while its lease is still this deliverer's: no two leases of a mail end at the same instant."""
    return Mail.objects.filter(pk=mail.pk, state=State.SENDING, leased_until=mail.leased_until)


def _waiting_again() -> Case:
    return Case(When(attempts=0, then=Value(State.QUEUED)), default=Value(State.RETRYING))


def _give_back(batch: list[Mail]) -> None:
    for mail in batch:
        _ours(mail).filter(started_at=None).update(state=_waiting_again(), leased_until=None)


def _is_server_resting(now: datetime) -> bool:
    trouble = queries.server_trouble()
    return trouble is not None and trouble.at <= now < trouble.at + REST


def _hold_back(mail: Mail, decision: gate.Skip | gate.Wait) -> None:
    if isinstance(decision, gate.Skip):
        return _settle(mail, State.SKIPPED, note=decision.reason)
    state = State.RETRYING if mail.attempts else State.QUEUED
    _settle(mail, state, not_before=decision.until, note=decision.reason)


def _domain(mail: Mail) -> str:
    return mail.to.rpartition("@")[2].lower()


def _render_once(mail: Mail, kind: MailKind, now: datetime) -> None:
    """Fill in what the reader will see. `_start` stores it, and no later attempt changes a letter."""
    mail.message_id = mail.message_id or message.message_id(mail.key)
    if mail.rendered_at:
        return
    mail.to = gate.address(mail)
    mail.language = getattr(mail.person, "language", mail.language)
    with as_read_by(mail.person, mail.language):
        words = kind.build(mail) if kind.build else {}
        if kind.calendar and (event := kind.calendar(mail)):
            mail.calendar, mail.calendar_method = event.ics, event.method
    rendering = render(kind.name, words, person=mail.person, language=mail.language)
    for part, text in asdict(rendering).items():
        setattr(mail, part, text)
    mail.rendered_at = now


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


def _start(mail: Mail, now: datetime) -> bool:
    """Renew the lease for this one mail and freeze it; False where the lease lapsed and another took it."""
    lease = now + LEASE
    frozen = {name: getattr(mail, name) for name in FROZEN}
    started = _ours(mail).update(**frozen, started_at=now, leased_until=lease, attempts=F("attempts") + 1)
    mail.leased_until = lease
    mail.attempts += 1
    return bool(started)


def _take_back_start(mail: Mail) -> None:
    """The server never heard of this mail: it costs no attempt."""
    _ours(mail).update(started_at=None, attempts=F("attempts") - 1)


# --- Afterwards -----------------------------------------------------------------------------------


def _settle(mail: Mail, state: State, **fields) -> None:
    _persistently(lambda: _ours(mail).update(state=state, leased_until=None, **_wiped(mail, state), **fields))


def _record_sent(mail: Mail, clock: Clock) -> None:
    """What is known to have left is written down whatever has become of the lease meanwhile."""
    _persistently(
        lambda: (
            Mail.objects.filter(pk=mail.pk)
            .exclude(state=State.SENT)
            .update(
                state=State.SENT,
                sent_at=clock(),
                note="",
                answer="",
                leased_until=None,
                **_wiped(mail, State.SENT),
            )
        )
    )


def _put_off(mail: Mail, now: datetime, *, note: str, answer: str) -> None:
    if mail.attempts > len(MINUTES_BETWEEN_ATTEMPTS):
        _settle(mail, State.FAILED, note=GIVEN_UP, answer=answer)
    else:
        _settle(
            mail,
            State.RETRYING,
            not_before=now + _delay(after_attempts=mail.attempts),
            note=note,
            answer=answer,
        )


def _doubt(mail: Mail, now: datetime, *, answer: str) -> None:
    if mail.kind in kinds.at_most_once():
        _settle(mail, State.IN_DOUBT, note=CONNECTION_LOST_AT_THE_END, answer=answer)
    else:
        _put_off(mail, now, note=CONNECTION_LOST_AT_THE_END, answer=answer)


def _delay(*, after_attempts: int) -> timedelta:
    minutes = MINUTES_BETWEEN_ATTEMPTS[after_attempts - 1]
    # Jitter, or all that were put off together would come back together.
    return timedelta(minutes=minutes * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311


def _wiped(mail: Mail, state: State) -> dict:
    """A code or a reset link is nobody's business once it has left, or never will.

    Nor is the address of somebody who has no account, or no longer: an erased person must not live on in the log.
    """
    is_over = state in {State.SENT, State.FAILED, State.SKIPPED}
    if not is_over or not kinds.is_secret(mail.kind):
        return {}
    address = {} if mail.person_id else {"to": ""}
    content = {"subject": "", "text": "", "html": "", "calendar": "", "context": {}}
    return content | address | {"wiped_at": queries.database_now()}


def _without_secrets(mail: Mail, error: Exception) -> str:
    name = type(error).__name__
    return name if kinds.is_secret(mail.kind) else one_line(f"{name}: {error}", longest=LONGEST_ANSWER)


def _persistently(write: Callable[[], int]) -> None:
    """Write down what happened to a mail even where the database drops for a moment: forgetting it would repeat it."""
    give_up_at = time.monotonic() + LEASE.total_seconds()
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
