"""What an admin reads to review a run: its pairs, filtered and in order, the decisions on it, who has gone since."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Aggregate, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from accounts.sorting import SortKey
from matching.models import Application, MatchRun, Member, Mentorship, Proposal, Ruling

# Far less than this run manages for most, or little of what the mentee stated.
WEAK_BELOW = 2500
FAR_BELOW_TYPICAL = 1500
WEAKEST, BY_NAME, BIGGEST_GAP = "weakest", "name", "gap"
ORDERS = {
    WEAKEST: ["has_mentor", "score"],
    BY_NAME: [],
    BIGGEST_GAP: [F("gap").desc(nulls_first=True)],
}


def pairs_of(run: MatchRun) -> QuerySet[Proposal]:
    """Every mentee of a run with the proposed mentor and all that a row of the review shows, bar the labels."""
    locked = Ruling.objects.filter(
        run=run, kind=Ruling.Kind.LOCK, mentee=OuterRef("mentee"), mentor=OuterRef("mentor")
    )
    return (
        run.proposals.select_related("mentee__person", "mentee__stream", "mentor__person")
        .prefetch_related(
            "mentee__person__roles__role", "mentee__person__disciplines", "mentor__person__roles__role"
        )
        .annotate(
            has_mentor=Q(mentor__isnull=False),
            is_locked=Exists(locked),
            gap=Cast(KT("standing__best"), IntegerField()) - F("score"),
        )
    )


def in_order(pairs: QuerySet[Proposal], order: str) -> QuerySet[Proposal]:
    return pairs.order_by(*ORDERS[order], "mentee__person__sort_key", "mentee")


@dataclass(frozen=True)
class RunFigures:
    mentees: int
    matched: int
    typical: int | None


class Median(Aggregate):
    function = "PERCENTILE_DISC"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = IntegerField()


def figures_of(run: MatchRun) -> RunFigures:
    found = run.proposals.order_by().aggregate(
        mentees=Count("pk"), matched=Count("mentor"), typical=Median("score")
    )
    return RunFigures(**found)


def weak_below(typical: int | None) -> int:
    return max(WEAK_BELOW, (typical or 0) - FAR_BELOW_TYPICAL)


def weak(typical: int | None) -> Q:
    """Against the typical fit of the run."""
    return Q(score__lt=weak_below(typical))


def unmatched() -> Q:
    return Q(mentor=None)


def changed_by_hand() -> Q:
    """Whoever meets somebody else than the run proposed at first."""
    return Q(standing__has_key="was")


def not_all_covered() -> Q:
    codes = "needs_not_covered", "role_not_covered"
    return Q(reasons__contains=[{"code": codes[0]}]) | Q(reasons__contains=[{"code": codes[1]}])


def named(words: str) -> Q:
    """Mentee or mentor, accents and case aside."""
    key = SortKey(Value(words))
    return Q(mentee__person__sort_key__contains=key) | Q(mentor__person__sort_key__contains=key)


def rulings_on(run: MatchRun) -> QuerySet[Ruling]:
    return run.rulings.select_related("mentee__person", "mentor__person", "by").order_by("-pk")


def places_offered(run: MatchRun) -> dict[int, int]:
    """Places of each mentor as the run counts them, without reading all that the engine read."""
    [(mentors, capacity)] = MatchRun.objects.filter(pk=run.pk).values_list(
        "features__mentors", "features__capacity"
    )
    return dict(zip(mentors or [], capacity or [], strict=True))


def gone_since(run: MatchRun, most: int) -> list[str]:
    """Names of people whom the run still counts on and who left or were matched since; no more than so many."""
    takes_part = Q(state=Application.State.ACCEPTED, person__is_active=True)
    has_mentor = Member.objects.filter(
        application=OuterRef("pk"), part=Member.Part.MENTEE, kind=Mentorship.Kind.ONE_TO_ONE, left_at=None
    )
    mentees = Application.objects.filter(proposals__run=run).filter(~takes_part | Exists(has_mentor))
    mentors = Application.objects.filter(proposals_as_mentor__run=run).filter(~takes_part).distinct()
    found = [*mentees.select_related("person")[:most], *mentors.select_related("person")[:most]]
    return sorted({str(application.person) for application in found})[:most]


def applications(keys: Iterable[int]) -> dict[int, Application]:
    """By number, with what a page says of each."""
    found = Application.objects.filter(pk__in=keys).select_related("person", "stream")
    return {one.pk: one for one in found.prefetch_related("person__roles__role", "person__disciplines")}


def named_among(keys: Iterable[int], words: str) -> list[int]:
    """Which of these applications are of somebody whose name contains the words, by name."""
    found = Application.objects.filter(pk__in=keys, person__sort_key__contains=SortKey(Value(words)))
    return list(found.order_by("person__sort_key", "pk").values_list("pk", flat=True))


def without_a_mentor(run: MatchRun) -> list[tuple[str, list[dict]]]:
    """Names, with the reasons, which people who compete for the same places share; there may be thousands."""
    pairs = run.proposals.filter(mentor=None).order_by("mentee__person__sort_key", "mentee")
    return list(pairs.values_list("mentee__person__name", "reasons"))
