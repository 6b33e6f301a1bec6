"""The pairs a flow works on: few of many, joined by others when the dense side finds them missing."""

import numpy as np

from matching.engine.flow import Arcs
from matching.engine.market import Market, Pairs


class Pool:
    """A growing set of pairs with their scores, without repetition, in order of mentee then mentor."""

    def __init__(self, market: Market, pairs: Pairs) -> None:
        self._mentors = market.mentors
        self._codes, first = np.unique(self._code(pairs), return_index=True)
        self._scores = pairs.worth[first]

    def at(self, threshold: int) -> Arcs:
        """The pairs that score at least the threshold, with their scores as weights."""
        keep = self._scores >= threshold
        mentee, mentor = np.divmod(self._codes[keep], self._mentors)
        return Arcs(mentee, mentor, self._scores[keep])

    def add(self, pairs: Pairs) -> None:
        self._codes, first = np.unique(np.concatenate([self._codes, self._code(pairs)]), return_index=True)
        self._scores = np.concatenate([self._scores, pairs.worth])[first]

    def _code(self, pairs: Pairs) -> np.ndarray:
        return pairs.mentee * self._mentors + pairs.mentor
