"""Time zones as calendars are told of them.

A VTIMEZONE says by two yearly rules when the clocks change. We work the rules out from the changes that `zoneinfo`
knows of a whole cycle of the calendar, and write them only where they give each of those changes and no other.
Never a list of dates (RDATE): Outlook takes its first entry for the rule.

Some zones follow no rule, because they change with Ramadan (Africa/Casablanca, Africa/El_Aaiun). For those `written`
gives None, and events tell the time in UTC.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

# After 28 years weekdays fall on the same days again, so that a rule has shown all that it does.
CYCLE = 28
DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
# Before every event; the year from which Outlook's own rules count.
SINCE = 1970


@dataclass(frozen=True)
class Change:
    """One change of the clocks: `at` is what the clock shows just before it."""

    at: datetime
    before: timedelta
    after: timedelta
    name: str


@dataclass(frozen=True)
class Rule:
    """A change that comes every year: in `month`, on a weekday among seven days, or the last one of the month."""

    month: int
    weekday: int
    first_day: int
    is_last: bool
    at: time
    before: timedelta
    after: timedelta
    name: str

    def on(self, year: int) -> date:
        if self.is_last:
            last = date(year + self.month // 12, self.month % 12 + 1, 1) - DAY
            return last - DAY * ((last.weekday() - self.weekday) % 7)
        first = date(year, self.month, self.first_day)
        return first + DAY * ((self.weekday - first.weekday()) % 7)

    @property
    def recurrence(self) -> vRecur:
        day = WEEKDAYS[self.weekday]
        rule: dict = {"FREQ": "YEARLY", "BYMONTH": self.month}
        if self.is_last:
            return vRecur(rule | {"BYDAY": f"-1{day}"})
        if self.first_day % 7 == 1:
            return vRecur(rule | {"BYDAY": f"{self.first_day // 7 + 1}{day}"})
        # "The Friday after the fourth Thursday" and its like: a weekday among seven days that are no week of the month.
        return vRecur(rule | {"BYDAY": day, "BYMONTHDAY": list(range(self.first_day, self.first_day + 7))})


def written(zone: str) -> Timezone | None:
    """The VTIMEZONE of this zone; None where no two rules say when its clocks change."""
    return _written(zone, datetime.now(UTC).year)


@lru_cache(maxsize=128)
def _written(zone: str, year: int) -> Timezone | None:
    changes = _changes(ZoneInfo(zone), year, year + CYCLE)
    rules = _rules(changes)
    if rules is None:
        return None
    component = Timezone()
    component.add("tzid", zone)
    for part in [_observance(rule) for rule in rules] or [_constant(ZoneInfo(zone), year)]:
        component.add_component(part)
    return component


def _changes(zone: ZoneInfo, first_year: int, end_year: int) -> list[Change]:
    """Every change of the offset between two new years."""
    found = []
    moment, end = datetime(first_year, 1, 1, tzinfo=UTC), datetime(end_year, 1, 1, tzinfo=UTC)
    while moment < end:
        if _offset(zone, moment) != _offset(zone, moment + DAY):
            found.append(_change(zone, moment, moment + DAY))
        moment += DAY
    return found


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> Change:
    """The change between two instants, to the minute."""
    while after - before > MINUTE:
        middle = before + (after - before) // 2 // MINUTE * MINUTE
        before, after = (
            (middle, after) if _offset(zone, middle) == _offset(zone, before) else (before, middle)
        )
    offset = _offset(zone, before)
    at = (after + offset).replace(tzinfo=None)
    return Change(at, offset, _offset(zone, after), after.astimezone(zone).tzname())


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset()


def _rules(changes: list[Change]) -> list[Rule] | None:
    """The yearly rules that give exactly these changes; [] for none at all, None where there are no such rules."""
    if not changes:
        return []
    years = sorted({change.at.year for change in changes})
    if len(years) != CYCLE or len(changes) != 2 * CYCLE:
        return None
    rules = [_rule_of_either(half) for half in (changes[0::2], changes[1::2])]
    return None if None in rules else rules


def _rule_of_either(changes: list[Change]) -> Rule | None:
    """At midnight after the last Thursday of October is now a day of October, now one of November: a second before never is."""
    return _rule(changes) or _rule([replace(change, at=change.at - SECOND) for change in changes])


def _rule(changes: list[Change]) -> Rule | None:
    same = {(c.at.month, c.at.weekday(), c.at.time(), c.before, c.after, c.name) for c in changes}
    if len(same) != 1:
        return None
    month, weekday, at, before, after, name = same.pop()
    first_day = min(change.at.day for change in changes)
    is_last = all((change.at + 7 * DAY).month != month for change in changes)
    rule = Rule(month, weekday, first_day, is_last, at, before, after, name)
    return rule if all(rule.on(change.at.year) == change.at.date() for change in changes) else None


def _observance(rule: Rule) -> TimezoneStandard | TimezoneDaylight:
    # By the offset, not by what the zone calls it: Ireland's winter is its "daylight" in the tables.
    part = TimezoneDaylight() if rule.after > rule.before else TimezoneStandard()
    part.add("dtstart", datetime.combine(rule.on(SINCE), rule.at))
    part.add("rrule", rule.recurrence)
    return _with_offsets(part, rule.before, rule.after, rule.name)


def _constant(zone: ZoneInfo, year: int) -> TimezoneStandard:
    moment = datetime(year, 1, 1, tzinfo=zone)
    part = TimezoneStandard()
    part.add("dtstart", datetime(SINCE, 1, 1))
    return _with_offsets(part, moment.utcoffset(), moment.utcoffset(), moment.tzname())


def _with_offsets(part, before: timedelta, after: timedelta, name: str):
    part.add("tzoffsetfrom", before)
    part.add("tzoffsetto", after)
    part.add("tzname", name)
    return part
