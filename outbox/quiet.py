"""The hours in which nobody is to be woken, where the reader is."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_noop

from outbox.models import Mail
from outbox.nudge import nudge
from outbox.queries import WAITING
from outbox.services import DELIVER

NIGHT = gettext_noop("It is night where the reader is; it leaves in the morning.")


def zone_of(person) -> ZoneInfo:
    """Where this reader is; the programme's zone for a reader without an account."""
    return getattr(person, "zone", None) or ZoneInfo(settings.TIME_ZONE)


def morning_after(moment: datetime, zone: ZoneInfo) -> datetime | None:
    """When the quiet hours end that hold at this moment; None by day, or where there are none."""
    if settings.QUIET_HOURS is None:
        return None
    begin, end = settings.QUIET_HOURS
    there = moment.astimezone(zone)
    if not _is_within(there.time(), begin, end):
        return None
    day = there.date() + timedelta(days=1) if there.time() >= end else there.date()
    # On the wall of that morning, however long the night was; an instant, since sums of zoned times skip the change.
    return datetime.combine(day, end, tzinfo=zone).astimezone(UTC)


def _is_within(now: time, begin: time, end: time) -> bool:
    return begin <= now < end if begin < end else now >= begin or now < end


def look_again(person) -> None:
    """Somebody has moved to another zone: what waited for their old morning is decided anew."""
    waiting = Mail.objects.filter(person=person, state__in=WAITING, note=NIGHT)
    if waiting.update(not_before=timezone.now(), note=""):
        nudge(DELIVER)
