"""Weekly half hours between wall clocks and UTC.

A week repeats by the clock on the wall, so two people in two zones may gain or lose an hour in common when the
clocks change. All conversions take one reference week, the first of the cohort: what is said about hours in
common is exact for that week, and for every week in which both zones keep its offsets.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

HALF_HOURS_A_DAY = 48
HALF_HOURS_A_WEEK = 7 * HALF_HOURS_A_DAY
HALF_HOUR = timedelta(minutes=30)
LUNCH = 12 * 60 + 30


@dataclass(frozen=True)
class Hour:
    """An hour of the week on a reader's wall clock; `minute` is of the day."""

    weekday: int
    minute: int

    @property
    def starts(self) -> time:
        return time(self.minute // 60, self.minute % 60)

    @property
    def ends(self) -> time:
        end = (self.minute + 60) % (24 * 60)
        return time(end // 60, end % 60)

    def __str__(self):
        words = {
            "day": day_name(self.weekday),
            "starts": f"{self.starts:%H:%M}",
            "ends": f"{self.ends:%H:%M}",
        }
        return _("%(day)s %(starts)s to %(ends)s") % words


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def to_utc(half_hours: Iterable[int], zone: str, monday: date) -> set[int]:
    """Half hours of a wall-clock week, as half hours of the UTC week."""
    in_utc = week_in_utc(zone, monday)
    return {in_utc[slot] for slot in half_hours}


@lru_cache(maxsize=256)
def week_in_utc(zone: str, monday: date) -> tuple[int, ...]:
    """Of each half hour of a wall-clock week, which it is in UTC. A cohort's people share few zones and one week."""
    begins = datetime.combine(monday, time())
    home = ZoneInfo(zone)
    slots = range(HALF_HOURS_A_WEEK)
    moments = ((begins + HALF_HOUR * slot).replace(tzinfo=home).astimezone(UTC) for slot in slots)
    return tuple(slot_of(moment.replace(tzinfo=None), begins) for moment in moments)


def to_wall(half_hours: Iterable[int], zone: str, monday: date) -> set[int]:
    """Half hours of the UTC week, as a wall clock in `zone` shows them."""
    begins = datetime.combine(monday, time())
    there = ZoneInfo(zone)
    moments = ((begins + HALF_HOUR * slot).replace(tzinfo=UTC).astimezone(there) for slot in half_hours)
    return {slot_of(moment.replace(tzinfo=None), begins) for moment in moments}


def slot_of(moment: datetime, begins: datetime) -> int:
    # Offsets of a quarter of an hour exist (Kathmandu): such a half hour counts as the one it begins in.
    return int((moment - begins) // HALF_HOUR) % HALF_HOURS_A_WEEK


def full_hours(half_hours: Iterable[int]) -> list[Hour]:
    """Hours that do not overlap, in the order of the week."""
    hours, taken_until = [], -1
    for first, second in pairwise(sorted(half_hours)):
        if second == first + 1 and first > taken_until and same_day(first, second):
            hours.append(Hour(first // HALF_HOURS_A_DAY, first % HALF_HOURS_A_DAY * 30))
            taken_until = second
    return hours


def same_day(first: int, second: int) -> bool:
    return first // HALF_HOURS_A_DAY == second // HALF_HOURS_A_DAY


def two_suggestions(hours: list[Hour]) -> list[Hour]:
    """Two hours of different days where there are such, nearest to lunchtime of a working day first."""
    by_ease = sorted(hours, key=lambda hour: (hour.weekday > 4, abs(hour.minute - LUNCH), hour.weekday))
    first = by_ease[:1]
    other_days = [hour for hour in by_ease[1:] if hour.weekday != first[0].weekday]
    return [*first, *(other_days or by_ease[1:])[:1]]


def in_words(hours: list[Hour]) -> list[str]:
    """Parts of days, the richest in hours first: "Thursday lunchtimes", "Tuesday evenings"."""
    counts: dict[tuple[int, str], int] = {}
    for hour in hours:
        key = hour.weekday, part_of_day(hour.minute)
        counts[key] = counts.get(key, 0) + 1
    ordered = sorted(counts, key=lambda key: (-counts[key], key[0], list(PARTS).index(key[1])))
    return [part_phrase(weekday, part) for weekday, part in ordered]


PARTS = {"night": 0, "morning": 6 * 60, "lunch": 11 * 60 + 30, "afternoon": 13 * 60 + 30, "evening": 17 * 60}


def part_of_day(minute: int) -> str:
    return [part for part, begins in PARTS.items() if begins <= minute][-1]


def part_phrase(weekday: int, part: str) -> str:
    phrases = {
        "night": _("%(day)s nights"),
        "morning": _("%(day)s mornings"),
        "lunch": _("%(day)s lunchtimes"),
        "afternoon": _("%(day)s afternoons"),
        "evening": _("%(day)s evenings"),
    }
    return phrases[part] % {"day": day_name(weekday)}


def day_name(weekday: int) -> str:
    names = [
        pgettext("in a list of times", "Monday"),
        pgettext("in a list of times", "Tuesday"),
        pgettext("in a list of times", "Wednesday"),
        pgettext("in a list of times", "Thursday"),
        pgettext("in a list of times", "Friday"),
        pgettext("in a list of times", "Saturday"),
        pgettext("in a list of times", "Sunday"),
    ]
    return names[weekday]
