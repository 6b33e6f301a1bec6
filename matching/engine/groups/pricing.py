"""The best group of one lead when every mentee has a price: exact, by bounds and branching.

For one slot and one focus the worth of a group is a sum over members, but for two things: only the first
member of a discipline earns its bonus, and some members must not sit together. The first is harmless, since
the best member of a discipline may always be the one who earns it: the best group is then the dearest few.
The second is left out at first and restored by branching: either this member stays away, or all those do
whom they must not meet. Many slots, focus pairs and branches are worked as the rows of one array.
"""

from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .plan import Group, group_value
from .problem import UNKNOWN, GroupProblem

ABSENT = -(1 << 40)  # worth of somebody who may not be chosen: below any sum of real worths
BATCH = 256  # branches looked at together; more would delay the first whole group, which prunes the rest


class Priced(NamedTuple):
    """limit: no group of the lead is worth more, prices paid. groups: the best ones met, best first."""

    limit: int
    groups: list[Group]


class _Rows(NamedTuple):
    """Relaxed groups, one a row. allowed: bool (rows, candidates). served: bool, same shape."""

    allowed: NDArray[np.bool_]
    served: NDArray[np.bool_]


class Pricer:
    """Finds the group of one lead with the most value after its members' prices are paid."""

    def __init__(self, problem: GroupProblem, lead: int):
        self.problem, self.lead = problem, lead
        candidates = np.flatnonzero(problem.may_join[:, lead])
        discipline = problem.discipline[candidates]
        order = np.argsort(discipline, kind="stable")
        self.candidates = candidates[order]
        self.fit = problem.fit[self.candidates, lead]
        self.apart = problem.apart[np.ix_(self.candidates, self.candidates)]
        self.needs = problem.needs[self.candidates]
        # A slot that serves only people whom another slot serves too adds no group.
        self.slots = _widest(problem.available[self.candidates][:, problem.team_slots[lead]].T)
        self._disciplines(discipline[order])

    def _disciplines(self, discipline):
        brought = self.problem.team_disciplines[self.lead]
        self.starts = np.flatnonzero(np.r_[True, discipline[1:] != discipline[:-1]][: len(discipline)])
        kinds = discipline[self.starts]
        new = np.array([kind != UNKNOWN and int(kind) not in brought for kind in kinds], dtype=bool)
        self.bonus = np.where(new, self.problem.discipline_bonus, 0).astype(np.int64)
        self.span = np.diff(np.r_[self.starts, len(discipline)])
        self.constant = self.problem.discipline_bonus * len(brought)

    def best(self, prices: NDArray[np.int64], floor: int = 0) -> Priced:
        """The best group at these prices, if any is worth more than floor once they are paid.

        prices: int (mentees,). limit is exact when it is above floor, and floor otherwise.
        """
        if len(self.candidates) < self.problem.smallest:
            return Priced(floor, [])
        gain = self.fit - prices[self.candidates]
        found = {}
        target = floor - self.constant
        for allowed in self._hopeful_slots(gain, target):
            for rows in self._focused(gain, allowed, target):
                target = self._search(gain, rows, target, found)
        ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        return Priced(target + self.constant, [self._group(members) for members, _ in ranked])

    def _group(self, members):
        return Group(self.lead, members, group_value(self.problem, self.lead, members))

    def _hopeful_slots(self, gain, target):
        """Slots that might beat target, the most promising first, as rows of allowed candidates."""
        everybody_served = np.broadcast_to(self.needs.any(axis=1), self.slots.shape)
        worth, _ = self._relax(gain, _Rows(self.slots, everybody_served))
        order = np.argsort(-worth, kind="stable")
        return [self.slots[row] for row in order if worth[row] > target]

    def _focused(self, gain, allowed, target):
        """One row for each focus that might beat target in this slot, the most promising first."""
        served = self._focus_rows(allowed)
        rows = _Rows(np.broadcast_to(allowed, served.shape), served)
        worth, _ = self._relax(gain, rows)
        order = np.argsort(-worth, kind="stable")[: int((worth > target).sum())]
        if len(order):
            yield _Rows(rows.allowed[order], rows.served[order])

    def _focus_rows(self, allowed):
        """(focus pairs, candidates): whom each pair of needs serves, among those allowed."""
        needs = self.needs[:, self.needs[allowed].any(axis=0)].T
        if len(needs) < 2:
            return needs.any(axis=0, keepdims=True)
        one, other = np.array(list(combinations(range(len(needs)), 2))).T
        return needs[one] | needs[other]

    def _search(self, gain, rows, target, found):
        """Branch on members who must not meet until no row is worth more than target; the new target."""
        worth, chosen = self._relax(gain, rows)
        while len(worth):
            batch = np.argsort(-worth, kind="stable")[:BATCH]
            rest = np.setdiff1d(np.arange(len(worth)), batch)
            clash = self._clashes(chosen[batch])
            whole = ~clash.any(axis=1)
            for row in batch[whole]:
                if worth[row] > target:
                    target = int(worth[row])
                    members = tuple(
                        sorted(int(self.candidates[place]) for place in chosen[row] if place >= 0)
                    )
                    found[members] = target
            split = batch[~whole]
            children = self._branch(rows, split, chosen[split], clash[~whole])
            child_worth, child_chosen = self._relax(gain, children)
            worth = np.r_[worth[rest], child_worth]
            chosen = np.concatenate([chosen[rest], child_chosen])
            rows = _Rows(*(np.concatenate([old[rest], new]) for old, new in zip(rows, children)))
            hopeful = worth > target
            worth, chosen, rows = worth[hopeful], chosen[hopeful], _Rows(*(part[hopeful] for part in rows))
        return target

    def _clashes(self, chosen):
        """(rows, largest): with how many chosen people each chosen person must not sit."""
        clash = self.apart[chosen[:, :, None], chosen[:, None, :]]
        there = chosen >= 0
        return (clash & there[:, :, None] & there[:, None, :]).sum(axis=2)

    def _branch(self, rows, split, chosen, clash):
        worst = chosen[np.arange(len(split)), clash.argmax(axis=1)]
        allowed, served = rows.allowed[split], rows.served[split]
        without = allowed.copy()
        without[np.arange(len(split)), worst] = False
        within = allowed & ~self.apart[worst]
        return _Rows(np.concatenate([without, within]), np.concatenate([served, served]))

    def _relax(self, gain, rows):
        """The dearest group of each row, people who must not meet overlooked.

        Returns its worth (rows,), team's disciplines not counted, and its members (rows, largest) as
        places among the candidates, -1 where a seat is left empty.
        """
        if not len(rows.allowed):
            return np.zeros(0, dtype=np.int64), np.zeros((0, self.problem.largest), dtype=np.int64)
        worth = np.where(rows.allowed, gain + self.problem.focus_bonus * rows.served, ABSENT)
        worth += self._first_bonus(worth)
        seats = min(self.problem.largest, worth.shape[1])
        chosen = np.argpartition(-worth, seats - 1, axis=1)[:, :seats]
        taken = np.take_along_axis(worth, chosen, axis=1)
        order = np.argsort(-taken, axis=1, kind="stable")
        chosen, taken = np.take_along_axis(chosen, order, axis=1), np.take_along_axis(taken, order, axis=1)
        seated = (taken > 0) | (np.arange(seats) < self.problem.smallest)
        total = np.where(seated, taken, 0).sum(axis=1)
        members = np.full((len(worth), self.problem.largest), -1)
        members[:, :seats] = np.where(seated, chosen, -1)
        return total, members

    def _first_bonus(self, worth):
        """The discipline bonus, to the dearest allowed candidate of each discipline in each row."""
        # Worth and place packed in one number: ties fall to the later place, so one candidate a row wins.
        size = worth.shape[1]
        packed = worth * size + np.arange(size)
        dearest = np.maximum.reduceat(packed, self.starts, axis=1)
        first = packed == np.repeat(dearest, self.span, axis=1)
        return first * np.repeat(self.bonus, self.span)


def _widest(slots):
    """Rows of slots that no other row contains; of equal rows the first."""
    slots = np.unique(slots, axis=0)
    sizes = slots.sum(axis=1)
    inside = (slots.astype(np.int64) @ slots.T.astype(np.int64)) == sizes[:, None]
    np.fill_diagonal(inside, False)
    return slots[~inside.any(axis=1)]
