"""Whom mentees would like as their mentor, as pages and services read it."""

from collections.abc import Iterable
from datetime import date

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    When,
    prefetch_related_objects,
)

from accounts.models import Person, PersonRole
from matching.models import Application, Choice, Cohort, Member, Mentorship, Need, Offer

State = Choice.State
OPEN = [State.LISTED, State.ASKED]
# A person may ask the same mentor again once, where a request was closed by mistake.
MOST_TIMES_ASKED = 2
CARD = [
    Prefetch("person__roles", queryset=PersonRole.objects.select_related("role")),
    "person__disciplines",
    "person__sectors",
    Prefetch("offers", queryset=Offer.objects.select_related("topic")),
]
OF_A_MENTEE = Prefetch("mentee__needs", queryset=Need.objects.select_related("topic"))


def in_a_pair() -> QuerySet[Member]:
    """Mentees who have a mentor of their own, also on hold."""
    return Member.objects.filter(part=Member.Part.MENTEE, kind=Mentorship.Kind.ONE_TO_ONE, left_at=None)


def may_choose(today: date) -> QuerySet[Application]:
    """Accepted mentees without a mentor, in cohorts that let them choose and are not over."""
    has_mentor = in_a_pair().filter(application=OuterRef("pk"))
    return Application.objects.filter(
        ~Exists(has_mentor),
        part=Application.Part.MENTEE,
        state=Application.State.ACCEPTED,
        person__is_active=True,
        cohort__lets_mentees_choose=True,
        cohort__ends_on__gte=today,
    ).select_related("cohort", "person")


def may_be_asked(cohort: Cohort) -> QuerySet[Application]:
    """Mentors of a cohort who meet people one to one, also those whose places are taken."""
    return Application.objects.filter(
        cohort=cohort,
        part=Application.Part.MENTOR,
        state=Application.State.ACCEPTED,
        person__is_active=True,
        capacity__gt=0,
    ).select_related("person")


def with_cards(applications: QuerySet[Application]) -> QuerySet[Application]:
    """With what a person card shows, in a fixed number of queries."""
    return applications.select_related("person__organisation").prefetch_related(*CARD)


def list_of(mentee: Application) -> list[Choice]:
    """A mentee's own list, in their order."""
    return list(
        Choice.objects.filter(mentee=mentee)
        .exclude(state=State.WITHDRAWN)
        .select_related("mentor__person")
        .order_by("rank")
    )


def list_with_roles(mentee: Application) -> list[Choice]:
    """The same with what the page of the list shows of each mentor."""
    listed = list_of(mentee)
    prefetch_related_objects(listed, "mentor__person__roles__role")
    return listed


def asked_too_often(mentee: Application) -> set[int]:
    """Mentors whom this mentee asked before and took it back, as often as one may."""
    asked = Choice.objects.filter(mentee=mentee, asked_at__isnull=False)
    times = asked.values("mentor").annotate(times=Count("pk")).order_by()
    return set(times.filter(times__gte=MOST_TIMES_ASKED).values_list("mentor", flat=True))


def asked_of(person: Person) -> QuerySet[Choice]:
    """The requests that wait for this person's answer, oldest first."""
    return (
        Choice.objects.filter(mentor__person=person, state=State.ASKED)
        .select_related("mentee__person__organisation", "mentee__cohort__programme", "mentor__person")
        .order_by("asked_at", "pk")
    )


def ever_asked_of(person: Person) -> QuerySet[Choice]:
    """Every request that reached this person; what waits on a list is nobody else's to see."""
    return Choice.objects.filter(mentor__person=person, asked_at__isnull=False).select_related(
        "mentee__person__organisation", "mentee__cohort__programme", "mentor__person"
    )


def with_mentees_card(choices: QuerySet[Choice]) -> QuerySet[Choice]:
    return choices.prefetch_related(
        Prefetch("mentee__person__roles", queryset=PersonRole.objects.select_related("role")),
        "mentee__person__disciplines",
        "mentee__person__sectors",
        OF_A_MENTEE,
    )


def that_cannot_stand(today: date) -> QuerySet[Choice]:
    """Requests whose mentee no longer needs an answer: matched, gone, or no longer allowed to choose."""
    return Choice.objects.filter(state=State.ASKED).exclude(mentee__in=may_choose(today).values("pk"))


def that_nobody_can_accept() -> QuerySet[Choice]:
    """Requests to a mentor who left or whose places are all taken."""
    return Choice.objects.filter(state=State.ASKED).exclude(
        mentor__state=Application.State.ACCEPTED,
        mentor__person__is_active=True,
        mentor__taken__lt=F("mentor__capacity"),
    )


def left_on_lists() -> QuerySet[Choice]:
    """What still stands on the list of somebody who has met their mentor."""
    introduced = in_a_pair().filter(
        application=OuterRef("mentee"), mentorship__state=Mentorship.State.INTRODUCED
    )
    return Choice.objects.filter(Exists(introduced), state=State.LISTED)


def in_cohort(cohort: Cohort) -> QuerySet[Choice]:
    """For admins: who asked whom, those who have waited longest first. The words between the two are not read."""
    waits = Case(When(state=State.ASKED, then=0), When(state=State.LISTED, then=2), default=1)
    return (
        Choice.objects.filter(mentee__cohort=cohort)
        .exclude(state=State.WITHDRAWN, asked_at=None)
        .select_related("mentee__person", "mentor__person")
        .defer("words")
        .order_by(waits, "expires_at", "mentee__person__sort_key", "mentee", "rank", "pk")
    )


def numbers_of(cohort: Cohort) -> dict[str, int]:
    """How many mentees have a list, and how many requests wait or were answered with yes."""
    return Choice.objects.filter(mentee__cohort=cohort).aggregate(
        lists=Count("mentee", filter=Q(state__in=OPEN), distinct=True),
        asked=Count("pk", filter=Q(state=State.ASKED)),
        accepted=Count("pk", filter=Q(state=State.ACCEPTED)),
    )


def counted(cohorts: Iterable[Cohort]) -> dict[int, dict[str, int]]:
    """Open choices of each cohort: how many are listed and asked."""
    numbers = (
        Choice.objects.filter(mentee__cohort__in=list(cohorts), state__in=OPEN)
        .values("mentee__cohort")
        .annotate(
            listed=Count("pk", filter=Q(state=State.LISTED)), asked=Count("pk", filter=Q(state=State.ASKED))
        )
        .order_by()
    )
    return {row["mentee__cohort"]: row for row in numbers}
