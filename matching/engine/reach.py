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
from matching.engine.market import Market, Pairs, joined, listed
from matching.engine.pool import Pool
from matching.engine.problem import MAX_SCORE, UNMATCHED

CUTS_BEFORE_BISECTION = 2
JOINING_PER_MENTEE = 12
ROWS_AT_ONCE = 192


@dataclass(frozen=True, eq=False)
class Reach:
    """The first two objectives and why they cannot be exceeded. worst: None where nobody is matched."""

    matched: int
    worst: int | None
    matched_cut: NDArray[np.bool_]
    worst_cut: NDArray[np.bool_]


def likeliest_reach(market: Market, ceiling: int = MAX_SCORE) -> Reach:
    """The limits that the simplest cuts set. Whoever finds a matching that keeps them has proved both.

    Enough places: everybody who may meet anybody is matched, and the worst score is the best score of
    the least lucky. Short places: all are filled, and the worst score is that of some mentor's last
    place.
    """
    closed = market.capacity == 0
    best = best_outside(market, closed)
    able, places = int((best >= 0).sum()), int(market.capacity.sum())
    if able <= places:
        worst = min(ceiling, int(best[best >= 0].min())) if able else None
        return Reach(able, worst, closed, closed)
    worst, scarcest = _last_places(market)
    others = np.arange(market.mentors) != scarcest
    return Reach(places, min(ceiling, worst), np.ones(market.mentors, dtype=bool), others)


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

    Exact over all pairs: while somebody who shares the cut may meet a mentor outside it, such pairs
    join the pool and the flow runs again.
    """
    while True:
        market.pulse()
        mentor, cut = most(pool.at(threshold), market.mentees, market.capacity)
        cut |= market.capacity == 0
        inside = np.flatnonzero((mentor == UNMATCHED) | cut[mentor])
        crossing = _crossing(market, inside, cut, threshold)
        if not len(crossing.mentee):
            return mentor, cut
        pool.add(crossing)


def ceiling_of(market: Market, cut: NDArray[np.bool_], matched: int) -> int:
    """The highest worst score that this cut leaves possible when so many must be matched."""
    best = best_outside(market, cut)
    place = len(best) - (matched - int(market.capacity[cut].sum()))
    return int(np.partition(best, place)[place])


def best_outside(market: Market, cut: NDArray[np.bool_]) -> NDArray[np.int16]:
    """(mentees,) the best score of each with an open mentor outside the cut, -1 where there is none."""
    least = market.least_scores(0, closed=cut)
    if (least == 0).all():
        return np.maximum(np.concatenate(list(market.walk(lambda _, block: block.max(axis=1)))), -1)
    none = np.int16(-1)
    return np.concatenate(
        list(market.walk(lambda _, block: np.where(block >= least, block, none).max(axis=1)))
    )


def _last_places(market: Market) -> tuple[int, int]:
    """The lowest, over mentors, of the score that fills the last place, and whose it is.

    Only where places are short, so that no mentor has more places than there are mentees.
    """
    usable = np.flatnonzero(market.capacity > 0)
    last = np.concatenate(
        [_last_of(market, part) for part in np.array_split(usable, len(usable) // ROWS_AT_ONCE + 1)]
    )
    scarcest = int(last.argmin())
    return int(last[scarcest]), int(usable[scarcest])


def _last_of(market: Market, mentors: NDArray[np.int64]) -> NDArray[np.int16]:
    """(len(mentors),) the score of each that only so many mentees as there are places reach."""
    if not len(mentors):
        return np.empty(0, dtype=np.int16)
    places = market.mentees - market.capacity[mentors]
    ordered = np.partition(market.columns(mentors), np.unique(places), axis=1)
    return ordered[np.arange(len(mentors)), places]


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


def _crossing(market: Market, mentees: NDArray[np.int64], cut: NDArray[np.bool_], threshold: int) -> Pairs:
    """For each of these mentees a few pairs outside the cut, with scores."""
    least = market.least_scores(threshold, closed=cut)
    found = []
    for part in np.array_split(mentees, len(mentees) // ROWS_AT_ONCE + 1):
        rows = market.rows(part)
        pairs = listed(rows, _thinned(rows >= least, part))
        found.append(Pairs(part[pairs.mentee], pairs.mentor, pairs.worth))
    return joined(found)


def _thinned(mask: NDArray[np.bool_], mentees: NDArray[np.int64]) -> NDArray[np.bool_]:
    """About JOINING_PER_MENTEE of each row, other ones for each: any will do, so long as not everybody
    is sent to the same mentors. A row that has one keeps one."""
    mean = max(1.0, mask.sum() / len(mask)) if len(mask) else 1.0
    share = min(1.0, JOINING_PER_MENTEE / mean)
    column_luck = np.random.default_rng(mask.shape[1]).integers(0, 2**16, mask.shape[1], dtype=np.uint16)
    row_luck = (mentees * 40_503 % 2**16).astype(np.uint16)
    kept = mask & (column_luck + row_luck[:, None] <= np.uint16(share * (2**16 - 1)))
    bare = np.flatnonzero(mask.any(axis=1) & ~kept.any(axis=1))
    kept[bare, mask[bare].argmax(axis=1)] = True
    return kept
