"""Deliver what is due: lease it, ask whether it is still wanted, render it once, hand it over, write down what came of it.

Nothing here holds a transaction while the mail server is spoken to, and any number of deliverers may run beside
each other on any number of machines: a mail is leased to one of them, and the lease outlives what a mail may take.
"""

import logging
import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext_noop

from outbox import gate, kinds, leases, message, queries, wordings
from outbox.kinds import MailKind
from outbox.models import Beat, Mail
from outbox.rendering import as_read_by, render
from outbox.services import clear_beat, record_beat, suppress
from outbox.smtp import (
    LONGEST_ANSWER,
    ConnectionDropped,
    MailServer,
    MayHaveLeft,
    NobodyThere,
    Refused,
    ServerTrouble,
    TryLater,
)
from outbox.wording import one_line

log = logging.getLogger(__name__)

State = Mail.State
Clock = Callable[[], datetime]

BATCH = 50
REST = timedelta(seconds=5)
SECONDS_KNOWLEDGE_IS_GOOD_FOR = 5
# A mail that was looked at longer ago is looked at again before it leaves.
SECONDS_A_DECISION_IS_GOOD_FOR = 1
# Together at least 4 hours 15 minutes, whatever the jitter; then somebody must look.
MINUTES_BETWEEN_ATTEMPTS = [0.25, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
JITTER = 0.15
DOMAIN_REST = timedelta(seconds=30)
REFUSALS_BEFORE_A_DOMAIN_RESTS = 3

CANNOT_BE_WRITTEN = gettext_noop("The mail could not be written. Mend the cause, then send it again.")
PUT_OFF = gettext_noop("The mail server asked to try again later.")
DOMAIN_RESTS = gettext_noop("The readers' mail server is busy; it is given a pause.")
GIVEN_UP = gettext_noop("The mail server put it off for hours; it is not tried again by itself.")
REFUSED = gettext_noop("The mail server refused this mail.")
NOBODY_HAS_THIS_ADDRESS = gettext_noop("The mail server says that nobody has this address.")
CONNECTION_LOST = gettext_noop("The connection was lost before the mail server could have this mail.")
CONNECTION_LOST_AT_THE_END = gettext_noop(
    "The connection was lost before the mail server confirmed the mail."
)


def always() -> bool:
    return True


def deliver_due(
    limit: int | None = None, *, clock: Clock = queries.database_now, keep_going: Callable[[], bool] = always
) -> int:
    """Deliver what is due, and return how many mails were dealt with (sent, put off, skipped or refused).

    A bad mail fails alone. Where the mail server is away nothing is touched, and it is left alone for a while.
    """
    leases.recover_lapsed(clock())
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


@dataclass
class _Ready:
    """A mail that may leave, and its bytes; `at` is when that was found, by the steady counter of this machine."""

    mail: Mail
    kind: MailKind
    content: bytes
    at: float


class _Round:
    """One deliverer's turn: batch after batch until nothing is due, or it is told to stop."""

    def __init__(self, *, clock: Clock, keep_going: Callable[[], bool], limit: int | None):
        self.clock = clock
        self.keep_going = keep_going
        self.limit = limit
        self.dealt_with = 0
        self.put_off_by_domain: dict[str, int] = {}
        self.waiting: deque[Mail] = deque()
        self.unnoted: tuple[Mail, datetime] | None = None

    def run(self, server: MailServer) -> None:
        while self.keep_going() and self._claim():
            self._deliver_batch(server)

    def _claim(self) -> bool:
        self._began, self._began_at = self.clock(), time.monotonic()
        self._known_at = -float("inf")
        size = BATCH if self.limit is None else min(BATCH, self.limit - self.dealt_with)
        self.waiting.extend(leases.claim(self._began, size))
        self.in_hand = {mail.pk: mail for mail in self.waiting}
        return bool(self.waiting)

    def _now(self) -> datetime:
        """The database's time, asked once for each batch: from there this machine counts."""
        return self._began + timedelta(seconds=time.monotonic() - self._began_at)

    def _deliver_batch(self, server: MailServer) -> None:
        try:
            ready = self._next()
            while ready and self.keep_going():
                ready = self._deliver(ready, server) or self._next()
        finally:
            self._note_sent()
            leases.give_back(self.in_hand)
            self.waiting.clear()
            self.in_hand.clear()

    # --- Until it is ready ------------------------------------------------------------------------

    def _next(self) -> _Ready | None:
        """The next mail that may leave; those before it that may not are settled."""
        while self.waiting and self.keep_going():
            self._look_up()
            ready = self._prepare(self.waiting[0])
            mail = self.waiting.popleft()
            if ready:
                return ready
            self._be_done_with(mail)
        return None

    def _next_meanwhile(self) -> _Ready | None:
        """As `_next`, while the mail server thinks: no trouble of another mail may hide what becomes of this one."""
        try:
            return self._next()
        except (OperationalError, InterfaceError):
            return None

    def _look_up(self) -> None:
        """Know what must be known of this batch, never from long ago."""
        if time.monotonic() - self._known_at > SECONDS_KNOWLEDGE_IS_GOOD_FOR:
            self.known = gate.look_up(list(self.waiting))
            self.resting = queries.busy_domains(
                self._now() - DOMAIN_REST, note=PUT_OFF, at_least=REFUSALS_BEFORE_A_DOMAIN_RESTS
            )
            self.said: dict[tuple[str, str], wordings.Said] = {}
            self._known_at = time.monotonic()

    def _prepare(self, mail: Mail) -> _Ready | None:
        """The bytes of a mail that is still wanted; None where it was settled instead."""
        if self._is_domain_resting(mail):
            return _hold_back(mail, gate.Wait(self._now() + _jittered(DOMAIN_REST), DOMAIN_RESTS))
        try:
            kind = kinds.find(mail.kind)
            if not self._may_leave(mail, kind):
                return None
            self._render_once(mail, kind)
            return _Ready(mail, kind, message.compose(mail), time.monotonic())
        except (OperationalError, InterfaceError):
            raise  # the database is away: this says nothing about the mail
        except Exception as error:
            log.exception("Mail %s could not be written.", mail.pk)
            return leases.settle(
                mail, State.FAILED, note=CANNOT_BE_WRITTEN, answer=_without_secrets(mail, error)
            )

    def _may_leave(self, mail: Mail, kind: MailKind) -> bool:
        decision = gate.decide(mail, kind, self._now(), self.known)
        if isinstance(decision, gate.Go):
            return True
        _hold_back(mail, decision)
        return False

    def _render_once(self, mail: Mail, kind: MailKind) -> None:
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
        said = self._say(kind.name, mail.language)
        rendering = render(kind.name, words, person=mail.person, language=mail.language, said=said)
        for part, text in asdict(rendering).items():
            setattr(mail, part, text)
        mail.rendered_at = self._now()

    def _say(self, kind: str, language: str) -> wordings.Said:
        if (kind, language) not in self.said:
            self.said[kind, language] = wordings.said(kind, language)
        return self.said[kind, language]

    # --- Leaving ----------------------------------------------------------------------------------

    def _deliver(self, ready: _Ready, server: MailServer) -> _Ready | None:
        """Hand one mail over; the next one is made ready while the mail server thinks, and returned."""
        mail, following = ready.mail, None

        def prepare_next():
            nonlocal following
            following = self._next_meanwhile()

        if self._is_still_wanted(ready) and self._start(mail):
            self._hand_over(ready, server, meanwhile=prepare_next)
        self._be_done_with(mail)
        if following is None:
            self._note_sent()
        return following

    def _start(self, mail: Mail) -> bool:
        """Hold this mail; what became of the last one is noted with the same commit."""
        if self.unnoted is None or kinds.is_secret(self.unnoted[0].kind):
            self._note_sent()
            return leases.start(mail, self._now())
        sent, self.unnoted = self.unnoted, None
        return leases.note_and_start(*sent, mail, self._now())

    def _note_sent(self) -> None:
        if self.unnoted:
            leases.record_sent(*self.unnoted)
            self.unnoted = None

    def _be_done_with(self, mail: Mail) -> None:
        del self.in_hand[mail.pk]
        self.dealt_with += 1

    def _is_still_wanted(self, ready: _Ready) -> bool:
        """A slow mail server may have kept this mail waiting since it was looked at."""
        if time.monotonic() - ready.at < SECONDS_A_DECISION_IS_GOOD_FOR:
            return True
        self._note_sent()
        self.known = gate.look_up([ready.mail, *self.waiting])
        return self._may_leave(ready.mail, ready.kind)

    def _hand_over(self, ready: _Ready, server: MailServer, *, meanwhile: Callable[[], None]) -> None:
        mail = ready.mail
        try:
            server.hand_over(
                sender=message.envelope_sender(),
                recipient=message.envelope_recipient(mail),
                content=ready.content,
                meanwhile=meanwhile,
            )
        except ServerTrouble:
            leases.take_back_start(mail)
            raise
        except ConnectionDropped as trouble:
            _put_off(mail, self._now(), note=CONNECTION_LOST, answer=str(trouble))
        except TryLater as trouble:
            self._note_domain(mail)
            _put_off(mail, self._now(), note=PUT_OFF, answer=str(trouble))
        except MayHaveLeft as trouble:
            _doubt(mail, self._now(), answer=str(trouble))
        except NobodyThere as trouble:
            suppress(mail.to, reason=str(trouble))
            leases.settle(mail, State.FAILED, note=NOBODY_HAS_THIS_ADDRESS, answer=str(trouble))
        except Refused as trouble:
            leases.settle(mail, State.FAILED, note=REFUSED, answer=str(trouble))
        else:
            self.unnoted = (mail, self._now())

    def _note_domain(self, mail: Mail) -> None:
        domain = _domain(mail)
        self.put_off_by_domain[domain] = self.put_off_by_domain.get(domain, 0) + 1

    def _is_domain_resting(self, mail: Mail) -> bool:
        """Whether its mail server has had enough of this deliverer, or of any other a moment ago."""
        domain = _domain(mail)
        refusals = self.put_off_by_domain.get(domain, 0)
        return refusals >= REFUSALS_BEFORE_A_DOMAIN_RESTS or domain in self.resting


# --- Before the mail server is spoken to --------------------------------------------------------


def _is_server_resting(now: datetime) -> bool:
    trouble = queries.server_trouble()
    return trouble is not None and trouble.at <= now < trouble.at + REST


def _hold_back(mail: Mail, decision: gate.Skip | gate.Wait) -> None:
    if isinstance(decision, gate.Skip):
        return leases.settle(mail, State.SKIPPED, note=decision.reason)
    state = State.RETRYING if mail.attempts else State.QUEUED
    leases.settle(mail, state, not_before=decision.until, note=decision.reason)


def _domain(mail: Mail) -> str:
    return gate.address(mail).rpartition("@")[2].lower()


# --- Afterwards -----------------------------------------------------------------------------------


def _put_off(mail: Mail, now: datetime, *, note: str, answer: str) -> None:
    if mail.attempts > leases.MOST_ATTEMPTS:
        leases.settle(mail, State.FAILED, note=GIVEN_UP, answer=answer)
    else:
        leases.settle(
            mail,
            State.RETRYING,
            not_before=now + _delay(after_attempts=mail.attempts),
            note=note,
            answer=answer,
        )


def _doubt(mail: Mail, now: datetime, *, answer: str) -> None:
    if mail.kind in kinds.at_most_once():
        leases.settle(mail, State.IN_DOUBT, note=CONNECTION_LOST_AT_THE_END, answer=answer)
    else:
        _put_off(mail, now, note=CONNECTION_LOST_AT_THE_END, answer=answer)


def _delay(*, after_attempts: int) -> timedelta:
    return _jittered(timedelta(minutes=MINUTES_BETWEEN_ATTEMPTS[after_attempts - 1]))


def _jittered(pause: timedelta) -> timedelta:
    """Give or take some, or all that were put off together would come back together."""
    return pause * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311


def _without_secrets(mail: Mail, error: Exception) -> str:
    name = type(error).__name__
    return name if kinds.is_secret(mail.kind) else one_line(f"{name}: {error}", longest=LONGEST_ANSWER)
