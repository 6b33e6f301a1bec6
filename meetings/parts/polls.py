"""What a mentorship's page and Home say about finding a time."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import home
from accounts.models import Person
from matching import parts
from matching.encounters import Encounter
from meetings.queries.polls import open_poll_in, suggestions, unanswered_by

CARD_ORDER = 30
URGENCY_OF_A_POLL = 15


def register_parts() -> None:
    parts.register(card)
    home.register_steps(step, urgency=URGENCY_OF_A_POLL)


def card(encounter: Encounter) -> Iterator[parts.Part]:
    if not encounter.is_introduced:
        return
    poll = open_poll_in(encounter.mentorship, encounter.me.person)
    # In a group, who leads it books; the others propose times.
    may_book = not (encounter.is_group and encounter.is_mentee)
    context = {
        "suggestions": suggestions(encounter) if may_book and not poll else [],
        "poll": poll,
        "has_answered": poll and poll.has_answered,
    }
    yield parts.Part(CARD_ORDER, "meetings/polls/_card.html", context)


def step(person: Person) -> Iterator[home.NextStep]:
    for poll in unanswered_by(person, timezone.now())[:1]:
        yield home.NextStep(
            urgency=URGENCY_OF_A_POLL,
            title=_("Say which times you can: %(title)s") % {"title": poll.title},
            why=_("The session is booked once everybody has answered."),
            minutes=1,
            url=reverse("meetings:poll", args=[poll.pk]),
            action=_("Answer"),
        )
