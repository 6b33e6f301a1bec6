"""Series: plan one; change and cancel one session, it and all that follow, or all to come."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from meetings.errors import CannotChange, CannotPlan
from meetings.models import Seat, Series, Session
from meetings.moments import instant, span, wall_clock
from meetings.queries.planning import Audience
from meetings.services.planning import Details, details_of, version
from meetings.services.series import Scope, cancel_series, change_series, plan_series
from outbox.delivery import deliver_due
from outbox.models import Mail
from tests.meetings.factories import SeriesFactory, in_a_week, introduced, mentees_of, mentor_of

pytestmark = pytest.mark.django_db

Every = Series.Every
WEEK = timedelta(weeks=1)


def a_series(*, group=None, every=Every.WEEK, day=None, weeks=5, **changes) -> Series:
    group = group or introduced(mentees=3)
    day = day or in_a_week()
    values = {
        "title": "The circle",
        "day": day,
        "at": time(18),
        "zone": "Europe/London",
        "minutes": 60,
        "host": mentor_of(group),
    }
    details = Details(**values | changes)
    return plan_series(Audience(group), details, every=every, until=day + weeks * WEEK)


def days_of_rows(series: Series) -> list[date]:
    return list(series.sessions.order_by("original_day").values_list("day", flat=True))


def change(session: Session, scope: str, **changes) -> Session:
    return change_series(session, replace(details_of(session), **changes), scope=scope, seen=version(session))


def begin(*sessions: Session) -> None:
    """As if the clock had moved on over these, and over no other."""
    for number, session in enumerate(sessions, start=1):
        moment = timezone.now() - timedelta(days=number)
        Session.objects.filter(pk=session.pk).update(starts_at=moment, ends_at=moment + timedelta(hours=1))


# --- Plan -------------------------------------------------------------------------------------


def test_each_session_of_a_series_is_a_row_with_a_seat_for_everybody():
    series = a_series()

    assert days_of_rows(series) == [in_a_week() + n * WEEK for n in range(6)]
    assert Seat.objects.count() == 18
    assert {row.original_day for row in series.sessions.all()} == set(days_of_rows(series))


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Australia/Lord_Howe"])
def test_ten_years_of_a_weekly_series_stay_at_six_on_the_wall(zone):
    group = introduced()
    day = in_a_week()
    details = Details("Weekly", day, time(18), zone, 60, mentor_of(group))

    series = plan_series(Audience(group), details, every=Every.WEEK, until=day + timedelta(days=3650))

    rows = list(series.sessions.all())
    assert len(rows) == 522
    assert {wall_clock(row.starts_at, zone).time() for row in rows} == {time(18)}
    assert {(row.starts_at, row.ends_at) for row in rows} == {
        span(row.day, time(18), zone, 60) for row in rows
    }


def test_ten_years_cost_as_many_queries_as_two_weeks():
    costs = []
    for weeks in (2, 20):
        group = introduced(mentees=3)
        with CaptureQueriesContext(connection) as queries:
            a_series(group=group, weeks=weeks)
        costs.append(len(queries))

    assert costs[0] == costs[1]


def test_a_member_gets_one_invitation_for_the_whole_series():
    series = a_series()

    person = mentees_of(series.mentorship)[0]
    assert Mail.objects.filter(person=person).count() == 1


def test_a_series_that_begins_on_a_fifth_weekday_is_of_the_last():
    day = next(
        in_a_week() + timedelta(days=n) for n in range(100) if (in_a_week() + timedelta(days=n)).day >= 29
    )

    assert a_series(day=day, every=Every.MONTH, weeks=20).every == Every.LAST


@pytest.mark.parametrize(
    ("until", "says"),
    [
        (-1, "ends before it starts"),
        (0, "only one session"),
        (3660, "at most 10 years"),
    ],
)
def test_an_end_that_cannot_be_is_refused(until, says):
    pair, day = introduced(), in_a_week()

    with pytest.raises(CannotPlan) as refused:
        plan_series(
            Audience(pair),
            Details("Weekly", day, time(18), "Europe/London", 60, mentor_of(pair)),
            every=Every.WEEK,
            until=day + timedelta(days=until),
        )

    assert says in dict(refused.value.problems)["until"]
    assert not Series.objects.exists()


# --- Change one -------------------------------------------------------------------------------


def test_one_session_moves_and_the_others_stay():
    series = a_series()
    third = series.sessions.all()[2]

    change(third, Scope.ONE, day=third.day + timedelta(days=1))

    third.refresh_from_db()
    assert third.is_moved
    assert third.original_day == in_a_week() + 2 * WEEK
    assert days_of_rows(series) == [in_a_week() + n * WEEK + timedelta(days=n == 2) for n in range(6)]


# --- This and following -----------------------------------------------------------------------


def test_this_and_all_that_follow_become_a_series_of_their_own():
    series = a_series()
    third = series.sessions.all()[2]

    moved = change(third, Scope.FOLLOWING, at=time(12), day=third.day + timedelta(days=1))

    series.refresh_from_db()
    rest = moved.series
    assert rest.continues == series
    assert rest.uid != series.uid
    assert days_of_rows(series) == [in_a_week(), in_a_week() + WEEK]
    assert series.until == in_a_week() + 2 * WEEK - timedelta(days=1)
    assert days_of_rows(rest) == [in_a_week() + n * WEEK + timedelta(days=1) for n in range(2, 6)]
    assert {row.starts_at for row in rest.sessions.all()} == {
        instant(day, time(12), "Europe/London") for day in days_of_rows(rest)
    }


def test_a_split_series_keeps_rows_and_seats():
    series = a_series()
    before = {row.pk: set(row.places.values_list("pk", flat=True)) for row in series.sessions.all()}

    change(series.sessions.all()[2], Scope.FOLLOWING, at=time(12))

    after = {row.pk: set(row.places.values_list("pk", flat=True)) for row in Session.objects.all()}
    assert after == before


def test_from_the_first_on_the_series_stays_one():
    series = a_series()

    change(series.sessions.first(), Scope.FOLLOWING, at=time(12))

    series.refresh_from_db()
    assert Series.objects.count() == 1
    assert (series.at, series.sequence) == (time(12), 1)
    assert set(series.sessions.values_list("at", "sequence")) == {(time(12), 1)}


def test_what_did_not_change_stays_as_each_session_has_it():
    series = a_series()
    second, third = series.sessions.all()[1:3]
    change(third, Scope.ONE, day=third.day + timedelta(days=1), title="Special")

    change(second, Scope.FOLLOWING, room="The library")

    third.refresh_from_db()
    assert third.is_moved
    assert (third.title, third.room) == ("Special", "The library")


def test_a_new_time_puts_moved_ones_back_and_leaves_cancelled_ones_cancelled():
    series = a_series()
    _, second, third, fourth = series.sessions.all()[:4]
    change(third, Scope.ONE, day=third.day + timedelta(days=1))
    cancel_series(fourth, scope=Scope.ONE)

    change(second, Scope.FOLLOWING, at=time(12))

    third.refresh_from_db()
    fourth.refresh_from_db()
    assert (third.day, third.at, third.is_moved) == (in_a_week() + 2 * WEEK, time(12), False)
    assert (fourth.is_cancelled, fourth.day, fourth.at) == (True, in_a_week() + 3 * WEEK, time(12))


def test_a_shift_by_a_week_meets_none_of_its_own_days():
    series = a_series()

    change(series.sessions.first(), Scope.ALL, day=in_a_week() + WEEK)

    assert days_of_rows(series) == [in_a_week() + n * WEEK for n in range(1, 7)]


def test_a_months_series_that_gains_or_loses_a_date_is_kept_whole():
    fourth_friday = date(2027, 1, 22)
    series = a_series(day=fourth_friday, every=Every.LAST, weeks=26)
    assert series.sessions.count() == 6

    moved = change(series.sessions.all()[0], Scope.ALL, day=date(2027, 2, 22))

    rows = Session.objects.filter(series=moved.series, state=Session.State.PLANNED)
    assert list(rows.order_by("day").values_list("day", flat=True))[:2] == [
        date(2027, 2, 22),
        date(2027, 3, 29),
    ]
    assert all(row.starts_at == instant(row.day, row.at, row.zone) for row in rows)


# --- All to come ------------------------------------------------------------------------------


def test_what_has_taken_place_is_never_altered():
    series = a_series()
    first, second = series.sessions.all()[:2]
    begin(second, first)
    before = list(Session.objects.filter(pk__in=[first.pk, second.pk]).order_by("pk").values())

    third = series.sessions.order_by("original_day")[2]
    moved = change(third, Scope.ALL, at=time(12), title="New")

    after = list(Session.objects.filter(pk__in=[first.pk, second.pk]).order_by("pk").values())
    assert after == before
    assert moved.series != series
    assert set(moved.series.sessions.values_list("at", "title")) == {(time(12), "New")}


def test_from_a_later_one_all_to_come_begins_with_the_next():
    series = a_series()
    begin(series.sessions.first())
    fifth = series.sessions.order_by("original_day")[4]

    moved = change(fifth, Scope.ALL, day=fifth.day + timedelta(days=1))

    assert days_of_rows(moved.series) == [in_a_week() + n * WEEK + timedelta(days=1) for n in range(1, 6)]


def test_a_series_is_not_moved_into_the_past():
    series = a_series()
    last = series.sessions.last()

    with pytest.raises(CannotPlan) as refused:
        change(last, Scope.ALL, day=last.day - 3 * WEEK)

    assert "into the past" in dict(refused.value.problems)["day"]
    assert days_of_rows(series) == [in_a_week() + n * WEEK for n in range(6)]


def test_where_a_later_session_has_taken_place_one_alone_can_change():
    series = a_series()
    begin(series.sessions.all()[3])

    with pytest.raises(CannotChange) as refused:
        change(series.sessions.order_by("original_day")[1], Scope.FOLLOWING, title="New")

    assert "Change this one alone" in str(refused.value)


def test_whoever_saw_an_older_version_of_the_series_is_told():
    series = a_series()
    second = series.sessions.all()[1]
    seen = version(second)
    change(series.sessions.first(), Scope.ALL, title="First")

    with pytest.raises(CannotChange):
        change_series(second, replace(details_of(second), title="Second"), scope=Scope.ALL, seen=seen)

    assert set(Session.objects.values_list("title", flat=True)) == {"First"}


def test_seats_of_a_series_never_go_below_those_that_are_taken():
    series = SeriesFactory(mentorship=introduced(mentees=3), seats=3)
    session = series.sessions.all()[4]
    for person in mentees_of(series.mentorship)[:2]:
        session.places.create(person=person, state=Seat.State.GOING)

    with pytest.raises(CannotPlan) as refused:
        change(series.sessions.first(), Scope.ALL, seats=1)

    assert "2 people have a seat already" in dict(refused.value.problems)["seats"]


def test_another_host_of_a_series_gives_up_every_seat():
    series = a_series()
    mentee = mentees_of(series.mentorship)[0]

    change(series.sessions.first(), Scope.ALL, host=mentee)

    assert not mentee.seats.exists()
    assert mentor_of(series.mentorship).seats.count() == 6


# --- Cancel -----------------------------------------------------------------------------------


def test_one_cancelled_leaves_the_rest():
    series = a_series()

    cancel_series(series.sessions.all()[2], scope=Scope.ONE)

    assert [row.is_cancelled for row in series.sessions.all()] == [False, False, True, False, False, False]


def test_this_and_all_that_follow_are_cancelled():
    series = a_series()

    cancel_series(series.sessions.all()[2], scope=Scope.FOLLOWING)

    series.refresh_from_db()
    assert [row.is_cancelled for row in series.sessions.all()] == [False] * 2 + [True] * 4
    assert (series.until, series.cancelled_at) == (in_a_week() + 2 * WEEK - timedelta(days=1), None)


def test_all_to_come_are_cancelled_and_what_was_stays():
    series = a_series()
    first = series.sessions.first()
    begin(first)

    cancel_series(series.sessions.last(), scope=Scope.ALL)

    first.refresh_from_db()
    assert first.state == Session.State.PLANNED
    assert series.sessions.filter(state=Session.State.CANCELLED).count() == 5


def test_a_series_cancelled_whole_says_when():
    series = a_series()

    cancel_series(series.sessions.all()[3], scope=Scope.ALL)

    series.refresh_from_db()
    assert series.cancelled_at is not None
    assert not series.sessions.exclude(state=Session.State.CANCELLED).exists()


def test_a_series_is_not_cancelled_twice():
    series = a_series()
    session = series.sessions.first()
    cancel_series(session, scope=Scope.ALL)

    with pytest.raises(CannotChange) as refused:
        cancel_series(session, scope=Scope.ALL)

    assert "cancelled already" in str(refused.value)


# --- What people's calendars hear -------------------------------------------------------------


def events_for(person, mailbox) -> list[dict]:
    """What has arrived for somebody since one looked last: method, UID and the end of the rule."""
    deliver_due()
    news, mailbox.received = [mail for mail in mailbox.messages if mail["To"] == person.email], []
    found = []
    for mail in news:
        [part] = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
        events = Calendar.from_ical(part.get_content()).walk("VEVENT")
        [event] = [event for event in events if "RECURRENCE-ID" not in event]
        until = event["RRULE"].get("UNTIL", [None])[0] if "RRULE" in event else None
        found.append({"method": part.get_param("method"), "uid": str(event["UID"]), "until": until})
    return found


def test_calendars_learn_where_a_series_was_split(mailbox):
    series = a_series()
    person = mentees_of(series.mentorship)[0]
    [first] = events_for(person, mailbox)

    moved = change(series.sessions.all()[2], Scope.FOLLOWING, at=time(12))
    news = {event["uid"]: event for event in events_for(person, mailbox)}

    assert first["uid"] == series.uid
    assert set(news) == {series.uid, moved.series.uid}
    assert {event["method"] for event in news.values()} == {"REQUEST"}
    assert news[series.uid]["until"] < moved.starts_at <= news[moved.series.uid]["until"]


def test_calendars_learn_of_a_split_behind_the_last_session_that_took_place(mailbox):
    series = a_series()
    person = mentees_of(series.mentorship)[0]
    events_for(person, mailbox)
    begin(series.sessions.first())

    moved = change(series.sessions.last(), Scope.ALL, at=time(12))
    news = {event["uid"]: event for event in events_for(person, mailbox)}

    assert set(news) == {series.uid, moved.series.uid}
    assert news[series.uid]["until"] < moved.series.sessions.first().starts_at


def test_calendars_learn_where_a_series_was_cut(mailbox):
    series = a_series()
    person = mentees_of(series.mentorship)[0]
    events_for(person, mailbox)

    cancel_series(series.sessions.all()[2], scope=Scope.FOLLOWING)
    [news] = events_for(person, mailbox)

    assert (news["method"], news["uid"]) == ("REQUEST", series.uid)
    assert news["until"] < instant(in_a_week() + 2 * WEEK, time(0), "Europe/London")
