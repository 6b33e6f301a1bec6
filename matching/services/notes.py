"""What admins note about an application for each other. Only its author changes a note or takes it back."""

from django.utils.translation import gettext as _

from accounts.models import Person
from matching.errors import Refused
from matching.models import Application, ApplicationNote


class NoteOnOneself(Refused):
    def __init__(self):
        super().__init__(_("Nobody writes notes about their own application. Ask a colleague."))


class NotYourNote(Refused):
    """Somebody else wrote it, or it is gone."""

    def __init__(self):
        super().__init__(_("This note is not yours, or it was deleted meanwhile. It was left as it is."))


def add_note(application: Application, text: str, *, by: Person) -> ApplicationNote:
    """Note something for other admins. Raises NoteOnOneself."""
    if application.person_id == by.pk:
        raise NoteOnOneself
    return ApplicationNote.objects.create(application=application, text=text, by=by)


def change_note(note: ApplicationNote, text: str, *, by: Person) -> None:
    """Say it otherwise; when it was first said stays. Raises NotYourNote."""
    if not ApplicationNote.objects.filter(pk=note.pk, by=by).update(text=text):
        raise NotYourNote


def delete_note(note: ApplicationNote, *, by: Person) -> None:
    """Take a note back. Raises NotYourNote."""
    if not ApplicationNote.objects.filter(pk=note.pk, by=by).delete()[0]:
        raise NotYourNote
