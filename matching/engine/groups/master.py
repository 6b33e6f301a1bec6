"""The groups met so far, and the best use of them: shared out in fractions, or whole.

The fractions give prices for mentees (Dantzig and Wolfe 1960, Operations Research 8, 101-111); whole groups
give a plan. Both are set packing: each mentee and each lead in at most one group.
"""

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp
from ortools.sat.python import cp_model

from .plan import Group
from .problem import GroupProblem


class Master:
    """Groups worth considering. Adding one twice does nothing."""

    def __init__(self, problem: GroupProblem):
        self.problem = problem
        self.groups: list[Group] = []
        self.known = set()
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        self.solver.Objective().SetMaximization()
        self.mentee_rows = [
            self.solver.Constraint(-self.solver.infinity(), 1) for _ in range(problem.mentees)
        ]
        self.lead_rows = [self.solver.Constraint(-self.solver.infinity(), 1) for _ in range(problem.leads)]

    def add(self, groups: list[Group]) -> int:
        """Consider these groups too; how many of them are new."""
        new = [group for group in dict.fromkeys(groups) if group not in self.known]
        for group in new:
            share = self.solver.NumVar(0, self.solver.infinity(), "")
            self.solver.Objective().SetCoefficient(share, group.value)
            self.lead_rows[group.lead].SetCoefficient(share, 1)
            for mentee in group.members:
                self.mentee_rows[mentee].SetCoefficient(share, 1)
        self.groups += new
        self.known.update(new)
        return len(new)

    def price(self) -> tuple[float, NDArray[np.float64]]:
        """Worth of the best fractional use of the groups, and the price of each mentee in it (mentees,)."""
        self.solver.Solve()
        prices = np.array([row.dual_value() for row in self.mentee_rows])
        return self.solver.Objective().Value(), np.maximum(prices, 0)

    def best_left(self, prices: NDArray[np.int64]) -> NDArray[np.int64]:
        """(leads,): the most that a known group of each lead is worth after its members' prices; at least 0."""
        best = np.zeros(self.problem.leads, dtype=np.int64)
        for group in self.groups:
            left = group.value - int(prices[list(group.members)].sum())
            best[group.lead] = max(best[group.lead], left)
        return best

    def choose(self, start: list[Group], *, seed: int, effort: float) -> list[Group]:
        """The best plan of whole known groups found within effort (the solver's own clock), at least as good as start."""
        model = cp_model.CpModel()
        taken = [model.new_bool_var("") for _ in self.groups]
        seats = [[] for _ in range(self.problem.mentees + self.problem.leads)]
        for use, group in zip(taken, self.groups):
            for row in (*group.members, self.problem.mentees + group.lead):
                seats[row].append(use)
        for uses in seats:
            model.add_at_most_one(uses)
        model.maximize(sum(group.value * use for use, group in zip(taken, self.groups)))
        started = set(start)
        for use, group in zip(taken, self.groups):
            model.add_hint(use, group in started)
        solver = cp_model.CpSolver()
        # One worker and a limit counted in work, not seconds: the same answer on any machine.
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed % (1 << 31)
        solver.parameters.max_deterministic_time = effort
        if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return start
        chosen = [group for use, group in zip(taken, self.groups) if solver.boolean_value(use)]
        return max(start, chosen, key=lambda groups: sum(group.value for group in groups))
