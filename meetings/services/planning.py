"""What a session shall be, and what is wrong with it: asked by forms, which tell all of it, and by services, which refuse."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime, time

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Person
from meetings.errors import CannotPlan
from meetings.models import Session
from meetings.models.session import LONGEST_MINUTES, MOST_SEATS, SHORTEST_MINUTES
from meetings.moments import UnclearTime, exact_instant, span
from meetings.queries.planning import Audience, possible_hosts
from meetings.recurrence import MOST_YEARS, days_of, latest_until

Problem = tuple[str, str]

# What moves a session in a calendar; everything else only changes what stands in it.
TIME_FIELDS = ("day", "at", "zone", "minutes")


@dataclass(frozen=True)
class Details:
    """What somebody says of a session. The instants follow from day, time and zone."""

    title: str
    day: date
    at: time
    zone: str
    minutes: int
    host: Person | None
    cohost: Person | None = None
    seats: int | None = None
    video_url: str = ""
    room: str = ""
    expect: str = ""

    @property
    def values(self) -> dict:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def span(self) -> tuple[datetime, datetime]:
        return span(self.day, self.at, self.zone, self.minutes)


def details_of(plan) -> Details:
    """Of a session or a series, as it is."""
    return Details(**{field.name: getattr(plan, field.name) for field in fields(Details)})


def version(plan) -> str:
    """A mark of what is planned, so that an editor who saw something else is told. Seats that come and go leave it."""
    values = [getattr(value, "pk", value) for value in details_of(plan).values.values()]
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]


def differences(plan, details: Details) -> dict:
    """The fields of a session or a series that would change, and to what."""
    now = details_of(plan).values
    return {name: value for name, value in details.values.items() if value != now[name]}


def refuse(problems: Iterable[Problem]) -> None:
    """Raises CannotPlan if there are any."""
    if found := list(problems):
        raise CannotPlan(found)


# --- What is wrong ----------------------------------------------------------------------------


def problems(
    audience: Audience, details: Details, *, now: datetime, before: Session | None = None
) -> Iterator[Problem]:
    """Everything wrong with a session; one that is merely changed keeps the hosts that it had."""
    yield from time_problems(details.day, details.at, details.zone, now=now, before=before)
    yield from length_problems(details.minutes)
    yield from seat_problems(audience, details.seats)
    yield from host_problems(audience, details.host, details.cohost, before=before)


def time_problems(
    day: date, at: time, zone: str, *, now: datetime, before: Session | None = None
) -> Iterator[Problem]:
    if before and (before.day, before.at, before.zone) == (day, at, zone):
        return
    if day > latest_until(now.date()):
        yield (
            "day",
            _("A session can be at most %(years)s years ahead. Choose an earlier day.")
            % {"years": MOST_YEARS},
        )
        return
    try:
        starts_at = exact_instant(day, at, zone)
    except UnclearTime as unclear:
        yield "at", str(unclear)
        return
    except OverflowError:
        # The first of January of the year 1, east of London.
        starts_at = None
    if starts_at is None or starts_at <= now:
        yield "day", _("This time is in the past. Choose a day and a time to come.")


def length_problems(minutes: int) -> Iterator[Problem]:
    if not SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES:
        yield (
            "minutes",
            _("A session takes between %(shortest)s minutes and %(hours)s hours.")
            % {
                "shortest": SHORTEST_MINUTES,
                "hours": LONGEST_MINUTES // 60,
            },
        )


def seat_problems(audience: Audience, seats: int | None) -> Iterator[Problem]:
    if seats is None and audience.mentorship is None:
        yield "seats", _("Say how many seats an open session has.")
    elif seats is not None and seats < 1:
        yield "seats", _("A session needs at least one seat beside the hosts.")
    elif seats is not None and seats > MOST_SEATS:
        yield (
            "seats",
            _("A session has at most %(most)s seats. Choose a smaller number.") % {"most": MOST_SEATS},
        )


def host_problems(
    audience: Audience, host: Person | None, cohost: Person | None, *, before: Session | None = None
) -> Iterator[Problem]:
    kept = {before.host_id, before.cohost_id} if before else set()
    asked = [(field, person) for field, person in [("host", host), ("cohost", cohost)] if person]
    new = [person.pk for _field, person in asked if person.pk not in kept]
    allowed = (
        kept | set(possible_hosts(audience).filter(pk__in=new).values_list("pk", flat=True)) if new else kept
    )
    for field, person in asked:
        if person.pk not in allowed:
            yield field, not_in_it(audience, person)
    if not host:
        yield "host", _("Choose who hosts the session.")
    elif host == cohost:
        yield (
            "cohost",
            _("%(name)s hosts the session already. Choose somebody else, or nobody.") % {"name": host},
        )


def not_in_it(audience: Audience, person: Person) -> str:
    if audience.mentorship:
        return _(
            "%(name)s is not in this mentorship. Choose somebody who is; a substitute can step in later."
        ) % {"name": person}
    return _("%(name)s is not a mentor of this cohort. Choose somebody who is.") % {"name": person}


def series_problems(day: date, every: str, until: date) -> Iterator[Problem]:
    if until < day:
        yield (
            "until",
            _("The series ends before it starts. Choose a day after %(day)s.")
            % {"day": date_format(day, "DATE_FORMAT")},
        )
    elif until > latest_until(day):
        yield (
            "until",
            _("A series lasts at most %(years)s years. Choose a day until %(day)s.")
            % {
                "years": MOST_YEARS,
                "day": date_format(latest_until(day), "DATE_FORMAT"),
            },
        )
    elif len(days_of(day, every, until)) == 1:
        yield (
            "until",
            _("Until then there is only one session. Choose a later day, or plan one session alone."),
        )


def clash_problems(audience: Audience, details: Details) -> Iterator[Problem]:
    """The same host cannot be in two sessions of the same people at once: somebody sent the form twice."""
    same = Session.objects.filter(
        mentorship=audience.mentorship,
        cohort=audience.cohort,
        stream=audience.stream,
        host=details.host,
        starts_at=details.span()[0],
        state=Session.State.PLANNED,
    )
    if session := same.first():
        yield (
            "day",
            _("There is a session at this time already: %(title)s. Choose another time.")
            % {"title": session.title},
        )


def too_few_seats(taken: int) -> Problem:
    return "seats", ngettext(
        "%(taken)s person has a seat already. Keep at least that many.",
        "%(taken)s people have a seat already. Keep at least that many.",
        taken,
    ) % {"taken": taken}
