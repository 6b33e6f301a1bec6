"""What is held about a person's mentorships: for their export, and what leaving the programme does to the others."""

from accounts import personal_data
from accounts.models import Person
from matching.encounters import encounters
from matching.queries.mentorships import visible_to, with_people
from matching.services.leaving import leave_all
from matching.services.turns import forget_words


def register_personal_data() -> None:
    personal_data.register("mentorships", export=export, erase=erase)


def export(person: Person) -> dict:
    return {
        "mentorships": [
            in_words(encounter) for encounter in encounters(with_people(visible_to(person)), person.pk)
        ]
    }


def erase(person: Person) -> None:
    leave_all(person)
    forget_words(person)


def in_words(encounter) -> dict:
    mentorship = encounter.mentorship
    return {
        "cohort": mentorship.cohort.name,
        "kind": mentorship.kind,
        "name": mentorship.name,
        "as": encounter.me.part,
        "state": mentorship.state,
        "with": [str(member.person) for member in encounter.others],
        "why": encounter.why.sentences,
        "published_at": mentorship.published_at,
        "introduced_at": mentorship.introduced_at,
        "ended_at": mentorship.ended_at,
    }
