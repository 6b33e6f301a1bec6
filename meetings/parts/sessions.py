"""The sessions of a mentorship, on its page."""

from collections.abc import Iterator

from django.utils import timezone

from matching import parts
from matching.encounters import Encounter
from meetings.my_session import my_sessions
from meetings.queries.coming import next_of
from meetings.queries.sessions import LEADS

CARD_ORDER = 10
SHOWN = 3


def register_parts() -> None:
    parts.register(tell)


def tell(encounter: Encounter) -> Iterator[parts.Part]:
    if not encounter.is_introduced:
        return
    person, now = encounter.me.person, timezone.now()
    rows = my_sessions(next_of(encounter.mentorship, person, now, SHOWN), person, now)
    may_plan = not encounter.is_group or encounter.me.part in LEADS
    context = {"rows": rows, "may_plan": may_plan}
    yield parts.Part(CARD_ORDER, "meetings/sessions/_mentorship_card.html", context, wide=True)
