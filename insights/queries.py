"""Who is asked for a pulse, and what they answered: only ever one's own."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Person
from insights.models import Pulse
from insights.stages import AFTER_THE_END, Span
from matching.models import Cohort, Member, Mentorship
from meetings.models import Seat, Session

MET = [Mentorship.State.INTRODUCED, Mentorship.State.ENDED]


def places(person: Person | None = None) -> QuerySet[Member]:
    """Mentees who were introduced; a mentor is asked for nothing."""
    members = Member.objects.filter(part=Member.Part.MENTEE, mentorship__state__in=MET)
    return members.filter(person=person) if person else members


def cohort_of(person: Person, slug: str) -> Cohort | None:
    """The cohort of this short name, where this person is or was a mentee in it."""
    mine = places(person).filter(cohort=OuterRef("pk"))
    return Cohort.objects.filter(Exists(mine), slug=slug).first()


def running_cohorts(now: datetime, person: Person | None = None) -> QuerySet[Cohort]:
    """Cohorts in which somebody may be asked."""
    those = places(person).filter(cohort=OuterRef("pk"))
    return Cohort.objects.filter(Exists(those), ends_on__gte=(now - AFTER_THE_END).date()).order_by("pk")


def spans_of(
    cohorts: Iterable[Cohort], people: Iterable[int] | None = None
) -> dict[tuple[int, int], list[Span]]:
    """The sessions, by (cohort, person), that each comes to or was at: two queries, whoever many they are."""
    sessions = Session.objects.filter(
        Q(mentorship__cohort__in=cohorts) | Q(cohort__in=cohorts), state=Session.State.PLANNED
    )
    seats = Seat.objects.filter(session__in=sessions.values("pk"), state=Seat.State.GOING)
    if people is not None:
        seats = seats.filter(person__in=people)
        sessions = sessions.filter(Q(host__in=people) | Q(cohost__in=people))
    spans: dict[tuple[int, int], list[Span]] = defaultdict(list)
    for person, starts, ends, cohort, of_mentorship in seats.exclude(attended=False).values_list(
        "person", "session__starts_at", "session__ends_at", "session__cohort", "session__mentorship__cohort"
    ):
        spans[cohort or of_mentorship, person].append((starts, ends))
    for host, cohost, starts, ends, cohort, of_mentorship in sessions.values_list(
        "host", "cohost", "starts_at", "ends_at", "cohort", "mentorship__cohort"
    ):
        for person in {host, cohost} - {None}:
            spans[cohort or of_mentorship, person].append((starts, ends))
    return spans


def pulses_of(person: Person, cohort: Cohort) -> dict[str, Pulse]:
    """One's own answers, by stage."""
    return {pulse.stage: pulse for pulse in Pulse.objects.filter(person=person, cohort=cohort)}


def settled(cohorts: Iterable[Cohort], person: Person | None = None) -> set[tuple[int, int, str]]:
    """(cohort, person, stage) of what was answered or skipped; never what was answered."""
    pulses = Pulse.objects.filter(cohort__in=cohorts, **({"person": person} if person else {}))
    return set(pulses.values_list("cohort", "person", "stage"))
