"""What somebody learned by mentoring; nobody else ever reads it."""

from datetime import date
from uuid import UUID

from accounts.encryption import seal_for
from accounts.models import Person
from meetings.models import LearningEntry


def add_entry(owner: Person, *, day: date, minutes: int, body: str, pk: UUID) -> None:
    """The same key again changes nothing."""
    entry = LearningEntry(pk=pk, owner=owner, day=day, minutes=minutes, body=body)
    LearningEntry.objects.bulk_create([entry], ignore_conflicts=True)


def edit_entry(entry: LearningEntry, *, day: date, minutes: int, body: str) -> None:
    LearningEntry.objects.filter(pk=entry.pk).update(
        day=day, minutes=minutes, body=seal_for(entry, "body", body)
    )


def delete_entry(entry: LearningEntry) -> None:
    LearningEntry.objects.filter(pk=entry.pk).delete()
