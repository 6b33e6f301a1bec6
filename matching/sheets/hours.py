"""When somebody is free, as people write it in a cell: "Tuesday 12:00 to 14:00, 18-19; Thu evening; rota varies"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from accounts.wording import folded

HALF_HOURS_A_DAY = 48
DAYS = (
    ("monday", "mondays", "mon", "lundi", "lundis", "lun"),
    ("tuesday", "tuesdays", "tue", "tues", "mardi", "mardis", "mar"),
    ("wednesday", "wednesdays", "wed", "mercredi", "mercredis", "mer"),
    ("thursday", "thursdays", "thu", "thur", "thurs", "jeudi", "jeudis", "jeu"),
    ("friday", "fridays", "fri", "vendredi", "vendredis", "ven"),
    ("saturday", "saturdays", "sat", "samedi", "samedis", "sam"),
    ("sunday", "sundays", "sun", "dimanche", "dimanches", "dim"),
)
# Half hours from midnight, in the words of both languages.
TIMES_OF_DAY = {
    (16, 24): ("morning", "mornings", "am", "matin", "matins", "le matin"),
    (24, 28): ("lunch", "lunchtime", "lunchtimes", "midi", "le midi", "pause dejeuner"),
    (28, 34): ("afternoon", "afternoons", "pm", "apres-midi", "l'apres-midi"),
    (36, 42): ("evening", "evenings", "soir", "soirs", "le soir", "soiree"),
}
ROTA = ("varies", "varie", "varient", "variable", "variables", "rota", "shifts")
BETWEEN = re.compile(r"[;,\n/&]|\band\b|\bet\b")
CLOCK = r"(\d{1,2})\s*(?:[:.h]\s*(\d{2})?)?\s*(am|pm)?"
SPAN = re.compile(rf"^(?:de |from )?{CLOCK}\s*(?:-|–|—|to|a|until)\s*{CLOCK}$")


class NotHours(ValueError):
    """Carries the words that say no time."""


@dataclass(frozen=True)
class Hours:
    half_hours: list[int]
    varies: bool


def read_hours(text: str) -> Hours:
    """Raises NotHours."""
    varies, free, day = False, set(), None
    for said in filter(None, (one.strip(" .:") for one in BETWEEN.split(folded(text.replace("\n", ";"))))):
        if any(word in ROTA for word in said.split()):
            varies = True
            continue
        named, when = _day_of(said)
        day = day if named is None else named
        if day is None:
            raise NotHours(said)
        free.update(day * HALF_HOURS_A_DAY + slot for slot in _slots(when, said))
    return Hours(sorted(free), varies)


def _day_of(said: str) -> tuple[int | None, str]:
    """The day that it begins with, and what is left; a time without a day belongs to the day before it."""
    first, _blank, rest = said.partition(" ")
    for day, names in enumerate(DAYS):
        if first.strip(".:") in names:
            return day, rest.strip(" :")
    return None, said


def _slots(when: str, said: str) -> Iterator[int]:
    for (begins, ends), names in TIMES_OF_DAY.items():
        if when in names:
            yield from range(begins, ends)
            return
    span = SPAN.match(when)
    if span is None:
        raise NotHours(said)
    ends = _half_hour(*span.groups()[3:], said=said)
    # "2 to 4 pm": the afternoon of the one is that of the other.
    begins = _half_hour(*span.groups()[:2], span[3], said=said)
    if span[6] == "pm" and not span[3] and begins + 24 < ends:
        begins += 24
    if not begins < ends <= HALF_HOURS_A_DAY:
        raise NotHours(said)
    yield from range(begins, ends)


def _half_hour(hour: str, minute: str | None, noon: str | None, *, said: str) -> int:
    """Rounded to the half hour below."""
    number = int(hour)
    if noon:
        number = number % 12 + (12 if noon == "pm" else 0)
    if number > 24 or int(minute or 0) > 59:
        raise NotHours(said)
    return number * 2 + int(minute or 0) // 30
