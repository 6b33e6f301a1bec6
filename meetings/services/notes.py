"""Write notes together without losing a word of anybody's."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.encryption import seal_for
from accounts.models import Person
from matching.errors import Refused
from matching.models import Mentorship
from meetings.models import Goal, Note
from meetings.queries.notes import Place, notes_at


class SavedMeanwhile(Refused):
    """Somebody else saved this page since it was opened; `note` is what they left (None: they emptied it)."""

    def __init__(self, note: Note | None):
        super().__init__(
            _(
                "Somebody saved this page after you opened it. Both texts are below: bring them together, then save."
            )
        )
        self.note = note


@transaction.atomic
def save_note(place: Place, *, by: Person, is_shared: bool, body: str, version: int) -> None:
    """Save a page over the version it began from; an empty one is deleted. Raises SavedMeanwhile."""
    shared, own = notes_at(place, by)
    note = shared if is_shared else own
    if (note.body if note else "") == body:
        return
    if note is None:
        note = begin(place, owner=None if is_shared else by, body=body)
    elif not write_over(note, body, version):
        raise SavedMeanwhile(Note.objects.filter(pk=note.pk).first())
    if is_shared and body:
        note.writers.add(by)


def begin(place: Place, *, owner: Person | None, body: str) -> Note:
    """The first words of a page. Raises SavedMeanwhile where another's first words were quicker."""
    note = Note(**place.row, owner=owner, body=body, saved_at=timezone.now())
    Note.objects.bulk_create([note], ignore_conflicts=True)
    [stored] = Note.objects.filter(**place.row, owner=owner)
    if stored.pk != note.pk:
        raise SavedMeanwhile(stored)
    return stored


def write_over(note: Note, body: str, version: int) -> bool:
    """Whether nobody else has saved since; one conditional statement decides."""
    as_opened = Note.objects.filter(pk=note.pk, version=version)
    if not body:
        return bool(as_opened.delete()[0])
    sealed = seal_for(note, "body", body)
    return bool(as_opened.update(body=sealed, version=F("version") + 1, saved_at=timezone.now()))


@transaction.atomic
def copy_own(person: Person, *, old: Mentorship, new: Mentorship) -> int:
    """Take one's own notes and goals along into another mentorship, for oneself alone; how many. Twice is once."""
    notes = (
        Note.objects.filter(mentorship=old, owner=person).select_related("session").order_by("session", "pk")
    )
    goals = list(Goal.objects.filter(mentorship=old, owner=person))
    known = {goal.body for goal in Goal.objects.filter(mentorship=new, owner=person)}
    fresh = [goal for goal in goals if goal.body not in known]
    Goal.objects.bulk_create(Goal(mentorship=new, owner=person, body=goal.body) for goal in fresh)
    return len(fresh) + append_notes(person, new, [with_heading(note) for note in notes])


def with_heading(note: Note) -> str:
    return f"{note.session.title}, {note.session.day.isoformat()}\n{note.body}" if note.session else note.body


def append_notes(person: Person, mentorship: Mentorship, texts: list[str]) -> int:
    place = Place(mentorship, None, goes_on=True)
    held = notes_at(place, person)[1]
    body = held.body if held else ""
    fresh = [text for text in texts if text not in body]
    if fresh:
        save_note(
            place,
            by=person,
            is_shared=False,
            body="\n\n".join([part for part in [body, *fresh] if part]),
            version=held.version if held else 0,
        )
    return len(fresh)
