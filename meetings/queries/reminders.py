"""Who comes to what is near, and when each wishes to be reminded: a fixed number of queries, whoever many they are."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch

from accounts.models import Person
from matching.models import Member
from meetings.models import ReminderChoice, Seat, Session
from meetings.queries.sessions import LEADS

HOUR, DAY = 60, 24 * 60
BY_DEFAULT = (DAY, HOUR)


@dataclass(frozen=True)
class Coming:
    """Somebody who comes to a session, and since when that is known."""

    session: Session
    person: Person
    since: datetime
    is_host: bool


def coming(now: datetime, *, within: timedelta) -> list[Coming]:
    """Everybody who comes to a planned session that begins in this time."""
    seats = Seat.objects.filter(state=Seat.State.GOING, person__is_active=True).select_related("person")
    sessions = (
        Session.objects.filter(state=Session.State.PLANNED, starts_at__gt=now, starts_at__lte=now + within)
        .select_related("host", "cohost")
        .prefetch_related(Prefetch("places", queryset=seats, to_attr="going"))
    )
    return [one for session in sessions for one in people_of(session)]


def people_of(session: Session) -> Iterator[Coming]:
    hosts = {host.pk: host for host in (session.host, session.cohost) if host and host.is_active}
    for host in hosts.values():
        yield Coming(session, host, session.created_at, is_host=True)
    for seat in session.going:
        if seat.person_id not in hosts:
            yield Coming(session, seat.person, seat.answered_at or seat.created_at, is_host=False)


def choices_of(people: Iterable[int]) -> dict[int, list[int]]:
    """When each who has chosen wishes to be reminded, in minutes before the start."""
    chosen = ReminderChoice.objects.filter(person__in=people)
    return dict(chosen.values_list("person", "minutes_before"))


def choice_of(person: Person) -> list[int]:
    return choices_of([person.pk]).get(person.pk, list(BY_DEFAULT))


def leads_of(mentorships: Iterable[int]) -> set[tuple[int, int]]:
    """(mentorship, person) of those who lead: they are not asked what they need."""
    members = Member.objects.filter(mentorship__in=mentorships, part__in=LEADS, left_at=None)
    return set(members.values_list("mentorship", "person"))
