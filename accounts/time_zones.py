"""IANA time zones, grouped by part of the world, with cities named in the reader's language."""

from functools import lru_cache
from zoneinfo import available_timezones

from babel.dates import get_timezone_location
from django.utils.translation import gettext_lazy as _

from accounts.wording import folded

PARTS = {
    "Europe": _("Europe"),
    "Africa": _("Africa"),
    "America": _("Americas"),
    "Asia": _("Asia"),
    "Antarctica": _("Antarctica"),
    "Arctic": _("Arctic"),
    "Atlantic": _("Atlantic"),
    "Australia": _("Australia"),
    "Indian": _("Indian Ocean"),
    "Pacific": _("Pacific"),
}


@lru_cache(maxsize=4)
def zone_choices(speech: str) -> list:
    """(part, [(zone, name), …]) as a select takes them, most likely parts first."""
    groups: dict[str, list] = {part: [] for part in PARTS}
    for zone in available_timezones():
        part, slash, _place = zone.partition("/")
        if slash and part in PARTS:
            groups[part].append((zone, _name(zone, speech)))
    return [
        (PARTS[part], sorted(zones, key=lambda choice: folded(choice[1]))) for part, zones in groups.items()
    ]


def _name(zone: str, speech: str) -> str:
    city = get_timezone_location(zone, locale=speech, return_city=True)
    return f"{city} ({zone})"
