"""The best group of one lead when every mentee has a price: exact, by bounds and branching.

For one slot and one focus the worth of a group is a sum over members, but for two things: only the first
member of a discipline earns its bonus, and some members must not sit together. The first is harmless, since
the best member of a discipline may always be the one who earns it: the best group is then the dearest few.
The second is left out at first and restored by branching: either this member stays away, or all those do
whom they must not meet. Many focus pairs and branches are worked as the rows of one array.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.engine.groups.plan import Group, group_value
from matching.engine.groups.problem import HIGHEST_FIT, UNKNOWN, GroupProblem

BATCH = 256  # branches looked at together; more would delay the first whole group, which prunes the rest


class Priced(NamedTuple):
    """limit: no group of the lead is worth more, prices paid. groups: the best ones met, best first."""

    limit: int
    groups: list[Group]


class Pricer:
    """Finds the group of one lead with the most value after its members' prices are paid."""

    def __init__(self, problem: GroupProblem, lead: int):
        self.problem, self.lead = problem, lead
        candidates = np.flatnonzero(problem.may_join[:, lead])
        self.candidates = candidates[np.argsort(problem.discipline[candidates], kind="stable")]
        self.fit = problem.fit[self.candidates, lead]
        self.discipline = problem.discipline[self.candidates]
        brought = problem.team_disciplines[lead]
        adds = [int(kind) not in brought and kind != UNKNOWN for kind in self.discipline]
        self.bonus = np.array(adds, dtype=np.int64) * problem.discipline_bonus
        self.constant = problem.discipline_bonus * len(brought)
        self.needs = problem.needs[self.candidates]
        # A slot that serves only people whom another slot serves too adds no group.
        self.slots = _widest(problem.available[self.candidates][:, problem.team_slots[lead]].T)

    def best(self, prices: NDArray[np.int64], floor: int = 0) -> Priced:
        """The best group at these prices, if any is worth more than floor once they are paid.

        prices: int (mentees,), none negative. limit is exact when above floor, and floor otherwise.
        """
        if len(self.candidates) < self.problem.smallest:
            return Priced(floor, [])
        gain = self.fit - prices[self.candidates]
        target, found = floor - self.constant, {}
        for limit, table in self._hopeful_slots(gain, target):
            if limit > target:
                target = table.search(target, found)
        ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        return Priced(target + self.constant, [self._group(members) for members, _ in ranked])

    def _group(self, members):
        return Group(self.lead, members, group_value(self.problem, self.lead, members))

    def _hopeful_slots(self, gain, target):
        """Slots that might beat target, the most promising first: an upper limit, and whom to choose from."""
        everybody = Table.of(self, gain, np.arange(len(gain)))
        served = np.broadcast_to(self.needs.any(axis=1), self.slots.shape)
        worth, _, last = everybody.relax(self.slots, served)
        most = gain + self.bonus + self.problem.focus_bonus * self.needs.any(axis=1)
        for row in np.argsort(-worth, kind="stable"):
            if worth[row] <= target:
                return
            # Whoever joins the best few takes at least the last one's seat.
            worthwhile = worth[row] - last[row] + most > target
            yield int(worth[row]), Table.of(self, gain, np.flatnonzero(self.slots[row] & worthwhile))


def price_bound(problem: GroupProblem, prices: NDArray[np.int64]) -> int:
    """What no set of groups exceeds, as these prices prove it: all prices, and what each lead's best leaves.

    prices: int (mentees,), none negative. Lagrange multipliers of one seat each.
    """
    left = (Pricer(problem, lead).best(prices).limit for lead in range(problem.leads))
    return int(prices.sum()) + sum(left)


class Table(NamedTuple):
    """Candidates of one slot, sorted by discipline, and what each would add to a group.

    people, gain, bonus: int (candidates,). starts: where each discipline begins. span: how many it has.
    needs: bool (candidates, topics).
    """

    problem: GroupProblem
    people: NDArray[np.int64]
    gain: NDArray[np.int64]
    bonus: NDArray[np.int64]
    starts: NDArray[np.int64]
    span: NDArray[np.int64]
    needs: NDArray[np.bool_]

    @classmethod
    def of(cls, pricer: Pricer, gain: NDArray[np.int64], places: NDArray[np.int64]) -> "Table":
        discipline = pricer.discipline[places]
        starts = np.flatnonzero(np.diff(discipline, prepend=-2))
        return cls(
            problem=pricer.problem,
            people=pricer.candidates[places],
            gain=gain[places],
            bonus=pricer.bonus[places],
            starts=starts,
            span=np.diff(starts, append=len(places)),
            needs=pricer.needs[places],
        )

    def search(self, target: int, found: dict[tuple[int, ...], int]) -> int:
        """Every group in this slot that beats all before it goes into found; the worth of the best, or target.

        Rows are relaxed groups: each has who is allowed and whom its focus serves. The best rows are
        looked at first, and a row is split in two until its group is whole or cannot beat target.
        """
        if len(self.people) < self.problem.smallest:
            return target
        served = self._focus_rows(target)
        rows = (np.ones_like(served), served)
        worth, chosen, _ = self.relax(*rows)
        while (hopeful := np.flatnonzero(worth > target)).size:
            order = hopeful[np.argsort(-worth[hopeful], kind="stable")]
            batch, rest = order[:BATCH], order[BATCH:]
            clash = self._clashes(chosen[batch])
            whole = ~clash.any(axis=1)
            target = self._keep(worth[batch[whole]], chosen[batch[whole]], target, found)
            children = self._split(rows, batch[~whole], chosen, clash[~whole])
            child_worth, child_chosen, _ = self.relax(*children)
            worth = np.r_[worth[rest], child_worth]
            chosen = np.concatenate([chosen[rest], child_chosen])
            rows = tuple(np.concatenate([old[rest], new]) for old, new in zip(rows, children, strict=True))
        return target

    def relax(self, allowed, served):
        """The dearest group of each row, people who must not meet overlooked.

        allowed, served: bool (rows, candidates). Returns its worth (rows,), leaving the team's disciplines
        aside; its members (rows, largest) as places here, -1 for an empty seat; and what the last of them
        adds (rows,), 0 where one more could join for nothing.
        """
        size, seats = len(self.gain), min(self.problem.largest, len(self.gain))
        members = np.full((len(allowed), self.problem.largest), -1)
        # Nobody who loses more than all others could gain is ever chosen: a floor keeps the numbers small.
        absent = -2 * (self.problem.largest + 1) * (2 * HIGHEST_FIT + self.problem.discipline_bonus)
        worth = np.where(allowed, self.gain + self.problem.focus_bonus * served, absent)
        # Worth and place packed in one number: one partition sorts both, and ties are settled by place.
        packed = np.maximum(worth, absent) * size + np.arange(size)
        first = packed == np.repeat(np.maximum.reduceat(packed, self.starts, axis=1), self.span, axis=1)
        packed += first * (self.bonus * size)
        top = np.sort(np.partition(packed, size - seats, axis=1)[:, size - seats :], axis=1)[:, ::-1]
        taken = top // size
        seated = (taken > 0) | (np.arange(seats) < self.problem.smallest)
        members[:, :seats] = np.where(seated, top - taken * size, -1)
        total = np.where(seated, taken, 0).sum(axis=1)
        least = min(self.problem.smallest, seats) - 1
        full = seats == self.problem.largest
        last = np.minimum(taken[:, least], 0) + (np.maximum(taken[:, -1], 0) if full else 0)
        return total, members, last

    def _focus_rows(self, target):
        """(focus pairs, candidates): whom each pair of needs serves, for pairs that might beat target."""
        needs = self.needs[:, self.needs.any(axis=0)].T
        if len(needs) < 2:
            return needs.any(axis=0, keepdims=True)
        allowed = np.ones((len(needs) + 1, len(self.people)), dtype=bool)
        worth, _, _ = self.relax(allowed, np.concatenate([needs, np.zeros_like(needs[:1])]))
        alone, unserved = worth[:-1], worth[-1]
        one, other = _pairs(len(needs))
        # Two needs together add no more than each does alone: the dearest few at given prices are a choice
        # among gross substitutes, whose worth is submodular (Ausubel and Milgrom 2002, Frontiers of
        # Theoretical Economics 1(1)).
        hopeful = alone[one] + alone[other] - unserved > target
        return needs[one[hopeful]] | needs[other[hopeful]]

    def _keep(self, worth, chosen, target, found):
        for value, places in zip(worth.tolist(), chosen, strict=True):
            if value > target:
                members = tuple(sorted(self.people[places[places >= 0]].tolist()))
                found[members] = target = value
        return target

    def _clashes(self, chosen):
        """(rows, largest): with how many chosen people each chosen person must not sit."""
        there = chosen >= 0
        people = self.people[chosen]
        clash = self.problem.apart[people[:, :, None], people[:, None, :]]
        return (clash & there[:, :, None] & there[:, None, :]).sum(axis=2)

    def _split(self, rows, split, chosen, clash):
        """Two rows for each: without the person who clashes most, and without all whom they must not meet."""
        allowed, served = rows[0][split], rows[1][split]
        each = np.arange(len(split))
        person = chosen[split][each, clash.argmax(axis=1)]
        without = allowed.copy()
        without[each, person] = False
        within = allowed & ~self.problem.apart[self.people[person]][:, self.people]
        return np.concatenate([without, within]), np.concatenate([served, served])


def _pairs(count):
    return np.triu_indices(count, 1)


def _widest(slots):
    """Rows of slots that no other row contains; of equal rows one."""
    slots = np.unique(slots, axis=0)
    inside = (slots.astype(np.int64) @ slots.T.astype(np.int64)) == slots.sum(axis=1)[:, None]
    np.fill_diagonal(inside, False)
    return slots[~inside.any(axis=1)]
