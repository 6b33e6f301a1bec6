"""What stands on Home about applying."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import home
from accounts.models import Person
from matching.models import Application
from matching.queries.applications import journey, minutes_left, needs_agreement, next_to_take, visible_to
from matching.steps import AGREE

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
    entered = next((one for one in applications if needs_agreement(one)), None)
    if entered:
        yield to_agree(entered)


def to_agree(entered: Application) -> home.NextStep:
    """Somebody told an admin, who entered the application; only the person themselves can agree."""
    return home.NextStep(
        urgency=URGENCY,
        title=_("Read what is confidential, and agree"),
        why=_("The programme entered your application for you. This part is yours alone."),
        minutes=AGREE.minutes,
        url=reverse("matching:application_step", args=[entered.pk, AGREE.slug]),
        action=_("Read and agree"),
    )


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
