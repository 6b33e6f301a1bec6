"""Working days: Monday to Friday, where the programme is. Public holidays count as working days."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

SATURDAY = 5


def working_days_after(moment: datetime, days: int, zone: str = settings.TIME_ZONE) -> datetime:
    """The same time of day, `days` working days later. What begins at a weekend counts from Monday on."""
    local = first_working_day(moment.astimezone(ZoneInfo(zone)))
    for _ in range(days):
        local = first_working_day(local + timedelta(days=1))
    return local


def first_working_day(local: datetime) -> datetime:
    while local.weekday() >= SATURDAY:
        local += timedelta(days=1)
    return local
