"""The optimum: most matched, then the best worst score, then the highest total, then the seed."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from matching.engine.flow import NEVER, Arcs, heaviest, heaviest_exact, prices
from matching.engine.market import Market
from matching.engine.pool import Pool
from matching.engine.problem import (
    MAX_SCORE,
    UNMATCHED,
    Certificate,
    Pair,
    Plan,
    Problem,
    Progress,
    checked_locks,
)
from matching.engine.reach import Reach, reach
from matching.engine.ties import Ties

# Dearer than any chain of moves: leaves nobody out who can be matched. Weighs only where somebody is.
DEAR = 10**12


def solve(
    problem: Problem, seed: int = 0, locks: Iterable[Pair] = (), progress: Progress | None = None
) -> Plan:
    """The best plan there is, the same on any machine, with a certificate for `verify`.

    locks: (mentee, mentor) pairs that must stand; they count in all three objectives. A veto is a
    negative score in the problem. progress(fraction, words) is called at least once a second and may
    raise Stopped. Raises ValueError when a lock is forbidden or the locks overfill a mentor.
    """
    return solve_with(problem, seed=seed, locks=checked_locks(problem, locks), progress=progress)


def solve_with(
    problem: Problem,
    *,
    seed: int,
    locks: tuple[Pair, ...] = (),
    vetoes: tuple[Pair, ...] = (),
    progress: Progress | None = None,
) -> Plan:
    """`solve` for checked locks, with vetoes beside the problem's own; what-if questions come here."""
    tell = progress or (lambda fraction, words: None)
    tell(0.0, "reading scores")
    market = Market.of(problem, locks, vetoes)
    ceiling = min((int(problem.scores[pair]) for pair in locks), default=MAX_SCORE)
    mentee, mentor, _ = market.pairs()
    pool = Pool(market, mentee, mentor)
    tell(0.2, "finding the best worst score")
    found = reach(market, pool, ceiling)
    tell(0.5, "finding the highest total")
    best, place_price, unmatched_price = _heaviest(market, pool, found)
    tell(0.8, "settling ties")
    best = _canonical(problem, market, pool, found, best, place_price, unmatched_price, seed)
    tell(1.0, "done")
    certificate = Certificate(place_price, unmatched_price, found.matched_cut, found.worst_cut, locks)
    return _plan(problem, best, certificate, seed)


def _heaviest(market: Market, pool: Pool, found: Reach) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    mentors = market.mentors
    if not found.matched:
        return np.full(market.mentees, UNMATCHED), np.zeros(mentors, dtype=np.int64), 0
    arcs = pool.at(found.worst)
    mentor = heaviest(arcs, market.mentees, market.capacity)
    left_out = np.setdiff1d(arcs.mentee, np.flatnonzero(mentor != UNMATCHED))
    least = np.zeros(mentors + 1, dtype=np.int64)
    if not len(left_out):
        return mentor, prices(arcs, mentor, least[:-1]), DEAR
    # Being left out is a mentor like any other, whose places are all taken: nobody may leave them empty.
    least[-1] = NEVER
    everybody = np.unique(arcs.mentee)
    nobody = Arcs(everybody, np.full(len(everybody), mentors), np.zeros(len(everybody), dtype=np.int64))
    seated = np.where(mentor == UNMATCHED, mentors, mentor)
    price = prices(arcs.plus(nobody), seated, least)
    return mentor, price[:-1], int(price[-1])


def _canonical(
    problem: Problem,
    market: Market,
    pool: Pool,
    found: Reach,
    mentor: NDArray[np.int64],
    place_price: NDArray[np.int64],
    unmatched_price: int,
    seed: int,
) -> NDArray[np.int64]:
    """Of all plans as good as this one, the plan of least seeded weight."""
    if not found.matched:
        return mentor
    mentors = market.mentors
    arcs = pool.at(found.worst)
    gain = np.full(market.mentees, -unmatched_price)
    matched = np.flatnonzero(mentor != UNMATCHED)
    gain[matched] = market.scores[matched, mentor[matched]] - place_price[mentor[matched]]
    tight = arcs.where(arcs.weight - place_price[arcs.mentor] == gain[arcs.mentee])
    people = np.unique(tight.mentee)
    free = people[gain[people] == -unmatched_price]
    row = np.zeros(market.mentees, dtype=np.int64)
    row[people] = np.arange(len(people))
    column = np.concatenate([tight.mentor, np.full(len(free), mentors)])
    person = np.concatenate([tight.mentee, free])
    ties = Ties.of(
        seed, problem.mentee_keys or range(problem.mentees), problem.mentor_keys or range(problem.mentors)
    )
    left_out = int((mentor[people] == UNMATCHED).sum())
    capacity = np.append(market.capacity, left_out)
    must_fill = np.append(place_price > 0, True)
    chosen = heaviest_exact(
        Arcs(row[person], column, -ties.weight(person, column)), len(people), capacity, must_fill
    )
    answer = np.full(market.mentees, UNMATCHED, dtype=np.int64)
    answer[people] = np.where(chosen == mentors, UNMATCHED, chosen)
    return answer


def _plan(problem: Problem, mentor: NDArray[np.int64], certificate: Certificate, seed: int) -> Plan:
    mentor = mentor.copy()
    for mentee, locked in certificate.locks:
        mentor[mentee] = locked
    matched = np.flatnonzero(mentor != UNMATCHED)
    scores = problem.scores[matched, mentor[matched]]
    worst = int(scores.min()) if len(scores) else None
    return Plan(mentor, len(matched), worst, int(scores.sum(dtype=np.int64)), certificate, seed)
