"""What is held about whom a person would like as mentor, and who asked them: for their export, and erased with them."""

from accounts import personal_data
from accounts.models import Person
from matching.models import Choice
from matching.queries.choices import ever_asked_of
from matching.services.choices import leave_requests


def register_personal_data() -> None:
    personal_data.register("choices_of_mentors", export=export, erase=leave_requests)


def export(person: Person) -> dict:
    named = Choice.objects.filter(mentee__person=person).select_related("mentee__cohort", "mentor__person")
    return {
        "mentors_you_named": [named_in_words(choice) for choice in named.order_by("mentee", "rank", "pk")],
        "mentees_who_asked_you": [
            asked_in_words(choice) for choice in ever_asked_of(person).order_by("asked_at", "pk")
        ],
    }


def named_in_words(choice: Choice) -> dict:
    return {
        "cohort": choice.mentee.cohort.name,
        "mentor": str(choice.mentor.person),
        "rank": choice.rank,
        "words": choice.words,
    } | states(choice)


def asked_in_words(choice: Choice) -> dict:
    """Without the rank: at which one they stand is the mentee's to know."""
    return {
        "cohort": choice.mentee.cohort.name,
        "mentee": str(choice.mentee.person),
        "words": choice.words,
    } | states(choice)


def states(choice: Choice) -> dict:
    return {
        "state": choice.state,
        "asked_at": choice.asked_at,
        "expires_at": choice.expires_at,
        "answered_at": choice.answered_at,
    }
