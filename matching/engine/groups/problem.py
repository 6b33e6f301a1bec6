"""What a grouping is asked to do: people as numbers, checked once."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

HIGHEST_FIT = 10_000
COFACILITATORS = 2
NOBODY = -1
UNKNOWN = -1


@dataclass(frozen=True, eq=False, kw_only=True)
class GroupProblem:
    """Mentees to seat in groups, each anchored on one lead.

    People are numbered once: the mentees, then the leads, then anybody who only co-facilitates.

    fit: int (mentees, leads), 0 to 10000 as pair scores are; negative where the two must not meet.
    available: bool (people, slots), the weekly slots that each person can make.
    discipline: int (people,), UNKNOWN (-1) adds nothing to any group.
    employer: int (people,), UNKNOWN (-1) is nobody's colleague.
    needs: bool (mentees, topics), the needs that each mentee would bring to a group.
    cofacilitators: int (leads, 0 to 2), who helps each lead, as people; NOBODY (-1) fills the gaps.
    forbidden: int (pairs, 2), people who must not share a group, in any order.
    smallest, largest: mentees in a group.
    discipline_bonus, focus_bonus: worth of one more discipline in a group, and of one member who brings
    one of its two focus needs. Both are in the units of fit, hundredths of a point.

    Arrays are copied and made read-only. Raises ValueError with a sentence that says what to change.
    """

    fit: NDArray[np.int64]
    available: NDArray[np.bool_]
    discipline: NDArray[np.int64] | None = None
    employer: NDArray[np.int64] | None = None
    needs: NDArray[np.bool_] | None = None
    cofacilitators: NDArray[np.int64] | None = None
    forbidden: NDArray[np.int64] | None = None
    smallest: int = 4
    largest: int = 8
    discipline_bonus: int = 3_000
    focus_bonus: int = 1_000
    people: int = field(init=False)

    def __post_init__(self):
        fit = _whole_numbers(self.fit, "fit", dimensions=2)
        mentees, leads = fit.shape
        _check_fit(fit)
        available = _truths(self.available, "available")
        people = len(available)
        if people < mentees + leads:
            raise ValueError(
                f"available has {people} rows for {mentees} mentees and {leads} leads. "
                f"Give one row per person: mentees, then leads, then co-facilitators."
            )
        if not available.shape[1]:
            raise ValueError("available has no slots. Give at least one weekly slot.")
        self._keep(
            fit=fit,
            available=available,
            people=people,
            discipline=_one_each(self.discipline, "discipline", people),
            employer=_one_each(self.employer, "employer", people),
            needs=_needs(self.needs, mentees),
            cofacilitators=_cofacilitators(self.cofacilitators, mentees, leads, people),
            forbidden=_pairs(self.forbidden, people),
        )
        self._check_sizes()
        _check_teams(self)

    def _keep(self, **arrays):
        for name, value in arrays.items():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)
            object.__setattr__(self, name, value)

    def _check_sizes(self):
        for name in ("smallest", "largest", "discipline_bonus", "focus_bonus"):
            value = getattr(self, name)
            if not isinstance(value, (int, np.integer)) or isinstance(value, bool):
                raise ValueError(f"{name} is {value!r}. Give a whole number.")
        if not 1 <= self.smallest <= self.largest:
            raise ValueError(
                f"Groups of {self.smallest} to {self.largest} mentees cannot be formed. "
                f"Give a smallest size of at least 1 and a largest that is not below it."
            )
        for name in ("discipline_bonus", "focus_bonus"):
            if not 0 <= getattr(self, name) <= HIGHEST_FIT:
                raise ValueError(f"{name} is {getattr(self, name)}. Give 0 to {HIGHEST_FIT}.")

    @property
    def mentees(self) -> int:
        return self.fit.shape[0]

    @property
    def leads(self) -> int:
        return self.fit.shape[1]

    @cached_property
    def teams(self) -> list[list[int]]:
        """For each lead, the people who run the group: the lead, then co-facilitators."""
        helpers = self.cofacilitators
        return [
            [self.mentees + lead, *(int(person) for person in helpers[lead] if person != NOBODY)]
            for lead in range(self.leads)
        ]

    @cached_property
    def team_slots(self) -> NDArray[np.bool_]:
        """(leads, slots): slots that the whole team can make."""
        return np.array([self.available[team].all(axis=0) for team in self.teams])

    @cached_property
    def team_disciplines(self) -> list[set[int]]:
        """For each lead, the known disciplines that the team brings."""
        return [{int(self.discipline[person]) for person in team} - {UNKNOWN} for team in self.teams]

    @cached_property
    def apart(self) -> NDArray[np.bool_]:
        """(people, people): True where two people must not share a group."""
        known = self.employer != UNKNOWN
        apart = (self.employer[:, None] == self.employer) & known[:, None]
        np.fill_diagonal(apart, False)
        first, second = self.forbidden.T
        apart[first, second] = apart[second, first] = True
        return apart

    @cached_property
    def may_join(self) -> NDArray[np.bool_]:
        """(mentees, leads): True where a mentee could sit with this lead's team, others left aside."""
        mentees = self.mentees
        meets = self.available[:mentees].astype(np.int64) @ self.team_slots.T.astype(np.int64) > 0
        kept_apart = np.array([self.apart[team, :mentees].any(axis=0) for team in self.teams])
        return (self.fit >= 0) & meets & ~kept_apart.T


def _check_fit(fit):
    mentees, leads = fit.shape
    if not mentees or not leads:
        raise ValueError(f"There are {mentees} mentees and {leads} leads. Groups need at least one of each.")
    if fit.max() > HIGHEST_FIT:
        mentee, lead = np.unravel_index(fit.argmax(), fit.shape)
        raise ValueError(
            f"The fit of mentee {mentee} to lead {lead} is {fit[mentee, lead]}. "
            f"Scale fits to 0 to {HIGHEST_FIT}, negative where the two must not meet."
        )


def _check_teams(problem):
    for lead, team in enumerate(problem.teams):
        clash = problem.apart[np.ix_(team, team)]
        if clash.any():
            one, other = (team[place] for place in np.argwhere(clash)[0])
            raise ValueError(
                f"People {one} and {other} run the group of lead {lead} together but must not share one. "
                f"Name another co-facilitator."
            )


def _whole_numbers(values, name, *, dimensions):
    array = np.array(values)
    if array.ndim != dimensions:
        raise ValueError(f"{name} has {array.ndim} dimensions. Give {dimensions}.")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError(f"{name} holds NaN or infinity. Give whole numbers.")
    if array.dtype.kind not in "iuf" or (array != np.rint(array)).any():
        raise ValueError(f"{name} holds something other than whole numbers. Round it first.")
    return array.astype(np.int64)


def _truths(values, name):
    array = np.array(values)
    if array.ndim != 2:
        raise ValueError(f"{name} has {array.ndim} dimensions. Give 2.")
    if array.dtype.kind not in "biu" or ((array != 0) & (array != 1)).any():
        raise ValueError(f"{name} holds something other than true and false. Give a boolean array.")
    return array.astype(np.bool_)


def _one_each(values, name, people):
    if values is None:
        return np.full(people, UNKNOWN, dtype=np.int64)
    array = _whole_numbers(values, name, dimensions=1)
    if len(array) != people:
        raise ValueError(
            f"{name} is given for {len(array)} people of {people}. Give one each, -1 if unknown."
        )
    if array.min() < UNKNOWN:
        raise ValueError(f"{name} holds {array.min()}. Number from 0, with -1 for unknown.")
    return array


def _needs(values, mentees):
    if values is None:
        return np.zeros((mentees, 0), dtype=np.bool_)
    array = _truths(values, "needs")
    if len(array) != mentees:
        raise ValueError(f"needs has {len(array)} rows for {mentees} mentees. Give one row each.")
    return array


def _cofacilitators(values, mentees, leads, people):
    if values is None:
        return np.full((leads, 0), NOBODY, dtype=np.int64)
    array = _whole_numbers(values, "cofacilitators", dimensions=2)
    if array.shape[0] != leads or array.shape[1] > COFACILITATORS:
        raise ValueError(
            f"cofacilitators has the shape {array.shape} for {leads} leads. "
            f"Give one row per lead and at most {COFACILITATORS} columns."
        )
    named = array[array != NOBODY]
    for person in named:
        if not mentees + leads <= person < people:
            raise ValueError(
                f"Person {person} is named as a co-facilitator but is a mentee, a lead, or not in available. "
                f"Number co-facilitators from {mentees + leads} to {people - 1}."
            )
    if len(np.unique(named)) != len(named):
        raise ValueError("Somebody co-facilitates two groups. Name each co-facilitator once.")
    return array


def _pairs(values, people):
    if values is None or len(values) == 0:
        return np.zeros((0, 2), dtype=np.int64)
    array = _whole_numbers(values, "forbidden", dimensions=2)
    if array.shape[1] != 2 or array.min() < 0 or array.max() >= people:
        raise ValueError(
            f"forbidden holds something other than pairs of people. Number people 0 to {people - 1}."
        )
    if (array[:, 0] == array[:, 1]).any():
        raise ValueError("forbidden keeps somebody apart from themselves. Leave that pair out.")
    return array
