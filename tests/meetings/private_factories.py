"""What is private, planted: every kind of private row in a group of six, and by whom."""

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from accounts.models import Person
from matching.models import Mentorship
from meetings.models import Action, Goal, LearningEntry, Note, Session, SessionNeed
from meetings.queries.notes import Place, notes_at
from meetings.services.actions import add_action
from meetings.services.goals import add_goal
from meetings.services.learning import add_entry
from meetings.services.needs import raise_need
from meetings.services.notes import save_note
from tests.meetings.factories import SessionFactory, introduced, mentees_of, mentor_of


def need_of(session: Session, by: Person, body="A need.", *, case=None, is_anonymous=False) -> SessionNeed:
    pk = uuid4()
    raise_need(session, by=by, body=body, case=case, is_anonymous=is_anonymous, pk=pk)
    return SessionNeed.objects.get(pk=pk)


def case_of(session: Session, by: Person, body="A dilemma.", **options) -> SessionNeed:
    parts = {"options": "One or the other.", "matters": "That nobody is hurt."}
    return need_of(session, by, body, case=parts, **options)


def place_at(session: Session | None = None, mentorship: Mentorship | None = None) -> Place:
    return Place(mentorship or session.mentorship, session, goes_on=True)


def write(place: Place, by: Person, body: str, *, is_shared=True) -> Note:
    held = notes_at(place, by)[0 if is_shared else 1]
    save_note(place, by=by, is_shared=is_shared, body=body, version=held.version if held else 0)
    return notes_at(place, by)[0 if is_shared else 1]


@dataclass
class Planted:
    """A sentence in every private place of one group, all by the same author."""

    session: Session
    author: Person
    host: Person
    need: SessionNeed
    anonymous: SessionNeed
    case: SessionNeed
    shared: Note
    own: Note
    action: Action
    goal: Goal
    shared_goal: Goal
    learning: LearningEntry

    @property
    def mentorship(self) -> Mentorship:
        return self.session.mentorship


SENTENCES = [
    "planted-need", "planted-anonymous", "planted-dilemma", "planted-options", "planted-matters", "planted-shared",
    "planted-own", "planted-whole", "planted-action", "planted-goal", "planted-together", "planted-learning",
]  # fmt: skip


def plant(mentees: int = 6) -> Planted:
    mentorship = introduced(mentees=mentees)
    session = SessionFactory(mentorship=mentorship, title="The title that is found")
    host, author = mentor_of(mentorship), mentees_of(mentorship)[0]
    at_session, at_all = place_at(session), place_at(mentorship=mentorship)
    action, goal, together, learning = uuid4(), uuid4(), uuid4(), uuid4()
    write(at_all, author, "planted-whole", is_shared=False)
    add_action(at_session, body="planted-action", owner=author, due_on=date(2027, 1, 4), pk=action)
    add_goal(mentorship, owner=author, body="planted-goal", is_shared=False, pk=goal)
    add_goal(mentorship, owner=author, body="planted-together", is_shared=True, pk=together)
    add_entry(author, day=date(2026, 11, 20), minutes=90, body="planted-learning", pk=learning)
    parts = {"options": "planted-options", "matters": "planted-matters"}
    return Planted(
        session=session,
        author=author,
        host=host,
        need=need_of(session, author, "planted-need"),
        anonymous=need_of(session, author, "planted-anonymous", is_anonymous=mentees >= 3),
        case=need_of(session, author, "planted-dilemma", case=parts),
        shared=write(at_session, author, "planted-shared"),
        own=write(at_session, author, "planted-own", is_shared=False),
        action=Action.objects.get(pk=action),
        goal=Goal.objects.get(pk=goal),
        shared_goal=Goal.objects.get(pk=together),
        learning=LearningEntry.objects.get(pk=learning),
    )
