"""Network flow over a list of pairs: the only place that talks to OR-Tools.

Goldberg (1997), "An efficient implementation of a scaling minimum-cost flow algorithm", Journal of
Algorithms 22(1), 1–29, as OR-Tools implements it. Duals by Bellman and Ford over mentors alone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import max_flow, min_cost_flow

from matching.engine.problem import UNMATCHED

# Lower than any sum of weights along a path, and far from the edge of int64.
NEVER = -(2**58)


class FlowFailed(RuntimeError):
    """The flow solver gave up on a problem that has a solution: a defect, never bad input."""


@dataclass(frozen=True, eq=False)
class Arcs:
    """Pairs that a flow may use: mentee, mentor and weight (to maximise), each (pairs,)."""

    mentee: NDArray[np.int64]
    mentor: NDArray[np.int64]
    weight: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.mentee)

    def where(self, keep: NDArray[np.bool_]) -> "Arcs":
        return Arcs(self.mentee[keep], self.mentor[keep], self.weight[keep])

    def plus(self, other: "Arcs") -> "Arcs":
        return Arcs(
            np.concatenate([self.mentee, other.mentee]),
            np.concatenate([self.mentor, other.mentor]),
            np.concatenate([self.weight, other.weight]),
        )


def heaviest(arcs: Arcs, mentees: int, capacity: NDArray[np.int64]) -> NDArray[np.int64]:
    """The matching of most mentees over these arcs and, among those, of the greatest weight.

    Returns (mentees,) the mentor of each, -1 where unmatched.
    """
    mentors = len(capacity)
    solver = min_cost_flow.SimpleMinCostFlow()
    pairs = solver.add_arcs_with_capacity_and_unit_cost(
        arcs.mentee, mentees + arcs.mentor, np.ones(len(arcs), dtype=np.int64), -arcs.weight
    )
    _add_places(solver, mentees, capacity)
    solver.set_nodes_supplies(np.arange(mentees), np.ones(mentees, dtype=np.int64))
    solver.set_node_supply(mentees + mentors, -mentees)
    _expect_optimal(solver, solver.solve_max_flow_with_min_cost())
    return _chosen(arcs, solver.flows(pairs), mentees)


def heaviest_exact(
    arcs: Arcs, mentees: int, capacity: NDArray[np.int64], must_fill: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """The heaviest matching that gives every mentee a mentor and fills each mentor of `must_fill`.

    Returns (mentees,) the mentor of each. The caller knows that one exists; raises FlowFailed otherwise.
    """
    mentors = len(capacity)
    sink = mentees + mentors
    solver = min_cost_flow.SimpleMinCostFlow()
    pairs = solver.add_arcs_with_capacity_and_unit_cost(
        arcs.mentee, mentees + arcs.mentor, np.ones(len(arcs), dtype=np.int64), -arcs.weight
    )
    _add_places(solver, mentees, np.where(must_fill, 0, capacity))
    demand = np.where(must_fill, capacity, 0)
    solver.set_nodes_supplies(np.arange(mentees), np.ones(mentees, dtype=np.int64))
    solver.set_nodes_supplies(mentees + np.arange(mentors), -demand)
    solver.set_node_supply(sink, int(demand.sum()) - mentees)
    _expect_optimal(solver, solver.solve())
    return _chosen(arcs, solver.flows(pairs), mentees)


def most(
    arcs: Arcs, mentees: int, capacity: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """A matching of as many mentees as these arcs allow, and the Hall cut that stops one more.

    Returns the mentor of each mentee (-1 where unmatched) and (mentors,) bool: the mentors whom the
    unmatched can reach by displacing others. All their places are taken, and whoever sits there can
    go nowhere else over these arcs.
    """
    mentors = len(capacity)
    source, sink = mentees + mentors, mentees + mentors + 1
    solver = max_flow.SimpleMaxFlow()
    everyone, everybody = np.arange(mentees), np.arange(mentors)
    pairs = solver.add_arcs_with_capacity(
        arcs.mentee, mentees + arcs.mentor, np.ones(len(arcs), dtype=np.int64)
    )
    solver.add_arcs_with_capacity(np.full(mentees, source), everyone, np.ones(mentees, dtype=np.int64))
    solver.add_arcs_with_capacity(mentees + everybody, np.full(mentors, sink), capacity)
    if solver.solve(source, sink) != solver.OPTIMAL:
        raise FlowFailed("The maximum-flow solver did not reach an optimum. Report this run as a defect.")
    reached = np.array(solver.get_source_side_min_cut(), dtype=np.int64)
    cut = np.zeros(mentors, dtype=bool)
    cut[reached[(reached >= mentees) & (reached < source)] - mentees] = True
    return _chosen(arcs, solver.flows(pairs), mentees), cut


def prices(arcs: Arcs, mentor: NDArray[np.int64], least: NDArray[np.int64]) -> NDArray[np.int64]:
    """The lowest prices that prove `mentor` the heaviest matching over these arcs.

    mentor: (mentees,) each one's mentor, all among the arcs. least: (mentors,) the lowest price that
    each may have: 0 where a place may stay empty, NEVER where all must be filled. A price is what one
    more place would add: somebody moves there, somebody else into the place left, and so on; the
    longest such path, by Bellman and Ford over mentors.
    """
    order = np.argsort(arcs.mentor, kind="stable")
    mentee, column, weight = arcs.mentee[order], arcs.mentor[order], arcs.weight[order]
    home = mentor[mentee]
    gain = weight - _weight_at_home(arcs, mentor)[mentee]
    columns, starts = np.unique(column, return_index=True)
    price = least.copy()
    for _ in range(len(least) + 1):
        offered = np.maximum.reduceat(gain + price[home], starts)
        if (offered <= price[columns]).all():
            return price
        price[columns] = np.maximum(price[columns], offered)
    raise FlowFailed("The flow solver's answer can still be improved. Report this run as a defect.")


def _weight_at_home(arcs: Arcs, mentor: NDArray[np.int64]) -> NDArray[np.int64]:
    at_home = mentor[arcs.mentee] == arcs.mentor
    weight = np.zeros(len(mentor), dtype=np.int64)
    weight[arcs.mentee[at_home]] = arcs.weight[at_home]
    return weight


def _add_places(solver: min_cost_flow.SimpleMinCostFlow, mentees: int, capacity: NDArray[np.int64]) -> None:
    mentors = len(capacity)
    solver.add_arcs_with_capacity_and_unit_cost(
        mentees + np.arange(mentors),
        np.full(mentors, mentees + mentors),
        capacity,
        np.zeros(mentors, dtype=np.int64),
    )


def _chosen(arcs: Arcs, flows: NDArray[np.int64], mentees: int) -> NDArray[np.int64]:
    mentor = np.full(mentees, UNMATCHED, dtype=np.int64)
    used = np.asarray(flows) > 0
    mentor[arcs.mentee[used]] = arcs.mentor[used]
    return mentor


def _expect_optimal(solver: min_cost_flow.SimpleMinCostFlow, status: object) -> None:
    if status != solver.OPTIMAL:
        raise FlowFailed(f"The flow solver ended with {status}. Report this run as a defect.")
