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
    home.register(tell)


def tell(person: Person) -> Iterator[home.NextStep | home.HomeCard]:
    applications = list(
        visible_to(person).exclude(state=State.WITHDRAWN).order_by("-cohort__starts_on", "part")
    )
    if not applications:
        return
    yield home.HomeCard(CARD_ORDER, "matching/apply/_home_card.html", {"applications": applications})
    drafts = [one for one in applications if one.state == State.DRAFT and one.cohort.is_open]
    if drafts:
        yield to_finish(min(drafts, key=lambda draft: draft.cohort.closes_at))


def to_finish(draft: Application) -> home.NextStep:
    """An unfinished application is one next step, also for somebody who applies as both."""
    to_take = journey(draft)
    owner, step = next_to_take(to_take)
    return home.NextStep(
        urgency=URGENCY,
        title=_("Finish your application"),
        why=_("It is saved, and you can go on where you stopped: %(step)s.") % {"step": step.label},
        minutes=minutes_left(to_take),
        url=reverse("matching:application_step", args=[owner.pk, step.slug]),
        action=_("Go on"),
    )
