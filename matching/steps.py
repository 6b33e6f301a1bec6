"""The steps of an application, in the order in which they are asked."""

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from matching.models import Application

Part = Application.Part


@dataclass(frozen=True)
class Step:
    """One short page. Shared steps are asked once of somebody who applies as both mentee and mentor.

    Known by its slug alone: words that are translated late compare differently in each language.
    """

    slug: str
    label: str | Promise = field(compare=False)
    minutes: int = field(compare=False)
    part: str | None = field(default=None, compare=False)
    # What to do where the step is needed before sending; empty where it may be passed over.
    missing: str | Promise = field(default="", compare=False)

    @property
    def is_shared(self) -> bool:
        return self.part is None

    def is_of(self, part: str) -> bool:
        return self.is_shared or self.part == part


WHAT_I_DO = Step("what-i-do", _("What you do"), 3, missing=_("Say what you do, with or without the title."))
NEEDS = Step(
    "needs",
    _("What you need"),
    1,
    Part.MENTEE,
    missing=_("Say what you need, or that you have no fixed goals yet."),
)
GROWING_INTO = Step("growing-into", _("Where you are going"), 1, Part.MENTEE)
OFFERS = Step(
    "offers",
    _("What you offer"),
    1,
    Part.MENTOR,
    missing=_("Choose what you can help with, and how many mentees you would meet."),
)
PLACE = Step("place", _("Where you fit"), 1, Part.MENTOR)
FREE = Step("free", _("When you are free"), 1, missing=_("Mark when you are usually free."))
NOT_WITH = Step("not-with", _("Not to be matched with"), 1)
AGREE = Step("agree", _("What is confidential"), 1, missing=_("Read what is confidential, and agree."))

STEPS = (WHAT_I_DO, NEEDS, GROWING_INTO, OFFERS, PLACE, FREE, NOT_WITH, AGREE)
BY_SLUG = {step.slug: step for step in STEPS}


def steps_of(part: str) -> list[Step]:
    return [step for step in STEPS if step.is_of(part)]
