"""What another decision would cost: forcing a pair, or forbidding a proposed one. Always exact.

As long as everybody can still be matched at no lower worst score, the answer is one search for the
cheapest chain of moves from the plan's own prices. Where the decision itself costs a match or lowers
the worst score, the problem is solved anew.
"""

import numpy as np
from numpy.typing import NDArray

from matching.engine.exchange import FAR, OUTSIDE, Chains, Exchange, residual
from matching.engine.market import Market
from matching.engine.problem import UNMATCHED, Plan, Problem, Regret, check_pair
from matching.engine.solver import solve_with


def cost_of_forcing(problem: Problem, plan: Plan, mentee: int, mentor: int) -> Regret:
    """The exact change of the three objectives if this pair had to stand beside the plan's locks.

    Raises ValueError when the pair is forbidden, or when the locks leave it no place.
    """
    _check_forcing(problem, plan, mentee, mentor)
    if plan.mentor[mentee] == mentor:
        return Regret(0, 0, 0)
    exchange = residual(Market.of(problem, plan.certificate.locks), plan)
    home = int(exchange.seat[mentee])
    if problem.scores[mentee, mentor] >= exchange.least[mentor] and home >= 0:
        one = np.array([mentee])
        loss = int(exchange.losses(one, exchange.gains(one))[0, mentor])
        exchange.seat[mentee] = OUTSIDE
        start = np.full(exchange.rest + 1, FAR)
        start[mentor] = loss
        chains = exchange.chains(start, home)
        if chains.distance[home] < FAR:
            return _by_chain(exchange, chains, mentee, home)
    locks = tuple(sorted({*plan.certificate.locks, (mentee, mentor)}))
    return regret(plan, solve_with(problem, seed=plan.seed, locks=locks))


def cost_of_forbidding(problem: Problem, plan: Plan, mentee: int, mentor: int) -> Regret:
    """The exact change of the three objectives if this proposed pair could not stand.

    Raises ValueError when the plan does not propose the pair, or has it locked.
    """
    if mentor == UNMATCHED or plan.mentor[mentee] != mentor:
        raise ValueError(f"The plan does not propose mentor {mentor} to mentee {mentee}: nothing to forbid.")
    locks = plan.certificate.locks
    if (mentee, mentor) in locks:
        raise ValueError(f"Mentee {mentee} is locked to mentor {mentor}. Remove the lock first.")
    exchange = residual(Market.of(problem, plan.certificate.locks), plan)
    one = np.array([mentee])
    start = np.append(exchange.losses(one, exchange.gains(one))[0], FAR)
    start[start > FAR // 2] = FAR
    start[mentor] = FAR
    exchange.seat[mentee] = OUTSIDE
    chains = exchange.chains(start, mentor)
    if chains.distance[mentor] < FAR:
        return _by_chain(exchange, chains, mentee, int(mentor))
    return regret(plan, solve_with(problem, seed=plan.seed, locks=locks, vetoes=((mentee, mentor),)))


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


def _check_forcing(problem: Problem, plan: Plan, mentee: int, mentor: int) -> None:
    check_pair(problem, mentee, mentor)
    locks = plan.certificate.locks
    if dict(locks).get(mentee, mentor) != mentor:
        raise ValueError(f"Mentee {mentee} is locked to another mentor. Remove that lock first.")
    if (mentee, mentor) not in locks and sum(j == mentor for _, j in locks) >= problem.capacity[mentor]:
        raise ValueError(f"Mentor {mentor} has no place left beside the locked pairs. Remove a lock first.")


def _by_chain(exchange: Exchange, chains: Chains, mentee: int, home: int) -> Regret:
    first, moves = chains.to(home)
    moves.append((mentee, first))
    before = {mover: home if mover == mentee else int(exchange.seat[mover]) for mover, _ in moves}
    changes = [
        (mover, _mentor_at(exchange, before[mover]), _mentor_at(exchange, node)) for mover, node in moves
    ]
    return Regret(0, 0, -int(chains.distance[home]), tuple(sorted(changes)))


def _mentor_at(exchange: Exchange, node: int) -> int:
    return UNMATCHED if node == exchange.nobody else node
