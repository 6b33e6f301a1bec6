"""A calendar that knows nothing but the mails ends with exactly what is planned, whatever happens and in which order."""

from datetime import time, timedelta

import pytest

from meetings.models import Series
from meetings.services.seats import book_seat, give_back, say_cannot, seat_newcomers
from meetings.services.series import Scope
from meetings.services.sessions import replace_host
from tests.meetings.calendar.client import Client
from tests.meetings.calendar.planning import (
    WEEK,
    a_series,
    a_session,
    cancel,
    change,
    in_days,
    newcomer,
    nth,
    planned_for,
)
from tests.meetings.calendar.reading import events_in
from tests.meetings.factories import introduced, mentees_of, mentor_of

pytestmark = pytest.mark.django_db

Every = Series.Every
AHEAD = timedelta(weeks=30)


@pytest.fixture
def calendars(post):
    """Deliver everything and give each person's calendar as it is by then."""
    kept: dict[str, Client] = {}

    def follow(person, **later) -> Client:
        for message in post(**later):
            client = kept.setdefault(message["To"], Client())
            if text := events_in(message):
                client.receive(text)
        return kept.setdefault(person.email, Client())

    return follow


@pytest.fixture(params=["mentor", "mentee"])
def circle(request):
    """A group, and one of its people."""
    group = introduced(mentees=2)
    return group, mentor_of(group) if request.param == "mentor" else mentees_of(group)[0]


def follows(calendars, person, *, events: int) -> bool:
    client = calendars(person)
    assert client.not_heeded == []
    assert client.shows == planned_for(person)
    return len(client.shows) == events


# --- One event with a rule ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("every", "zone"),
    [
        (Every.WEEK, "Europe/London"),
        (Every.FORTNIGHT, "America/New_York"),
        (Every.MONTH, "Australia/Lord_Howe"),
        (Every.WEEK, "Africa/Casablanca"),
    ],
)
def test_a_series_through_its_life(circle, calendars, every, zone):
    group, person = circle
    series = a_series(group, every=every, zone=zone, weeks=30)
    count = series.sessions.count()
    assert follows(calendars, person, events=count)

    change(nth(series, 1), day=nth(series, 1).day + timedelta(days=1), at=time(9, 30))
    assert follows(calendars, person, events=count)

    cancel(nth(series, 3))
    assert follows(calendars, person, events=count - 1)

    change(nth(series, 0), scope=Scope.ALL, at=time(12))
    assert follows(calendars, person, events=count - 1)

    change(nth(series, 1), title="Another name")
    assert follows(calendars, person, events=count - 1)

    cancel(nth(series, 0), scope=Scope.ALL)
    assert follows(calendars, person, events=0)


def test_this_and_all_that_follow_become_an_event_of_their_own(circle, calendars):
    group, person = circle
    series = a_series(group)
    assert follows(calendars, person, events=6)

    change(nth(series, 2), scope=Scope.FOLLOWING, at=time(8))

    assert follows(calendars, person, events=6)


def test_the_rest_of_a_series_is_cancelled_and_the_beginning_stays(circle, calendars):
    group, person = circle
    series = a_series(group)
    assert follows(calendars, person, events=6)

    cancel(nth(series, 2), scope=Scope.FOLLOWING)

    assert follows(calendars, person, events=2)


def test_nothing_stays_of_a_series_whose_beginning_had_been_cancelled(circle, calendars):
    group, person = circle
    series = a_series(group)
    assert follows(calendars, person, events=6)

    cancel(nth(series, 0))
    cancel(nth(series, 1), scope=Scope.FOLLOWING)

    assert follows(calendars, person, events=0)


def test_changes_before_the_invitation_leaves_come_with_it(circle, calendars):
    group, person = circle
    series = a_series(group)
    change(nth(series, 1), at=time(9))
    cancel(nth(series, 2))
    change(nth(series, 3), scope=Scope.FOLLOWING, at=time(20))

    assert follows(calendars, person, events=5)


def test_one_mentee_cannot_come_once_and_then_can(calendars):
    group = introduced(mentees=2)
    one, other = mentees_of(group)
    series = a_series(group)
    assert follows(calendars, one, events=6)

    say_cannot(nth(series, 1), one)
    assert follows(calendars, one, events=5)
    assert follows(calendars, other, events=6)

    change(nth(series, 2), at=time(9))
    assert follows(calendars, one, events=5)

    book_seat(nth(series, 1), one)
    assert follows(calendars, one, events=6)

    change(nth(series, 0), scope=Scope.ALL, at=time(10))
    assert follows(calendars, one, events=6)


def test_cannot_before_the_invitation_left_and_can_after_it(calendars):
    group = introduced(mentees=2)
    one = mentees_of(group)[0]
    series = a_series(group)
    say_cannot(nth(series, 1), one)
    assert follows(calendars, one, events=5)

    book_seat(nth(series, 1), one)

    assert follows(calendars, one, events=6)


def test_somebody_new_gets_the_whole_series_and_loses_it_on_leaving(calendars):
    group = introduced(mentees=2)
    a_series(group)
    person = newcomer(group)
    seat_newcomers()
    assert follows(calendars, person, events=6)

    group.members.filter(person=person).update(left_at="2026-01-01T00:00Z")
    seat_newcomers()

    assert follows(calendars, person, events=0)


def test_a_substitute_has_the_one_session_alone(calendars):
    group = introduced(mentees=2)
    mentor = mentor_of(group)
    stranger = mentor_of(introduced(cohort=group.cohort))
    series = a_series(group)
    assert follows(calendars, mentor, events=6)

    replace_host(nth(series, 1), stranger)

    assert follows(calendars, stranger, events=1)
    assert follows(calendars, mentor, events=6)

    replace_host(nth(series, 1), mentor)

    assert follows(calendars, stranger, events=0)
    assert follows(calendars, mentor, events=6)


# --- One event each -------------------------------------------------------------------------------


def test_one_session_through_its_life(circle, calendars):
    group, person = circle
    session = a_session(group)
    assert follows(calendars, person, events=1)

    change(session, day=session.day + WEEK)
    assert follows(calendars, person, events=1)

    cancel(session)
    assert follows(calendars, person, events=0)


def test_seats_that_are_taken_given_back_and_taken_again(calendars):
    group = introduced(mentees=2)
    one, other = mentees_of(group)
    series = a_series(group, seats=1)
    session = nth(series, 0)
    book_seat(session, one)
    book_seat(session, other)
    assert follows(calendars, one, events=1)
    assert follows(calendars, other, events=0)

    change(session, at=time(9))
    assert follows(calendars, one, events=1)

    give_back(session, one)
    assert follows(calendars, one, events=0)

    book_seat(session, other)
    assert follows(calendars, other, events=1)

    cancel(session)
    assert follows(calendars, other, events=0)


def test_far_dates_follow_four_weeks_ahead(calendars):
    group = introduced(mentees=2)
    person = mentees_of(group)[0]
    session = a_session(group, days=60)
    assert calendars(person).shows == []

    change(session, day=in_days(70))

    assert calendars(person).shows == []
    assert calendars(person, later=timedelta(days=45)).shows == planned_for(person) != []
