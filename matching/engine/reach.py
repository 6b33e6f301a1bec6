"""How many can be matched, and how well the worst-off of them can fare: both with a Hall cut as proof.

A cut is a set of mentors. Whoever may meet no mentor outside it must share its places, so no more than
its places, plus the mentees who may meet somebody outside, can be matched (Hall 1935, "On
representatives of subsets"; König 1931). Raising the threshold empties the outside mentee by mentee:
the score at which too few are left is a ceiling for the worst score, found from the cut at once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.engine.flow import most
from matching.engine.market import CLOSED, Market
from matching.engine.pool import Pool
from matching.engine.problem import MAX_SCORE, UNMATCHED

CUTS_BEFORE_BISECTION = 4


@dataclass(frozen=True, eq=False)
class Reach:
    """The first two objectives and why they cannot be exceeded. worst: None where nobody is matched."""

    matched: int
    worst: int | None
    matched_cut: NDArray[np.bool_]
    worst_cut: NDArray[np.bool_]


def reach(market: Market, pool: Pool, ceiling: int = MAX_SCORE) -> Reach:
    """As many matched as possible, then the worst score as high as possible but at most the ceiling."""
    mentor, matched_cut = most_at(market, pool, 0)
    matched = int((mentor != UNMATCHED).sum())
    if not matched:
        return Reach(0, None, matched_cut, matched_cut)
    worst, worst_cut = _best_worst(market, pool, mentor, ceiling)
    return Reach(matched, worst, matched_cut, worst_cut)


def most_at(market: Market, pool: Pool, threshold: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """A matching of as many as possible among pairs of at least the threshold, and the cut that proves it.

    Exact over all pairs: while somebody who shares the cut may meet a mentor outside it, that pair
    joins the pool and the flow runs again.
    """
    while True:
        mentor, cut = most(pool.at(threshold), market.mentees, market.capacity)
        cut |= market.capacity == 0
        inside = (mentor == UNMATCHED) | cut[mentor]
        mentees, mentors = _crossing(market, np.flatnonzero(inside), cut, threshold)
        if not len(mentees):
            return mentor, cut
        pool.add(mentees, mentors)


def ceiling_of(market: Market, cut: NDArray[np.bool_], matched: int) -> int:
    """The highest worst score that this cut leaves possible when so many must be matched."""
    needed = matched - int(market.capacity[cut].sum())
    best = best_outside(market, cut)
    return int(np.partition(best, len(best) - needed)[len(best) - needed])


def best_outside(market: Market, cut: NDArray[np.bool_]) -> NDArray[np.int16]:
    """(mentees,) the best score of each with an open mentor outside the cut, -1 where there is none."""
    least = np.where(cut, CLOSED, market.least_scores(0))
    return np.concatenate(
        list(market.walk(lambda _, block: np.where(block >= least, block, np.int16(-1)).max(axis=1)))
    )


def _best_worst(
    market: Market, pool: Pool, mentor: NDArray[np.int64], ceiling: int
) -> tuple[int, NDArray[np.bool_]]:
    matched = int((mentor != UNMATCHED).sum())
    low, cut = _worst_of(market, mentor), market.capacity == 0
    high = min(ceiling, ceiling_of(market, cut, matched))
    tries = 0
    while low < high:
        tries += 1
        # A cut's own ceiling usually is the answer; bisection bounds the tries where it creeps.
        threshold = high if tries <= CUTS_BEFORE_BISECTION else (low + high + 1) // 2
        mentor, found = most_at(market, pool, threshold)
        if (mentor != UNMATCHED).sum() == matched:
            low = min(ceiling, _worst_of(market, mentor))
        else:
            high, cut = ceiling_of(market, found, matched), found
    return min(low, high), cut


def _worst_of(market: Market, mentor: NDArray[np.int64]) -> int:
    matched = np.flatnonzero(mentor != UNMATCHED)
    return int(market.scores[matched, mentor[matched]].min())


def _crossing(
    market: Market, mentees: NDArray[np.int64], cut: NDArray[np.bool_], threshold: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    least = np.where(cut, CLOSED, market.least_scores(threshold))
    found = [
        np.nonzero(market.rows(part) >= least) for part in np.array_split(mentees, len(mentees) // 192 + 1)
    ]
    parts = np.array_split(mentees, len(mentees) // 192 + 1)
    rows = [part[row] for part, (row, _) in zip(parts, found, strict=True)]
    return np.concatenate(rows), np.concatenate([column for _, column in found])
