"""A set of groups: what it is worth, and whether every hard rule holds."""

from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.engine.groups.problem import NOBODY, UNKNOWN, GroupProblem


class Group(NamedTuple):
    """One possible group. members are mentees in ascending order; value as in group_value."""

    lead: int
    members: tuple[int, ...]
    value: int


@dataclass(frozen=True, eq=False)
class GroupPlan:
    """Groups, with a proof of how much better any others could be.

    group: int (mentees,), the lead whose group each mentee joins; -1 for nobody's.
    value, bound: what the groups are worth, and what no set of groups exceeds, in the units of fit.
    slot: int (leads,), the weekly slot of each group; -1 where a lead has no group.
    focus: int (leads, 2), the two needs that each group centres on; -1 where there is none.
    prices: int (mentees,), from which price_bound recomputes bound.
    """

    group: NDArray[np.int64]
    value: int
    bound: int
    slot: NDArray[np.int64]
    focus: NDArray[np.int64]
    prices: NDArray[np.int64]

    @property
    def gap(self) -> float:
        """How far from the bound the value is, as a share of the bound: 0.01 is one per cent."""
        return (self.bound - self.value) / self.bound if self.bound else 0.0


class RuleBroken(Exception):
    """A group breaks a hard rule; the text says which group and which rule."""


def group_value(problem: GroupProblem, lead: int, members) -> int:
    """Worth of these mentees with this lead: fit + disciplines + members whom the focus serves.

    Everybody in the group brings a discipline, lead and co-facilitators too; only mentees bring needs.
    """
    members = list(members)
    if not members:
        return 0
    disciplines = problem.team_disciplines[lead] | {int(problem.discipline[person]) for person in members}
    return (
        int(problem.fit[members, lead].sum())
        + problem.discipline_bonus * len(disciplines - {UNKNOWN})
        + problem.focus_bonus * best_focus(problem, members)[1]
    )


def best_focus(problem: GroupProblem, members) -> tuple[tuple[int, int], int]:
    """The two needs that serve most of these mentees, and how many; the first such pair, -1 for none.

    A second need that serves nobody more is not named.
    """
    needs = problem.needs[list(members)]
    served = needs.sum(axis=0)
    if not served.any():
        return (NOBODY, NOBODY), 0
    top = int(served.argmax())
    best, most = (top, NOBODY), int(served[top])
    for one, other in combinations(np.flatnonzero(served), 2):
        both = int((needs[:, one] | needs[:, other]).sum())
        if both > most:
            best, most = (int(one), int(other)), both
    return best, most


def common_slots(problem: GroupProblem, lead: int, members) -> NDArray[np.int64]:
    """Slots that the team and all of these mentees can make, in order."""
    return np.flatnonzero(problem.team_slots[lead] & problem.available[list(members)].all(axis=0))


def check_groups(problem: GroupProblem, plan: GroupPlan) -> None:
    """Check every hard rule and the value, independently of how the groups were formed.

    Raises RuleBroken, saying which group breaks what.
    """
    if plan.group.shape != (problem.mentees,) or not np.isin(plan.group, range(-1, problem.leads)).all():
        raise RuleBroken("The plan does not name one lead, or none, for each mentee.")
    total = 0
    for lead in range(problem.leads):
        members = np.flatnonzero(plan.group == lead)
        if len(members):
            _check_group(problem, lead, members, int(plan.slot[lead]))
            total += group_value(problem, lead, members)
    if total != plan.value:
        raise RuleBroken(f"The plan says it is worth {plan.value}, but its groups are worth {total}.")
    if plan.value > plan.bound:
        raise RuleBroken(f"The plan is worth {plan.value}, which is more than its bound {plan.bound}.")


def _check_group(problem, lead, members, slot):
    everybody = [*problem.teams[lead], *members]
    if not problem.smallest <= len(members) <= problem.largest:
        raise RuleBroken(f"The group of lead {lead} has {len(members)} mentees.")
    if slot == NOBODY or not problem.available[everybody, slot].all():
        raise RuleBroken(f"Somebody in the group of lead {lead} cannot make its slot {slot}.")
    if (problem.fit[members, lead] < 0).any():
        raise RuleBroken(f"The group of lead {lead} has a mentee who must not meet the lead.")
    known = [employer for employer in problem.employer[everybody] if employer != UNKNOWN]
    if len(set(known)) != len(known):
        raise RuleBroken(f"Two people in the group of lead {lead} have the same employer.")
    together = set(map(int, everybody))
    for one, other in problem.forbidden:
        if {int(one), int(other)} <= together:
            raise RuleBroken(f"People {one} and {other} are both in the group of lead {lead}.")
