"""The highest total among all pairs, from a flow over few of them.

Column generation (Dantzig and Wolfe 1960; for assignment, Jonker and Volgenant 1987 price a sparse
solution the same way): solve over the pool, derive prices, look through *all* pairs for one that would
give its mentee more than the present one, let those join, repeat. When there is none, the prices prove
the sparse answer optimal for the whole.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.engine.flow import NEVER, Arcs, heaviest, prices
from matching.engine.market import NO_PAIRS, Market, Pairs, best_of_each, listed
from matching.engine.pool import Pool
from matching.engine.problem import UNMATCHED

# Dearer than any chain of moves: leaves nobody out who can be matched. Weighs only where somebody is.
DEAR = 10**12
JOINING_PER_MENTEE = 6
# int16 is twice as quick as int32, as long as no difference of score and price leaves its range.
NARROW = 20_000


@dataclass(frozen=True, eq=False)
class Optimum:
    """A matching and the prices that prove its total.

    worst: the threshold it keeps. mentor: (mentees,), -1 where unmatched. prices: (mentors,).
    unmatched_price: what leaving somebody out costs, DEAR where nobody needs to be. gain: (mentees,)
    score less price, which no allowed pair exceeds; less the unmatched price for those left out.
    """

    worst: int
    mentor: NDArray[np.int64]
    prices: NDArray[np.int64]
    unmatched_price: int
    gain: NDArray[np.int64]

    @property
    def matched(self) -> int:
        return int((self.mentor != UNMATCHED).sum())


class InRange(NamedTuple):
    """Prices and gains in the narrowest type in which no sum can overflow."""

    prices: NDArray
    gain: NDArray


def highest_total(market: Market, pool: Pool, worst: int, matched: int) -> Optimum | None:
    """The highest total with so many matched, none below `worst`; None where the pool matches fewer.

    Exact over all pairs; the pool grows by the pairs that were missing.
    """
    while True:
        arcs = pool.at(worst)
        mentor = heaviest(arcs, market.mentees, market.capacity)
        if (mentor != UNMATCHED).sum() < matched:
            return None
        found = _priced(market, arcs, mentor, worst)
        joining = better_pairs(market, found, JOINING_PER_MENTEE)
        if not len(joining.mentee):
            return found
        pool.add(joining)


def better_pairs(market: Market, found: Optimum, limit: int) -> Pairs:
    """Pairs, of any, that would give their mentee more than the plan does: at most so many of each, scored."""
    least = market.least_scores(found.worst)
    points = in_range(found.prices, found.gain)

    def visit(start: int, block: NDArray[np.int16]) -> Pairs:
        left = block - points.prices
        better = (left > points.gain[start : start + len(block), None]) & (block >= least)
        if not better.any():
            return NO_PAIRS
        pairs = best_of_each(listed(left, better), limit)
        return Pairs(pairs.mentee, pairs.mentor, pairs.worth + found.prices[pairs.mentor])

    return market.collect(visit)


def in_range(price: NDArray[np.int64], gain: NDArray[np.int64]) -> InRange:
    """Prices and gains for block arithmetic. A gain out of range is beyond every difference either way,
    so clipping it changes no comparison."""
    kind = np.int16 if price.max(initial=0) <= NARROW else np.int32
    bounds = np.iinfo(kind)
    return InRange(price.astype(kind), np.clip(gain, bounds.min, bounds.max).astype(kind))


def _priced(market: Market, arcs: Arcs, mentor: NDArray[np.int64], worst: int) -> Optimum:
    price, unmatched_price = _prices(market.mentors, arcs, mentor)
    gain = np.full(market.mentees, -unmatched_price)
    matched = np.flatnonzero(mentor != UNMATCHED)
    gain[matched] = market.scores_of(matched, mentor[matched]) - price[mentor[matched]]
    return Optimum(worst, mentor, price, unmatched_price, gain)


def _prices(mentors: int, arcs: Arcs, mentor: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    least = np.zeros(mentors + 1, dtype=np.int64)
    if (mentor[arcs.mentee] != UNMATCHED).all():
        return prices(arcs, mentor, least[:-1]), DEAR
    # To be left out is a mentor like any other, but one whose places must all be taken.
    least[-1] = NEVER
    everybody = np.unique(arcs.mentee)
    nobody = Arcs(everybody, np.full(len(everybody), mentors), np.zeros(len(everybody), dtype=np.int64))
    price = prices(arcs.plus(nobody), np.where(mentor == UNMATCHED, mentors, mentor), least)
    return price[:-1], int(price[-1])
