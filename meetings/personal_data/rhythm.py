"""What is held about how somebody meets, for their export and their leaving."""

from accounts import personal_data
from accounts.models import Person
from meetings.models import FitCheck, MetElsewhere, ReminderChoice
from meetings.queries.reminders import choice_of


def register_personal_data() -> None:
    personal_data.register("rhythm", export=export, erase=erase)


def export(person: Person) -> dict:
    checks = FitCheck.objects.filter(person=person).order_by("answered_at")
    said = MetElsewhere.objects.filter(person=person)
    return {
        "reminders_minutes_before": choice_of(person),
        "fit_checks": [in_words(check) for check in checks],
        "met_elsewhere_said_on": [day.isoformat() for day in said.values_list("said_on", flat=True)],
    }


def in_words(check: FitCheck) -> dict:
    return {
        "mentorship": check.mentorship_id,
        "stage": check.get_stage_display(),
        "answer": check.get_answer_display(),
        "words": check.words,
        "may_be_written_to": check.may_be_written_to,
        "answered_at": check.answered_at.isoformat(),
    }


def erase(person: Person) -> None:
    """What one person said goes with them; the rhythm that several agreed on stays."""
    for model in (FitCheck, MetElsewhere, ReminderChoice):
        model.objects.filter(person=person).delete()
