"""A calendar as mail keeps it: applies each message by RFC 5546 and holds what its owner then sees."""

import copy
from datetime import datetime

import icalendar
import recurring_ical_events

from tests.meetings.calendar.readers import SINCE, UNTIL, utc

WHOLE = None


class Client:
    """Keyed by UID and RECURRENCE-ID; what is older than what it knows is not heeded."""

    def __init__(self):
        self.events: dict[str, dict[datetime | None, icalendar.Event]] = {}
        self.gone: dict[str, set[datetime]] = {}
        self.known: dict[tuple[str, datetime | None], tuple[int, datetime]] = {}
        self.not_heeded: list[str] = []

    def receive(self, text: str) -> None:
        calendar = icalendar.Calendar.from_ical(text)
        for entry in sorted(calendar.walk("VEVENT"), key=lambda entry: "recurrence-id" in entry):
            self._receive(str(calendar["method"]), entry)

    def _receive(self, method: str, entry: icalendar.Event) -> None:
        uid, which = str(entry["uid"]), self._which(entry)
        mark = (int(entry["sequence"]), entry["dtstamp"].dt)
        if not self._is_news(uid, which, mark, method):
            self.not_heeded.append(f"{method} {uid} {which} {mark}")
            return
        self.known[uid, which] = mark
        {"REQUEST": self._put, "CANCEL": self._take}[method](uid, which, entry)

    def _is_news(self, uid, which, mark, method) -> bool:
        """Outlook takes an equal sequence for nothing new, unless it is the same message's."""
        known = [self.known[key] for key in {(uid, which), (uid, WHOLE)} if key in self.known]
        return all(mark[0] > sequence or mark == (sequence, stamp) for sequence, stamp in known)

    def _which(self, entry) -> datetime | None:
        return utc(entry["recurrence-id"].dt) if "recurrence-id" in entry else WHOLE

    def _put(self, uid, which, entry) -> None:
        if which is WHOLE:
            # The whole replaces all that was known of it; its exceptions come in the same message.
            self.events[uid], self.gone[uid] = {}, set()
        self.events.setdefault(uid, {})[which] = entry
        self.gone.setdefault(uid, set()).discard(which)

    def _take(self, uid, which, entry) -> None:
        if which is WHOLE:
            self.events.pop(uid, None)
            self.gone.pop(uid, None)
            return
        self.events.get(uid, {}).pop(which, None)
        self.gone.setdefault(uid, set()).add(which)

    @property
    def shows(self) -> list[tuple[datetime, datetime, str]]:
        """What stands in the calendar: start, end and title."""
        calendar = icalendar.Calendar()
        for entries in self.events.values():
            for which, entry in entries.items():
                calendar.add_component(self._without_what_is_gone(entry) if which is WHOLE else entry)
        found = recurring_ical_events.of(calendar).between(SINCE, UNTIL)
        return sorted((utc(e["dtstart"].dt), utc(e["dtend"].dt), str(e["summary"])) for e in found)

    def _without_what_is_gone(self, entry):
        kept = copy.deepcopy(entry)
        for moment in sorted(self.gone.get(str(entry["uid"]), ())):
            kept.add("exdate", moment)
        return kept
