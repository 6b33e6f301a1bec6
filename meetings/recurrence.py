"""On which days a series meets. Days of the wall clock: no zone, no instant."""

from datetime import date, datetime, time

from dateutil.relativedelta import relativedelta
from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekday

from meetings.models import Series

MOST_YEARS = 10
LAST = -1
WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

Every = Series.Every


def days_of(day: date, every: str, until: date) -> list[date]:
    """Each day on which a series meets, the first one included."""
    begins, ends = (datetime.combine(one, time()) for one in (day, until))
    return [moment.date() for moment in rrule(dtstart=begins, until=ends, **rule(day, every))]


def rule(day: date, every: str) -> dict:
    """As `dateutil` takes it."""
    if every == Every.WEEK:
        return {"freq": WEEKLY}
    if every == Every.FORTNIGHT:
        return {"freq": WEEKLY, "interval": 2}
    return {"freq": MONTHLY, "byweekday": weekday(day.weekday(), week_of_month(day, every))}


def in_rfc_5545(day: date, every: str) -> str:
    """The same as the value of an RRULE, without its end."""
    by_day = WEEKDAYS[day.weekday()]
    if every == Every.WEEK:
        return f"FREQ=WEEKLY;BYDAY={by_day}"
    if every == Every.FORTNIGHT:
        return f"FREQ=WEEKLY;INTERVAL=2;BYDAY={by_day}"
    return f"FREQ=MONTHLY;BYDAY={week_of_month(day, every)}{by_day}"


def week_of_month(day: date, every: str) -> int:
    """Which such weekday of its month a day is. Not every month has a fifth: that one is the last."""
    count = (day.day - 1) // 7 + 1
    return LAST if every == Every.LAST or count > 4 else count


def latest_until(day: date) -> date:
    return day + relativedelta(years=MOST_YEARS)
