"""Events as iCalendar text (RFC 5545, RFC 5546), in the way that Exchange, Outlook, Google and Apple all take.

- The organiser is the address that the mail comes from: Outlook heeds an update from nobody else, and a reader who
  were the organiser would be offered no invitation. Its name is the programme's, or address books would learn the
  programme's address under the name of a host.
- One attendee, the reader: nobody learns who else comes.
- CLASS:PRIVATE, because colleagues and secretaries see each other's calendars.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from icalendar import Calendar, vCalAddress, vRecur, vText
from icalendar import Event as Entry

from accounts.models import Person
from meetings.calendar.events import Event
from meetings.calendar.zones import written

PRODUCT = "-//Digital Health Mentoring//Sessions//EN"


def organiser() -> tuple[str, str]:
    """Name and address from which every mail comes, and to which calendars answer."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)


def itip(method: str, events: Iterable[Event], *, reader: Person, now: datetime) -> str:
    """A message to one person's calendar: REQUEST or CANCEL."""
    events = list(events)
    calendar = _calendar(method)
    _add_zones(calendar, events)
    for event in events:
        entry = _entry(event, now)
        _add_people(entry, event, reader, answer=method == "REQUEST")
        calendar.add_component(entry)
    return calendar.to_ical(sorted=False).decode()


def published(events: Iterable[Event], *, now: datetime, name: str = "") -> str:
    """Events to look at, for a feed or a download: nobody is asked to answer."""
    events = list(events)
    calendar = _calendar("PUBLISH")
    if name:
        _describe_feed(calendar, name)
    _add_zones(calendar, events)
    for event in events:
        calendar.add_component(_entry(event, now))
    return calendar.to_ical(sorted=False).decode()


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def _describe_feed(calendar: Calendar, name: str) -> None:
    calendar.add("x-wr-calname", name)
    # How often to look: RFC 7986 says it, Outlook reads its own.
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vText("PT1H"))


def _add_zones(calendar: Calendar, events: list[Event]) -> None:
    times = [moment for event in events for moment in (event.starts_at, event.instead_of) if moment]
    for zone in sorted({moment.tzinfo.key for moment in times if moment.tzinfo is not UTC}):
        calendar.add_component(written(zone))


def _entry(event: Event, now: datetime) -> Entry:
    entry = Entry()
    entry.add("uid", event.uid)
    entry.add("sequence", event.sequence)
    entry.add("dtstamp", now)
    entry.add("last-modified", now)
    entry.add("summary", event.title)
    _add_times(entry, event)
    if event.place:
        entry.add("location", event.place)
    entry.add("description", event.description)
    entry.add("url", event.url)
    entry.add("status", "CANCELLED" if event.is_cancelled else "CONFIRMED")
    entry.add("class", "PRIVATE")
    entry.add("transp", "OPAQUE")
    return entry


def _add_times(entry: Entry, event: Event) -> None:
    entry.add("dtstart", event.starts_at)
    entry.add("dtend", event.ends_at)
    if event.instead_of:
        entry.add("recurrence-id", event.instead_of)
    if event.rule:
        entry.add("rrule", vRecur.from_ical(event.rule))
    # One line each: some calendars read only the first of a list.
    for moment in event.left_out:
        entry.add("exdate", moment)


def _add_people(entry: Entry, event: Event, reader: Person, *, answer: bool) -> None:
    name, address = organiser()
    entry.add("organizer", _address(address, CN=name))
    state = "ACCEPTED" if event.has_answered else "NEEDS-ACTION"
    # Without a mailbox to read, an answer would reach nobody.
    asks = answer and bool(settings.INBOX_URL)
    about = {"CN": reader.name, "CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": state}
    entry.add("attendee", _address(reader.email, **about, RSVP="TRUE" if asks else "FALSE"))
    # Another time is proposed on the session's page, where everybody sees it.
    entry.add("x-microsoft-disallow-counter", "TRUE")


def _address(address: str, **parameters: str) -> vCalAddress:
    written_address = vCalAddress(f"mailto:{address}")
    for name, value in parameters.items():
        if value:
            written_address.params[name] = value
    return written_address
