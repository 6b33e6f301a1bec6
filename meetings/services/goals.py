"""What somebody wants to reach; private unless they share it."""

from uuid import UUID

from django.utils import timezone

from accounts.encryption import seal_for
from accounts.models import Person
from matching.models import Mentorship
from meetings.models import Goal


def add_goal(mentorship: Mentorship, *, owner: Person, body: str, is_shared: bool, pk: UUID) -> None:
    """The same key again changes nothing."""
    goal = Goal(pk=pk, mentorship=mentorship, owner=owner, body=body, is_shared=is_shared)
    Goal.objects.bulk_create([goal], ignore_conflicts=True)


def edit_goal(goal: Goal, *, body: str, is_shared: bool) -> None:
    Goal.objects.filter(pk=goal.pk).update(body=seal_for(goal, "body", body), is_shared=is_shared)


def mark_reached(goal: Goal, *, is_reached: bool) -> None:
    Goal.objects.filter(pk=goal.pk).update(reached_on=timezone.localdate() if is_reached else None)


def delete_goal(goal: Goal) -> None:
    Goal.objects.filter(pk=goal.pk).delete()
