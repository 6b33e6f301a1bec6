"""A person's own pulses, for their export and their leaving."""

from accounts import personal_data
from accounts.models import Person
from insights.models import Pulse
from insights.questions import QUESTIONS


def register_personal_data() -> None:
    personal_data.register("pulses", export=export, erase=erase)


def export(person: Person) -> dict:
    pulses = Pulse.objects.filter(person=person).select_related("cohort").order_by("answered_at")
    return {"pulses": [in_words(pulse) for pulse in pulses]}


def in_words(pulse: Pulse) -> dict:
    answers = pulse.answers or {}
    return {
        "cohort": pulse.cohort.name,
        "stage": pulse.get_stage_display(),
        "answered_at": pulse.answered_at.isoformat(),
        "answers": {str(QUESTIONS.get(number, number)): value for number, value in answers.items()},
    }


def erase(person: Person) -> None:
    Pulse.objects.filter(person=person).delete()
