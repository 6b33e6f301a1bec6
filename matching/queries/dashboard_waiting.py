"""What waits in cohorts, as numbers: each function asks a fixed number of questions, however many cohorts there are."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from matching.models import Application, Choice, Cohort, GroupRun, MatchRun, Member, Mentorship
from outbox.models import Mail

State = Application.State
Part = Application.Part
SOON = timedelta(days=1)
# When mails remind of an unfinished application, there is a week left or less.
WINDOW_ENDS_WITHIN = timedelta(days=7)
REFUSED_WITHIN = timedelta(days=14)


@dataclass(frozen=True)
class Desk:
    """Applications of a cohort that wait: for a decision, and drafts that may miss the window."""

    cohort: int
    to_decide: int
    oldest: datetime | None
    drafts: int


def desks(cohorts: Collection[Cohort]) -> Iterator[Desk]:
    now = timezone.now()
    submitted = Q(state=State.SUBMITTED)
    late = Q(state=State.DRAFT, cohort__closes_at__gt=now, cohort__closes_at__lte=now + WINDOW_ENDS_WITHIN)
    rows = by_cohort(Application, cohorts).annotate(
        to_decide=Count("pk", filter=submitted),
        oldest=Min("submitted_at", filter=submitted),
        began=Min("began_at", filter=submitted),
        drafts=Count("pk", filter=late),
    )
    for cohort, to_decide, oldest, began, drafts in rows.values_list(
        "cohort", "to_decide", "oldest", "began", "drafts"
    ):
        yield Desk(cohort, to_decide, oldest or began, drafts)


@dataclass(frozen=True)
class Places:
    """Accepted mentees without a mentor, the places left, and mentors whom nobody was matched with."""

    cohort: int
    without_mentor: int
    free: int
    idle: int
    has_published: bool


def places(cohorts: Collection[Cohort]) -> Iterator[Places]:
    current = Member.objects.filter(application=OuterRef("pk"), left_at=None).exclude(
        mentorship__state__in=[Mentorship.State.ENDED, Mentorship.State.CANCELLED]
    )
    has_mentor = Exists(current.filter(kind=Mentorship.Kind.ONE_TO_ONE))
    accepted = by_cohort(Application.objects.filter(state=State.ACCEPTED, person__is_active=True), cohorts)
    rows = accepted.annotate(
        without_mentor=Count("pk", filter=Q(part=Part.MENTEE) & ~has_mentor & ~ended_well()),
        free=Sum(F("capacity") - F("taken"), default=0),
        idle=Count("pk", filter=Q(part=Part.MENTOR, capacity__gt=0, taken=0) & ~Exists(current)),
    ).values_list("cohort", "without_mentor", "free", "idle")
    published = set(published_in(cohorts))
    for cohort, without_mentor, free, idle in rows:
        yield Places(cohort, without_mentor, free, idle, cohort in published)


def ended_well() -> Exists:
    """Whoever was in a mentorship to its end does not wait for another."""
    ended = Member.objects.filter(
        application=OuterRef("pk"),
        kind=Mentorship.Kind.ONE_TO_ONE,
        mentorship__state=Mentorship.State.ENDED,
        mentorship__introduced_at__isnull=False,
    )
    return Exists(ended)


def published_in(cohorts: Collection[Cohort]) -> QuerySet:
    """Cohorts in which one-to-one matches have been published."""
    states = [Mentorship.State.HELD, Mentorship.State.INTRODUCED, Mentorship.State.ENDED]
    found = Mentorship.objects.filter(
        cohort__in=cohorts, kind=Mentorship.Kind.ONE_TO_ONE, state__in=states
    ).order_by()
    return found.values_list("cohort", flat=True).distinct()


def oversubscribed(cohorts: Collection[Cohort]) -> Iterator[tuple[int, int]]:
    """(cohort, mentors): the first choice of more mentees than they have places left for."""
    chosen = (
        Choice.objects.filter(
            mentor__cohort__in=[cohort for cohort in cohorts if cohort.lets_mentees_choose],
            state__in=[Choice.State.LISTED, Choice.State.ASKED],
            rank=1,
        )
        .order_by()
        .values("mentor", "mentor__cohort")
        .annotate(wanted=Count("pk"), free=F("mentor__capacity") - F("mentor__taken"))
        .filter(wanted__gt=F("free"))
    )
    counted: dict[int, int] = {}
    for cohort in chosen.values_list("mentor__cohort", flat=True):
        counted[cohort] = counted.get(cohort, 0) + 1
    yield from counted.items()


def holds_that_end(cohorts: Collection[Cohort]) -> QuerySet:
    """(cohort, how many, the first end): holds that end within a day."""
    ending = Mentorship.objects.filter(state=Mentorship.State.HELD, hold_ends_at__lte=timezone.now() + SOON)
    rows = by_cohort(ending, cohorts).annotate(count=Count("pk"), first=Min("hold_ends_at"))
    return rows.values_list("cohort", "count", "first")


def failed_match_runs(cohorts: Collection[Cohort]) -> list[tuple[int, int]]:
    return failed_last(MatchRun, cohorts)


def failed_group_runs(cohorts: Collection[Cohort]) -> list[tuple[int, int]]:
    return failed_last(GroupRun, cohorts)


def failed_last(runs: type[MatchRun] | type[GroupRun], cohorts: Collection[Cohort]) -> list[tuple[int, int]]:
    """(cohort, run) where the latest run failed; an earlier failure has been dealt with by running again."""
    latest = (
        runs.objects.filter(cohort__in=cohorts)
        .order_by("cohort", "-pk")
        .distinct("cohort")
        .values_list("cohort", "pk", "state")
    )
    return [(cohort, run) for cohort, run, state in latest if state == MatchRun.State.FAILED]


def unpublished_groups(cohorts: Collection[Cohort]) -> QuerySet:
    forming = Mentorship.objects.filter(kind=Mentorship.Kind.GROUP, state=Mentorship.State.FORMING)
    return by_cohort(forming, cohorts).annotate(count=Count("pk")).values_list("cohort", "count")


def mail_to_settle(cohorts: Collection[Cohort]) -> QuerySet:
    """(cohort, state, how many): mail to anybody who applied that was refused lately, or is in doubt."""
    lately = Q(state=Mail.State.FAILED, queued_at__gte=timezone.now() - REFUSED_WITHIN)
    return (
        Mail.objects.filter(lately | Q(state=Mail.State.IN_DOUBT), person__applications__cohort__in=cohorts)
        .order_by()
        .values("person__applications__cohort", "state")
        .annotate(count=Count("pk", distinct=True))
        .values_list("person__applications__cohort", "state", "count")
    )


def by_cohort(rows, cohorts: Collection[Cohort]) -> QuerySet:
    """Grouped, for aggregates."""
    found = rows if isinstance(rows, QuerySet) else rows.objects.all()
    return found.filter(cohort__in=cohorts).order_by().values("cohort")
