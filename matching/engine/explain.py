"""What a plan means to the people who answer for it: shortages, prices of places, fairness."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.engine.market import Market
from matching.engine.problem import UNMATCHED, Plan, Problem

# Given mentees (k,), a bool table (k, mentors) of the pairs that this rule alone or with others forbids.
RuleMask = Callable[[NDArray[np.int64]], NDArray[np.bool_]]


@dataclass(frozen=True)
class Shortage:
    """These mentees may only meet these mentors, who have fewer places than there are mentees.

    mentees, mentors: row and column numbers. places: those mentors' places beside locked pairs.
    unmatched: those of the mentees whom the plan leaves without a mentor. best_rule: the rule whose
    lifting, for these mentees, would match most of them; None without rules, or where no single rule
    helps. helped: how many more that would match.
    """

    mentees: tuple[int, ...]
    mentors: tuple[int, ...]
    places: int
    unmatched: tuple[int, ...]
    best_rule: str | None = None
    helped: int = 0


@dataclass(frozen=True, eq=False)
class PlacePrices:
    """What one more place of each mentor would add. matched: (mentors,) bool, one more mentee matched.
    points: (mentors,) the rise of the total with as many matched and nobody below the worst score."""

    matched: NDArray[np.bool_]
    points: NDArray[np.int64]

    def summed_by(self, labels: Sequence[Sequence[str]]) -> dict[str, int]:
        """Points by role, discipline or topic, highest first: labels[j] are those of mentor j."""
        sums: dict[str, int] = {}
        for points, names in zip(self.points.tolist(), labels, strict=True):
            for name in names:
                sums[name] = sums.get(name, 0) + points
        return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


@dataclass(frozen=True)
class BlockingPairs:
    """Pairs who would both score higher together than in the plan: how many, and the strongest."""

    count: int
    pairs: tuple[tuple[int, int], ...]


def explain_unmatched(
    problem: Problem, plan: Plan, rules: Mapping[str, RuleMask] | None = None
) -> tuple[Shortage, ...]:
    """Why whoever is unmatched is unmatched, one Shortage for each set of people who compete."""
    market = Market.of(problem, plan.certificate.locks)
    left = [int(mentee) for mentee in np.flatnonzero(plan.mentor == UNMATCHED)]
    shortages: list[Shortage] = []
    while left:
        mentees, mentors = _competitors(market, plan, left[0])
        unmatched = tuple(mentee for mentee in left if mentee in mentees)
        left = [mentee for mentee in left if mentee not in mentees]
        places = int(market.capacity[list(mentors)].sum())
        shortages.append(Shortage(tuple(sorted(mentees)), tuple(sorted(mentors)), places, unmatched))
    return tuple(shortages)


def place_prices(problem: Problem, plan: Plan) -> PlacePrices:
    """The exact worth of one more place, mentor by mentor. Prices are the lowest that prove the plan."""
    cut = plan.certificate.matched_cut & (problem.capacity > 0)
    return PlacePrices(matched=cut, points=plan.certificate.prices.copy())


def blocking_pairs(problem: Problem, plan: Plan, limit: int = 100) -> BlockingPairs:
    """Pairs who would both score higher together: the mentee above the present mentor (or none), the
    mentor above the lowest of the present mentees (or an empty place)."""
    mentee_has, mentor_has = _present_scores(problem, plan)
    found: list[tuple[int, int, int]] = []
    count = 0
    for start in range(0, problem.mentees, 256):
        block = problem.scores[start : start + 256]
        row, column = np.nonzero((block > mentee_has[start : start + 256, None]) & (block > mentor_has))
        count += len(row)
        scores = block[row, column]
        keep = np.argsort(-scores, kind="stable")[:limit]
        found += zip(
            (-scores[keep]).tolist(), (row[keep] + start).tolist(), column[keep].tolist(), strict=True
        )
    return BlockingPairs(count, tuple((mentee, mentor) for _, mentee, mentor in sorted(found)[:limit]))


def _present_scores(problem: Problem, plan: Plan) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    matched = np.flatnonzero(plan.mentor != UNMATCHED)
    mentors = plan.mentor[matched]
    scores = problem.scores[matched, mentors]
    mentee_has = np.full(problem.mentees, -1, dtype=np.int16)
    mentee_has[matched] = scores
    lowest = np.full(problem.mentors, np.iinfo(np.int16).max, dtype=np.int16)
    np.minimum.at(lowest, mentors, scores)
    load = np.bincount(mentors, minlength=problem.mentors)
    lowest[load < problem.capacity] = -1
    return mentee_has, lowest


def _competitors(market: Market, plan: Plan, mentee: int) -> tuple[set[int], set[int]]:
    """Everybody whose place this mentee could take by displacing one person after another."""
    least = market.least_scores(0)
    mentees, mentors, fresh = {mentee}, set(), np.array([mentee])
    while len(fresh):
        reached = set(np.flatnonzero((market.rows(fresh) >= least).any(axis=0)).tolist()) - mentors
        mentors |= reached
        locked = [row for row, _ in plan.certificate.locks]
        there = np.setdiff1d(np.flatnonzero(np.isin(plan.mentor, list(reached))), locked)
        fresh = np.array(sorted(set(there.tolist()) - mentees), dtype=np.int64)
        mentees |= set(fresh.tolist())
    return mentees, mentors
