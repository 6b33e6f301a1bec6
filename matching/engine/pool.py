"""The pairs a flow works on: few of many, joined by others when the dense side finds them missing."""

import numpy as np
from numpy.typing import NDArray

from matching.engine.flow import Arcs
from matching.engine.market import Market


class Pool:
    """A growing set of pairs of one market, without repetition, kept in order of mentee then mentor."""

    def __init__(self, market: Market, mentee: NDArray[np.int64], mentor: NDArray[np.int64]) -> None:
        self._market = market
        self._codes = np.unique(mentee * market.mentors + mentor)
        self._read_scores()

    def at(self, threshold: int) -> Arcs:
        """The pairs that score at least the threshold, with their scores as weights."""
        return self._arcs.where(self._arcs.weight >= threshold)

    def add(self, mentee: NDArray[np.int64], mentor: NDArray[np.int64]) -> None:
        self._codes = np.union1d(self._codes, mentee * self._market.mentors + mentor)
        self._read_scores()

    def _read_scores(self) -> None:
        mentee, mentor = np.divmod(self._codes, self._market.mentors)
        self._arcs = Arcs(mentee, mentor, self._market.scores[mentee, mentor].astype(np.int64))
