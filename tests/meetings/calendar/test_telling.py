"""Who is told what of sessions, and when."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from meetings.models import Seat
from meetings.services.seats import book_seat, give_back, say_cannot, take_offer
from meetings.services.series import Scope
from meetings.services.sessions import replace_host
from outbox.models import Mail
from tests.matching.factories import ApplicationFactory
from tests.meetings.calendar.planning import (
    WEEK,
    a_series,
    a_session,
    cancel,
    change,
    in_days,
    newcomer,
    nth,
    seat_of,
)
from tests.meetings.calendar.reading import method_of
from tests.meetings.factories import introduced, mentees_of, mentor_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return introduced(mentees=2)


@pytest.fixture
def told(post):
    """What leaves now, or so much later: kind of mail and address, in alphabetical order."""

    def deliver(**later) -> list[tuple[str, str]]:
        seen = set(Mail.objects.filter(state=Mail.State.SENT).values_list("pk", flat=True))
        post(**later)
        sent = Mail.objects.filter(state=Mail.State.SENT).exclude(pk__in=seen)
        return sorted(sent.values_list("kind", "to"))

    return deliver


def to(people, kind: str) -> list[tuple[str, str]]:
    return [(kind, person.email) for person in people]


def everybody(group, *, mentees: str, mentor: str) -> list[tuple[str, str]]:
    return sorted([*to(mentees_of(group), mentees), (mentor, mentor_of(group).email)])


def test_planning_a_session_invites_its_members_and_its_host(group, told):
    a_session(group)

    assert told() == everybody(group, mentees="session_planned", mentor="session_host")


def test_a_series_of_the_same_people_is_one_mail_each(group, told):
    a_series(group, weeks=40)

    assert told() == everybody(group, mentees="series_planned", mentor="series_host")
    assert told(later=timedelta(weeks=40)) == []


def test_a_session_far_ahead_is_mailed_four_weeks_before(group, told):
    a_session(group, days=40)

    assert told() == []
    assert told(later=timedelta(days=11)) == []
    assert told(later=timedelta(days=13)) == everybody(
        group, mentees="session_planned", mentor="session_host"
    )


def test_whoever_was_never_told_hears_neither_of_a_change_nor_of_the_end(group, told):
    session = a_session(group, days=40)
    change(session, at=time(9))
    cancel(session)

    assert told(later=timedelta(weeks=8)) == []


def test_a_change_of_what_was_not_mailed_yet_is_the_one_invitation(group, told):
    session = a_session(group, days=40)
    change(session, day=in_days(14))

    assert told() == everybody(group, mentees="session_planned", mentor="session_host")
    assert told(later=timedelta(weeks=8)) == []


def test_a_change_is_one_update_each(group, told):
    session = a_session(group)
    told()

    change(session, day=session.day + WEEK)

    assert told() == everybody(group, mentees="session_changed", mentor="session_changed")


def test_two_changes_before_either_left_are_one_update(group, told):
    session = a_session(group)
    told()
    change(session, at=time(9))
    change(session, at=time(10))

    assert told() == everybody(group, mentees="session_changed", mentor="session_changed")


def test_a_cancelled_session_is_cancelled_for_everybody_who_was_told(group, told, post):
    session = a_session(group)
    told()

    cancel(session)

    assert {method_of(message) for message in post()} == {"CANCEL"}
    kinds = Mail.objects.filter(kind="session_cancelled", state=Mail.State.SENT)
    assert kinds.count() == 3


def test_a_cancelled_session_whose_update_has_not_left_is_only_cancelled(group, told):
    session = a_session(group)
    told()
    change(session, at=time(9))
    cancel(session)

    assert told() == everybody(group, mentees="session_cancelled", mentor="session_cancelled")


def test_seats_are_offered_to_members_who_then_book(group, told):
    session = a_session(group, seats=1)
    one, other = mentees_of(group)
    assert told() == everybody(group, mentees="session_book", mentor="session_host")

    book_seat(session, one)
    book_seat(session, other)

    assert told() == [("seat_given", one.email)]


def test_a_series_with_seats_lists_its_dates_once_and_asks_again_for_the_far_ones(group, told):
    one, other = mentees_of(group)
    series = a_series(group, seats=1, weeks=5)
    hosted = ("session_host", mentor_of(group).email)
    # Four of the six dates are within four weeks.
    assert told() == sorted([*to(mentees_of(group), "series_book"), *[hosted] * 4])

    book_seat(nth(series, 4), one)

    assert told() == [("seat_given", one.email)]
    later = told(later=timedelta(days=8))
    assert later == sorted([("session_book", other.email), hosted])


def test_an_open_session_asks_everybody_of_the_cohort_but_its_host(group, told):
    from meetings.queries.planning import Audience
    from meetings.services.sessions import plan_session
    from tests.meetings.calendar.planning import details

    others = [ApplicationFactory(accepted=True, cohort=group.cohort).person for _ in range(2)]
    people = [*mentees_of(group), *others]

    plan_session(Audience(cohort=group.cohort), details(group, day=in_days(7), seats=3))

    assert told() == sorted([*to(people, "session_book"), ("session_host", mentor_of(group).email)])


def test_the_next_one_waiting_is_offered_the_seat_and_takes_it(group, told):
    session = a_session(group, seats=1)
    one, other = mentees_of(group)
    book_seat(session, one)
    book_seat(session, other)
    told()

    give_back(session, one)
    assert told() == sorted([("seat_gone", one.email), ("seat_offer", other.email)])

    take_offer(seat_of(session, other))
    assert told() == [("seat_given", other.email)]


def test_those_who_wait_hear_that_it_is_cancelled_without_an_event(group, post):
    session = a_session(group, seats=1)
    one, other = mentees_of(group)
    book_seat(session, one)
    book_seat(session, other)
    post()

    cancel(session)

    assert {message["To"]: method_of(message) for message in post()} == {
        one.email: "CANCEL",
        other.email: "",
        mentor_of(group).email: "CANCEL",
    }


def test_one_person_who_cannot_come_is_told_alone(group, told):
    series = a_series(group)
    told()

    say_cannot(nth(series, 2), mentees_of(group)[0])

    assert told() == [("seat_gone", mentees_of(group)[0].email)]


def test_a_substitute_is_told_as_host(group, told):
    one, other = mentees_of(group)
    series = a_series(group)
    told()

    replace_host(nth(series, 1), one)

    assert told() == sorted(
        [
            ("session_changed", mentor_of(group).email),
            ("session_changed", other.email),
            ("substitute", one.email),
        ]
    )


def test_splitting_a_series_ends_the_one_and_begins_the_other(group, told):
    series = a_series(group)
    told()

    change(nth(series, 3), scope=Scope.FOLLOWING, at=time(9))

    assert told() == sorted(
        [
            *everybody(group, mentees="series_changed", mentor="series_changed"),
            *everybody(group, mentees="series_planned", mentor="series_host"),
        ]
    )


def test_somebody_new_gets_one_mail_for_the_whole_series(group, told):
    from meetings.services.seats import seat_newcomers

    a_series(group)
    told()
    person = newcomer(group)

    seat_newcomers()

    assert told() == [("series_planned", person.email)]


def test_sessions_that_are_over_tell_nobody(group, told):
    session = a_session(group)
    told()
    past = timezone.now() - timedelta(days=1)
    type(session).objects.filter(pk=session.pk).update(starts_at=past, ends_at=past + timedelta(hours=1))
    session.refresh_from_db()

    from meetings.services.telling import tell_changed, tell_seat_gone

    tell_changed(session)
    tell_seat_gone(Seat.objects.filter(session=session).first())

    assert told() == []
