from datetime import UTC, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical

from meetings.calendar.zones import written

HOUR = timedelta(hours=1)
YEARS = 10
# Both hemispheres, half an hour, midnight, days counted from a weekday, and none at all.
ZONES = [
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Jerusalem",
    "Asia/Kathmandu",
]


def every_hour(years: int = YEARS):
    first = datetime(datetime.now(UTC).year, 1, 1, tzinfo=UTC)
    return (first + HOUR * number for number in range(years * 365 * 24))


def read(zone: str):
    """The zone as another program understands what we wrote; it is told nothing but that."""
    return tzical(StringIO(written(zone).to_ical().decode().replace("\r\n", "\n"))).get(zone)


@pytest.mark.parametrize("zone", ZONES)
def test_every_hour_of_ten_years_is_told_as_it_will_be(zone):
    told, real = read(zone), ZoneInfo(zone)

    wrong = [
        moment
        for moment in every_hour()
        if (wall := moment.astimezone(real).replace(tzinfo=None, fold=0)).replace(tzinfo=told).utcoffset()
        != wall.replace(tzinfo=real).utcoffset()
    ]

    assert wrong == []


@pytest.mark.parametrize("zone", ZONES)
def test_changes_of_the_clocks_are_rules_and_never_lists_of_dates(zone):
    text = written(zone).to_ical().decode()

    changes = len({moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in every_hour(1)}) > 1
    assert text.count("RRULE:FREQ=YEARLY") == (2 if changes else 0)
    assert "RDATE" not in text


@pytest.mark.parametrize("zone", ["Africa/Casablanca", "Africa/El_Aaiun"])
def test_clocks_that_follow_the_moon_are_not_told_as_a_rule(zone):
    assert written(zone) is None
