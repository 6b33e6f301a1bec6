"""What another decision would cost: forcing a pair, or forbidding a proposed one. Always exact."""

import numpy as np

from matching.engine.problem import UNMATCHED, Plan, Problem, Regret, check_pair
from matching.engine.solver import solve_with


def cost_of_forcing(problem: Problem, plan: Plan, mentee: int, mentor: int) -> Regret:
    """The exact change of the three objectives if this pair had to stand beside the plan's locks.

    Raises ValueError when the pair is forbidden, or when the locks leave it no place.
    """
    check_pair(problem, mentee, mentor)
    locks = plan.certificate.locks
    if dict(locks).get(mentee, mentor) != mentor:
        raise ValueError(f"Mentee {mentee} is locked to another mentor. Remove that lock first.")
    if (mentee, mentor) not in locks and sum(j == mentor for _, j in locks) >= problem.capacity[mentor]:
        raise ValueError(f"Mentor {mentor} has no place left beside the locked pairs. Remove a lock first.")
    forced = tuple(sorted({*locks, (mentee, mentor)}))
    return regret(plan, solve_with(problem, seed=plan.seed, locks=forced))


def cost_of_forbidding(problem: Problem, plan: Plan, mentee: int, mentor: int) -> Regret:
    """The exact change of the three objectives if this proposed pair could not stand.

    Raises ValueError when the plan does not propose the pair, or has it locked.
    """
    if plan.mentor[mentee] != mentor or mentor == UNMATCHED:
        raise ValueError(f"The plan does not propose mentor {mentor} to mentee {mentee}: nothing to forbid.")
    if (mentee, mentor) in plan.certificate.locks:
        raise ValueError(f"Mentee {mentee} is locked to mentor {mentor}. Remove the lock first.")
    other = solve_with(problem, seed=plan.seed, locks=plan.certificate.locks, vetoes=((mentee, mentor),))
    return regret(plan, other)


def regret(before: Plan, after: Plan) -> Regret:
    """What changes from one plan to another."""
    moved = np.flatnonzero(before.mentor != after.mentor)
    worst = None if after.worst is None or before.worst is None else after.worst - before.worst
    return Regret(
        matched=after.matched - before.matched,
        worst=worst,
        total=after.total - before.total,
        moves=tuple((int(i), int(before.mentor[i]), int(after.mentor[i])) for i in moved),
    )
