"""Mentees without a mentor, and what could be done for them: reads that the page of repairs and its services share."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from matching.models import Application, Cohort, Member, Mentorship
from matching.models.application import MOST_PLACES
from matching.queries.encoding import accepted
from matching.queries.mentorships import needing_a_match, one_to_one

State = Mentorship.State
Part = Member.Part
ONE_TO_ONE = Mentorship.Kind.ONE_TO_ONE


def cohorts_to_repair(today: date) -> list[tuple[Cohort, int]]:
    """Cohorts under way with mentees without a mentor, the latest first, and how many they are."""
    counts = dict(
        needing_a_match(today).order_by().values_list("cohort").annotate(number=Count("pk")).order_by()
    )
    found = Cohort.objects.filter(pk__in=counts).order_by("-starts_on", "pk")
    return [(cohort, counts[cohort.pk]) for cohort in found]


# What neither scores nor a page of repairs asks of a mentor: a cohort has many, and each column costs time.
UNASKED = [
    "state_before",
    "steps_done",
    "agreed_to",
    "was_entered",
    "began_at",
    "submitted_at",
    "decided_at",
    "decided_by",
    *(
        f"person__{name}"
        for name in (
            "password",
            "last_login",
            "is_superuser",
            "pronouns",
            "official_title",
            "other_discipline",
            "other_sector",
            "other_situation",
            "about",
            "is_staff",
            "date_joined",
        )
    ),
]


def accepted_mentors(cohort: Cohort) -> QuerySet[Application]:
    """With their `person`, and of both only what repairs ask."""
    return accepted(cohort).filter(part=Application.Part.MENTOR).defer(*UNASKED)


def mentors_with_a_place(cohort: Cohort) -> QuerySet[Application]:
    return accepted_mentors(cohort).filter(taken__lt=F("capacity"))


def mentors_to_ask(cohort: Cohort) -> QuerySet[Application]:
    """Those with a place, and those who could offer one more. Who offered none meets groups alone."""
    could_offer = Q(capacity__gt=0, capacity__lt=MOST_PLACES)
    return accepted_mentors(cohort).filter(could_offer | Q(taken__lt=F("capacity")))


def current_match(application: Application) -> Mentorship | None:
    """The match of two in which this mentee is, on hold or introduced."""
    member = (
        one_to_one(application=application, left_at=None)
        .select_related("mentorship__cohort")
        .order_by("rank")
        .first()
    )
    return member and member.mentorship


def current_matches(mentees: Iterable[int]) -> dict[int, Mentorship]:
    """The match of two in which each of these mentees is now."""
    members = one_to_one(application__in=list(mentees), left_at=None, rank=1)
    return {member.application_id: member.mentorship for member in members.select_related("mentorship")}


def latest_matches(mentees: Iterable[int]) -> dict[int, int]:
    """The latest match of two of each of these mentees, whatever became of it."""
    rows = one_to_one(application__in=list(mentees)).order_by("pk")
    return dict(rows.values_list("application", "mentorship"))


def held_mentees(cohort: Cohort, *, besides: Application) -> list[Member]:
    """Mentees whose match is still on hold, each with the `mentor_id` of it."""
    mentor = Member.objects.filter(mentorship=OuterRef("mentorship"), part=Part.MENTOR, left_at=None)
    return list(
        one_to_one(mentorship__cohort=cohort, mentorship__state=State.HELD, left_at=None)
        .exclude(application=besides)
        .annotate(mentor_id=Subquery(mentor.values("application")[:1]))
        .select_related("application__person", "mentorship")
        .order_by("pk")
    )


def mentees_with(mentor: Application) -> list[Application]:
    """Whom this mentor meets one to one, and whom they met until they left and who has nobody since."""
    theirs = Member.objects.filter(application=mentor, part=Part.MENTOR, kind=ONE_TO_ONE)
    here = Q(memberships__mentorship__in=theirs.filter(left_at=None).values("mentorship"))
    members = one_to_one().filter(mentorship__in=theirs.values("mentorship"))
    waiting = needing_a_match().filter(latest__in=theirs.values("mentorship")).values("pk")
    return list(
        Application.objects.filter(
            Q(pk__in=waiting)
            | here & Q(memberships__left_at=None, memberships__part=Part.MENTEE, memberships__in=members),
            state=Application.State.ACCEPTED,
            person__is_active=True,
        )
        .distinct()
        .select_related("person", "cohort")
        .order_by("pk")
    )


def groups_with_room(cohort: Cohort) -> dict[int, Mentorship]:
    """Of each stream the group with most room, with its `mentees`."""
    in_it = Count("members", filter=Q(members__part=Part.MENTEE, members__left_at=None))
    groups = (
        Mentorship.objects.filter(
            cohort=cohort,
            kind=Mentorship.Kind.GROUP,
            stream__isnull=False,
            state__in=[State.FORMING, State.HELD, State.INTRODUCED],
        )
        .annotate(mentees=in_it)
        .filter(mentees__lt=cohort.group_mentees_most)
        .order_by("stream", F("mentees").desc(), "pk")
    )
    return {group.stream_id: group for group in groups}
