"""What stands in one person's calendar: sessions and series as events, before anything is written down.

A series is one event with a rule by the clock on the wall. What differs from the rule is an exception that names the
start which the rule would have given (RECURRENCE-ID); what this person does not come to is left out (EXDATE).
Where a zone has no rule of its own the same is told in UTC, and every occurrence that the change of the clocks
shifts is an exception.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Person
from meetings.calendar.zones import written
from meetings.models import Seat, Series, Session
from meetings.moments import instant
from meetings.queries.invited import attended_by
from meetings.queries.told import is_occurrence
from meetings.recurrence import days_of, in_rfc_5545, rule


@dataclass(frozen=True)
class Event:
    """One VEVENT. Times carry the zone in which they are to be written."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    title: str
    place: str
    description: str
    url: str
    is_cancelled: bool = False
    rule: str = ""
    left_out: list[datetime] = field(default_factory=list)
    instead_of: datetime | None = None
    has_answered: bool = False


def session_event(session: Session, person: Person | None = None, *, joins: bool = True) -> Event:
    """A session that stands alone, or the one exception that it is in its series' event.

    `joins`: with the link of the call. `person`: whose answer it shows.
    """
    original = None
    if is_occurrence(session):
        original = Pattern(session.series).start_on(session.original_day)
    event = _event(session, session.series if original else session, instead_of=original, joins=joins)
    return replace(event, has_answered=person is not None and _has_answered(session, person))


def series_events(series: Series, person: Person) -> list[Event]:
    """The event of a series and its exceptions, as this person's calendar should have them; [] where nothing is left."""
    pattern = Pattern(series)
    theirs = {
        session.original_day: session
        for session in attended_by(person, series.sessions.filter(state=Session.State.PLANNED))
    }
    theirs = {day: session for day, session in theirs.items() if day in pattern.starts}
    if not theirs:
        return []
    exceptions = [
        _event(session, series, instead_of=pattern.start_on(day))
        for day, session in theirs.items()
        if not pattern.gives(session)
    ]
    left_out = [start for day, start in pattern.starts.items() if day not in theirs]
    return [series_event(series, left_out=left_out), *exceptions]


def series_event(series: Series, *, left_out: Iterable[datetime] = ()) -> Event:
    """The series as its rule has it."""
    pattern = Pattern(series)
    return Event(
        uid=series.uid,
        sequence=series.sequence,
        starts_at=pattern.first,
        ends_at=pattern.end_of(pattern.first),
        title=series.title,
        place=place_of(series),
        description=description_of(series),
        url=url_of(series),
        rule=pattern.rule,
        left_out=list(left_out),
        is_cancelled=series.cancelled_at is not None,
    )


def clock_of(zone: str) -> ZoneInfo | type(UTC):
    """What an event's times are written in: the zone where calendars can be told its rules, else UTC."""
    return ZoneInfo(zone) if written(zone) else UTC


class Pattern:
    """When a series meets, and how calendars say it."""

    def __init__(self, series: Series):
        self.series = series
        self.days = days_of(series.day, series.every, series.until)
        self.clock = clock_of(series.zone)

    @property
    def first(self) -> datetime:
        return self._start(self.series.day)

    @cached_property
    def starts(self) -> dict:
        """By day of the series: the start that the written rule gives it."""
        if self.clock is not UTC:
            return {day: self._start(day) for day in self.days}
        # The same number of occurrences, one after the other: a day may begin on the day before in UTC.
        given = rrule(dtstart=self.first, count=len(self.days), **self._rule_in_utc)
        return dict(zip(self.days, given, strict=True))

    @property
    def rule(self) -> str:
        if self.clock is not UTC:
            end = instant(self.days[-1], self.series.at, self.series.zone)
            return f"{in_rfc_5545(self.series.day, self.series.every)};UNTIL={end:%Y%m%dT%H%M%SZ}"
        return f"{in_rfc_5545(self.first.date(), self.series.every)};COUNT={len(self.days)}"

    @property
    def _rule_in_utc(self) -> dict:
        return rule(self.first.date(), self.series.every)

    def start_on(self, day) -> datetime | None:
        return self.starts.get(day)

    def end_of(self, start: datetime) -> datetime:
        return (start.astimezone(UTC) + timedelta(minutes=self.series.minutes)).astimezone(self.clock)

    def gives(self, session: Session) -> bool:
        """Whether the rule alone says all there is to say of this session."""
        start = self.start_on(session.original_day)
        same = ["minutes", "title", "expect", "video_url", "room", "host_id", "cohost_id"]
        return start == session.starts_at and all(
            getattr(session, name) == getattr(self.series, name) for name in same
        )

    def _start(self, day) -> datetime:
        return instant(day, self.series.at, self.series.zone).astimezone(self.clock)


def _event(
    session: Session, known_as: Session | Series, *, instead_of: datetime | None = None, joins: bool = True
) -> Event:
    clock = clock_of(session.zone)
    return Event(
        uid=known_as.uid,
        sequence=known_as.sequence,
        starts_at=session.starts_at.astimezone(clock),
        ends_at=session.ends_at.astimezone(clock),
        title=session.title,
        place=place_of(session, joins=joins),
        description=description_of(session, joins=joins),
        url=url_of(session),
        is_cancelled=session.is_cancelled,
        instead_of=instead_of,
    )


def _has_answered(session: Session, person: Person) -> bool:
    going = Seat.objects.filter(session=session, person=person, state=Seat.State.GOING)
    return going.filter(answered_at__isnull=False).exists()


# --- Words: time, place and links, never what people bring to a session or say in it --------------


def place_of(planned: Session | Series, *, joins: bool = True) -> str:
    return planned.room or (planned.video_url if joins else "")


def url_of(planned: Session | Series) -> str:
    if isinstance(planned, Session):
        return settings.PUBLIC_URL + reverse("meetings:session", args=[planned.pk])
    if planned.mentorship_id is None:
        return settings.PUBLIC_URL + reverse("meetings:sessions")
    return settings.PUBLIC_URL + reverse("matching:mentorship", args=[planned.mentorship_id])


def description_of(planned: Session | Series, *, joins: bool = True) -> str:
    parts = []
    if joins and planned.video_url:
        parts.append(_("Join: %(url)s") % {"url": planned.video_url})
    if planned.host:
        parts.append(_("Host: %(name)s") % {"name": planned.host})
    if planned.expect:
        parts.append(planned.expect)
    return "\n\n".join([*parts, _("Everything about it: %(url)s") % {"url": url_of(planned)}])
