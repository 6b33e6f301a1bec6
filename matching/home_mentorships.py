"""What stands on Home about the people one meets."""

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts import home
from accounts.models import Person
from matching.begun import begun
from matching.encounters import Encounter, encounters
from matching.queries.mentorships import visible_to, with_names

URGENCY_OF_A_HOLD = 10
URGENCY_OF_A_FIRST_STEP = 20
CARD_ORDER = 10
# Long enough to write two lines; later nudges are about the first meeting itself.
FIRST_STEP_FOR = timedelta(days=14)


def register_home() -> None:
    home.register(tell)


def tell(person: Person) -> Iterator[home.NextStep | home.HomeCard]:
    mine = encounters(with_names(visible_to(person)), person.pk)
    new = [encounter for encounter in mine if is_new(encounter) and encounter.is_mentee and encounter.other]
    have_begun = begun([encounter.mentorship.pk for encounter in new])
    for encounter in mine:
        if encounter.is_held:
            yield hold_step(encounter)
        elif encounter in new and encounter.mentorship.pk not in have_begun:
            yield first_step(encounter)
    shown = [encounter for encounter in mine if encounter.is_held or encounter.is_introduced]
    if shown:
        yield home.HomeCard(CARD_ORDER, "matching/mentorships/_home_card.html", {"encounters": shown})


def is_new(encounter: Encounter) -> bool:
    introduced_at = encounter.mentorship.introduced_at
    is_under_way = encounter.is_introduced and not encounter.is_paused
    return is_under_way and timezone.now() - introduced_at < FIRST_STEP_FOR


def hold_step(encounter: Encounter) -> home.NextStep:
    ends = date_format(timezone.localtime(encounter.mentorship.hold_ends_at), "l j F")
    if encounter.is_group:
        title = _("See the group you would be in: %(title)s")
    else:
        title = _("See whom you would meet: %(title)s")
    return home.NextStep(
        urgency=URGENCY_OF_A_HOLD,
        title=title % {"title": encounter.title},
        why=_("The introduction is on %(day)s. Until then you can say no, privately and without a reason.")
        % {"day": ends},
        minutes=1,
        url=reverse("matching:mentorship", args=[encounter.mentorship.pk]),
        action=_("See why"),
    )


def first_step(encounter: Encounter) -> home.NextStep:
    return home.NextStep(
        urgency=URGENCY_OF_A_FIRST_STEP,
        title=_("Write two lines to %(name)s") % {"name": encounter.title},
        why=_("You have been introduced. Propose a first meeting: your page suggests two times."),
        minutes=5,
        url=reverse("matching:mentorship", args=[encounter.mentorship.pk]),
        action=_("How to start"),
    )
