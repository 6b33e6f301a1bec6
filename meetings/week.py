"""The hours in which the people of a mentorship are free, in one real week of the reader's.

What somebody said is a usual week by the clock on their own wall. Here each half hour becomes the instant that it is
in this very week, so that what is said holds also in a week in which somebody's clocks change.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from matching.hours import HALF_HOUR, HALF_HOURS_A_DAY, LUNCH
from meetings.moments import readings

DAYS = 7
# What is drawn at least; somebody's earlier or later hours widen it.
FIRST_SLOT, LAST_SLOT = 7 * 2, 21 * 2
WORKING_DAYS = 5


@dataclass(frozen=True)
class Free:
    """What one person said: half hours of a usual week on the wall in `zone`."""

    half_hours: frozenset[int]
    zone: str

    def instants(self, monday: date) -> set[datetime]:
        """The half hours of this week and of the days around it, which are in it elsewhere."""
        days = ((offset, monday + timedelta(days=offset)) for offset in range(-1, DAYS + 1))
        return {
            whole(moment)
            for offset, day in days
            for slot in range(HALF_HOURS_A_DAY)
            if offset % DAYS * HALF_HOURS_A_DAY + slot in self.half_hours
            for moment in instants_of(day, slot, self.zone)
        }


@dataclass(frozen=True)
class HalfHour:
    """One half hour of the reader's week: how many are free, and whether somebody has a session."""

    starts_at: datetime
    free: int
    is_busy: bool


@dataclass(frozen=True)
class Window:
    """A time long enough to meet, in which `free` people are free throughout."""

    starts_at: datetime
    minutes: int
    free: int

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Week:
    """Seven days as the reader's clock shows them. `busy` are the sessions that somebody has, as spans."""

    monday: date
    zone: str
    people: tuple[Free, ...]
    busy: tuple[tuple[datetime, datetime], ...] = ()

    @cached_property
    def free_sets(self) -> list[set[datetime]]:
        return [person.instants(self.monday) for person in self.people]

    @cached_property
    def span(self) -> tuple[int, int]:
        """The first and the last half hour of the day to show."""
        there = ZoneInfo(self.zone)
        walls = [moment.astimezone(there) for moment in set().union(*self.free_sets)]
        slots = [wall.hour * 2 + wall.minute // 30 for wall in walls if self.holds(wall.date())]
        return min([FIRST_SLOT, *slots]), max([LAST_SLOT - 1, *slots]) + 1

    def holds(self, day: date) -> bool:
        return self.monday <= day < self.monday + timedelta(days=DAYS)

    @cached_property
    def days(self) -> list[tuple[date, list[HalfHour | None]]]:
        """Each day with its half hours from first to last; None where the clocks go forward over one."""
        days = [self.monday + timedelta(days=offset) for offset in range(DAYS)]
        return [(day, [self.half_hour(day, slot) for slot in range(*self.span)]) for day in days]

    def half_hour(self, day: date, slot: int) -> HalfHour | None:
        moments = instants_of(day, slot, self.zone)
        return HalfHour(moments[0], self.free_at(moments[0]), self.is_busy(moments[0])) if moments else None

    def free_at(self, moment: datetime, half_hours: int = 1) -> int:
        """How many are free then, and all the time until so many half hours later."""
        moments = [whole(moment) + HALF_HOUR * nth for nth in range(half_hours)]
        return sum(all(one in free for one in moments) for free in self.free_sets)

    def is_busy(self, moment: datetime, minutes: int = 30) -> bool:
        ends = moment + timedelta(minutes=minutes)
        return any(begins < ends and moment < end for begins, end in self.busy)

    def windows(self, minutes: int, *, after: datetime) -> list[Window]:
        """Times at which somebody could meet for so long, most people first, then the easiest; none overlap."""
        found = [
            window
            for day, half_hours in self.days
            for half_hour in half_hours
            if half_hour and half_hour.starts_at > after and (window := self.window(half_hour, minutes))
        ]
        found.sort(key=self.ease)
        chosen: list[Window] = []
        for window in found:
            if all(one.ends_at <= window.starts_at or window.ends_at <= one.starts_at for one in chosen):
                chosen.append(window)
        return chosen

    def window(self, half_hour: HalfHour, minutes: int) -> Window | None:
        starts_at = half_hour.starts_at
        if self.is_busy(starts_at, minutes):
            return None
        free = self.free_at(starts_at, half_hours=-(-minutes // 30))
        return Window(starts_at, minutes, free) if free else None

    def ease(self, window: Window) -> tuple:
        """More people first; then working days, near lunchtime, early in the week."""
        wall = window.starts_at.astimezone(ZoneInfo(self.zone))
        minute = wall.hour * 60 + wall.minute
        return -window.free, wall.weekday() >= WORKING_DAYS, abs(minute - LUNCH), wall.weekday()


def instants_of(day: date, slot: int, zone: str) -> list[datetime]:
    """When this half hour begins on that day: nowhere in a gap, twice in a fold."""
    at = time(slot // 2, slot % 2 * 30)
    first, second = readings(day, at, zone)
    return [] if first > second else sorted({first, second})


def whole(moment: datetime) -> datetime:
    # Offsets of a quarter of an hour exist (Kathmandu): such a half hour counts as the one it begins in.
    return moment.replace(minute=moment.minute // 30 * 30)
