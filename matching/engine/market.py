"""The dense side: every pair of a problem, walked in blocks of rows that fit the processor's cache."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from matching.engine.problem import Pair, Problem

BLOCK_ROWS = 192
THREADS = 2
CLOSED = np.iinfo(np.int16).max

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Market:
    """What is left to match once every lock has taken its place.

    scores: (mentees, mentors), shared with the problem. capacity: (mentors,) places left. edited: rows
    that differ from the problem's, by mentee: a locked mentee's row forbids everybody, a veto forbids
    one mentor. The matrix itself is never copied.
    """

    scores: NDArray[np.int16]
    capacity: NDArray[np.int64]
    edited: Mapping[int, NDArray[np.int16]] = field(default_factory=dict)

    @classmethod
    def of(cls, problem: Problem, locks: tuple[Pair, ...] = (), vetoes: tuple[Pair, ...] = ()) -> "Market":
        capacity = problem.capacity.copy()
        edited: dict[int, NDArray[np.int16]] = {}
        for mentee, mentor in vetoes:
            row = edited.get(mentee, problem.scores[mentee]).copy()
            row[mentor] = -1
            edited[mentee] = row
        for mentee, mentor in locks:
            capacity[mentor] -= 1
            edited[mentee] = np.full(problem.mentors, -1, dtype=np.int16)
        return cls(problem.scores, capacity, dict(sorted(edited.items())))

    @property
    def mentees(self) -> int:
        return self.scores.shape[0]

    @property
    def mentors(self) -> int:
        return self.scores.shape[1]

    def least_scores(self, threshold: int) -> NDArray[np.int16]:
        """(mentors,) the score from which a pair may be used; out of reach where no place is left."""
        return np.where(self.capacity > 0, max(threshold, 0), CLOSED).astype(np.int16)

    def row(self, mentee: int) -> NDArray[np.int16]:
        return self.edited.get(mentee, self.scores[mentee])

    def rows(self, mentees: NDArray[np.int64]) -> NDArray[np.int16]:
        """(len(mentees), mentors) a copy of these rows."""
        rows = self.scores[mentees]
        for position in np.flatnonzero(np.isin(mentees, list(self.edited))) if self.edited else ():
            rows[position] = self.edited[int(mentees[position])]
        return rows

    def block(self, start: int, stop: int) -> NDArray[np.int16]:
        """Rows start to stop, to be read only."""
        block = self.scores[start:stop]
        touched = [row for row in self.edited if start <= row < stop]
        if touched:
            block = block.copy()
            block[np.array(touched) - start] = [self.edited[row] for row in touched]
        return block

    def walk(self, visit: Callable[[int, NDArray[np.int16]], T]) -> Iterator[T]:
        """visit(first row, block) for all blocks, in order, on THREADS threads (NumPy frees them)."""
        starts = range(0, self.mentees, BLOCK_ROWS)
        with ThreadPoolExecutor(THREADS) as pool:
            yield from pool.map(lambda start: visit(start, self.block(start, start + BLOCK_ROWS)), starts)

    def pairs(self, threshold: int = 0) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Mentee, mentor and score of every pair that may be used. For small problems: it lists them all."""
        least = self.least_scores(threshold)
        found = list(self.walk(lambda start, block: _listed(start, block, block >= least)))
        mentee, mentor, score = (np.concatenate(part) for part in zip(*found, strict=True))
        return mentee, mentor, score


def _listed(
    start: int, block: NDArray[np.int16], mask: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    row, column = np.nonzero(mask)
    return row + start, column, block[row, column].astype(np.int64)
