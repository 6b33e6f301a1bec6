"""Of all plans that are equally good, the one that the seed chooses.

By complementary slackness the optimal plans are exactly the matchings over *tight* pairs, those that
give their mentee as much as any pair can at the final prices, in which no mentor with a price has an
empty place. Among these the plan of least seeded weight is unique but for a curiosity of hashing, so
neither the solver nor the order of rows decides. It is found as the optimum itself was.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.engine.flow import NEVER, Arcs, heaviest_exact, prices
from matching.engine.market import Market, Pairs, best_of_each, listed
from matching.engine.optimum import Optimum, in_range
from matching.engine.problem import UNMATCHED
from matching.engine.ties import Ties

KEPT_PER_MENTEE = 12
JOINING_PER_MENTEE = 8
LOW = np.iinfo(np.int64).min // 4


@dataclass(frozen=True, eq=False)
class _Face:
    """The optimal plans: a market whose pairs are the tight ones. "Nobody" is the mentor after the last."""

    market: Market
    optimum: Optimum
    ties: Ties

    @property
    def nobody(self) -> int:
        return self.market.mentors

    @property
    def must_fill(self) -> NDArray[np.bool_]:
        """(mentors + 1,) who may have no empty place."""
        return np.append(self.optimum.prices > 0, True)

    def arcs(self, tight: Pairs, seat: NDArray[np.int64], others: Arcs | None = None) -> Arcs:
        """These pairs with their weights, the seats taken, and for whom it is as good, no mentor at all."""
        people = np.arange(self.market.mentees)
        free = np.flatnonzero(self.optimum.gain == -self.optimum.unmatched_price)
        mentee = np.concatenate([tight.mentee, people, free])
        mentor = np.concatenate([tight.mentor, seat, np.full(len(free), self.nobody)])
        if others:
            mentee, mentor = np.append(mentee, others.mentee), np.append(mentor, others.mentor)
        mentee, mentor = np.divmod(np.unique(mentee * (self.nobody + 1) + mentor), self.nobody + 1)
        return Arcs(mentee, mentor, -self.ties.weight(mentee, mentor))

    def tight(self, gain: NDArray[np.int64], price: NDArray[np.int64], limit: int) -> Pairs:
        """Tight pairs that are worth more than `gain` to their mentee at these prices of weight: of each
        mentee at most so many, those worth most. Worth is the weight, negative, less the price."""
        least = self.market.least_scores(self.optimum.worst)
        points = in_range(self.optimum.prices, self.optimum.gain)

        def visit(start: int, block: NDArray[np.int16]) -> Pairs:
            rows = slice(start, start + len(block))
            mask = (block - points.prices == points.gain[rows, None]) & (block >= least)
            found = listed(block, mask)
            worth = -self.ties.weight(found.mentee + start, found.mentor) - price[found.mentor]
            more = worth > gain[rows][found.mentee]
            return best_of_each(Pairs(found.mentee[more], found.mentor[more], worth[more]), limit)

        return self.market.collect(visit)


def canonical(market: Market, optimum: Optimum, ties: Ties) -> NDArray[np.int64]:
    """(mentees,) the mentor of each in the plan of least seeded weight, -1 where unmatched."""
    face = _Face(market, optimum, ties)
    seat = np.where(optimum.mentor == UNMATCHED, market.mentors, optimum.mentor)
    nothing, free = np.full(market.mentees, LOW), np.zeros(market.mentors + 1, dtype=np.int64)
    tight = face.tight(nothing, free, KEPT_PER_MENTEE)
    arcs = face.arcs(tight, seat)
    is_whole = np.bincount(tight.mentee, minlength=1).max() < KEPT_PER_MENTEE
    while True:
        best = _lightest(face, arcs, seat)
        if is_whole:
            break
        price = prices(arcs, best, np.where(face.must_fill, NEVER, 0))
        gain = -ties.weight(np.arange(market.mentees), best) - price[best]
        joining = face.tight(gain, price, JOINING_PER_MENTEE)
        if not len(joining.mentee):
            break
        arcs = face.arcs(joining, seat, arcs)
    return np.where(best == market.mentors, UNMATCHED, best)


def _lightest(face: _Face, arcs: Arcs, seat: NDArray[np.int64]) -> NDArray[np.int64]:
    """The seats of least weight over these pairs, `seat` being one of the choices."""
    best = seat.copy()
    arcs = _movable(face, arcs, seat)
    if not len(arcs):
        return best
    people, row = np.unique(arcs.mentee, return_inverse=True)
    staying = np.delete(seat, people)
    capacity = np.append(face.market.capacity, np.count_nonzero(seat == face.nobody))
    left = capacity - np.bincount(staying, minlength=len(capacity))
    best[people] = heaviest_exact(Arcs(row, arcs.mentor, arcs.weight), len(people), left, face.must_fill)
    return best


def _movable(face: _Face, arcs: Arcs, seat: NDArray[np.int64]) -> Arcs:
    """Without the pairs of mentees who sit where they do in every optimal plan.

    A move belongs to a round of moves, or to a chain from an empty place to a place that may be left
    empty. So a mentor whom nobody can leave, or nobody can join, takes no part; nor then do others.
    """
    home = seat[arcs.mentee]
    moves = np.flatnonzero(home != arcs.mentor)
    slack = len(face.must_fill)
    load = np.bincount(seat, minlength=slack)
    optional = np.flatnonzero(~face.must_fill)
    takes = optional[load[optional] < face.market.capacity[optional]]
    gives = optional[load[optional] > 0]
    source = np.concatenate([home[moves], takes, np.full(len(gives), slack)])
    target = np.concatenate([arcs.mentor[moves], np.full(len(takes), slack), gives])
    live = np.ones(len(source), dtype=bool)
    while True:
        left, joined = (np.bincount(end[live], minlength=slack + 1) > 0 for end in (source, target))
        still = live & left[source] & joined[source] & left[target] & joined[target]
        if (still == live).all():
            break
        live = still
    movers = np.unique(arcs.mentee[moves[live[: len(moves)]]])
    keep = np.zeros(len(arcs), dtype=bool)
    keep[moves] = live[: len(moves)]
    keep |= (home == arcs.mentor) & np.isin(arcs.mentee, movers)
    return arcs.where(keep)
