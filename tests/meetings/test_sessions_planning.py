"""Plan, change, cancel and hand over one session, by the services."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from matching.models import Application
from meetings.errors import CannotChange, CannotPlan
from meetings.models import Seat, Session
from meetings.moments import instant
from meetings.queries.planning import Audience
from meetings.queries.sessions import visible_to
from meetings.services.clocks import restate_starts
from meetings.services.planning import Details, details_of, version
from meetings.services.seats import book_seat
from meetings.services.sessions import (
    cancel_session,
    change_session,
    plan_session,
    plan_sessions,
    replace_host,
)
from outbox.models import Mail
from tests.accounts.factories import PersonFactory
from tests.matching.factories import ApplicationFactory, CohortFactory
from tests.meetings.factories import SessionFactory, in_a_week, introduced, join, mentees_of, mentor_of

pytestmark = pytest.mark.django_db


def details_for(mentorship, **changes) -> Details:
    values = {
        "title": "The circle",
        "day": in_a_week(),
        "at": time(18, 0),
        "zone": "Europe/London",
        "minutes": 60,
        "host": mentor_of(mentorship),
    }
    return Details(**values | changes)


def problems_of(error) -> dict:
    return dict(error.value.problems)


# --- Plan -------------------------------------------------------------------------------------


def test_a_planned_session_keeps_a_seat_for_everybody_but_its_host():
    group = introduced(mentees=3)

    session = plan_session(Audience(group), details_for(group))

    assert session.starts_at == instant(session.day, time(18, 0), "Europe/London")
    assert session.ends_at - session.starts_at == timedelta(hours=1)
    assert {seat.person for seat in session.places.all()} == set(mentees_of(group))
    assert {seat.answered_at for seat in session.places.all()} == {None}


def test_a_session_with_few_seats_keeps_none():
    group = introduced(mentees=3)

    session = plan_session(Audience(group), details_for(group, seats=2))

    assert session.places.count() == 0


def test_everybody_with_a_seat_and_the_host_is_invited():
    group = introduced(mentees=2)

    plan_session(Audience(group), details_for(group))

    assert set(Mail.objects.values_list("person", flat=True)) == {
        person.pk for person in [mentor_of(group), *mentees_of(group)]
    }


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"day": timezone.localdate() - timedelta(days=1)}, "day", "in the past"),
        ({"day": date(1, 1, 1), "zone": "Asia/Tokyo"}, "day", "in the past"),
        ({"day": date(9999, 12, 31)}, "day", "at most 10 years ahead"),
        ({"day": date(2027, 3, 28), "at": time(1, 30)}, "at", "does not exist"),
        ({"day": date(2027, 10, 31), "at": time(1, 30)}, "at", "comes twice"),
        ({"seats": 0}, "seats", "at least one seat"),
        ({"seats": 10_000}, "seats", "at most 500 seats"),
        ({"minutes": 0}, "minutes", "between 10 minutes and 8 hours"),
        ({"minutes": 1_000}, "minutes", "between 10 minutes and 8 hours"),
        ({"host": None}, "host", "Choose who hosts"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(changes, field, says):
    group = introduced(mentees=2)

    with pytest.raises(CannotPlan) as refused:
        plan_session(Audience(group), details_for(group, **changes))

    assert says in problems_of(refused)[field]
    assert not Session.objects.exists()


def test_a_host_who_is_not_in_it_is_refused_by_name():
    pair, stranger = introduced(), PersonFactory(name="Ada Stranger")

    with pytest.raises(CannotPlan) as refused:
        plan_session(Audience(pair), details_for(pair, host=stranger))

    assert "Ada Stranger is not in this mentorship" in problems_of(refused)["host"]


def test_who_has_left_cannot_host():
    group = introduced(mentees=2)
    gone = join(group)
    gone.left_at = timezone.now()
    gone.save()

    with pytest.raises(CannotPlan) as refused:
        plan_session(Audience(group), details_for(group, cohost=gone.person))

    assert list(problems_of(refused)) == ["cohost"]


def test_nobody_hosts_and_co_hosts_at_once():
    group = introduced(mentees=2)

    with pytest.raises(CannotPlan) as refused:
        plan_session(Audience(group), details_for(group, cohost=mentor_of(group)))

    assert "hosts the session already" in problems_of(refused)["cohost"]


def test_an_open_session_is_hosted_by_a_mentor_of_the_cohort():
    cohort = CohortFactory()
    mentee = ApplicationFactory(accepted=True, cohort=cohort).person
    mentor = ApplicationFactory(accepted=True, mentor=True, cohort=cohort).person
    wanted = Details("First safety case", in_a_week(), time(18), "Europe/London", 60, mentor, seats=5)

    session = plan_session(Audience(cohort=cohort), wanted)
    with pytest.raises(CannotPlan) as refused:
        plan_session(Audience(cohort=cohort), replace(wanted, host=mentee))

    assert visible_to(mentee).get() == session
    assert "not a mentor of this cohort" in problems_of(refused)["host"]


def test_an_open_session_says_how_many_seats():
    cohort = CohortFactory()
    mentor = ApplicationFactory(accepted=True, mentor=True, cohort=cohort).person

    with pytest.raises(CannotPlan) as refused:
        plan_session(
            Audience(cohort=cohort), Details("Open", in_a_week(), time(18), "Europe/London", 60, mentor)
        )

    assert problems_of(refused) == {"seats": "Say how many seats an open session has."}


def test_the_same_session_is_not_planned_twice():
    pair = introduced()
    plan_session(Audience(pair), details_for(pair))

    with pytest.raises(CannotPlan) as refused:
        plan_session(Audience(pair), details_for(pair, title="Again"))

    assert "There is a session at this time already: The circle" in problems_of(refused)["day"]


def test_six_dates_are_planned_at_once():
    group = introduced(mentees=3)
    several = [details_for(group, day=in_a_week() + timedelta(days=11 * n)) for n in range(6)]

    planned = plan_sessions(Audience(group), several)

    assert [session.day for session in planned] == [details.day for details in several]
    assert Seat.objects.count() == 18


def test_one_wrong_date_leaves_all_of_them_unplanned():
    group = introduced(mentees=2)
    days = [in_a_week(), timezone.localdate() - timedelta(days=1), in_a_week()]

    with pytest.raises(CannotPlan) as refused:
        plan_sessions(Audience(group), [details_for(group, day=day) for day in days])

    assert list(problems_of(refused)) == ["1-day", "2-day"]
    assert "in the list twice" in problems_of(refused)["2-day"]
    assert not Session.objects.exists()


# --- Change -----------------------------------------------------------------------------------


def test_a_moved_session_is_at_the_new_time_and_numbered_anew():
    session = SessionFactory()
    later = session.day + timedelta(days=7)

    change_session(session, replace(details_of(session), day=later), seen=version(session))

    session.refresh_from_db()
    assert (session.day, session.starts_at) == (later, instant(later, time(18), "Europe/London"))
    assert session.sequence == 1


def test_nothing_changed_changes_nothing():
    session = SessionFactory()

    change_session(session, details_of(session), seen=version(session))

    session.refresh_from_db()
    assert session.sequence == 0


@pytest.mark.parametrize("change", [{"title": "New"}, {"at": time(19)}])
def test_what_has_begun_is_never_altered(change):
    session = SessionFactory(past=True)

    with pytest.raises((CannotPlan, CannotChange)):
        change_session(session, replace(details_of(session), **change), seen=version(session))
    with pytest.raises(CannotChange) as refused:
        cancel_session(session)

    before = (session.title, session.starts_at, session.state, session.sequence)
    session.refresh_from_db()
    assert (session.title, session.starts_at, session.state, session.sequence) == before
    assert "it can no longer be changed" in str(refused.value)


def test_whoever_saw_an_older_version_is_told():
    session = SessionFactory()
    seen = version(session)
    change_session(session, replace(details_of(session), title="First"), seen=seen)

    with pytest.raises(CannotChange) as refused:
        change_session(session, replace(details_of(session), title="Second"), seen=seen)

    session.refresh_from_db()
    assert session.title == "First"
    assert "Somebody changed this session" in str(refused.value)


def test_a_seat_booked_meanwhile_does_not_disturb_the_editor():
    session = SessionFactory(group=True, seats=3)
    seen = version(session)
    book_seat(session, mentees_of(session.mentorship)[0])

    change_session(session, replace(details_of(session), title="New"), seen=seen)

    session.refresh_from_db()
    assert session.title == "New"


def test_seats_never_go_below_those_that_are_taken():
    session = SessionFactory(group=True, seats=3)
    for person in mentees_of(session.mentorship)[:2]:
        book_seat(session, person)

    with pytest.raises(CannotPlan) as refused:
        change_session(session, replace(details_of(session), seats=1), seen=version(session))
    change_session(session, replace(details_of(session), seats=2), seen=version(session))

    session.refresh_from_db()
    assert problems_of(refused) == {"seats": "2 people have a seat already. Keep at least that many."}
    assert session.seats == 2


def test_more_seats_are_offered_to_whoever_waits():
    session = SessionFactory(group=True, seats=1)
    first, second = mentees_of(session.mentorship)[:2]
    book_seat(session, first)
    book_seat(session, second)

    change_session(session, replace(details_of(session), seats=2), seen=version(session))

    assert session.places.get(person=second).state == Seat.State.OFFERED


def test_another_host_gives_up_the_seat_and_the_one_before_gets_one():
    group = introduced(mentees=3)
    session = plan_session(Audience(group), details_for(group))
    mentee = mentees_of(group)[0]

    change_session(session, replace(details_of(session), host=mentee), seen=version(session))

    seated = set(session.places.values_list("person", flat=True))
    assert mentee.pk not in seated
    assert mentor_of(group).pk in seated


# --- Cancel, substitute -----------------------------------------------------------------------


def test_a_cancelled_session_stays_cancelled_and_says_so():
    session = SessionFactory()
    cancel_session(session)

    with pytest.raises(CannotChange) as refused:
        cancel_session(session)

    session.refresh_from_db()
    assert (session.state, session.sequence) == (Session.State.CANCELLED, 1)
    assert str(refused.value) == "This session was cancelled already. Nothing was changed."


def test_a_substitute_of_the_cohort_sees_this_session_and_no_other():
    session = SessionFactory(group=True)
    other = SessionFactory(
        mentorship=session.mentorship, host=session.host, day=in_a_week() + timedelta(days=7)
    )
    helper = ApplicationFactory(accepted=True, mentor=True, cohort=session.mentorship.cohort).person
    assert not visible_to(helper).exists()

    replace_host(session, helper)

    assert list(visible_to(helper)) == [session]
    assert session.places.get(person=mentor_of(session.mentorship)).state == Seat.State.GOING
    other.refresh_from_db()
    assert other.host == mentor_of(session.mentorship)


@pytest.mark.parametrize("who", ["mentee of the cohort", "mentor who left the group", "stranger"])
def test_nobody_else_can_step_in(who):
    session = SessionFactory(group=True)
    cohort = session.mentorship.cohort
    if who == "mentee of the cohort":
        person = ApplicationFactory(accepted=True, cohort=cohort).person
    elif who == "mentor who left the group":
        member = join(session.mentorship, "cofacilitator")
        member.left_at = timezone.now()
        member.save()
        person = member.person
    else:
        person = PersonFactory()

    with pytest.raises(CannotPlan) as refused:
        replace_host(session, person)

    assert f"{person} cannot step in" in problems_of(refused)["substitute"]


def test_a_substitute_loses_sight_once_they_no_longer_host():
    session = SessionFactory(group=True)
    helper = ApplicationFactory(accepted=True, mentor=True, cohort=session.mentorship.cohort).person
    replace_host(session, helper)

    replace_host(session, mentor_of(session.mentorship))

    assert not visible_to(helper).exists()


# --- Clocks -----------------------------------------------------------------------------------


def test_sessions_to_come_follow_new_rules_of_the_clocks():
    session, past = SessionFactory(), SessionFactory(past=True)
    right = session.starts_at
    Session.objects.update(starts_at=right + timedelta(hours=1), ends_at=right + timedelta(hours=2))
    Session.objects.filter(pk=past.pk).update(
        starts_at=past.starts_at, ends_at=past.ends_at + timedelta(hours=1)
    )

    assert [restate_starts(), restate_starts()] == [1, 0]

    session.refresh_from_db()
    past.refresh_from_db()
    assert (session.starts_at, session.ends_at) == (right, right + timedelta(hours=1))
    assert past.sequence == 0


def test_an_application_withdrawn_makes_no_host():
    cohort = CohortFactory()
    application = ApplicationFactory(accepted=True, mentor=True, cohort=cohort)
    Application.objects.filter(pk=application.pk).update(state=Application.State.WITHDRAWN)

    with pytest.raises(CannotPlan):
        plan_session(
            Audience(cohort=cohort),
            Details("Open", in_a_week(), time(18), "Europe/London", 60, application.person, seats=5),
        )
