"""What is held of a person's private words: for their export, and to be erased."""

from accounts import personal_data
from accounts.models import Person
from meetings.models import Action, Goal, LearningEntry, MeToo, Note, SessionNeed
from meetings.queries.needs import anonymous_by


def register_personal_data() -> None:
    personal_data.register("private", export=export, erase=erase)


def needs_by(person: Person) -> list[SessionNeed]:
    """Also those raised anonymously, wherever they are: each is asked whether it is this person's."""
    everywhere = SessionNeed.objects.select_related("session")
    return [*everywhere.filter(author=person), *anonymous_by(person, everywhere)]


def export(person: Person) -> dict:
    return {
        "needs": [need_in_words(need) for need in needs_by(person)],
        "me_too": list(MeToo.objects.filter(person=person).values_list("need__session__title", flat=True)),
        "notes": [note_in_words(note) for note in person.own_notes.select_related("session")],
        "shared_notes": [note_in_words(note) for note in person.shared_notes.select_related("session")],
        "actions": [
            {"what": action.body, "due": action.due_on, "done": action.done_on}
            for action in person.actions.all()
        ],
        "goals": [
            {"what": goal.body, "shown_to_others": goal.is_shared, "reached": goal.reached_on}
            for goal in person.goals.all()
        ],
        "learning": [
            {"day": entry.day, "minutes": entry.minutes, "what": entry.body}
            for entry in person.learning.all()
        ],
    }


def need_in_words(need: SessionNeed) -> dict:
    return {
        "session": need.session.title,
        "day": need.session.day,
        "what": need.body,
        "anonymous": need.is_anonymous,
        **({"case": need.case} if need.is_case else {}),
    }


def note_in_words(note: Note) -> dict:
    return {"session": note.session and note.session.title, "saved": note.saved_at, "text": note.body}


def erase(person: Person) -> None:
    """Everything that is theirs alone. Notes written together stay with the others, without the name."""
    SessionNeed.objects.filter(pk__in=[need.pk for need in needs_by(person)]).delete()
    MeToo.objects.filter(person=person).delete()
    together = Note.objects.filter(owner=None, writers__in=Person.objects.exclude(pk=person.pk))
    person.shared_notes.exclude(pk__in=together.values("pk")).delete()
    for held in (Note, Action, Goal, LearningEntry):
        held.objects.filter(owner=person).delete()
