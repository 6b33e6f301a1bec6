"""Agree what will be done, and by whom. Who may do so was settled by the caller."""

from datetime import date
from uuid import UUID

from django.utils import timezone

from accounts.encryption import seal_for
from accounts.models import Person
from meetings.models import Action
from meetings.queries.notes import Place


def add_action(place: Place, *, body: str, owner: Person, due_on: date | None, pk: UUID) -> None:
    """The same key again changes nothing."""
    action = Action(pk=pk, **place.row, body=body, owner=owner, due_on=due_on)
    Action.objects.bulk_create([action], ignore_conflicts=True)


def edit_action(action: Action, *, body: str, owner: Person, due_on: date | None) -> None:
    Action.objects.filter(pk=action.pk).update(
        body=seal_for(action, "body", body), owner=owner, due_on=due_on
    )


def mark_done(action: Action, *, is_done: bool) -> None:
    Action.objects.filter(pk=action.pk).update(done_on=timezone.localdate() if is_done else None)


def delete_action(action: Action) -> None:
    Action.objects.filter(pk=action.pk).delete()
