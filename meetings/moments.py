"""From what the clock on the wall shows to the instant, and back.

A session keeps day, time and zone; its instants follow from them. On two nights a year a time is missing or comes
twice: somebody who types such a time is asked which they mean, and a series that meets one follows RFC 5545 (3.3.5):
a missing time is read with the offset before the gap, a time that comes twice is the first of the two.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _


class UnclearTime(Exception):
    """The text says which two instants could be meant and what to choose instead."""


class NoSuchTime(UnclearTime):
    """The clocks go forward over it."""


class TwiceThatNight(UnclearTime):
    """The clocks go back over it."""


def instant(day: date, at: time, zone: str) -> datetime:
    """The instant in UTC; in a gap or a fold, the reading of RFC 5545."""
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def exact_instant(day: date, at: time, zone: str) -> datetime:
    """The instant in UTC. Raises NoSuchTime in a gap, TwiceThatNight in a fold."""
    first, second = readings(day, at, zone)
    if first == second:
        return first
    raise NoSuchTime(missing(day, at, zone)) if first > second else TwiceThatNight(twice(day, at, zone))


def span(day: date, at: time, zone: str, minutes: int) -> tuple[datetime, datetime]:
    """Beginning and end of a session."""
    starts_at = instant(day, at, zone)
    return starts_at, starts_at + timedelta(minutes=minutes)


def wall_clock(moment: datetime, zone: str) -> datetime:
    """What the clock on the wall shows there, without a zone."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def readings(day: date, at: time, zone: str) -> tuple[datetime, datetime]:
    """The instants with the offset before and after a change of the clocks; in a gap the first is the later one."""
    before, after = (datetime.combine(day, at.replace(fold=fold), ZoneInfo(zone)) for fold in (0, 1))
    return before.astimezone(UTC), after.astimezone(UTC)


def missing(day: date, at: time, zone: str) -> str:
    later, earlier = (wall_clock(moment, zone) for moment in readings(day, at, zone))
    return _(
        "%(time)s does not exist on %(day)s in %(place)s: the clocks go forward over it. "
        "Choose %(earlier)s or %(later)s, or another time."
    ) % {**words(day, at, zone), "earlier": f"{earlier:%H:%M}", "later": f"{later:%H:%M}"}


def twice(day: date, at: time, zone: str) -> str:
    first, second = readings(day, at, zone)
    hour = second - first
    before, after = wall_clock(first - hour, zone), wall_clock(second + hour, zone)
    return _(
        "%(time)s comes twice on %(day)s in %(place)s, because the clocks go back: it could be %(first)s or "
        "%(second)s UTC. Choose %(before)s or %(after)s, or another time."
    ) % {
        **words(day, at, zone),
        "first": f"{first:%H:%M}",
        "second": f"{second:%H:%M}",
        "before": f"{before:%H:%M}",
        "after": f"{after:%H:%M}",
    }


def words(day: date, at: time, zone: str) -> dict[str, str]:
    return {"time": f"{at:%H:%M}", "day": date_format(day, "l j F Y"), "place": place_name(zone)}


def place_name(zone: str) -> str:
    """A city that stands for the zone, in the reader's language."""
    return get_timezone_location(zone, locale=get_language() or "en", return_city=True)
