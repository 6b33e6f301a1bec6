"""What this app asks on a mentorship's page and on Home about how it goes."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import home
from accounts.models import Person
from matching import parts, rematches
from matching.encounters import Encounter
from meetings.forms.rhythm import USUAL
from meetings.queries.rhythm import rhythm_of, under_way, wishes_for_another_match
from meetings.services.fit_checks import unanswered, waiting_for

ORDER = 40
URGENCY_OF_A_FIT_CHECK = 40


def register_parts() -> None:
    parts.register(part_of_a_page)
    home.register_steps(on_home, urgency=URGENCY_OF_A_FIT_CHECK)
    rematches.register(wishes_for_another_match)


def part_of_a_page(encounter: Encounter) -> Iterator[parts.Part]:
    if not encounter.is_introduced or encounter.me.left_at:
        return
    days, now = rhythm_of(encounter.mentorship), timezone.now()
    # Its people are known already.
    found = list(under_way(now).filter(pk=encounter.mentorship.pk).prefetch_related(None))
    yield parts.Part(
        ORDER,
        "meetings/rhythm/_part.html",
        {
            "rhythm": in_words(days),
            "has_met": any(one.meetings or one.is_booked for one in found),
            "is_asked": bool(unanswered(found, encounter.me.person, now)),
        },
    )


def in_words(days: int) -> str:
    if not days:
        return ""
    return str(USUAL.get(days) or ngettext("every day", "every %(days)s days", days) % {"days": days})


def on_home(person: Person) -> Iterator[home.NextStep]:
    for mentorship in waiting_for(person):
        yield home.NextStep(
            urgency=URGENCY_OF_A_FIT_CHECK,
            title=_("Say how it is for you"),
            why=_("You have begun to meet. One question, and nobody you meet sees your answer."),
            minutes=1,
            url=reverse("meetings:fit_check", args=[mentorship.pk]),
            action=_("Answer"),
        )
