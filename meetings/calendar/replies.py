"""What a calendar's answer to an invitation says (iTIP REPLY), read from the mail that brought it. Nothing acts here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.utils import parseaddr

from icalendar import Calendar
from icalendar import Event as Entry

ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}


@dataclass(frozen=True)
class Reply:
    """One answer. `start` is that of the one occurrence it is about, as the rule gave it; None is the whole event."""

    address: str
    uid: str
    answer: str
    sequence: int
    stamped_at: datetime
    start: datetime | None


def replies_in(message: EmailMessage) -> list[Reply]:
    """The answers that the sender gives for themselves; [] where there are none or they cannot be understood."""
    sender = parseaddr(str(message.get("From", "")))[1].lower()
    return [reply for entry in _entries(message) if (reply := _reply(entry)) and reply.address == sender]


def _entries(message: EmailMessage) -> Iterator[Entry]:
    for part in message.walk():
        if part.get_content_type() != "text/calendar":
            continue
        try:
            calendar = Calendar.from_ical(part.get_payload(decode=True) or b"")
        except (ValueError, IndexError, KeyError):
            continue
        if str(calendar.get("method", "")).upper() == "REPLY":
            yield from calendar.walk("VEVENT")
            return


def _reply(entry: Entry) -> Reply | None:
    try:
        attendee = entry["attendee"]
        if isinstance(attendee, list):
            return None  # an answer is one person's
        return Reply(
            address=str(attendee).lower().removeprefix("mailto:").strip(),
            uid=str(entry["uid"]),
            answer=ANSWERS[str(attendee.params["partstat"]).upper()],
            sequence=int(entry.get("sequence", 0)),
            stamped_at=_instant(entry["dtstamp"].dt),
            start=_instant(entry["recurrence-id"].dt) if "recurrence-id" in entry else None,
        )
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError):
        return None


def _instant(moment: datetime | date) -> datetime:
    """Raises ValueError for what is no instant: a day alone, or a time without a zone."""
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise ValueError(f"{moment!r} is no instant.")
    return moment.astimezone(UTC)
