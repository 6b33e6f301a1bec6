"""The optimum: most matched, then the best worst score, then the highest total, then the seed."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from matching.engine.candidates import SPARE_PER_MENTOR, likely_pairs, top_of_each_mentor
from matching.engine.canonical import canonical
from matching.engine.market import Market
from matching.engine.optimum import Optimum
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
from matching.engine.reach import Reach, likeliest_reach, reach
from matching.engine.ties import Ties
from matching.engine.total import highest_total

# Below this many pairs the flow takes them all: choosing candidates would cost more than it saves.
SMALL = 50_000


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
    tell = _Teller(progress or _silent)
    tell(0.0, "reading the scores")
    market = Market.of(problem, locks, vetoes, pulse=tell.again)
    ceiling = min((int(problem.scores[pair]) for pair in locks), default=MAX_SCORE)
    hoped = likeliest_reach(market, ceiling)
    tell(0.1, "choosing likely pairs")
    pool = first_pool(market, hoped)
    tell(0.3, "finding the highest total")
    found, best = _best(market, pool, hoped, ceiling, tell)
    tell(0.8, "settling ties")
    mentor = canonical(market, best, _ties(problem, seed)) if found.matched else best.mentor
    tell(1.0, "done")
    certificate = Certificate(best.prices, best.unmatched_price, found.matched_cut, found.worst_cut, locks)
    return _plan(problem, mentor, certificate, seed)


def first_pool(market: Market, hoped: Reach) -> Pool:
    """The pairs to begin with: all of a small problem, else the likely ones."""
    if market.scores.size <= SMALL:
        return Pool(market, market.pairs())
    threshold = hoped.worst or 0
    pool = Pool(market, likely_pairs(market, threshold))
    if market.capacity.sum() < market.mentees:
        pool.add(top_of_each_mentor(market, threshold, SPARE_PER_MENTOR))
    return pool


def _best(market: Market, pool: Pool, hoped: Reach, ceiling: int, tell: Progress) -> tuple[Reach, Optimum]:
    """Mostly the simplest limits are reached, and one flow settles all; else each objective in its turn."""
    if hoped.matched:
        best = highest_total(market, pool, hoped.worst, hoped.matched)
        if best:
            return hoped, best
    tell(0.5, "finding the best worst score")
    found = reach(market, pool, ceiling)
    if not found.matched:
        return found, _nobody(market)
    tell(0.7, "finding the highest total")
    if market.scores.size > SMALL:
        pool.add(likely_pairs(market, found.worst))
    return found, highest_total(market, pool, found.worst, found.matched)


def _nobody(market: Market) -> Optimum:
    nothing = np.zeros(market.mentees, dtype=np.int64)
    return Optimum(0, nothing + UNMATCHED, np.zeros(market.mentors, dtype=np.int64), 0, nothing)


def _ties(problem: Problem, seed: int) -> Ties:
    mentees = problem.mentee_keys or range(problem.mentees)
    return Ties.of(seed, mentees, problem.mentor_keys or range(problem.mentors))


class _Teller:
    """Tells how far a run is, and tells it again while a step takes its time."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._last = (0.0, "")

    def __call__(self, fraction: float, words: str) -> None:
        self._last = (fraction, words)
        self.again()

    def again(self) -> None:
        self._progress(*self._last)


def _silent(fraction: float, words: str) -> None:
    pass


def _plan(problem: Problem, mentor: NDArray[np.int64], certificate: Certificate, seed: int) -> Plan:
    mentor = mentor.copy()
    for mentee, locked in certificate.locks:
        mentor[mentee] = locked
    matched = np.flatnonzero(mentor != UNMATCHED)
    scores = problem.scores[matched, mentor[matched]]
    worst = int(scores.min()) if len(scores) else None
    return Plan(mentor, len(matched), worst, int(scores.sum(dtype=np.int64)), certificate, seed)
