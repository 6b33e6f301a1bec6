"""As many mentors for each as were asked for: the worst-off as well off as possible, then the highest total.

A mentee's score is the sum over their mentors. Prices bound the total of any plan. A pair that loses more at
these prices than lies between the bound and a plan in hand is in no better plan, so an exact search among the few
other pairs is exact for all (reduced-cost fixing: Dantzig, Fulkerson and
Johnson 1954, Journal of the Operations Research Society of America 2, 393-410). The few are searched by CP-SAT.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from ortools.graph.python import max_flow
from ortools.sat.python import cp_model

from matching.engine.problem import UNMATCHED, Progress, ProofFailed
from matching.engine.several.relaxed import FINE, SeveralPrices, settle_prices
from matching.engine.waiting import waited

HIGHEST = 10**9


@dataclass(frozen=True, eq=False)
class SeveralPlan:
    """Mentors for each mentee, the two objectives, and a bound that prices prove.

    mentor: int (mentees, most wanted), ascending in each row, -1 after the last. worst: the lowest sum of scores
    of a mentee who asked for any. worst_limit: what no plan's worst exceeds, since one mentee's best allowed
    mentors add up to no more. total: the sum over all. bound: no plan with this worst has a higher total.
    """

    mentor: NDArray[np.int64]
    worst: int
    worst_limit: int
    total: int
    bound: int
    prices: SeveralPrices


def solve_several(
    scores: ArrayLike,
    capacity: ArrayLike,
    wanted: ArrayLike,
    seed: int = 0,
    progress: Progress | None = None,
) -> SeveralPlan:
    """The plan of the highest worst score and, among those, of the highest total.

    scores: int (mentees, mentors), 0 to 10**9, negative where forbidden. capacity: int (mentors,) places.
    wanted: int (mentees,) mentors that each must have, all different. Optimal in both objectives: the search
    ends by itself or by what progress raises. The same input and seed give the same plan.
    Raises ValueError when shapes disagree, a number is out of range, or not everybody can have so many.
    """
    scores, capacity, wanted = _checked(scores, capacity, wanted)
    search = _Search(scores, capacity, wanted, seed, progress)
    limit = _worst_limit(scores, wanted)
    search.tell(0.1, "Trying the best worst score")
    plan = search.at(limit, first_try=True)
    if plan is None:
        search.tell(0.5, "Finding the best worst score")
        plan = search.at(search.highest_worst(limit))
    search.tell(1.0, "Done")
    return plan


def most_each(scores: NDArray[np.int64], capacity: NDArray[np.int64], wanted: NDArray[np.int64]) -> int:
    """How many of the wanted places can be given at all, by maximum flow; scores as in solve_several."""
    mentees, mentors = scores.shape
    source, sink = mentees + mentors, mentees + mentors + 1
    mentee, mentor = np.nonzero(scores >= 0)
    flow = max_flow.SimpleMaxFlow()
    flow.add_arcs_with_capacity(mentee, mentees + mentor, np.ones_like(mentee))
    flow.add_arcs_with_capacity(np.full(mentees, source), np.arange(mentees), wanted)
    flow.add_arcs_with_capacity(mentees + np.arange(mentors), np.full(mentors, sink), capacity)
    flow.solve(source, sink)
    return flow.optimal_flow()


def check_several(scores: ArrayLike, capacity: ArrayLike, wanted: ArrayLike, plan: SeveralPlan) -> None:
    """Check the rules, the figures, the limit on the worst score and the bound on the total, over all pairs.

    Raises ProofFailed. That the total is the best where it lies below the bound, and the worst where it lies below
    its limit, is the word of an exhaustive search and not checked here.
    """
    scores, capacity, wanted = _checked(scores, capacity, wanted)
    taken = np.zeros(scores.shape, dtype=np.int64)
    mentee, rank = np.nonzero(plan.mentor != UNMATCHED)
    np.add.at(taken, (mentee, plan.mentor[mentee, rank]), 1)
    if taken.max() > 1 or (taken.sum(axis=1) != wanted).any():
        raise ProofFailed("Somebody has fewer or more mentors than they want, or one mentor twice.")
    if (scores[taken > 0] < 0).any():
        raise ProofFailed("The plan holds a forbidden pair.")
    if (taken.sum(axis=0) > capacity).any():
        raise ProofFailed(f"Mentor {(taken.sum(axis=0) - capacity).argmax()} has more mentees than places.")
    sums = (taken * scores).sum(axis=1)
    if (plan.worst, plan.total) != (int(sums[wanted > 0].min()), int(sums.sum())):
        raise ProofFailed(
            f"The plan claims worst {plan.worst} and total {plan.total}; its pairs give others."
        )
    if plan.worst_limit != _worst_limit(scores, wanted):
        raise ProofFailed(f"No mentee's best mentors add up to {plan.worst_limit}, the limit claimed.")
    if plan.prices.place.min() < 0 or plan.prices.point.min() < 0:
        raise ProofFailed("A price is negative; a bound from such prices proves nothing.")
    if plan.bound != plan.prices.bound(scores, capacity, wanted, plan.worst) or plan.bound < plan.total:
        raise ProofFailed(f"The prices do not prove the bound {plan.bound}.")


class _Search:
    def __init__(self, scores, capacity, wanted, seed, progress):
        self.scores, self.capacity, self.wanted = scores, capacity, wanted
        self.seed, self.progress = seed, progress
        self.tell = progress or (lambda fraction, words: None)

    def at(self, worst: int, first_try: bool = False) -> SeveralPlan | None:
        """The plan of the highest total in which everybody reaches worst; on a first try None if none is near.

        Near are pairs that lose no more than a thousandth of the bound. Otherwise some plan must exist, and
        the search widens until it finds one and that rules out all other pairs.
        """
        done, words = (0.1 if first_try else 0.7), "Finding the highest total"
        prices = settle_prices(self.scores, self.capacity, self.wanted, worst, lambda: self.tell(done, words))
        bound = prices.bound(self.scores, self.capacity, self.wanted, worst)
        losses = self._losses(prices)
        reach = max(1, abs(bound) // 1000)
        while True:
            few = losses <= reach * FINE
            chosen = self._search(few, worst, done + 0.2, words)
            total = None if chosen is None else int(self.scores[chosen].sum())
            if total is not None and bound - total <= reach:
                return self._plan(chosen, worst, bound, prices)
            if total is None and first_try:
                return None
            reach = bound - total if total is not None else reach * 8

    def _losses(self, prices):
        """(mentees, mentors), in 1024ths: how far below the bound a plan with this pair must stay."""
        gains = prices.gains(self.scores)
        ranked = -np.sort(-gains, axis=1)
        last = ranked[np.arange(len(gains)), np.maximum(self.wanted - 1, 0)]
        losses = np.maximum(last[:, None] - gains, 0)
        never = (self.scores < 0) | (self.wanted == 0)[:, None]
        return np.where(never, np.iinfo(np.int64).max, losses)

    def highest_worst(self, limit: int) -> int:
        """The highest worst score that any plan reaches, by exact search over all pairs."""
        model, _, sums = self._model(self.scores >= 0)
        worst = model.new_int_var(0, limit, "worst")
        for mentee in np.flatnonzero(self.wanted):
            model.add(sums[mentee] >= worst)
        model.maximize(worst)
        solver = self._solver()
        self._solve(model, solver, 0.5, "Finding the best worst score")
        return solver.value(worst)

    def _search(self, few, worst, done, words):
        """(mentees, mentors) bool: the best plan of these pairs that reaches worst, None if there is none."""
        model, taken, sums = self._model(few)
        for mentee in np.flatnonzero(self.wanted):
            model.add(sums[mentee] >= worst)
        model.maximize(sum(sums))
        solver = self._solver()
        if self._solve(model, solver, done, words) != cp_model.OPTIMAL:
            return None
        chosen = np.zeros(self.scores.shape, dtype=bool)
        for pair, use in taken.items():
            chosen[pair] = solver.boolean_value(use)
        return chosen

    def _model(self, allowed):
        """A model that gives everybody what they want within capacity; its pairs and each mentee's sum."""
        model = cp_model.CpModel()
        taken = {(int(i), int(j)): model.new_bool_var("") for i, j in np.argwhere(allowed)}
        rows = [[] for _ in range(len(self.wanted))]
        columns = [[] for _ in range(len(self.capacity))]
        sums = [0] * len(rows)
        for (mentee, mentor), use in taken.items():
            rows[mentee].append(use)
            columns[mentor].append(use)
        for mentee, row in enumerate(rows):
            model.add(sum(row) == int(self.wanted[mentee]))
            weights = self.scores[mentee, np.flatnonzero(allowed[mentee])].tolist()
            sums[mentee] = cp_model.LinearExpr.weighted_sum(row, weights)
        for mentor, column in enumerate(columns):
            model.add(sum(column) <= int(self.capacity[mentor]))
        return model, taken, sums

    def _solve(self, model, solver, done, words):
        tell = self.progress and (lambda: self.progress(done, words))
        return waited(lambda: solver.solve(model), tell, solver.stop_search)

    def _solver(self):
        solver = cp_model.CpSolver()
        # One worker: the same answer on any machine.
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = self.seed % (1 << 31)
        return solver

    def _plan(self, chosen, worst, bound, prices):
        mentor = np.full((len(chosen), int(self.wanted.max())), UNMATCHED)
        for mentee, row in enumerate(chosen):
            mentor[mentee, : self.wanted[mentee]] = np.flatnonzero(row)
        sums = np.where(chosen, self.scores, 0).sum(axis=1)
        reached = int(sums[self.wanted > 0].min())
        bound = bound if reached == worst else prices.bound(self.scores, self.capacity, self.wanted, reached)
        limit = _worst_limit(self.scores, self.wanted)
        return SeveralPlan(mentor, reached, limit, int(sums.sum()), bound, prices)


def _worst_limit(scores, wanted):
    """The least sum of anybody's best allowed mentors: no plan's worst score is higher."""
    best = -np.sort(-np.maximum(scores, 0), axis=1)
    sums = np.where(np.arange(scores.shape[1]) < wanted[:, None], best, 0).sum(axis=1)
    return int(sums[wanted > 0].min())


def _checked(scores, capacity, wanted):
    scores, capacity, wanted = (_whole(values) for values in (scores, capacity, wanted))
    if scores.ndim != 2 or not scores.size:
        raise ValueError("Scores must be a table of at least one mentee by at least one mentor.")
    if capacity.shape != (scores.shape[1],) or wanted.shape != (scores.shape[0],):
        raise ValueError(
            f"Capacity has the shape {capacity.shape} and wanted {wanted.shape} for scores of {scores.shape}. "
            f"Give one number for each mentor, and one for each mentee."
        )
    if scores.max() > HIGHEST:
        raise ValueError(
            f"Scores run from 0 to {HIGHEST} and the highest is {scores.max()}. Scale them down."
        )
    if capacity.min() < 0 or wanted.min() < 0 or not wanted.any():
        raise ValueError("Capacity and wanted are counts, none negative, and somebody must want a mentor.")
    given = most_each(scores, capacity, wanted)
    if given < wanted.sum():
        raise ValueError(
            f"{wanted.sum()} mentors are wanted in all but only {given} can be given. "
            f"Ask for fewer each, raise a capacity or lift a rule."
        )
    return scores, capacity, wanted


def _whole(values):
    array = np.asarray(values)
    if array.dtype.kind not in "iuf" or not (np.isfinite(array).all() and (array == np.floor(array)).all()):
        raise ValueError("Scores, capacity and wanted must be whole numbers without NaN. Round them first.")
    return array.astype(np.int64)
