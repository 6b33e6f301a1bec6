"""A series of ten years, read by four programs, against the rows that the pages show."""

from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from meetings.calendar.events import series_events
from meetings.calendar.writing import published
from meetings.models import Series, Session
from tests.meetings.calendar.readers import EVERY_READER
from tests.meetings.factories import SeriesFactory, in_a_week

pytestmark = pytest.mark.django_db

ZONES = ["Europe/London", "America/New_York", "Australia/Lord_Howe"]
# Its clocks change with Ramadan, so that calendars are told in UTC.
BY_THE_MOON = "Africa/Casablanca"
Every = Series.Every


def ten_years(*, zone: str, every: str = Every.WEEK) -> Series:
    """From an evening of next week on; the rows are written in one go, as planning does."""
    day = in_a_week()
    return SeriesFactory(zone=zone, every=every, day=day, until=day + timedelta(days=3652))


def mine(series: Series) -> list[tuple]:
    """When the database says that the host meets."""
    rows = series.sessions.filter(state=Session.State.PLANNED).order_by("starts_at")
    return list(rows.values_list("starts_at", "ends_at"))


@pytest.mark.parametrize("zone", [*ZONES, BY_THE_MOON])
def test_a_weekly_series_of_ten_years_is_read_as_it_is_planned(zone):
    series = ten_years(zone=zone)
    planned = mine(series)

    text = published(series_events(series, series.host), now=timezone.now())

    assert len(planned) > 520
    assert {reader.__name__: reader(text) == planned for reader in EVERY_READER} == {
        reader.__name__: True for reader in EVERY_READER
    }


@pytest.mark.parametrize("every", [Every.FORTNIGHT, Every.MONTH, Every.LAST])
@pytest.mark.parametrize("zone", ["America/New_York", BY_THE_MOON])
def test_other_rhythms_are_read_as_they_are_planned(zone, every):
    series = ten_years(zone=zone, every=every)
    planned = mine(series)

    text = published(series_events(series, series.host), now=timezone.now())

    assert len(planned) >= 120
    assert [reader(text) == planned for reader in EVERY_READER] == [True] * len(EVERY_READER)


def test_a_session_just_after_midnight_where_the_clocks_follow_the_moon():
    """In UTC it is on the day before: on another weekday, and at times in another month."""
    series = SeriesFactory(
        zone=BY_THE_MOON, every=Every.MONTH, day=date(2030, 4, 1), at=time(0, 30), until=date(2035, 4, 30)
    )

    text = published(series_events(series, series.host), now=timezone.now())

    assert [reader(text) == mine(series) for reader in EVERY_READER] == [True] * len(EVERY_READER)
