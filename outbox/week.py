"""When the weekly digest leaves, on the wall of where its reader is."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

MONDAY = 0
HOUR = time(8)
# What waits for the digest is left alone this much longer, so that it is gathered before anybody looks at it again.
SLACK = timedelta(days=1)


def next_digest(now: datetime, zone: ZoneInfo) -> datetime:
    """The first Monday morning after this moment."""
    there = now.astimezone(zone)
    monday = there.date() + timedelta(days=(MONDAY - there.weekday()) % 7)
    leaves = datetime.combine(monday, HOUR, tzinfo=zone).astimezone(UTC)
    if leaves > now:
        return leaves
    return datetime.combine(monday + timedelta(days=7), HOUR, tzinfo=zone).astimezone(UTC)


def week_of(now: datetime, zone: ZoneInfo) -> str:
    """The week that a reader lives in, such as 2027-W13."""
    return now.astimezone(zone).strftime("%G-W%V")
