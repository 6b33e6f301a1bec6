"""Room for one more by moving as few others as possible.

A newcomer may take a spare place, or the place of somebody who can move to another one, whose holder may move in turn.
Moves cost first by their number and then by the points that are lost, so the cheapest chain is a shortest path among
mentors. All its steps are positive, and Dijkstra's search (1959, *Numerische Mathematik* 1, 269–271) is exact.
"""

import numpy as np
from numpy.typing import NDArray

from matching.engine.problem import MAX_SCORE, UNMATCHED, Problem

FAR = np.iinfo(np.int64).max
# More than all points that any chain could lose.
ONE_MOVE = 1 << 32

Move = tuple[int, int, int]


def fewest_moves(
    problem: Problem, standing: NDArray[np.int64], worth: NDArray[np.int64], newcomer: int
) -> tuple[Move, ...] | None:
    """(mentee, mentor before, mentor after) of whoever moves, the newcomer first with -1 before; None where no chain exists.

    problem: capacity is the places that are free now. standing: (mentees,) where each may be moved from, -1 for whoever
    has no mentor. worth: (mentees,) the score of that pair, which the problem itself may forbid by now. Of chains with
    as few moves the one with the highest total is taken, and of those the one through mentors of lower number.
    """
    scores = problem.scores.astype(np.int64)
    cost = np.full(problem.mentors, FAR)
    mover = np.full(problem.mentors, UNMATCHED)
    allowed = scores[newcomer] >= 0
    cost[allowed] = MAX_SCORE - scores[newcomer, allowed]
    mover[allowed] = newcomer
    settled = np.zeros(problem.mentors, dtype=bool)
    while True:
        here = int(np.argmin(np.where(settled, FAR, cost)))
        if settled[here] or cost[here] == FAR:
            return None
        settled[here] = True
        if problem.capacity[here] > 0:
            return _chain(mover, standing, newcomer, here)
        for one in np.flatnonzero(standing == here):
            through = cost[here] + ONE_MOVE + worth[one] - scores[one]
            better = (scores[one] >= 0) & ~settled & (through < cost)
            cost[better], mover[better] = through[better], one


def _chain(
    mover: NDArray[np.int64], standing: NDArray[np.int64], newcomer: int, end: int
) -> tuple[Move, ...]:
    moves: list[Move] = []
    while True:
        one = int(mover[end])
        moves.append((one, UNMATCHED if one == newcomer else int(standing[one]), end))
        if one == newcomer:
            return tuple(reversed(moves))
        end = int(standing[one])
