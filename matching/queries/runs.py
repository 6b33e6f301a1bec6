"""Match runs and what they propose, as the admin reads them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from accounts.models import Topic
from matching.models import Application, Cohort, MatchRun, Mentorship, Proposal

# By what groups of mentees are compared: the field that names the group, and which of its entries count.
GROUPINGS = {
    "sector": ("person__sectors__slug", {}),
    "discipline": ("person__disciplines__slug", {}),
    "region": ("person__region", {}),
    "situation": ("person__situations__slug", {"person__situations__sensitive": False}),
}


def for_review(run: MatchRun) -> QuerySet[Proposal]:
    """Every mentee of a run with the proposed mentor, weakest fit first, those without a mentor before all."""
    return (
        run.proposals.select_related("mentee__person", "mentor__person")
        .prefetch_related("mentee__person__roles__role", "mentor__person__roles__role")
        .annotate(has_mentor=Q(mentor__isnull=False))
        .order_by("has_mentor", "score", "mentee__person__sort_key", "pk")
    )


# From the first introduction on, a publication cannot be undone as a whole.
BEGUN = [Mentorship.State.INTRODUCED, Mentorship.State.ENDED]


def has_introduced(run: MatchRun) -> bool:
    """Whether anybody of this run has been introduced."""
    return run.mentorships.filter(state__in=BEGUN).exists()


def still_undoable() -> QuerySet[Mentorship]:
    """What is on hold of runs that can be taken back as a whole: the latest publication, and whose hold ends first, first."""
    begun = Mentorship.objects.filter(run=OuterRef("run"), state__in=BEGUN)
    return Mentorship.objects.filter(
        ~Exists(begun), state=Mentorship.State.HELD, run__state=MatchRun.State.PUBLISHED
    ).order_by("-run__published_at", "hold_ends_at")


def undo_until(run: MatchRun) -> datetime | None:
    """Until when a publication can be taken back as a whole; None where it cannot any more."""
    return still_undoable().filter(run=run).values_list("hold_ends_at", flat=True).first()


def last_undo_until(cohort: Cohort) -> datetime | None:
    """As `undo_until`, of the cohort's last publication that can be taken back."""
    return still_undoable().filter(cohort=cohort).values_list("hold_ends_at", flat=True).first()


def places_used(run: MatchRun) -> dict[int, int]:
    """How many mentees the run proposes to each mentor's application."""
    proposed = run.proposals.filter(mentor__isnull=False)
    return dict(proposed.values_list("mentor").annotate(Count("pk")).order_by())


def sensitive_topics() -> set[str]:
    return set(Topic.objects.filter(sensitive=True).values_list("slug", flat=True))


def groups_of(mentees: Sequence[int]) -> dict[str, dict[str, set[int]]]:
    """These applications by sector, discipline, region and situation of the person, sensitive situations left out."""
    found: dict[str, dict[str, set[int]]] = {}
    applications = Application.objects.filter(pk__in=mentees).order_by()
    for grouping, (field, only) in GROUPINGS.items():
        groups = found[grouping] = defaultdict(set)
        for pk, slug in applications.filter(**only).values_list("pk", field):
            if slug:
                groups[slug].add(pk)
    return found


def accepted_in(cohort: Cohort) -> dict[str, int]:
    """Mentees, mentors and the places that mentors offer and have left."""
    return Application.objects.filter(cohort=cohort, state=Application.State.ACCEPTED).aggregate(
        mentees=Count("pk", filter=Q(part=Application.Part.MENTEE)),
        mentors=Count("pk", filter=Q(part=Application.Part.MENTOR)),
        places=Sum("capacity", default=0) - Sum("taken", default=0),
    )


def dropped_rulings(run: MatchRun) -> list[dict]:
    """Rulings of an earlier run that this one could not keep to: who, and which kind. One query at most."""
    dropped = run.findings.get("dropped", [])
    wanted = {one[part] for one in dropped for part in ("mentee", "mentor")}
    people = Application.objects.select_related("person").in_bulk(wanted) if wanted else {}
    return [
        {"mentee": people[one["mentee"]].person, "mentor": people[one["mentor"]].person, "kind": one["kind"]}
        for one in dropped
        if one["mentee"] in people and one["mentor"] in people
    ]
