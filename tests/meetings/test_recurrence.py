"""The clock on the wall, the instants, and the nights on which the clocks change."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from meetings.models import Series
from meetings.moments import NoSuchTime, TwiceThatNight, exact_instant, instant, span, wall_clock
from meetings.recurrence import days_of, in_rfc_5545

Every = Series.Every
LONDON, NEW_YORK, LORD_HOWE = "Europe/London", "America/New_York", "Australia/Lord_Howe"
TEN_YEARS = timedelta(days=3653)
THURSDAY = date(2026, 11, 26)


# --- Instants ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "at", "zone", "choose"),
    [
        (date(2027, 3, 28), time(1, 30), LONDON, ["00:30", "02:30"]),
        (date(2027, 3, 14), time(2, 15), NEW_YORK, ["01:15", "03:15"]),
        # Lord Howe moves its clocks by half an hour.
        (date(2027, 10, 3), time(2, 10), LORD_HOWE, ["01:40", "02:40"]),
    ],
)
def test_a_time_that_does_not_exist_is_refused_with_what_to_choose(day, at, zone, choose):
    with pytest.raises(NoSuchTime) as refused:
        exact_instant(day, at, zone)

    assert all(time in str(refused.value) for time in [f"{at:%H:%M}", *choose])


@pytest.mark.parametrize(
    ("day", "at", "zone", "readings"),
    [
        (date(2027, 10, 31), time(1, 30), LONDON, ["00:30", "01:30"]),
        (date(2027, 11, 7), time(1, 30), NEW_YORK, ["05:30", "06:30"]),
        (date(2027, 4, 4), time(1, 45), LORD_HOWE, ["14:45", "15:15"]),
    ],
)
def test_a_time_that_comes_twice_is_refused_with_both_readings(day, at, zone, readings):
    with pytest.raises(TwiceThatNight) as refused:
        exact_instant(day, at, zone)

    assert all(f"{reading}" in str(refused.value) for reading in readings)


@pytest.mark.parametrize(("day", "at"), [(date(2027, 3, 28), time(1, 30)), (date(2027, 10, 31), time(1, 30))])
def test_what_is_advised_instead_is_clear(day, at):
    with pytest.raises((NoSuchTime, TwiceThatNight)) as refused:
        exact_instant(day, at, LONDON)

    advised = str(refused.value).split("Choose ")[1].split(",")[0].split(" or ")
    instants = [exact_instant(day, time.fromisoformat(one), LONDON) for one in advised]
    assert instants[0] < instants[1]


@pytest.mark.parametrize(
    ("day", "zone", "starts_at"),
    [
        # A gap: as with the offset before. A fold: the first of the two (RFC 5545, 3.3.5).
        (date(2027, 3, 28), LONDON, datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        (date(2027, 10, 31), LONDON, datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
        (date(2027, 6, 1), LONDON, datetime(2027, 6, 1, 0, 30, tzinfo=UTC)),
        (date(2027, 11, 7), NEW_YORK, datetime(2027, 11, 7, 5, 30, tzinfo=UTC)),
    ],
)
def test_a_series_reads_such_nights_as_calendars_do(day, zone, starts_at):
    assert instant(day, time(1, 30), zone) == starts_at


def test_an_hour_lasts_an_hour_through_the_change_of_the_clocks():
    starts_at, ends_at = span(date(2027, 3, 28), time(0, 30), LONDON, 60)

    assert ends_at - starts_at == timedelta(hours=1)
    assert wall_clock(ends_at, LONDON) == datetime(2027, 3, 28, 2, 30)


# --- Ten years of a series --------------------------------------------------------------------


@pytest.mark.parametrize("zone", [LONDON, NEW_YORK, LORD_HOWE])
@pytest.mark.parametrize("every", [Every.WEEK, Every.FORTNIGHT, Every.MONTH, Every.LAST])
def test_the_time_on_the_wall_stays_for_ten_years(zone, every):
    days = days_of(THURSDAY, every, THURSDAY + TEN_YEARS)
    starts = [instant(day, time(18, 0), zone) for day in days]

    assert {wall_clock(moment, zone).time() for moment in starts} == {time(18, 0)}
    assert {wall_clock(moment, zone).date().weekday() for moment in starts} == {THURSDAY.weekday()}
    # The instants do move with the clocks: a series of instants would not.
    assert len({moment.time() for moment in starts}) == 2


@pytest.mark.parametrize("zone", [LONDON, NEW_YORK, LORD_HOWE])
def test_a_series_in_the_hour_that_changes_has_a_session_every_time(zone):
    sunday = date(2026, 11, 29)
    days = days_of(sunday, Every.WEEK, sunday + TEN_YEARS)
    starts = [instant(day, time(2, 15), zone) for day in days]

    assert len(set(starts)) == len(days) == 522
    moved = [moment for moment in starts if wall_clock(moment, zone).time() != time(2, 15)]
    # London's gap is from one to two; the others lose a quarter past two once a year.
    assert len(moved) == (0 if zone == LONDON else 10)


def test_weeks_and_fortnights_count_from_the_first_day():
    until = THURSDAY + timedelta(weeks=4)

    assert days_of(THURSDAY, Every.WEEK, until) == [THURSDAY + timedelta(weeks=n) for n in range(5)]
    assert days_of(THURSDAY, Every.FORTNIGHT, until) == [THURSDAY + timedelta(weeks=n) for n in (0, 2, 4)]


def test_a_month_keeps_its_weekday_and_week():
    second_tuesday = date(2026, 12, 8)

    days = days_of(second_tuesday, Every.MONTH, date(2027, 4, 30))

    assert days == [second_tuesday, *(date(2027, *day) for day in [(1, 12), (2, 9), (3, 9), (4, 13)])]
    assert in_rfc_5545(second_tuesday, Every.MONTH) == "FREQ=MONTHLY;BYDAY=2TU"


def test_the_last_weekday_is_the_fourth_or_the_fifth():
    days = days_of(date(2026, 11, 24), Every.LAST, date(2027, 3, 31))

    assert days == [
        date(2026, 11, 24),
        date(2026, 12, 29),
        date(2027, 1, 26),
        date(2027, 2, 23),
        date(2027, 3, 30),
    ]
    assert in_rfc_5545(days[0], Every.LAST) == "FREQ=MONTHLY;BYDAY=-1TU"


def test_whoever_starts_on_a_fifth_weekday_means_the_last():
    days = days_of(date(2026, 12, 29), Every.MONTH, date(2027, 2, 28))

    assert days == [date(2026, 12, 29), date(2027, 1, 26), date(2027, 2, 23)]
