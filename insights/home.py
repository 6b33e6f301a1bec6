from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import home
from accounts.models import Person
from insights.services import waiting_for

URGENCY = 50


def register_home() -> None:
    home.register_steps(tell, urgency=URGENCY)


def tell(person: Person) -> Iterator[home.NextStep]:
    for cohort in waiting_for(person):
        yield home.NextStep(
            urgency=URGENCY,
            title=_("Five short questions, for yourself"),
            why=_(
                "They show you later how far you have come. Nobody else sees your answers, and you can skip them."
            ),
            minutes=1,
            url=reverse("insights:pulse", args=[cohort.slug]),
            action=_("Answer or skip"),
        )
