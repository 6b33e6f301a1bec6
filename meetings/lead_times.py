"""When a reminder is due: so long before the start, or in the evening where that would be at night."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from outbox.quiet import morning_after

BEFORE_THE_NIGHT = timedelta(minutes=30)


def due_at(starts_at: datetime, minutes_before: int, zone: ZoneInfo) -> datetime:
    """The instant at which somebody in this zone is reminded."""
    return awake(starts_at - timedelta(minutes=minutes_before), zone)


def awake(moment: datetime, zone: ZoneInfo) -> datetime:
    """This moment, or half an hour before the night begins in which it would fall."""
    morning = morning_after(moment, zone)
    if morning is None:
        return moment
    begin, end = settings.QUIET_HOURS
    day = morning.astimezone(zone).date()
    evening = day - timedelta(days=1) if begin > end else day
    return datetime.combine(evening, begin, tzinfo=zone).astimezone(UTC) - BEFORE_THE_NIGHT
