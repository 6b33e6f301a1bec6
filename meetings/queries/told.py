"""What people's calendars have been told, as the outbox remembers it.

Every mail that carries an event has a key that begins with the event's UID, so that all of them are found by one index.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from accounts.models import Person
from meetings.models import CalendarReply, Series, Session
from outbox.models import Mail

State = Mail.State
REQUESTS = {
    "session_planned",
    "session_host",
    "session_changed",
    "substitute",
    "seat_given",
    "series_planned",
    "series_host",
    "series_changed",
}
CANCELS = {"session_cancelled", "seat_gone", "series_cancelled", "series_left"}
# A mail in one of these states has reached its reader, or may have.
MAY_BE_READ = [State.SENDING, State.SENT, State.IN_DOUBT]
NEVER_LEAVES = [State.SKIPPED, State.FAILED]


@dataclass(frozen=True)
class Matter:
    """What calendars know under one UID: a session, a series, or one session of a series (its own pk beside)."""

    uid: str
    session: int | None
    series: int | None

    @property
    def is_occurrence(self) -> bool:
        return self.session is not None and self.series is not None

    def covers(self, session: int | None) -> bool:
        """Whether a mail about this session, or about the whole (None), changes what a calendar holds of the matter."""
        return session in (None, self.session)


def matter_of(planned: Session | Series) -> Matter:
    if isinstance(planned, Series):
        return Matter(planned.uid, None, planned.pk)
    if is_occurrence(planned):
        return Matter(planned.series.uid, planned.pk, planned.series_id)
    return Matter(planned.uid, planned.pk, None)


def is_occurrence(session: Session) -> bool:
    """Whether calendars hold this session as part of one event with a rule."""
    return session.series_id is not None and session.original_day is not None and session.series.is_one_event


def number_of(matter: Matter) -> int:
    """The SEQUENCE that the event has by now: of the whole series, where it is one event."""
    model, pk = (Series, matter.series) if matter.series else (Session, matter.session)
    return model.objects.values_list("sequence", flat=True).get(pk=pk)


def key(matter: Matter, person: int, number: int, kind: str) -> str:
    return f"event:{matter.uid}:{person}:{number}:{kind}:{matter.session or 'all'}"


def mails_about(uid: str, person: int | None = None) -> QuerySet[Mail]:
    start = f"event:{uid}:" if person is None else f"event:{uid}:{person}:"
    return Mail.objects.filter(key__startswith=start)


@dataclass
class Story:
    """What one person was told of an event, in order; what never leaves does not count."""

    matter: Matter
    mails: list[Mail] = field(default_factory=list)
    declined: list[CalendarReply] = field(default_factory=list)

    @property
    def relevant(self) -> list[Mail]:
        return [mail for mail in self.mails if self.matter.covers(mail.context.get("session"))]

    @property
    def of_the_occurrence(self) -> list[Mail]:
        return [
            mail
            for mail in self.mails
            if self.matter.is_occurrence and self.matter.session in spoken_of(mail)
        ]

    @property
    def waiting(self) -> list[Mail]:
        """Requests that have not left and still will: they say what is true by then."""
        mails = [mail for mail in self.relevant if is_waiting(mail) and mail.kind in REQUESTS]
        return mails if self.holds_it else []

    @property
    def holds_it(self) -> bool:
        """Whether the calendar has the event, or will have once everything has left."""
        # A request for the whole series leaves out what this person does not come to: the occurrence's own mails know.
        last = (self.of_the_occurrence or self.relevant)[-1:]
        return bool(last) and last[0].kind in REQUESTS and not self._was_declined(last[0])

    def _was_declined(self, mail: Mail) -> bool:
        """Whether the calendar itself has answered no to it, and let go of the event."""
        return bool(self.declined) and not is_waiting(mail) and self._last_no >= sequence_in(mail)

    @property
    def _last_no(self) -> int:
        return max(answer.sequence for answer in self.declined)

    @property
    def may_be_in_the_calendar(self) -> bool:
        """Whether something has left, or may have, that must be taken back."""
        return self.holds_it and any(not is_waiting(mail) for mail in self.relevant if mail.kind in REQUESTS)

    @property
    def was_host(self) -> bool:
        return any(mail.context.get("is_host") for mail in self.relevant if mail.kind in REQUESTS)


def spoken_of(mail: Mail) -> set[int | None]:
    return {mail.context.get("session"), mail.context.get("for_session")}


def is_waiting(mail: Mail) -> bool:
    return mail.state == State.QUEUED and mail.rendered_at is None


def stories(matter: Matter, people: Iterable[int] | None = None) -> dict[int, Story]:
    """By person. Within a transaction: what still waits is kept from leaving until the transaction ends."""
    told = mails_about(matter.uid).filter(kind__in=REQUESTS | CANCELS).exclude(state__in=NEVER_LEAVES)
    if people is not None:
        told = told.filter(person__in=people)
    # The deliverer passes over locked rows, so no mail leaves with what is being changed now.
    list(told.filter(state=State.QUEUED).select_for_update().values_list("pk"))
    by_person: dict[int, Story] = defaultdict(lambda: Story(matter))
    for mail in told.defer("text", "html", "calendar").order_by("pk"):
        by_person[mail.person_id].mails.append(mail)
    for answer in declined(matter).filter(person__in=list(by_person)):
        by_person[answer.person_id].declined.append(answer)
    return by_person


def declined(matter: Matter) -> QuerySet[CalendarReply]:
    """Calendars that said no, to this or to the whole series."""
    about = Q(series=matter.series, session=matter.session)
    if matter.is_occurrence:
        about |= Q(series=matter.series, session=None)
    return CalendarReply.objects.filter(about, answer=CalendarReply.Answer.DECLINED)


def last_request(matter: Matter, person: Person) -> Mail | None:
    """The newest invitation to it that this person may have read."""
    sent = mails_about(matter.uid, person.pk).filter(kind__in=REQUESTS, state__in=MAY_BE_READ).order_by("-pk")
    return next((mail for mail in sent if matter.covers(mail.context.get("session"))), None)


def sequence_in(mail: Mail) -> int:
    """The SEQUENCE that a mail told: it may be higher than the one it was queued with."""
    numbers = re.findall(r"^SEQUENCE:(\d+)\r?$", mail.calendar, re.MULTILINE)
    return max(map(int, numbers), default=0)
