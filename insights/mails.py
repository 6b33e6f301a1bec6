"""The mail that asks for a pulse: a link, and never an answer."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from insights.models import Pulse
from insights.queries import settled
from insights.services import PULSE, open_stage
from matching.mails_mentorships import sample_encounter
from matching.models import Cohort, Mentorship
from outbox.kinds import Group, MailKind, register
from outbox.models import Mail


def register_mails() -> None:
    register(KIND)


def about(mail: Mail) -> dict:
    return context_of(Cohort.objects.get(pk=mail.context["cohort"]), mail.context["stage"])


def context_of(cohort: Cohort, stage: str) -> dict:
    return {
        "cohort": cohort,
        "stage": stage,
        "url": settings.PUBLIC_URL + reverse("insights:pulse", args=[cohort.slug]),
    }


def no_longer_asked(mail: Mail) -> str:
    pk, stage = mail.context["cohort"], mail.context["stage"]
    if (pk, mail.person_id, stage) in settled([pk]):
        return gettext_noop("This person has answered or skipped it already.")
    if open_stage(mail.person, Cohort.objects.get(pk=pk)) != stage:
        return gettext_noop("The time for these questions has passed.")
    return ""


def sample() -> dict:
    cohort = sample_encounter(kind=Mentorship.Kind.ONE_TO_ONE).mentorship.cohort
    cohort.slug = "autumn"
    return context_of(cohort, Pulse.Stage.START)


KIND = MailKind(
    PULSE,
    _("five short questions"),
    build=about,
    why_skip=no_longer_asked,
    is_essential=False,
    may_wait_for_digest=True,
    sample=sample,
    group=Group.PROGRAMME,
    says=_("Three times in a cohort, five short questions on confidence and belonging, for yourself."),
)
