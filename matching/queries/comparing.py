"""Several runs of one cohort side by side: their figures, and where their pairs differ."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from matching.models import Application, Cohort, MatchRun, Proposal

READY = [MatchRun.State.DONE, MatchRun.State.PUBLISHED]


def comparable(cohort: Cohort) -> QuerySet[MatchRun]:
    """Runs with a result, the newest first, without the large columns that no comparison reads."""
    return (
        cohort.runs.filter(state__in=READY)
        .defer("features", "plan")
        .select_related("created_by", "cohort")
        .annotate(decisions=Count("rulings"))
        .order_by("-pk")
    )


@dataclass(frozen=True)
class Outcome:
    """What one run gives one mentee. mentor: an application's number, None for nobody."""

    mentor: int | None
    score: int | None

    @property
    def fit(self) -> int:
        return -1 if self.score is None else self.score


Outcomes = dict[int, dict[int, Outcome]]


@dataclass(frozen=True)
class Differences:
    """Mentees whose mentor is not the same in all of the runs, those whose fit changes most first.

    people: how many are in any of the runs. better, worse, gains, loses: by run, against the first one.
    """

    people: int
    mentees: list[int]
    better: dict[int, int]
    worse: dict[int, int]
    gains: dict[int, int]
    loses: dict[int, int]
    moved: dict[int, int]


def differences(runs: list[MatchRun]) -> Differences:
    outcomes = outcomes_of(runs)
    first, *others = [run.pk for run in runs]
    nothing = Outcome(None, None)
    found = {name: dict.fromkeys(others, 0) for name in ("better", "worse", "gains", "loses", "moved")}
    changes = []
    for mentee, by_run in outcomes.items():
        before = by_run.get(first, nothing)
        rises = []
        for run in others:
            after = by_run.get(run, nothing)
            if after.mentor == before.mentor:
                continue
            found["moved"][run] += 1
            found[direction(before, after)][run] += 1
            rises.append(abs(after.fit - before.fit))
        if rises:
            changes.append((-max(rises), mentee))
    return Differences(len(outcomes), [mentee for _, mentee in sorted(changes)], **found)


def direction(before: Outcome, after: Outcome) -> str:
    """Of somebody whose mentor is another. As good counts as better: nobody loses by it."""
    if before.mentor is None:
        return "gains"
    if after.mentor is None:
        return "loses"
    return "better" if after.fit >= before.fit else "worse"


def outcomes_of(runs: list[MatchRun]) -> Outcomes:
    proposed = Proposal.objects.filter(run__in=runs, rank=1).order_by()
    found: Outcomes = defaultdict(dict)
    for mentee, run, mentor, score in proposed.values_list("mentee", "run", "mentor", "score"):
        found[mentee][run] = Outcome(mentor, score)
    return found


def side_by_side(runs: list[MatchRun], mentees: list[int]) -> list[tuple[Application, list[Proposal | None]]]:
    """These mentees in this order, each with what every run proposes. Two queries."""
    people = Application.objects.select_related("person").in_bulk(mentees)
    proposals = Proposal.objects.filter(run__in=runs, mentee__in=mentees, rank=1).select_related(
        "mentor__person"
    )
    found = {
        (proposal.mentee_id, proposal.run_id): proposal for proposal in proposals.defer("reasons", "standing")
    }
    return [
        (people[mentee], [found.get((mentee, run.pk)) for run in runs])
        for mentee in mentees
        if mentee in people
    ]
