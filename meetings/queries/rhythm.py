"""How mentorships go on: whether people met, how often they meant to, who waits for a word.

A session counts as a meeting once it is over, unless attendance was noted and nobody with a seat was there.
Every function is one query or a fixed number of them, however many mentorships there are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import (
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    Min,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from accounts.models import Person
from matching.models import Member, Mentorship, Turn
from matching.rematches import Wish
from meetings.models import FitCheck, MetElsewhere, Rhythm, Seat, Session

DAYS_WITHOUT_A_RHYTHM = 45
SLACK = 1.5
# When somebody has been asked three times whether they have met, an admin should know.
DAYS_WITHOUT_A_MEETING = 21


def held(now: datetime) -> QuerySet[Session]:
    """Sessions of mentorships that took place."""
    anybody = Seat.objects.filter(session=OuterRef("pk"), attended=True)
    return Session.objects.filter(
        Q(attendance_noted_at=None) | Exists(anybody),
        state=Session.State.PLANNED,
        ends_at__lte=now,
        mentorship__isnull=False,
    )


def booked(now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(state=Session.State.PLANNED, ends_at__gt=now)


def per_mentorship(rows: QuerySet, value, output_field=None) -> Subquery:
    """One figure of the rows of a mentorship, for a query of mentorships."""
    of_this = rows.filter(mentorship=OuterRef("pk")).order_by().values("mentorship")
    return Subquery(of_this.annotate(figure=value).values("figure"), output_field=output_field)


def under_way(now: datetime) -> QuerySet[Mentorship]:
    """Introduced mentorships with `met_first`, `met_last`, `meetings` and whether something `is_booked`.

    Those that are paused are among them. `since`: when people were introduced, or went on after their last pause.
    """
    resumed = Turn.objects.filter(what=Turn.What.RESUMED, at__lte=now)
    elsewhere = MetElsewhere.objects.filter(said_at__lte=now)
    return (
        Mentorship.objects.filter(state=Mentorship.State.INTRODUCED)
        .annotate(
            is_booked=Exists(booked(now).filter(mentorship=OuterRef("pk"))),
            meetings=Coalesce(per_mentorship(held(now), Count("pk")), 0)
            + Coalesce(per_mentorship(elsewhere, Count("said_on", distinct=True)), 0),
            met_last=Greatest(
                per_mentorship(held(now), Max("ends_at")), per_mentorship(elsewhere, Max("said_at"))
            ),
            met_first=per_mentorship(held(now), Min("ends_at")),
            met_second=nth(held(now), 2),
            said_first=per_mentorship(elsewhere, Min("said_at")),
            since=Greatest("introduced_at", per_mentorship(resumed, Max("at"))),
        )
        .select_related("cohort__programme")
        .prefetch_related(Prefetch("members", queryset=active(), to_attr="active"))
        .order_by("pk")
    )


def nth(sessions: QuerySet[Session], number: int) -> Subquery:
    of_this = sessions.filter(mentorship=OuterRef("pk")).order_by("ends_at")
    return Subquery(of_this.values("ends_at")[number - 1 : number])


def active() -> QuerySet[Member]:
    members = Member.objects.filter(left_at=None, person__is_active=True)
    return members.select_related("person").order_by("pk")


def never_met(now: datetime) -> QuerySet[Mentorship]:
    """Nothing booked, nothing met; nothing is expected in a pause."""
    return under_way(now).filter(meetings=0, is_booked=False, paused_at=None)


def silent(now: datetime) -> QuerySet[Mentorship]:
    """Met before, nothing booked, and one and a half times the agreed rhythm has passed since (`quiet_since`).

    A pause counts for nothing, and after it the time begins anew.
    """
    days = Coalesce(
        Subquery(Rhythm.objects.filter(mentorship=OuterRef("pk")).values("days")[:1]) * Value(SLACK),
        Value(float(DAYS_WITHOUT_A_RHYTHM)),
    )
    patience = ExpressionWrapper(days * Value(timedelta(days=1)), output_field=DurationField())
    return (
        under_way(now)
        .filter(meetings__gt=0, is_booked=False, paused_at=None)
        .annotate(patience=patience)
        .annotate(
            quiet_since=ExpressionWrapper(
                Greatest("met_last", "since") + F("patience"), output_field=DateTimeField()
            )
        )
        .filter(quiet_since__lte=now)
    )


@dataclass(frozen=True)
class Stalled:
    """A mentorship that an admin may want to ask after, or one person in a group; `since` when nothing was heard."""

    mentorship: Mentorship
    person: Person | None
    since: datetime


def stalled(now: datetime) -> list[Stalled]:
    """Who is stuck, the longest first: never met three weeks on, silent, or twice absent in a group."""
    long_ago = now - timedelta(days=DAYS_WITHOUT_A_MEETING)
    started = [Stalled(one, None, one.since) for one in never_met(now).filter(since__lte=long_ago)]
    fell_silent = [Stalled(one, None, one.met_last) for one in silent(now)]
    missed = [Stalled(one.mentorship, one.person, one.since) for one in absent_twice(now)]
    return sorted([*started, *fell_silent, *missed], key=lambda one: one.since)


@dataclass(frozen=True)
class Absence:
    """A mentee of a group who was not at its last two sessions; `session` is the later one."""

    mentorship: Mentorship
    person: Person
    session: Session
    since: datetime


def absent_twice(now: datetime) -> list[Absence]:
    """Of each group, who missed its last two sessions and has not said that they come to the next."""
    seats = (
        Seat.objects.filter(
            session__in=noted(now),
            person__memberships__mentorship=F("session__mentorship"),
            person__memberships__left_at=None,
            person__memberships__part=Member.Part.MENTEE,
            person__is_active=True,
        )
        .filter(~Exists(promised(now)))
        .select_related("person", "session__mentorship__cohort__programme")
        .order_by("session__mentorship_id", "person_id", "-session__ends_at")
    )
    by_person: dict[tuple[int, int], list[Seat]] = {}
    for seat in seats:
        by_person.setdefault((seat.session.mentorship_id, seat.person_id), []).append(seat)
    return [
        Absence(last.session.mentorship, last.person, last.session, before.session.starts_at)
        for last, before, *_ in (seats for seats in by_person.values() if len(seats) > 1)
        if was_absent(last) and was_absent(before)
    ]


def noted(now: datetime) -> QuerySet[Session]:
    """Sessions of groups whose host has said who came; older ones say nothing about today."""
    return held(now).filter(
        attendance_noted_at__isnull=False,
        mentorship__kind=Mentorship.Kind.GROUP,
        mentorship__state=Mentorship.State.INTRODUCED,
        mentorship__paused_at=None,
        ends_at__gte=now - timedelta(days=365),
    )


def promised(now: datetime) -> QuerySet[Seat]:
    """Of a seat's person: one in a session to come of the same group, for which they have answered."""
    return Seat.objects.filter(
        person=OuterRef("person"),
        session__mentorship=OuterRef("session__mentorship"),
        session__in=booked(now),
        state=Seat.State.GOING,
        answered_at__isnull=False,
    )


def was_absent(seat: Seat) -> bool:
    return seat.attended is not True


# --- One mentorship, one person -----------------------------------------------------------------


def membership(person: Person, mentorship_pk: int) -> Member | None:
    """A person's place in a mentorship that is under way; None for everybody else."""
    return (
        Member.objects.filter(
            mentorship=mentorship_pk,
            mentorship__state=Mentorship.State.INTRODUCED,
            person=person,
            left_at=None,
        )
        .select_related("mentorship__cohort__programme")
        .first()
    )


def rhythm_of(mentorship: Mentorship) -> int:
    """Days that were agreed, 0 where none were."""
    return Rhythm.objects.filter(mentorship=mentorship).values_list("days", flat=True).first() or 0


def fit_checks_of(person: Person, mentorship: Mentorship) -> list[FitCheck]:
    return list(FitCheck.objects.filter(person=person, mentorship=mentorship).order_by("answered_at"))


def answered(mentorships: Iterable[int]) -> set[tuple[int, int, str]]:
    """(mentorship, person, stage) of what was answered."""
    checks = FitCheck.objects.filter(mentorship__in=mentorships)
    return set(checks.values_list("mentorship", "person", "stage"))


def wishes_for_another_match() -> list[Wish]:
    """One for each mentorship under way in which somebody's latest answer is that it is not a fit.

    A day and no more is told, and in whose name only where that person ticked that they may be written to.
    """
    latest = (
        FitCheck.objects.filter(
            mentorship__state=Mentorship.State.INTRODUCED,
            person__memberships__mentorship=F("mentorship"),
            person__memberships__left_at=None,
        )
        .order_by("mentorship_id", "person_id", "-answered_at")
        .distinct("mentorship_id", "person_id")
        .defer("words")
        .select_related("person", "mentorship__cohort")
        .prefetch_related(
            Prefetch(
                "mentorship__members",
                queryset=Member.objects.select_related("person").order_by("pk"),
                to_attr="everybody",
            )
        )
    )
    asking = [check for check in latest if check.answer == FitCheck.Answer.NOT_A_FIT]
    # Of several in one mentorship, those who may be written to stand each for themselves.
    named = [wish_of(check, check.person) for check in asking if check.may_be_written_to]
    others = {check.mentorship_id: check for check in asking if not check.may_be_written_to}
    return [*named, *(wish_of(check, None) for check in others.values())]


def wish_of(check: FitCheck, person: Person | None) -> Wish:
    return Wish(check.mentorship, person, timezone.localdate(check.answered_at))
