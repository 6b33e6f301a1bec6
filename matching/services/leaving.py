"""Somebody leaves a mentorship, or an admin calls it off."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from matching.errors import NotOnHold
from matching.models import Member, Mentorship
from matching.queries.mentorships import places_by_mentor
from matching.services.places import free_places
from matching.services.telling import tell_withdrawn

State = Mentorship.State
IN_FORCE = [State.FORMING, State.HELD, State.INTRODUCED]


@transaction.atomic
def decline_match(member: Member, *, now: datetime | None = None) -> None:
    """Somebody says "not this person" during the hold: private and without fault. Twice changes nothing.

    One to one, both are free and the other is told only that the match is not going ahead; in a group the
    person leaves quietly. Raises NotOnHold once the hold is over.
    """
    now = now or timezone.now()
    mentorship = Mentorship.objects.select_for_update().get(pk=member.mentorship_id)
    staying = Member.objects.filter(pk=member.pk, left_at=None)
    if mentorship.state == State.HELD:
        if staying.update(left_at=now, declined_at=now):
            call_off_if_one_sided(mentorship, given_back=[member], now=now)
    elif staying.exists():
        raise NotOnHold(
            _(
                "The hold is over, so this can no longer be undone here. Write to the programme: they will help."
            )
        )


@transaction.atomic
def cancel_mentorship(mentorship: Mentorship, *, by: Person | None, now: datetime | None = None) -> None:
    """An admin calls off what is being formed or on hold; whoever was told of it is told. Raises NotOnHold."""
    locked = Mentorship.objects.select_for_update().get(pk=mentorship.pk)
    if locked.state not in (State.FORMING, State.HELD):
        raise NotOnHold(
            _("%(mentorship)s is %(state)s, so it can no longer be called off.")
            % {"mentorship": locked, "state": locked.get_state_display()}
        )
    cancel(Mentorship.objects.filter(pk=locked.pk), now=now or timezone.now())


@transaction.atomic
def leave_all(person: Person, *, now: datetime | None = None) -> None:
    """Somebody leaves the programme: their places are free, and a pair left with one side is over."""
    now = now or timezone.now()
    theirs = Mentorship.objects.filter(members__person=person, members__left_at=None, state__in=IN_FORCE)
    for pk in theirs.order_by("pk").values_list("pk", flat=True):
        leave(Mentorship.objects.select_for_update().get(pk=pk), person, now=now)


def leave(mentorship: Mentorship, person: Person, *, now: datetime) -> None:
    members = Member.objects.filter(mentorship=mentorship, person=person, left_at=None)
    leaving = list(members)
    members.update(left_at=now)
    call_off_if_one_sided(mentorship, given_back=leaving, now=now)


def call_off_if_one_sided(mentorship: Mentorship, *, given_back: list[Member], now: datetime) -> None:
    """Without a mentor, or without a mentee, there is nothing left to meet for."""
    parts = set(Member.objects.filter(mentorship=mentorship, left_at=None).values_list("part", flat=True))
    if Member.Part.MENTEE in parts and parts - {Member.Part.MENTEE}:
        return
    free_places(places_of(given_back))
    this = Mentorship.objects.filter(pk=mentorship.pk)
    had_met = mentorship.state == State.INTRODUCED
    end(this, now=now) if had_met else cancel(this, now=now)


def places_of(members: list[Member]) -> dict[int, int]:
    """The one-to-one places of mentors who have just left; `close` counts those who are still there."""
    is_mentor = [m for m in members if m.part == Member.Part.MENTOR and m.kind == Mentorship.Kind.ONE_TO_ONE]
    return {member.application_id: 1 for member in is_mentor}


def cancel(mentorships: QuerySet[Mentorship], *, now: datetime) -> None:
    """Nobody had been introduced: whoever was told of it is told that it is not going ahead."""
    tell_withdrawn(close(mentorships, State.CANCELLED, now))


def end(mentorships: QuerySet[Mentorship], *, now: datetime) -> None:
    """People had met: it stays on their page as something that was."""
    close(mentorships, State.ENDED, now)


def close(mentorships: QuerySet[Mentorship], state: str, now: datetime) -> list[Member]:
    """Free the places and everybody in them; returns who was still there. The caller has locked the rows."""
    pks = list(mentorships.values_list("pk", flat=True))
    members = list(Member.objects.filter(mentorship__in=pks, left_at=None).select_related("person"))
    free_places(places_by_mentor(pks))
    Member.objects.filter(pk__in=[member.pk for member in members]).update(left_at=now)
    Mentorship.objects.filter(pk__in=pks).update(state=state, ended_at=now)
    return members
