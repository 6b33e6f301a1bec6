"""The event that a mail about a session brings along."""

from dataclasses import replace

from django.utils import timezone

from meetings.calendar import events
from meetings.calendar.events import Event
from meetings.calendar.writing import itip
from meetings.models import Series, Session
from meetings.queries.still_told import planned_of
from outbox import kinds
from outbox.models import Mail


def request(mail: Mail) -> kinds.Event:
    """The event as it is now; taken out of the calendar where nothing of a series that was cut short is left."""
    if found := current(mail):
        return carry(mail, "REQUEST", found)
    return cancel(mail)


def cancel(mail: Mail) -> kinds.Event | None:
    """None for those who waited for a seat: their calendars never had it."""
    if mail.context.get("waited"):
        return None
    planned = planned_of(mail)
    event = events.session_event(planned) if isinstance(planned, Session) else events.series_event(planned)
    return carry(mail, "CANCEL", [replace(event, is_cancelled=True)])


def current(mail: Mail) -> list[Event]:
    planned = planned_of(mail)
    if mail.context["session"] is None:
        series = planned if isinstance(planned, Series) else planned.series
        return events.series_events(series, mail.person)
    return [events.session_event(planned, mail.person)]


def carry(mail: Mail, method: str, found: list[Event]) -> kinds.Event:
    return kinds.Event(method, itip(method, found, reader=mail.person, now=timezone.now()))
