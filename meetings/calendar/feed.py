"""What a person's feed and the download of one session say."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import Person
from meetings.calendar.events import Event, series_events, session_event
from meetings.calendar.writing import published
from meetings.models import Series, Session
from meetings.queries.invited import attended_by
from meetings.queries.told import is_occurrence

# So long after it took place a session stays in the feed.
LOOKING_BACK = timedelta(days=90)


def events_of(person: Person) -> list[Event]:
    """Everything that this person hosts or has a seat in, from three months ago on."""
    sessions = attended_by(person, Session.objects.filter(state=Session.State.PLANNED))
    recent = sessions.filter(ends_at__gt=timezone.now() - LOOKING_BACK).select_related("series", "host")
    rows = list(recent.order_by("starts_at", "pk"))
    alone = [session_event(row) for row in rows if not is_occurrence(row)]
    series = Series.objects.filter(pk__in={row.series_id for row in rows if is_occurrence(row)})
    whole = [
        event for one in series.select_related("host").order_by("pk") for event in series_events(one, person)
    ]
    return alone + whole


def session_text(session: Session, person: Person) -> str:
    """One session; the link of its call only for those who come."""
    comes = attended_by(person, Session.objects.filter(pk=session.pk)).exists()
    return published([session_event(session, joins=comes)], now=timezone.now())
