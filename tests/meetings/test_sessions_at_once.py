"""Two people, or two tabs, who change the same thing at the same moment: one wins, the other is told."""

from dataclasses import replace
from datetime import time

import pytest

from meetings.errors import CannotChange, CannotPlan
from meetings.models import Series, Session
from meetings.queries.planning import Audience
from meetings.services.planning import Details, details_of, version
from meetings.services.seats import book_seat, say_cannot
from meetings.services.series import Scope, cancel_series, change_series, plan_series
from meetings.services.sessions import cancel_session, change_session, plan_session, replace_host
from tests.matching.at_once import at_once
from tests.meetings.factories import SessionFactory, in_a_week, introduced, mentees_of, mentor_of

pytestmark = pytest.mark.django_db(transaction=True)

REFUSED = (CannotChange, CannotPlan)


def a_group_series() -> Series:
    group = introduced(mentees=3)
    details = Details("The circle", in_a_week(), time(18), "Europe/London", 60, mentor_of(group))
    return plan_series(
        Audience(group), details, every="week", until=in_a_week().replace(year=in_a_week().year + 1)
    )


def refusals(answers) -> list:
    unexpected = [one for one in answers if isinstance(one, Exception) and not isinstance(one, REFUSED)]
    assert unexpected == []
    return [one for one in answers if isinstance(one, REFUSED)]


@pytest.mark.parametrize("turn", range(3))
def test_of_two_changes_one_wins(turn):
    session = SessionFactory()
    seen, before = version(session), details_of(session)

    answers = at_once(
        *(
            lambda title=title: change_session(session, replace(before, title=title), seen=seen)
            for title in ("First", "Second")
        )
    )

    session.refresh_from_db()
    assert len(refusals(answers)) == 1
    assert (session.title in ("First", "Second"), session.sequence) == (True, 1)


@pytest.mark.parametrize("turn", range(3))
def test_a_session_is_cancelled_once(turn):
    session = SessionFactory()

    answers = at_once(*[lambda: cancel_session(session)] * 3)

    session.refresh_from_db()
    assert [str(one) for one in refusals(answers)] == [
        "This session was cancelled already. Nothing was changed."
    ] * 2
    assert session.sequence == 1


@pytest.mark.parametrize("turn", range(3))
def test_moved_and_cancelled_at_once_it_is_never_moved_after_its_end(turn):
    session = SessionFactory()
    seen, before = version(session), details_of(session)

    answers = at_once(
        lambda: change_session(session, replace(before, at=time(12)), seen=seen),
        lambda: cancel_session(session),
    )

    session.refresh_from_db()
    assert session.is_cancelled
    assert session.at == (time(18) if refusals(answers) else time(12))


@pytest.mark.parametrize("turn", range(3))
def test_a_form_sent_twice_at_once_plans_one_session(turn):
    pair = introduced()
    details = Details("Twice", in_a_week(), time(18), "Europe/London", 60, mentor_of(pair))

    answers = at_once(*[lambda: plan_session(Audience(pair), details)] * 3)

    assert len(refusals(answers)) == 2
    assert Session.objects.count() == 1


@pytest.mark.parametrize("turn", range(3))
def test_of_two_changes_of_a_series_one_wins_whole(turn):
    series = a_group_series()
    second = series.sessions.all()[1]
    seen, before = version(second), details_of(second)

    answers = at_once(
        lambda: change_series(second, replace(before, at=time(12)), scope=Scope.FOLLOWING, seen=seen),
        lambda: change_series(second, replace(before, at=time(9)), scope=Scope.ALL, seen=seen),
    )

    assert len(refusals(answers)) == 1
    rest = Session.objects.exclude(at=time(18))
    assert len(set(rest.values_list("at", flat=True))) == 1
    assert all(row.span == (row.starts_at, row.ends_at) for row in spans(rest))


def spans(rows):
    for row in rows:
        row.span = details_of(row).span()
        yield row


@pytest.mark.parametrize("turn", range(3))
def test_a_series_changed_and_cancelled_at_once_leaves_no_half(turn):
    series = a_group_series()
    first, third = series.sessions.all()[0], series.sessions.all()[2]
    seen, before = version(third), details_of(third)

    answers = at_once(
        lambda: cancel_series(first, scope=Scope.ALL),
        lambda: change_series(third, replace(before, at=time(12)), scope=Scope.FOLLOWING, seen=seen),
    )

    refusals(answers)
    planned = Session.objects.filter(state=Session.State.PLANNED)
    # Either everything was cancelled first, or the part that became a series of its own goes on.
    assert not planned.filter(at=time(18)).exists()
    assert planned.count() in (0, series.sessions.model.objects.filter(series__continues=series).count())


@pytest.mark.parametrize("turn", range(5))
def test_people_answer_while_the_series_is_moved(turn):
    series = a_group_series()
    sessions = list(series.sessions.all()[:6])
    people = mentees_of(series.mentorship)
    seen, before = version(sessions[0]), details_of(sessions[0])

    answers = at_once(
        lambda: change_series(sessions[0], replace(before, at=time(12)), scope=Scope.ALL, seen=seen),
        *(
            lambda session=session, person=person: say_cannot(session, person)
            for session in sessions
            for person in people
        ),
    )

    assert refusals(answers) == []
    assert set(series.sessions.values_list("at", flat=True)) == {time(12)}


@pytest.mark.parametrize("turn", range(3))
def test_seats_are_booked_while_they_become_fewer(turn):
    session = SessionFactory(group=True, seats=6)
    seen, before = version(session), details_of(session)

    answers = at_once(
        lambda: change_session(session, replace(before, seats=2), seen=seen),
        *(lambda person=person: book_seat(session, person) for person in mentees_of(session.mentorship)),
    )

    session.refresh_from_db()
    refusals(answers)
    assert session.taken <= session.seats
    assert session.places.count() == 6


@pytest.mark.parametrize("turn", range(3))
def test_of_two_substitutes_one_hosts(turn):
    session = SessionFactory(group=True)
    first, second = mentees_of(session.mentorship)[:2]

    read_apart = [(Session.objects.get(pk=session.pk), person) for person in (first, second)]

    answers = at_once(*(lambda asked=asked: replace_host(*asked) for asked in read_apart))

    session.refresh_from_db()
    assert len(refusals(answers)) == 1
    assert session.host in (first, second)
