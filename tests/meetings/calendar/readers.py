"""Four programs that read calendars, none of them ours. Each gives the (start, end) of every occurrence, in UTC.

- `icalendar` expanded by `recurring-ical-events`
- `khal`, as Debian ships it
- `vobject`, which reckons with dateutil and the VTIMEZONE alone
- `ical.js`, of Thunderbird and Nextcloud, in a JavaScript engine
"""

import json
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import icalendar
import khal.icalendar
import quickjs
import recurring_ical_events
import vobject

Times = list[tuple[datetime, datetime]]
ICAL_JS = Path(__file__).parent / "vendor" / "ical.js" / "ical.min.js"
SINCE, UNTIL = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def by_icalendar(text: str) -> Times:
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(SINCE, UNTIL)
    return sorted((utc(event["dtstart"].dt), utc(event["dtend"].dt)) for event in found)


def by_khal(text: str) -> Times:
    events = [
        entry
        for entry in icalendar.Calendar.from_ical(text).walk("VEVENT")
        if str(entry.get("status")) != "CANCELLED"
    ]
    overridden = {utc(event["recurrence-id"].dt) for event in events if "recurrence-id" in event}
    found = []
    for event in events:
        is_master = "recurrence-id" not in event
        for start, end in khal.icalendar.expand(khal.icalendar.sanitize(event, _khal_zone(event), "")):
            if not (is_master and utc(start) in overridden):
                found.append((utc(start), utc(end)))
    return sorted(found)


def _khal_zone(event):
    return event["dtstart"].dt.tzinfo


def by_vobject(text: str) -> Times:
    calendar = vobject.readOne(text)
    events = list(calendar.vevent_list)
    overridden = {utc(event.recurrence_id.value) for event in events if hasattr(event, "recurrence_id")}
    found = []
    for event in events:
        length = utc(event.dtend.value) - utc(event.dtstart.value)
        if getattr(event, "rruleset", None) is None:
            found.append((utc(event.dtstart.value), utc(event.dtend.value)))
            continue
        starts = [utc(start) for start in event.rruleset]
        found += [(start, start + length) for start in starts if start not in overridden]
    return sorted(found)


def by_ical_js(text: str) -> Times:
    found = json.loads(_javascript().get("read")(text))
    return sorted(
        (utc(datetime.fromtimestamp(a, UTC)), utc(datetime.fromtimestamp(b, UTC))) for a, b in found
    )


READ_IN_JAVASCRIPT = """
function read(text) {
  const root = new ICAL.Component(ICAL.parse(text));
  ICAL.TimezoneService.reset();
  root.getAllSubcomponents("vtimezone").forEach(zone => ICAL.TimezoneService.register(zone));
  const events = root.getAllSubcomponents("vevent").map(entry => new ICAL.Event(entry));
  const exceptions = events.filter(event => event.isRecurrenceException());
  const found = [];
  const seen = new Set();
  for (const event of events.filter(event => !event.isRecurrenceException())) {
    if (!event.isRecurring()) { found.push([event.startDate.toUnixTime(), event.endDate.toUnixTime()]); continue; }
    exceptions.filter(one => one.uid === event.uid).forEach(one => { event.relateException(one); seen.add(one); });
    const starts = event.iterator();
    for (let start = starts.next(); start; start = starts.next()) {
      const details = event.getOccurrenceDetails(start);
      found.push([details.startDate.toUnixTime(), details.endDate.toUnixTime()]);
    }
  }
  exceptions.filter(one => !seen.has(one)).forEach(
    one => found.push([one.startDate.toUnixTime(), one.endDate.toUnixTime()]));
  return JSON.stringify(found);
}
"""


@lru_cache(maxsize=1)
def _javascript() -> quickjs.Context:
    context = quickjs.Context()
    # The engine reads no modules from text: what the file exports is given a name instead.
    library = ICAL_JS.read_text()
    head, _, name = library.rpartition("export{")
    context.eval(f"{head}; globalThis.ICAL = {name.partition(' as ')[0]};")
    context.eval(READ_IN_JAVASCRIPT)
    return context


def utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


EVERY_READER = [by_icalendar, by_khal, by_vobject, by_ical_js]
