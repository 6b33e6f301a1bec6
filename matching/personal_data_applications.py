"""What is held about a person who applied: for their export, and to be erased."""

from accounts import personal_data
from accounts.models import Person
from matching.models import Application, ApplicationNote, Availability, Need, Offer


def register_personal_data() -> None:
    personal_data.register("applications", export=export, erase=erase)


def export(person: Person) -> dict:
    applications = person.applications.select_related(
        "cohort", "stream", "availability", "agreed_to"
    ).prefetch_related("needs__topic", "offers__topic", "notes")
    return {
        "applications": [_in_words(application) for application in applications],
        "not_to_be_matched_with": list(person.blocks.order_by("pk").values_list("typed", flat=True)),
    }


def _in_words(application: Application) -> dict:
    return {
        "cohort": application.cohort.name,
        "as": application.part,
        "state": application.state,
        "stream": application.stream and application.stream.name,
        "needs": [need.label for need in application.needs.all()],
        "offers": [offer.label for offer in application.offers.all()],
        "places": application.capacity,
        "discipline_wish": application.discipline_wish,
        "wants_somebody_from_the_other_side": application.wants_bridge,
        "preferred_language": application.preferred_language,
        "free": _hours(application),
        "agreed_to_version_of": application.agreed_to and application.agreed_to.dated,
        "began_at": application.began_at,
        "submitted_at": application.submitted_at,
        "decided_at": application.decided_at,
        # What is said of a person is theirs to read; which admin said it is that admin's.
        "notes_of_admins": [{"at": note.at, "text": note.text} for note in application.notes.all()],
    }


def _hours(application: Application) -> dict | None:
    hours = getattr(application, "availability", None)
    return hours and {"zone": hours.zone, "half_hours": hours.half_hours, "rota_varies": hours.varies}


def erase(person: Person) -> None:
    """Empty the applications; their rows go with the person, once what refers to them has been settled."""
    for answers in (Need, Offer, Availability, ApplicationNote):
        answers.objects.filter(application__person=person).delete()
    person.blocks.all().delete()
