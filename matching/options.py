"""Whom else a mentee of a run could meet, best first, with the exact cost of each; and with whom to swap."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from matching.costs import Figures
from matching.encoding import features_of_pair
from matching.engine import UNMATCHED, WhatIf
from matching.engine.breakdown import pair_breakdown
from matching.queries.runs import sensitive_topics
from matching.reasons import Reason, reasons_of
from matching.recomputing import Stored

# Most answers take a millisecond; those that lower an earlier aim take a computation of their own.
SECONDS_FOR_COSTS = 0.4


@dataclass(frozen=True)
class Option:
    """One mentor whom a mentee may meet, by row. after: the run's figures then; None where that takes a closer look."""

    mentor: int
    score: int
    used: int
    places: int
    is_present: bool
    is_held: bool
    after: Figures | None


@dataclass(frozen=True)
class Partner:
    """A mentee to swap mentors with, by row: what each of the two would have and has."""

    mentee: int
    mentor: int
    mine: int
    theirs: int
    theirs_now: int


class Options:
    """Every mentor whom one mentee of a stored run may meet, who has a place."""

    def __init__(self, stored: Stored, row: int) -> None:
        self.stored, self.row = stored, row
        self.scores = np.where(stored.problem.capacity > 0, stored.problem.scores[row], -1)
        self.mentor = int(stored.plan.mentor[row])
        self.lock = dict(stored.locks).get(row)

    @cached_property
    def columns(self) -> list[int]:
        """Best first; who fits equally in the order of the run."""
        order = np.argsort(-self.scores.astype(np.int64), kind="stable")
        return order[self.scores[order] >= 0].tolist()

    def listed(self, columns: Sequence[int]) -> list[Option]:
        """These mentors with what each costs, as far as that is known in time."""
        used = np.bincount(
            self.stored.plan.mentor[self.stored.plan.mentor != UNMATCHED],
            minlength=self.stored.problem.mentors,
        )
        locked = np.bincount(
            [mentor for mentee, mentor in self.stored.locks if mentee != self.row],
            minlength=self.stored.problem.mentors,
        )
        capacity = self.stored.problem.capacity
        until = time.monotonic() + SECONDS_FOR_COSTS
        what_if = WhatIf(self.stored.problem, self.stored.plan)
        return [
            Option(
                mentor=column,
                score=int(self.scores[column]),
                used=int(used[column]),
                places=int(capacity[column]),
                is_present=column == self.mentor,
                is_held=bool(locked[column] >= capacity[column]),
                after=self._after(what_if, column, until) if locked[column] < capacity[column] else None,
            )
            for column in columns
        ]

    def reasons(self, columns: Sequence[int]) -> dict[int, list[Reason]]:
        """Why each of these mentors, as a run stores it."""
        encoded, sensitive = self.stored.encoded.loaded([self.row], columns), sensitive_topics()
        found = {}
        for column in columns:
            pair = pair_breakdown(
                features_of_pair(encoded.features, self.row, column), self.stored.policy, 0, 0
            )
            found[column] = reasons_of(encoded, pair, mentee=self.row, mentor=column, sensitive=sensitive)
        return found

    def partners(self, rows: Sequence[int] | None = None, most: int | None = None) -> list[Partner]:
        """Mentees with whom to swap mentors, the two best off together first; of these rows, or of everybody."""
        if self.mentor == UNMATCHED:
            return []
        found = self._swappable() if rows is None else np.intersect1d(self._swappable(), rows)
        mentor, scores = self.stored.plan.mentor, self.stored.problem.scores
        mine, theirs = scores[self.row, mentor[found]], scores[found, self.mentor]
        now = scores[found, mentor[found]]
        gain = mine.astype(np.int64) + theirs - now
        best = np.argsort(-gain, kind="stable")[:most]
        return [
            Partner(int(found[at]), int(mentor[found[at]]), int(mine[at]), int(theirs[at]), int(now[at]))
            for at in best.tolist()
        ]

    def _swappable(self) -> NDArray[np.int64]:
        """Who has another mentor and may meet this mentee's, while this mentee may meet theirs; locks stay."""
        mentor, scores = self.stored.plan.mentor, self.stored.problem.scores
        other = (mentor != UNMATCHED) & (mentor != self.mentor)
        other[[mentee for mentee, _mentor in self.stored.locks]] = False
        rows = np.flatnonzero(other)
        may = (scores[self.row, mentor[rows]] >= 0) & (scores[rows, self.mentor] >= 0)
        return rows[may]

    def _after(self, what_if: WhatIf, column: int, until: float) -> Figures | None:
        # A locked mentee is first let go, which is another computation.
        if self.lock not in (None, column) or time.monotonic() > until:
            return None
        plan, change = self.stored.plan, what_if.forcing(self.row, column)
        worst = None if change.worst is None else (plan.worst or 0) + change.worst
        return Figures(plan.matched + change.matched, worst, plan.total + change.total)
