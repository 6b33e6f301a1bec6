"""Which cohorts an admin works on now, and what waits in each."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min
from django.utils import timezone

from matching.attention import Matter, matters_of
from matching.models import Cohort, MatchRun, Mentorship, Ruling
from matching.queries.funnel import Funnel, funnel_of
from matching.queries.runs import last_undo_until

Kind = Mentorship.Kind


def cohorts_under_way() -> list[tuple[Cohort, list[Matter]]]:
    """Cohorts that are not over, the soonest to start first, with what waits in each."""
    cohorts = list(
        Cohort.objects.filter(ends_on__gte=timezone.localdate())
        .select_related("programme")
        .order_by("starts_on", "pk")
    )
    matters = matters_of(cohorts)
    return [(cohort, matters.get(cohort.pk, [])) for cohort in cohorts]


@dataclass(frozen=True)
class Standing:
    """Where a cohort stands: what its steps are ticked by."""

    cohort: Cohort
    funnel: Funnel
    streams: int
    run: MatchRun | None
    has_rulings: bool
    mentorships: dict[tuple[str, str], int]
    hold_ends_at: datetime | None
    undo_until: datetime | None
    introduced: int
    met: int

    def of_kind(self, kind: str, *states: str) -> int:
        return sum(self.mentorships[kind, state] for state in states)

    def in_state(self, *states: str) -> int:
        return sum(self.of_kind(kind, *states) for kind in Kind)


def standing_of(cohort: Cohort) -> Standing:
    funnel = funnel_of(cohort)
    run = cohort.runs.defer("features", "plan", "findings", "policy").order_by("-pk").first()
    mentorships, hold_ends_at = mentorships_of(cohort)
    introduced = set(
        cohort.mentorships.filter(state=Mentorship.State.INTRODUCED).values_list("pk", flat=True)
    )
    return Standing(
        cohort=cohort,
        funnel=funnel,
        streams=cohort.streams.count(),
        run=run,
        has_rulings=Ruling.objects.filter(run=run).exists(),
        mentorships=mentorships,
        hold_ends_at=hold_ends_at,
        undo_until=last_undo_until(cohort),
        introduced=len(introduced),
        met=len(introduced & funnel.pace.met),
    )


def mentorships_of(cohort: Cohort) -> tuple[dict[tuple[str, str], int], datetime | None]:
    rows = (
        cohort.mentorships.order_by()
        .values("kind", "state")
        .annotate(count=Count("pk"), first_end=Min("hold_ends_at"))
    )
    counts: dict[tuple[str, str], int] = defaultdict(int)
    first_end = None
    for row in rows:
        counts[row["kind"], row["state"]] = row["count"]
        if row["state"] == Mentorship.State.HELD:
            first_end = min(filter(None, [first_end, row["first_end"]]))
    return counts, first_end
