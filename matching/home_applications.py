"""What stands on Home about applying."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import home
from accounts.models import Person
from matching.models import Application
from matching.queries.applications import journey, minutes_left, next_to_take, visible_to

State = Application.State
URGENCY = 30
CARD_ORDER = 40


def register_home() -> None:
    home.register(steps=steps, cards=cards)


def steps(person: Person) -> Iterator[home.NextStep]:
    """An unfinished application is one next step, also for somebody who applies as both."""
    draft = visible_to(person).filter(state=State.DRAFT).order_by("cohort__closes_at", "part").first()
    if draft and draft.cohort.is_open:
        to_take = journey(draft)
        owner, step = next_to_take(to_take)
        yield home.NextStep(
            urgency=URGENCY,
            title=_("Finish your application"),
            why=_("It is saved, and you can go on where you stopped: %(step)s.") % {"step": step.label},
            minutes=minutes_left(to_take),
            url=reverse("matching:application_step", args=[owner.pk, step.slug]),
            action=_("Go on"),
        )


def cards(person: Person) -> list[home.HomeCard]:
    applications = list(
        visible_to(person).exclude(state=State.WITHDRAWN).order_by("-cohort__starts_on", "part")
    )
    if not applications:
        return []
    return [home.HomeCard(CARD_ORDER, "matching/apply/_home_card.html", {"applications": applications})]
