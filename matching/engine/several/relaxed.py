"""Prices for several mentors each: the relaxation in which a mentor may be given in part.

A linear programme over a few pairs of each mentee; the prices it gives are put to all pairs, and those which
would gain join it, until none would. Column generation: Dantzig and Wolfe 1960, Operations Research 8, 101-111.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp

FINE = 1024  # prices are whole numbers of 1024ths of a point
FIRST = 8  # pairs of each mentee at the start, beyond those that they ask for
JOIN = 8  # pairs of each mentee that may join in one round
DEAREST_POINT = 100  # most that a point towards the worst score may cost, in points of the total


@dataclass(frozen=True, eq=False)
class SeveralPrices:
    """Any such numbers, none negative, prove a bound; see `bound`.

    place: int (mentors,), the price of a place. point: int (mentees,), what a point more of this mentee's score is
    worth beyond its share in the total, where it must reach the worst score. Both in 1024ths.
    """

    place: NDArray[np.int64]
    point: NDArray[np.int64]

    def gains(self, scores: NDArray[np.int64]) -> NDArray[np.int64]:
        """(mentees, mentors): what each pair is worth at these prices, in 1024ths; forbidden pairs far below."""
        gains = (FINE + self.point[:, None]) * scores - self.place
        return np.where(scores >= 0, gains, np.iinfo(np.int64).min // 4)

    def bound(self, scores, capacity, wanted, worst: int) -> int:
        """No plan that gives everybody what they want and at least worst has a higher total.

        Everybody takes their dearest pairs as if places were free to whoever pays; all places are paid for.
        """
        best = -np.sort(-self.gains(scores), axis=1)
        taken = np.arange(scores.shape[1]) < wanted[:, None]
        value = int(np.where(taken, best, 0).sum()) - worst * int(self.point[wanted > 0].sum())
        return (value + int((capacity * self.place).sum())) // FINE


def settle_prices(scores, capacity, wanted, worst: int, tell) -> SeveralPrices:
    """Prices whose bound is as low as the relaxation allows. tell() is called in every round."""
    relaxed = _Relaxed(scores, capacity, wanted, worst)
    order = np.argsort(-scores, axis=1, kind="stable")
    taken = np.arange(scores.shape[1]) < np.minimum(wanted + FIRST, scores.shape[1])[:, None]
    new = np.argwhere(taken)
    new[:, 1] = order[new[:, 0], new[:, 1]]
    while len(new):
        tell()
        prices = relaxed.solve(new)
        new = relaxed.would_gain(prices)
    return prices


class _Relaxed:
    def __init__(self, scores, capacity, wanted, worst):
        self.scores, self.wanted = scores, wanted
        self.scale = float(max(1, scores.max()))  # the solver's tolerances suit numbers near 1
        self.used = np.zeros(scores.shape, dtype=bool)
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        self.goal = self.solver.Objective()
        self.goal.SetMaximization()
        infinity = self.solver.infinity()
        self.counts = [self.solver.Constraint(int(count), int(count)) for count in wanted]
        self.points = [
            self.solver.Constraint(worst / self.scale if count else 0, infinity) for count in wanted
        ]
        self.places = [self.solver.Constraint(-infinity, int(count)) for count in capacity]
        # A mentee may go without at a price beyond all scores, so that the first few pairs need not suffice.
        for mentee in range(len(wanted)):
            self._variable(-DEAREST_POINT * 10, [(self.counts[mentee], 1)])
            self._variable(-DEAREST_POINT, [(self.points[mentee], 1)])

    def _variable(self, worth, rows, most=None):
        variable = self.solver.NumVar(0, self.solver.infinity() if most is None else most, "")
        self.goal.SetCoefficient(variable, worth)
        for row, amount in rows:
            row.SetCoefficient(variable, amount)

    def solve(self, pairs) -> SeveralPrices:
        for mentee, mentor in pairs.tolist():
            if self.scores[mentee, mentor] >= 0:
                score = self.scores[mentee, mentor] / self.scale
                rows = [(self.counts[mentee], 1), (self.points[mentee], score), (self.places[mentor], 1)]
                self._variable(score, rows, most=1)
            self.used[mentee, mentor] = True
        self.solver.Solve()
        return SeveralPrices(_fine(self.places, self.scale), _fine(self.points, -1))

    def would_gain(self, prices):
        """Pairs not yet used that beat the least pair their mentee would take at these prices."""
        gains = prices.gains(self.scores)
        ranked = -np.sort(-gains, axis=1)
        last = ranked[np.arange(len(gains)), np.maximum(self.wanted - 1, 0)]
        gains = np.where(
            self.used | (self.scores < 0) | (self.wanted == 0)[:, None], np.iinfo(np.int64).min, gains
        )
        order = np.argsort(-gains, axis=1, kind="stable")[:, :JOIN]
        mentees = np.repeat(np.arange(len(gains)), order.shape[1])
        better = gains[mentees, order.ravel()] > last[mentees] - FINE
        return np.column_stack([mentees, order.ravel()])[better]


def _fine(rows, unit):
    return np.array([max(0, round(row.dual_value() * unit * FINE)) for row in rows], dtype=np.int64)
