"""What a mentorship's page shows of its private side: what is still to be done, and the way to the rest."""

from collections.abc import Iterable

from matching.encounters import Encounter
from matching.models import Mentorship
from matching.parts import Part, register
from meetings.queries.notes import actions_at, goals_open_to, place_of_mentorship

MET = [Mentorship.State.INTRODUCED, Mentorship.State.ENDED]


def register_parts() -> None:
    register(private_part)


def private_part(encounter: Encounter) -> Iterable[Part]:
    mentorship, person = encounter.mentorship, encounter.me.person
    if mentorship.state not in MET:
        return
    place = place_of_mentorship(person, mentorship.pk)
    if place:
        context = {
            "mentorship": mentorship,
            "goes_on": place.goes_on,
            "actions": actions_at(place).filter(done_on=None),
            "goals": goals_open_to(person).filter(mentorship=mentorship, owner=person, reached_on=None),
        }
        yield Part(order=40, template="meetings/parts/_private.html", context=context, wide=True)
