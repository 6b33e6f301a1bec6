"""A matching with the prices that prove it, and the search of all pairs for one that disproves it."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.engine.market import NO_PAIRS, Market, Pairs, best_of_each, listed
from matching.engine.problem import UNMATCHED

# Dearer than any chain of moves: leaves nobody out who can be matched. Weighs only where somebody is.
DEAR = 10**12
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
