"""Groups improved by moving one mentee, or swapping two, at a falling temperature.

Kirkpatrick, Gelatt and Vecchi (1983), Science 220, 671-680. People are bits of whole numbers, so that a
move is judged by a few operations on words; the worth of a group once judged is remembered.
"""

import math
from random import Random

import numpy as np

from .plan import Group, group_value
from .problem import NOBODY, GroupProblem

REMEMBERED = 400_000  # groups whose worth is kept, some 60 MB at most


class Annealer:
    """A seating of mentees, changed move by move. Every group it holds keeps every hard rule but one:
    while moves go on, a group may be smaller than allowed. It then counts for less, and best() leaves it out.
    """

    def __init__(self, problem: GroupProblem, random: Random):
        self.problem, self.random = problem, random
        self.available = _bits(problem.available)
        self.apart = _bits(problem.apart[: problem.mentees, : problem.mentees])
        self.team_slots = _bits(problem.team_slots)
        self.welcome = [[int(lead) for lead in np.flatnonzero(row)] for row in problem.may_join]
        self.may_join = [set(leads) for leads in self.welcome]
        self.movable = [mentee for mentee, leads in enumerate(self.welcome) if leads]
        self.worths = {}
        self.take([])

    def take(self, groups: list[Group]) -> None:
        """Start from these groups, which must keep every rule."""
        self.seat = [NOBODY] * self.problem.mentees
        self.mask = [0] * self.problem.leads
        for group in groups:
            for mentee in group.members:
                self.seat[mentee] = group.lead
                self.mask[group.lead] |= 1 << mentee
        self.counted = [self._counted(lead, self.mask[lead]) for lead in range(self.problem.leads)]
        self.best_mask, self.best_value = list(self.mask), self._kept_value()

    def best(self) -> list[Group]:
        """The groups of the best seating met since take(), those of an allowed size only."""
        return [
            Group(lead, members, self._worth(lead, mask)[0])
            for lead, mask in enumerate(self.best_mask)
            if len(members := _members(mask)) >= self.problem.smallest
        ]

    def cool(self, moves: int, *, hot: float, cold: float) -> None:
        """Try this many moves while the temperature falls from hot to cold, in the units of fit."""
        if not self.movable:
            return
        ratio = (cold / hot) ** (1 / max(1, moves))
        heat = hot
        for _ in range(moves):
            heat *= ratio
            mentee = self.random.choice(self.movable)
            here, there = self.seat[mentee], self.random.choice(self.welcome[mentee])
            if here == there:
                there = NOBODY
            self._try(mentee, here, there, heat)

    def _try(self, mentee, here, there, heat):
        """Move one mentee, or swap with a member of the other group where it is full or by the toss of a coin."""
        bit, other = 1 << mentee, 0
        target = self.mask[there] if there != NOBODY else 0
        if target and (target.bit_count() >= self.problem.largest or self.random.random() < 0.5):
            partner = self.random.choice(_members(target))
            if here != NOBODY and here not in self.may_join[partner]:
                return
            other = 1 << partner
        changed = []
        if there != NOBODY:
            changed.append((there, target ^ other | bit))
        if here != NOBODY:
            changed.append((here, self.mask[here] ^ bit | other))
        worths = [self._counted(lead, mask) for lead, mask in changed]
        if None in worths:
            return
        change = sum(new[0] - self.counted[lead][0] for new, (lead, _) in zip(worths, changed))
        if change >= 0 or self.random.random() < math.exp(change / heat):
            self._move(mentee, there, other, here, changed, worths)

    def _move(self, mentee, there, other, here, changed, worths):
        self.seat[mentee] = there
        if other:
            self.seat[other.bit_length() - 1] = here
        for worth, (lead, mask) in zip(worths, changed):
            self.kept += worth[1] - self.counted[lead][1]
            self.mask[lead], self.counted[lead] = mask, worth
        if self.kept > self.best_value:
            self.best_mask, self.best_value = list(self.mask), self.kept

    def _kept_value(self):
        self.kept = sum(kept for _, kept in self.counted)
        return self.kept

    def _counted(self, lead, mask):
        """What the search counts for a group and what it is really worth; None where a rule forbids it."""
        worth = self._worth(lead, mask)
        return worth if worth is None else worth[1:]

    def _worth(self, lead, mask):
        key = mask * self.problem.leads + lead
        worth = self.worths.get(key, False)
        if worth is False:
            if len(self.worths) >= REMEMBERED:
                self.worths.clear()
            worth = self.worths[key] = self._judge(lead, mask)
        return worth

    def _judge(self, lead, mask):
        slots = self.team_slots[lead]
        members = _members(mask)
        for mentee in members:
            slots &= self.available[mentee]
            if mask & self.apart[mentee]:
                return None
        if members and not slots:
            return None
        value = group_value(self.problem, lead, members)
        if len(members) >= self.problem.smallest:
            return value, value, value
        return value, value * len(members) // self.problem.smallest, 0


def _bits(rows):
    """Each boolean row as one whole number, column 0 the lowest bit."""
    return [int("".join("1" if flag else "0" for flag in row[::-1]) or "0", 2) for row in rows]


def _members(mask):
    members = []
    while mask:
        low = mask & -mask
        members.append(low.bit_length() - 1)
        mask ^= low
    return tuple(members)
