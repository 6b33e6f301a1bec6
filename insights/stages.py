"""At which stage of a cohort somebody is: before their first session, after the third, after the last."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from django.utils import timezone

from insights.models import Pulse
from matching.models import Cohort

Stage = Pulse.Stage
# The beginning and the end of a session.
Span = tuple[datetime, datetime]

SESSIONS_TO_THE_MIDDLE = 3
# A last session may well be a little before the last day.
NEAR_THE_END = timedelta(days=14)
AFTER_THE_END = timedelta(days=60)


def stage_at(spans: Iterable[Span], cohort: Cohort, now: datetime) -> str | None:
    """The stage that can be answered now; None between two of them, and once the cohort is long over."""
    spans = sorted(spans)
    last_day = timezone.make_aware(datetime.combine(cohort.ends_on, time.max))
    if now > last_day + AFTER_THE_END:
        return None
    if not any(starts <= now for starts, _ends in spans):
        return Stage.START if now <= last_day else None
    over = [ends for _starts, ends in spans if ends <= now]
    if len(over) == len(spans) and now >= last_day - NEAR_THE_END:
        return Stage.END
    return Stage.MIDDLE if len(over) >= SESSIONS_TO_THE_MIDDLE else None


def may_change(answered_at: datetime, spans: Iterable[Span], now: datetime) -> bool:
    """Until the next session: afterwards one would answer from another place."""
    return not any(answered_at < starts <= now for starts, _ends in spans)


def stage_began(stage: str, spans: Iterable[Span]) -> datetime | None:
    """When the session ended that opened a stage; None for the start, which no session opens."""
    ends = sorted(ends for _starts, ends in spans)
    return {
        Stage.START: None,
        Stage.MIDDLE: ends[SESSIONS_TO_THE_MIDDLE - 1] if len(ends) >= SESSIONS_TO_THE_MIDDLE else None,
        Stage.END: ends[-1] if ends else None,
    }[stage]
