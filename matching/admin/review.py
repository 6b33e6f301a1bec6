"""What the pages of a run show: how far it is, what it found, and each proposal in sentences."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from matching.models import MatchRun, Member, Proposal
from matching.queries.runs import for_review, has_introduced, places_used
from matching.reasons import ADMIN, Labels, Pair, Why, explain, unmatched_sentence
from matching.services.runs import UNFINISHED

State = MatchRun.State
ROWS_A_PAGE = 100
POINTS_OF_ONE_IN_A_HUNDRED = 100
TONES = {State.DONE: "good", State.PUBLISHED: "good", State.FAILED: "bad", State.STOPPED: "quiet"}


@dataclass(frozen=True)
class Row:
    """One mentee of a run: the mentor and why, or why there is none."""

    mentee: Member
    mentor: Member | None
    places: str
    why: Why
    why_not: str
    fit: str


def fit(score: int | None) -> str:
    """Of 100, for admins; members never see a number."""
    return "–" if score is None else str(score // POINTS_OF_ONE_IN_A_HUNDRED)


def standing(run: MatchRun) -> dict:
    return {
        "run": run,
        "tone": TONES.get(run.state, "warn"),
        "is_unfinished": run.state in UNFINISHED,
        # The engine's words and the ends of a run are stored in English and said in the reader's language.
        "words": _(run.words) if run.words else "",
        "percent": round(run.progress * 100),
    }


def review(run: MatchRun, request) -> dict:
    scores = list(run.proposals.filter(score__isnull=False).values_list("score", flat=True))
    people = run.proposals.count()
    used = places_used(run)
    capacity = dict(zip(run.features.get("mentors", []), run.features.get("capacity", []), strict=True))
    listed = Paginator(for_review(run), ROWS_A_PAGE).get_page(request.GET.get("page"))
    return {
        "people": people,
        "unmatched": people - len(scores),
        "worst": fit(run.worst),
        "typical": fit(int(median(scores))) if scores else "–",
        "unused": sum(capacity.values()) - sum(used.values()),
        "pairs_checked": people * len(capacity),
        "may_undo": not has_introduced(run),
        "page": listed,
        "rows": list(rows(listed, request.user.time_zone, used, capacity)),
    }


def rows(proposals, zone: str, used: dict[int, int], capacity: dict[int, int]) -> Iterator[Row]:
    labels = Labels.load()
    for proposal in proposals:
        mentor = proposal.mentor
        yield Row(
            mentee=Member(person=proposal.mentee.person),
            mentor=mentor and Member(person=mentor.person),
            places=mentor and places_sentence(used[mentor.pk], capacity.get(mentor.pk, 0)),
            why=explained(proposal, labels, zone),
            why_not="" if mentor else unmatched_sentence(proposal.reasons),
            fit=fit(proposal.score),
        )


def explained(proposal: Proposal, labels: Labels, zone: str) -> Why:
    if not proposal.mentor:
        return Why()
    pair = Pair(proposal.mentee.person, proposal.mentor.person, ADMIN, labels, zone)
    return explain(proposal.reasons, pair)


def places_sentence(used: int, capacity: int) -> str:
    return _("%(used)s of %(capacity)s places") % {"used": used, "capacity": capacity}


class ReviewPages:
    """Pages of a run: for MatchRunAdmin."""

    def review_urls(self):
        return []
