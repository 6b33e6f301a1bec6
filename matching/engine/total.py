"""The highest total among all pairs, from a flow over few of them.

Column generation (Dantzig and Wolfe 1960; for assignment, Jonker and Volgenant 1987 price a sparse
solution the same way): solve over the pool, derive prices, look through *all* pairs for one that would
give its mentee more than the present one, let those join, repeat. When there is none, the prices prove
the sparse answer optimal for the whole. The last few mentees are settled one by one, each by a cheapest
chain of moves over all pairs: far quicker than another flow.
"""

import numpy as np
from numpy.typing import NDArray

from matching.engine.exchange import Exchange
from matching.engine.flow import NEVER, Arcs, heaviest, prices
from matching.engine.market import Market
from matching.engine.optimum import DEAR, Optimum, better_pairs
from matching.engine.pool import Pool
from matching.engine.problem import UNMATCHED

JOINING_PER_MENTEE = 6
# So many mentees are settled one by one sooner than by another flow. In cohorts full of ties a chain may
# visit a sixth of all mentors.
FEW = 6


def highest_total(market: Market, pool: Pool, worst: int, matched: int) -> Optimum | None:
    """The highest total with so many matched, none below `worst`; None where the pool matches fewer.

    Exact over all pairs; the pool grows by pairs that were missing.
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
        exchange = Exchange(market, found)
        unsettled = np.unique(joining.mentee)
        if len(unsettled) <= FEW and exchange.can_settle(unsettled):
            exchange.settle(unsettled)
            return exchange.optimum(worst)
        pool.add(joining)


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
