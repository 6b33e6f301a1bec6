"""The dense side: every pair of a problem, walked in blocks of rows that fit the processor's cache."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from matching.engine.problem import Pair, Problem

BLOCK_PAIRS = 1_000_000
THREADS = 2
CLOSED = np.iinfo(np.int16).max

T = TypeVar("T")


class Pairs(NamedTuple):
    """Some pairs and what they are worth to whoever asked, each (pairs,)."""

    mentee: NDArray[np.int64]
    mentor: NDArray[np.int64]
    worth: NDArray[np.int64]


NO_PAIRS = Pairs(*(np.empty(0, dtype=np.int64) for _ in range(3)))


@dataclass(frozen=True, eq=False)
class Market:
    """What is left to match once every lock has taken its place.

    scores: (mentees, mentors), shared with the problem. capacity: (mentors,) places left. edited: rows
    that differ from the problem's, by mentee: a locked mentee's row forbids everybody, a veto forbids
    one mentor. The matrix itself is never copied. pulse: called between blocks, and may raise to end it all.
    """

    scores: NDArray[np.int16]
    capacity: NDArray[np.int64]
    edited: Mapping[int, NDArray[np.int16]] = field(default_factory=dict)
    pulse: Callable[[], None] = lambda: None

    @classmethod
    def of(
        cls,
        problem: Problem,
        locks: tuple[Pair, ...] = (),
        vetoes: tuple[Pair, ...] = (),
        pulse: Callable[[], None] = lambda: None,
    ) -> "Market":
        capacity = problem.capacity.copy()
        edited: dict[int, NDArray[np.int16]] = {}
        for mentee, mentor in vetoes:
            row = edited.get(mentee, problem.scores[mentee]).copy()
            row[mentor] = -1
            edited[mentee] = row
        for mentee, mentor in locks:
            capacity[mentor] -= 1
            edited[mentee] = np.full(problem.mentors, -1, dtype=np.int16)
        return cls(problem.scores, capacity, dict(sorted(edited.items())), pulse)

    @property
    def mentees(self) -> int:
        return self.scores.shape[0]

    @property
    def mentors(self) -> int:
        return self.scores.shape[1]

    def least_scores(self, threshold: int, closed: NDArray[np.bool_] | None = None) -> NDArray[np.int16]:
        """(mentors,) the score from which a pair may be used; out of reach where no place is left, or
        where the mentor is among the closed."""
        shut = self.capacity == 0 if closed is None else closed | (self.capacity == 0)
        return np.where(shut, CLOSED, max(threshold, 0)).astype(np.int16)

    def row(self, mentee: int) -> NDArray[np.int16]:
        return self.edited.get(mentee, self.scores[mentee])

    def rows(self, mentees: NDArray[np.int64]) -> NDArray[np.int16]:
        """(len(mentees), mentors) a copy of these rows."""
        rows = self.scores[mentees]
        if self.edited:
            for position in np.flatnonzero(np.isin(mentees, list(self.edited))):
                rows[position] = self.edited[int(mentees[position])]
        return rows

    def scores_of(self, mentee: NDArray[np.int64], mentor: NDArray[np.int64]) -> NDArray[np.int64]:
        """Scores of listed pairs, none of them edited."""
        return self.scores[mentee, mentor].astype(np.int64)

    def walk(self, visit: Callable[[int, NDArray[np.int16]], T]) -> Iterator[T]:
        """visit(first row, block) for all blocks, in order; on THREADS threads, since NumPy sets them free."""
        step = max(1, BLOCK_PAIRS // self.mentors)
        starts = range(0, self.mentees, step)
        self.pulse()
        if len(starts) == 1:
            yield visit(0, self._block(0, self.mentees))
            return
        with ThreadPoolExecutor(THREADS) as pool:
            for found in pool.map(lambda start: visit(start, self._block(start, start + step)), starts):
                self.pulse()
                yield found

    def collect(self, visit: Callable[[int, NDArray[np.int16]], Pairs]) -> Pairs:
        """What all visits found, joined; each visit numbers its block's mentees from 0."""
        return joined(self.walk(lambda start, block: _moved(visit(start, block), start)))

    def columns(self, mentors: NDArray[np.int64]) -> NDArray[np.int16]:
        """(len(mentors), mentees) a copy of these mentors' scores, contiguous by mentor."""
        columns = np.ascontiguousarray(self.scores[:, mentors].T)
        for mentee, row in self.edited.items():
            columns[:, mentee] = row[mentors]
        return columns

    def pairs(self) -> Pairs:
        """Every pair that may be used, with its score. For small problems: it lists them all."""
        least = self.least_scores(0)
        return self.collect(lambda _, block: listed(block, block >= least))

    def _block(self, start: int, stop: int) -> NDArray[np.int16]:
        block = self.scores[start:stop]
        touched = [row for row in self.edited if start <= row < stop]
        if touched:
            block = block.copy()
            block[np.array(touched) - start] = [self.edited[row] for row in touched]
        return block


def listed(worth: NDArray, mask: NDArray[np.bool_]) -> Pairs:
    """The pairs of a block where the mask holds, by row then column, with their worth."""
    flat = np.flatnonzero(mask)
    mentee, mentor = np.divmod(flat, mask.shape[1])
    return Pairs(mentee, mentor, worth.ravel()[flat].astype(np.int64))


def joined(parts: Iterable[Pairs]) -> Pairs:
    """Lists of pairs, one after the other."""
    return Pairs(*(np.concatenate(part) for part in zip(NO_PAIRS, *parts, strict=True)))


def best_of_each(pairs: Pairs, limit: int) -> Pairs:
    """At most so many pairs of each mentee, those of most worth; the earlier pair where two are equal."""
    order = np.lexsort((-pairs.worth, pairs.mentee))
    mentee = pairs.mentee[order]
    place = np.arange(len(order)) - np.searchsorted(mentee, mentee)
    keep = order[place < limit]
    return Pairs(pairs.mentee[keep], pairs.mentor[keep], pairs.worth[keep])


def _moved(pairs: Pairs, start: int) -> Pairs:
    return Pairs(pairs.mentee + start, pairs.mentor, pairs.worth)
