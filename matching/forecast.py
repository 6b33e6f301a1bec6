"""What the clock will write to people of the programme: reminders of unfinished applications, introductions."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet

from matching.models import Member, Mentorship
from matching.services.reminders import due_by, due_since
from matching.services.telling import INTRODUCTION, mail_key
from outbox.forecast import Expected, register


def register_forecasts() -> None:
    register(unfinished)
    register(introductions)


def unfinished(people: QuerySet, until: datetime) -> Iterator[Expected]:
    wanted = set(people.values_list("pk", flat=True))
    for key, draft in due_by(until).items():
        if draft.person_id in wanted:
            yield Expected(
                kind="application_unfinished",
                key=key,
                person=draft.person,
                due=due_since(draft, until),
                context={"application": draft.pk},
                expires_at=draft.cohort.closes_at,
            )


def introductions(people: QuerySet, until: datetime) -> Iterator[Expected]:
    """Of each match whose hold ends by then."""
    members = Member.objects.filter(
        person__in=people.values("pk"),
        left_at=None,
        mentorship__state=Mentorship.State.HELD,
        mentorship__hold_ends_at__lt=until,
    )
    for member in members.select_related("person", "mentorship"):
        kind = INTRODUCTION[member.kind]
        yield Expected(
            kind=kind,
            key=mail_key(kind, member),
            person=member.person,
            due=member.mentorship.hold_ends_at,
            context={"member": member.pk},
        )
