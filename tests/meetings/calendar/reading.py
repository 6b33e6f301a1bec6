"""What a mail about a session brings along, read from its bytes as they arrived."""

from email.message import EmailMessage

import icalendar


def calendar_part(message: EmailMessage):
    return next((part for part in message.walk() if part.get_content_type() == "text/calendar"), None)


def events_in(message: EmailMessage) -> str | None:
    part = calendar_part(message)
    return part.get_payload(decode=True).decode() if part else None


def method_of(message: EmailMessage) -> str:
    """ "" for a mail without an event."""
    part = calendar_part(message)
    return part.get_param("method") if part else ""


def entries(text: str) -> list:
    return icalendar.Calendar.from_ical(text).walk("VEVENT")
