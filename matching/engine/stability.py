"""Two people who would both score higher together: how many such pairs, and what it costs to have none.

A plan made for everybody's good may leave some. Gale and Shapley (1962), "College admissions and the
stability of marriage", American Mathematical Monthly 69(1), 9–15. Here both sides rank by the same
scores, so equal scores are the only ties, and nobody is held to prefer one of them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.engine.market import CLOSED, Market
from matching.engine.problem import UNMATCHED, Plan, Problem, Regret
from matching.engine.whatif import moves_between

ROWS_AT_ONCE = 192


@dataclass(frozen=True)
class BlockingPairs:
    """How many pairs would both score higher together, and those of the highest scores, best first."""

    count: int
    pairs: tuple[tuple[int, int], ...]


def blocking_pairs(problem: Problem, plan: Plan, limit: int = 100) -> BlockingPairs:
    """Pairs who would both score higher together than in the plan.

    The mentee above the present mentor (or none), the mentor above the lowest of the present mentees
    (or an empty place). Locked pairs take no part: somebody decided them.
    """
    market = Market.of(problem, plan.certificate.locks)
    mentor = _without_locked(plan)
    mentee_has, mentor_has = _present_scores(market, mentor)
    found: list[tuple[int, int, int]] = []
    count = 0
    for part in np.array_split(np.arange(market.mentees), market.mentees // ROWS_AT_ONCE + 1):
        rows = market.rows(part)
        row, column = np.nonzero((rows > mentee_has[part, None]) & (rows > mentor_has))
        count += len(row)
        scores = rows[row, column].astype(np.int64)
        keep = np.argsort(-scores, kind="stable")[:limit]
        found += zip((-scores[keep]).tolist(), part[row[keep]].tolist(), column[keep].tolist(), strict=True)
    return BlockingPairs(count, tuple((mentee, mentor) for _, mentee, mentor in sorted(found)[:limit]))


def cost_of_stability(problem: Problem, plan: Plan) -> Regret:
    """The change of the three objectives if no pair at all were to block: a stable plan instead of the best.

    Mentees propose, as Gale and Shapley have it; of several stable plans (ties) it is one of them.
    """
    locks = plan.certificate.locks
    mentor = stable_matching(Market.of(problem, locks))
    for mentee, locked in locks:
        mentor[mentee] = locked
    matched = np.flatnonzero(mentor != UNMATCHED)
    scores = problem.scores[matched, mentor[matched]].astype(np.int64)
    worst = int(scores.min()) - plan.worst if len(scores) else None
    return Regret(
        len(matched) - plan.matched, worst, int(scores.sum()) - plan.total, moves_between(plan.mentor, mentor)
    )


def stable_matching(market: Market) -> NDArray[np.int64]:
    """(mentees,) a mentor for each such that no pair blocks, -1 where nobody would take them."""
    mentor = np.full(market.mentees, UNMATCHED, dtype=np.int64)
    hopeful = np.arange(market.mentees)
    while len(hopeful):
        _, least = _present_scores(market, mentor)
        mentor[hopeful] = _favourites(market, hopeful, least)
        before = mentor.copy()
        mentor[_turned_away(market, mentor)] = UNMATCHED
        hopeful = np.flatnonzero((before != UNMATCHED) & (mentor == UNMATCHED))
    return mentor


def _favourites(market: Market, mentees: NDArray[np.int64], least: NDArray[np.int16]) -> NDArray[np.int64]:
    """The best mentor of each who would have that mentee now, -1 where none would."""
    chosen = []
    for part in np.array_split(mentees, len(mentees) // ROWS_AT_ONCE + 1):
        rows = market.rows(part)
        worth = np.where(rows > least, rows, np.int16(-1))
        best = worth.argmax(axis=1)
        chosen.append(np.where(worth[np.arange(len(part)), best] >= 0, best, UNMATCHED))
    return np.concatenate(chosen)


def _turned_away(market: Market, mentor: NDArray[np.int64]) -> NDArray[np.int64]:
    """Those beyond each mentor's places, the lowest scores first, then the later row."""
    seated = np.flatnonzero(mentor != UNMATCHED)
    order = seated[np.lexsort((-market.scores_of(seated, mentor[seated]), mentor[seated]))]
    at = mentor[order]
    place = np.arange(len(order)) - np.searchsorted(at, at)
    return order[place >= market.capacity[at]]


def _present_scores(market: Market, mentor: NDArray[np.int64]) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """What each mentee has now, and the score that each mentor's newcomer must exceed."""
    matched = np.flatnonzero(mentor != UNMATCHED)
    scores = market.scores[matched, mentor[matched]]
    mentee_has = np.full(market.mentees, -1, dtype=np.int16)
    mentee_has[matched] = scores
    lowest = np.full(market.mentors, CLOSED, dtype=np.int16)
    np.minimum.at(lowest, mentor[matched], scores)
    lowest[np.bincount(mentor[matched], minlength=market.mentors) < market.capacity] = -1
    return mentee_has, lowest


def _without_locked(plan: Plan) -> NDArray[np.int64]:
    mentor = plan.mentor.copy()
    mentor[[mentee for mentee, _ in plan.certificate.locks]] = UNMATCHED
    return mentor
