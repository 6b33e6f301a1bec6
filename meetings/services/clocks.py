"""When a country changes its rules about the clocks, sessions to come stay at the time on the wall."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from meetings.models import Series, Session
from meetings.moments import span
from meetings.queries.planning import to_come
from meetings.services.seats import held
from meetings.services.sessions import RAISED
from meetings.services.telling import tell_changed


def restate_starts(*, now: datetime | None = None) -> int:
    """Bring instants in line with day, time and zone; returns how many sessions that moved. Twice changes nothing."""
    now = now or timezone.now()
    shifted = to_come(now).select_related("series").order_by("pk").iterator()
    return sum(restate(session) for session in shifted if meant(session) != stated(session))


def meant(session: Session) -> tuple[datetime, datetime]:
    return span(session.day, session.at, session.zone, session.minutes)


def stated(session: Session) -> tuple[datetime, datetime]:
    return session.starts_at, session.ends_at


@transaction.atomic
def restate(session: Session) -> bool:
    """Whoever moves it meanwhile has stated it anew."""
    held(session)
    starts_at, ends_at = meant(session)
    as_it_was = Session.objects.filter(pk=session.pk, starts_at=session.starts_at)
    if not as_it_was.update(starts_at=starts_at, ends_at=ends_at, **RAISED):
        return False
    session.refresh_from_db()
    if is_in_one_event(session):
        Series.objects.filter(pk=session.series_id).update(**RAISED)
        # One mail for a whole series: its later sessions find the first one's mail still waiting.
        tell_changed(session.series)
    else:
        tell_changed(session)
    return True


def is_in_one_event(session: Session) -> bool:
    return session.series is not None and session.series.is_one_event
