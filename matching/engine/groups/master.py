"""Groups to choose from, for some leads and mentees: shared out in fractions, or taken whole.

Shares price the mentees, and the price of a mentee says what a group must be worth to be considered next
(Dantzig and Wolfe 1960, Operations Research 8, 101-111). Whole groups make a plan. Both are set packing:
each mentee and each lead in at most one group.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp
from ortools.sat.python import cp_model

from matching.engine.groups.plan import Group
from matching.engine.groups.problem import GroupProblem

ELSEWHERE = 10**7  # price of a mentee who takes no part: no group can pay it


class Master:
    """The groups worth considering for these leads and mentees; all others are passed over."""

    def __init__(
        self, problem: GroupProblem, leads: list[int], mentees: list[int], groups: Iterable[Group] = ()
    ):
        self.leads, self.mentees = leads, mentees
        self.people = problem.mentees
        self.groups: dict[Group, pywraplp.Variable] = {}
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        self.solver.Objective().SetMaximization()
        self.lead_rows = {lead: self._at_most_one() for lead in leads}
        self.mentee_rows = {mentee: self._at_most_one() for mentee in mentees}
        self.add(groups)

    def _at_most_one(self):
        return self.solver.Constraint(-self.solver.infinity(), 1)

    def add(self, groups: Iterable[Group]) -> int:
        """Consider these too, where lead and members all take part; how many of them are new."""
        before = len(self.groups)
        for group in groups:
            takes_part = group.lead in self.lead_rows and self.mentee_rows.keys() >= set(group.members)
            if takes_part and group not in self.groups:
                self.groups[group] = self._variable(group)
        return len(self.groups) - before

    def _variable(self, group):
        share = self.solver.NumVar(0, self.solver.infinity(), "")
        self.solver.Objective().SetCoefficient(share, group.value)
        self.lead_rows[group.lead].SetCoefficient(share, 1)
        for mentee in group.members:
            self.mentee_rows[mentee].SetCoefficient(share, 1)
        return share

    def price(self) -> tuple[float, NDArray[np.int64]]:
        """What the best shares are worth, and the price of every mentee of the problem (all mentees,)."""
        self.solver.Solve()
        prices = np.full(self.people, ELSEWHERE)
        for mentee, row in self.mentee_rows.items():
            prices[mentee] = max(0, round(row.dual_value()))
        return self.solver.Objective().Value(), prices

    def shares(self) -> list[tuple[float, Group]]:
        """The share of each group used in the last price(), the largest first."""
        used = [(share.solution_value(), group) for group, share in self.groups.items()]
        return sorted((item for item in used if item[0] > 1e-6), key=lambda item: (-item[0], item[1]))

    def floors(self, prices: NDArray[np.int64]) -> dict[int, int]:
        """For each lead, the most that a known group is worth after its members' prices; 0 at least."""
        best = dict.fromkeys(self.leads, 0)
        cost = prices.tolist()
        for lead, members, value in self.groups:
            left = value - sum(cost[mentee] for mentee in members)
            if left > best[lead]:
                best[lead] = left
        return best

    def choose(self, start: list[Group], *, seed: int, effort: float) -> list[Group]:
        """The best plan of whole groups found within effort, the solver's own count; never worse than start."""
        model = cp_model.CpModel()
        taken = {group: model.new_bool_var("") for group in self.groups}
        uses = {row: [] for row in [*self.mentees, *(("lead", lead) for lead in self.leads)]}
        for group, use in taken.items():
            for row in (*group.members, ("lead", group.lead)):
                uses[row].append(use)
            model.add_hint(use, group in start)
        for sharing in uses.values():
            model.add_at_most_one(sharing)
        model.maximize(sum(group.value * use for group, use in taken.items()))
        solver = _solver(seed, effort)
        if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return start
        chosen = [group for group, use in taken.items() if solver.boolean_value(use)]
        return max(start, chosen, key=worth)


def worth(groups: Iterable[Group]) -> int:
    """What these groups are worth together."""
    return sum(group.value for group in groups)


def _solver(seed, effort):
    solver = cp_model.CpSolver()
    # One worker, and a limit counted in work rather than seconds: the same answer on any machine.
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed % (1 << 31)
    solver.parameters.max_deterministic_time = effort
    return solver
