"""What another decision would cost: forcing a pair, or forbidding a proposed one. Always exact.

As long as everybody can still be matched at no lower worst score, the answer is one search for the
cheapest chain of moves from the plan's own prices. Where the decision itself costs a match or lowers
the worst score, the problem is solved anew.
"""

import numpy as np
from numpy.typing import NDArray

from matching.engine.exchange import FAR, residual
from matching.engine.market import Market
from matching.engine.problem import UNMATCHED, Plan, Problem, Regret, check_pair
from matching.engine.solver import solve_with


def cost_of_forcing(problem: Problem, plan: Plan, mentee: int, mentor: int) -> Regret:
    """The exact change of the three objectives if this pair had to stand beside the plan's locks.

    Raises ValueError when the pair is forbidden, or when the locks leave it no place.
    """
    return WhatIf(problem, plan).forcing(mentee, mentor)


def cost_of_forbidding(problem: Problem, plan: Plan, mentee: int, mentor: int) -> Regret:
    """The exact change of the three objectives if this proposed pair could not stand.

    Raises ValueError when the plan does not propose the pair, or has it locked.
    """
    return WhatIf(problem, plan).forbidding(mentee, mentor)


class WhatIf:
    """Many questions about one plan: what one answer has read is kept for the next."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self._problem, self._plan = problem, plan
        self._locks = plan.certificate.locks
        self._exchange = residual(Market.of(problem, self._locks), plan)

    def forcing(self, mentee: int, mentor: int) -> Regret:
        """As `cost_of_forcing`."""
        self._check_forcing(mentee, mentor)
        if self._plan.mentor[mentee] == mentor:
            return Regret(0, 0, 0)
        if self._exchange.seat[mentee] >= 0:
            start = np.full(self._exchange.rest + 1, FAR)
            start[mentor] = self._exchange.losses_of(mentee)[mentor]
            if found := self._by_chain(start, mentee):
                return found
        locks = tuple(sorted({*self._locks, (mentee, mentor)}))
        return regret(self._plan, solve_with(self._problem, seed=self._plan.seed, locks=locks))

    def forbidding(self, mentee: int, mentor: int) -> Regret:
        """As `cost_of_forbidding`."""
        self._check_forbidding(mentee, mentor)
        start = self._exchange.losses_of(mentee)
        start[mentor] = FAR
        if found := self._by_chain(start, mentee):
            return found
        vetoes = ((mentee, mentor),)
        return regret(
            self._plan, solve_with(self._problem, seed=self._plan.seed, locks=self._locks, vetoes=vetoes)
        )

    def _by_chain(self, start: NDArray[np.int64], mentee: int) -> Regret | None:
        """The answer by a chain that ends where the mentee left; None where there is none."""
        exchange = self._exchange
        home = int(exchange.seat[mentee])
        chains = exchange.chains(start, home)
        if chains.distance[home] >= FAR:
            return None
        first, moves = exchange.moves(chains, home)
        changes = [
            (mover, self._mentor_at(int(exchange.seat[mover])), self._mentor_at(node))
            for mover, node in [*moves, (mentee, first)]
        ]
        return Regret(0, 0, -int(chains.distance[home]), tuple(sorted(changes)))

    def _mentor_at(self, node: int) -> int:
        return UNMATCHED if node == self._exchange.nobody else node

    def _check_forcing(self, mentee: int, mentor: int) -> None:
        check_pair(self._problem, mentee, mentor)
        if dict(self._locks).get(mentee, mentor) != mentor:
            raise ValueError(f"Mentee {mentee} is locked to another mentor. Remove that lock first.")
        taken = sum(locked == mentor for _, locked in self._locks)
        if (mentee, mentor) not in self._locks and taken >= self._problem.capacity[mentor]:
            raise ValueError(
                f"Mentor {mentor} has no place left beside the locked pairs. Remove a lock first."
            )

    def _check_forbidding(self, mentee: int, mentor: int) -> None:
        if mentor == UNMATCHED or self._plan.mentor[mentee] != mentor:
            raise ValueError(
                f"The plan does not propose mentor {mentor} to mentee {mentee}: nothing to forbid."
            )
        if (mentee, mentor) in self._locks:
            raise ValueError(f"Mentee {mentee} is locked to mentor {mentor}. Remove the lock first.")


def regret(before: Plan, after: Plan) -> Regret:
    """What changes from one plan to another."""
    worst = None if after.worst is None or before.worst is None else after.worst - before.worst
    return Regret(
        matched=after.matched - before.matched,
        worst=worst,
        total=after.total - before.total,
        moves=moves_between(before.mentor, after.mentor),
    )


def moves_between(before: NDArray[np.int64], after: NDArray[np.int64]) -> tuple[tuple[int, int, int], ...]:
    """(mentee, mentor before, mentor after) of whoever changes."""
    moved = np.flatnonzero(before != after)
    columns = moved.tolist(), before[moved].tolist(), after[moved].tolist()
    return tuple(zip(*columns, strict=True))
