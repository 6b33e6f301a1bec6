"""The checker: reads scores, places and certificate, and believes nothing that `solve` computed.

Three arguments, each over all pairs. *Nobody more*: whoever can only meet the cut mentors must share
their places (Hall 1935; König 1931). *No higher worst score*: the same cut over the pairs above it.
*No higher total*: by weak duality no plan is worth more than what everybody would gain at these prices
plus the prices of all places; the plan is worth exactly that.
"""

import numpy as np
from numpy.typing import NDArray

from matching.engine.problem import UNMATCHED, Plan, Problem, ProofFailed

ROWS = 256


def verify(problem: Problem, plan: Plan) -> None:
    """Return in silence if the plan keeps every rule and no plan is better; else raise ProofFailed.

    Better: more matched; as many and a higher worst score; the same worst and a higher total; always
    among the plans in which the certificate's locks stand.
    """
    _check_rules(problem, plan)
    _check_figures(problem, plan)
    _check_best(problem, plan)


def _check_rules(problem: Problem, plan: Plan) -> None:
    mentor = plan.mentor
    if mentor.shape != (problem.mentees,) or mentor.min() < UNMATCHED or mentor.max() >= problem.mentors:
        raise ProofFailed("The plan does not give each mentee of the problem one of its mentors, or none.")
    matched = np.flatnonzero(mentor != UNMATCHED)
    forbidden = problem.scores[matched, mentor[matched]] < 0
    if forbidden.any():
        mentee = matched[forbidden][0]
        raise ProofFailed(f"Mentee {mentee} has mentor {mentor[mentee]}, a forbidden pair.")
    load = np.bincount(mentor[matched], minlength=problem.mentors)
    if (load > problem.capacity).any():
        over = np.flatnonzero(load > problem.capacity)[0]
        raise ProofFailed(f"Mentor {over} has {load[over]} mentees and {problem.capacity[over]} places.")
    for mentee, wanted in plan.certificate.locks:
        if mentor[mentee] != wanted:
            raise ProofFailed(f"Mentee {mentee} was locked to mentor {wanted} and has {mentor[mentee]}.")


def _check_figures(problem: Problem, plan: Plan) -> None:
    matched = np.flatnonzero(plan.mentor != UNMATCHED)
    scores = problem.scores[matched, plan.mentor[matched]]
    worst = int(scores.min()) if len(scores) else None
    found = (len(matched), worst, int(scores.sum(dtype=np.int64)))
    if found != (plan.matched, plan.worst, plan.total):
        raise ProofFailed(
            f"The plan claims {plan.matched} matched, worst {plan.worst}, total {plan.total}; "
            f"its pairs give {found[0]}, {found[1]} and {found[2]}."
        )


def _check_best(problem: Problem, plan: Plan) -> None:
    proof = plan.certificate
    locked = np.array([mentee for mentee, _ in proof.locks], dtype=np.int64)
    taken = np.bincount([mentor for _, mentor in proof.locks], minlength=problem.mentors)
    places = problem.capacity - taken.astype(np.int64)
    free = np.setdiff1d(np.arange(problem.mentees), locked)
    matched = plan.matched - len(locked)
    if (proof.prices < 0).any():
        raise ProofFailed("A place has a negative price; a bound from such prices proves nothing.")
    at_lock = int(problem.scores[locked, plan.mentor[locked]].min()) if len(locked) else None
    # Without a free pair in the plan the worst score is a lock's own, and the bound runs over all pairs.
    worst = 0 if plan.worst is None else plan.worst
    more, above, bound = _sums(problem, plan, free, places, worst)

    if int(places[proof.matched_cut].sum()) + more != matched:
        raise ProofFailed("The cut does not show that nobody more can be matched.")
    lock_is_worst = plan.worst is None or at_lock == plan.worst
    if not lock_is_worst and int(places[proof.worst_cut].sum()) + above >= matched:
        raise ProofFailed(f"The cut does not show that the worst score cannot rise above {plan.worst}.")
    left_out = len(free) - matched
    bound += int((places * proof.prices).sum()) + left_out * proof.unmatched_price
    total = plan.total - int(problem.scores[locked, plan.mentor[locked]].sum(dtype=np.int64))
    if bound != total:
        raise ProofFailed(f"At these prices a plan may be worth up to {bound}; this one is worth {total}.")


def _sums(
    problem: Problem, plan: Plan, free: NDArray[np.int64], places: NDArray[np.int64], worst: int
) -> tuple[int, int, int]:
    """Mentees with a pair outside the first cut, those above the worst outside the second, and the
    sum of what each mentee gains at most at these prices (less the cost of being left out)."""
    proof = plan.certificate
    usable = places > 0
    prices = proof.prices.astype(np.int32 if proof.prices.max() < 2**30 else np.int64)
    nothing = np.iinfo(prices.dtype).min // 2
    more = above = bound = 0
    for start in range(0, len(free), ROWS):
        scores = problem.scores[free[start : start + ROWS]]
        more += int((_best(scores, usable & ~proof.matched_cut) >= 0).sum())
        above += int((_best(scores, usable & ~proof.worst_cut) > worst).sum())
        gains = np.where(usable & (scores >= worst), scores - prices, nothing).max(axis=1)
        gains = np.where(gains == nothing, -proof.unmatched_price, gains.astype(np.int64))
        bound += int(np.maximum(gains, -proof.unmatched_price).sum())
    return more, above, bound


def _best(scores: NDArray[np.int16], mentors: NDArray[np.bool_]) -> NDArray[np.int16]:
    """The best score of each row among these mentors, -1 where there is none."""
    return np.where(mentors, scores, np.int16(-1)).max(axis=1)
