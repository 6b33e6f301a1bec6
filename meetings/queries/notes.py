"""Notes, actions and goals, as the people of a mentorship or an open session read them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from accounts.models import Person
from matching.models import Mentorship
from meetings.models import Action, Goal, Note, Session
from meetings.queries.private import (
    Access,
    access_to,
    members_of,
    mentorships_open_to,
    people_of,
    sessions_open_to,
)


@dataclass(frozen=True)
class Place:
    """What notes and actions are about: a session, or a mentorship as a whole."""

    mentorship: Mentorship | None
    session: Session | None
    goes_on: bool

    @property
    def people(self) -> QuerySet[Person]:
        """Whoever can take on an action."""
        found = members_of(self.mentorship) if self.mentorship else people_of(self.session)
        return found.order_by("sort_key")

    @property
    def row(self) -> dict:
        return {"mentorship": self.mentorship, "session": self.session}


def place_of(access: Access) -> Place | None:
    """None for a substitute host, to whom the needs are open and the notes are not."""
    if not access.is_member:
        return None
    return Place(access.session.mentorship, access.session, access.goes_on)


def place_of_mentorship(person: Person, pk: int) -> Place | None:
    mentorship = mentorships_open_to(person).filter(pk=pk).first()
    return mentorship and Place(mentorship, None, mentorship.state == Mentorship.State.INTRODUCED)


def notes_at(place: Place, person: Person) -> tuple[Note | None, Note | None]:
    """The shared page and one's own; None where nothing was written yet."""
    notes = list(notes_for(person).filter(**place.row))
    shared = next((note for note in notes if note.is_shared), None)
    own = next((note for note in notes if not note.is_shared), None)
    return shared, own


def notes_for(person: Person) -> QuerySet[Note]:
    """Shared ones and one's own; wherever they are, which the caller must narrow."""
    return Note.objects.filter(Q(owner=None) | Q(owner=person))


def notes_of(mentorship: Mentorship, person: Person) -> list[Note]:
    """All that this person may read: of the mentorship as a whole first, then the latest session's."""
    notes = notes_for(person).filter(mentorship=mentorship).select_related("session")
    return sorted(notes, key=order_on_the_page)


def order_on_the_page(note: Note) -> tuple:
    latest_first = -note.session.starts_at.timestamp() if note.session else float("-inf")
    return latest_first, not note.is_shared


def actions_open_to(person: Person) -> QuerySet[Action]:
    of_mine = Q(mentorship__in=mentorships_open_to(person).values("pk"))
    of_sessions = Q(mentorship=None, session__in=sessions_open_to(person).values("pk"))
    return Action.objects.filter(of_mine | of_sessions).select_related("owner", "mentorship", "session")


def actions_at(place: Place) -> QuerySet[Action]:
    """Of the whole mentorship, wherever they were agreed; of an open session its own."""
    where = {"mentorship": place.mentorship} if place.mentorship else {"session": place.session}
    return Action.objects.filter(**where).select_related("owner")


def goals_open_to(person: Person) -> QuerySet[Goal]:
    mentorships = mentorships_open_to(person).values("pk")
    seen = Q(owner=person) | Q(is_shared=True)
    return Goal.objects.filter(seen, mentorship__in=mentorships).select_related("owner", "mentorship")


@dataclass(frozen=True)
class NotesPart:
    """The notes of a session and what is still to be done. Where `is_closed`, this reader may see nothing of it."""

    session: Session
    is_closed: bool = False
    goes_on: bool = False
    shared: Note | None = None
    own: Note | None = None
    actions: Iterable[Action] = field(default_factory=list)


def part_for(session: Session, person: Person) -> NotesPart:
    access = access_to(person, session.pk)
    place = access and place_of(access)
    if not place:
        return NotesPart(session, is_closed=True)
    shared, own = notes_at(place, person)
    still_open = list(actions_at(place).filter(done_on=None))
    return NotesPart(session, goes_on=place.goes_on, shared=shared, own=own, actions=still_open)
