"""Chains of moves: who must make room for whom, at the least loss of total, over all pairs.

The residual network of an optimal matching, with mentors as nodes. From one mentor to another leads
the cheapest of the first one's mentees: what that mentee loses by moving there, less the difference of
prices, which is never negative at optimal prices. One node more, *rest*, stands for places that nobody
has: whoever reaches a mentor with a spare place may rest there for nothing, and a place may be emptied,
for its price. Without it a chain could only end where it began, and most answers would be wrong.

Dijkstra (1959) over mentors with potentials; Edmonds and Karp (1972), Tomizawa (1971) for their use in
assignment. Rows of scores are read when their mentor is reached, so most are never looked at.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from matching.engine.market import Market
from matching.engine.optimum import DEAR, Optimum
from matching.engine.problem import UNMATCHED, Plan

FAR = 2**60
OUTSIDE = -2
# What one question reads is kept for the next, within reason: 6,000 mentors take 48 kB a row.
KEPT_ROWS = 2_000


@dataclass(frozen=True, eq=False)
class Chains:
    """Cheapest chains from a start. distance: (mentors + 2,), FAR where out of reach; nobody and rest
    come last. before: the node before each, -1 at a start."""

    distance: NDArray[np.int64]
    before: NDArray[np.int64]

    def nodes_to(self, target: int) -> list[int]:
        """The nodes of the chain that ends at the target, from its start on."""
        nodes = [target]
        while self.before[nodes[-1]] >= 0:
            nodes.append(int(self.before[nodes[-1]]))
        return nodes[::-1]


class Exchange:
    """A matching with its prices, open to one change after another.

    Nodes are mentors by number, then `nobody` (being left out: where somebody is, exactly as many must
    stay so), then `rest`. seat: (mentees,) node of each, OUTSIDE for whoever takes no part. held:
    (mentees,) who stays put. A locked mentee sits with nobody, barred from everybody.
    """

    def __init__(self, market: Market, optimum: Optimum) -> None:
        self.market = market
        self.nobody, self.rest = market.mentors, market.mentors + 1
        self.least = market.least_scores(optimum.worst)
        self.price = np.append(optimum.prices, optimum.unmatched_price)
        self.leaves_out = optimum.unmatched_price < DEAR
        left_out = self.nobody if self.leaves_out else OUTSIDE
        self.seat = np.where(optimum.mentor == UNMATCHED, left_out, optimum.mentor)
        self.held = np.zeros(market.mentees, dtype=bool)
        self._steps_from: dict[int, NDArray[np.int64]] = {}

    def gains(self, mentees: NDArray[np.int64]) -> NDArray[np.int64]:
        """What each has at the present seat, score less price."""
        seat = self.seat[mentees]
        scores = np.zeros(len(mentees), dtype=np.int64)
        matched = seat < self.nobody
        scores[matched] = self.market.scores_of(mentees[matched], seat[matched])
        return scores - self.price[seat]

    def losses(self, mentees: NDArray[np.int64], gain: NDArray[np.int64]) -> NDArray[np.int64]:
        """(len(mentees), mentors + 1) what each would lose against `gain` at each node, FAR where barred."""
        scores = self.market.rows(mentees)
        loss = np.full((len(mentees), self.nobody + 1), FAR)
        loss[:, :-1] = np.where(scores >= self.least, gain[:, None] + self.price[:-1] - scores, FAR)
        if self.leaves_out:
            loss[:, -1] = gain + self.price[-1]
        return loss

    def losses_of(self, mentee: int) -> NDArray[np.int64]:
        """(mentors + 2,) what one mentee would lose at each node against the present seat."""
        one = np.array([mentee])
        return np.append(self.losses(one, self.gains(one))[0], FAR)

    def chains(self, start: NDArray[np.int64], target: int | None = None) -> Chains:
        """Cheapest chains from the nodes where `start` (mentors + 2,) is below FAR; as far as the target.

        The place that ends at the target is one just left there, so its mentee is not asked to move.
        """
        distance, waiting = start.copy(), start.copy()
        before = np.full(len(start), -1)
        while True:
            node = int(waiting.argmin())
            near = waiting[node]
            if near >= FAR or node == target:
                return Chains(distance, before)
            waiting[node] = FAR
            reached = self._steps(node) + near
            is_nearer = reached < distance
            if target is not None:
                # What is no nearer than the target need not be looked at.
                is_nearer &= reached < distance[target]
            nearer = np.flatnonzero(is_nearer)
            distance[nearer] = waiting[nearer] = reached[nearer]
            before[nearer] = node

    def moves(self, chains: Chains, target: int) -> tuple[int, list[tuple[int, int]]]:
        """The node where the chain to the target starts, and its moves: (mentee, node moved to)."""
        nodes = chains.nodes_to(target)
        steps = [step for step in pairwise(nodes) if self.rest not in step]
        return nodes[0], [(self._mover(here, there), there) for here, there in steps]

    def can_settle(self, mentees: NDArray[np.int64]) -> bool:
        """Whether `settle` applies and is quick: all of these take part, and no crowd is left out, since
        every chain would pass it."""
        return not self.leaves_out and bool((self.seat[mentees] >= 0).all())

    def settle(self, mentees: NDArray[np.int64]) -> None:
        """Make the matching optimal again when for these mentees, and no others, better pairs turned up.

        They are held where they are and let go one at a time; each finds the best seat there is by a
        cheapest chain, after which seats and prices are optimal for all but those still held.
        """
        self.held[mentees] = True
        for mentee in mentees.tolist():
            self._settle(mentee)
            self.held[mentee] = False
            self._steps_from.clear()

    def optimum(self, worst: int) -> Optimum:
        """The matching as it stands now."""
        mentor = np.where((self.seat >= 0) & (self.seat < self.nobody), self.seat, UNMATCHED)
        gain = np.full(len(mentor), -self.price[-1])
        matched = np.flatnonzero(mentor != UNMATCHED)
        gain[matched] = self.gains(matched)
        return Optimum(worst, mentor, self.price[:-1].copy(), int(self.price[-1]), gain)

    def _steps(self, node: int) -> NDArray[np.int64]:
        """(mentors + 2,) the least loss of a move from this node to each other."""
        if node not in self._steps_from:
            if len(self._steps_from) >= KEPT_ROWS:
                self._steps_from.clear()
            self._steps_from[node] = self._computed_steps(node)
        return self._steps_from[node]

    def _computed_steps(self, node: int) -> NDArray[np.int64]:
        step = np.full(self.rest + 1, FAR)
        if node == self.rest:
            emptied = np.unique(self.seat[(self.seat >= 0) & (self.seat < self.nobody)])
            step[emptied] = self.price[emptied]
            return step
        members = self._members(node)
        if len(members):
            step[:-1] = self.losses(members, self.gains(members)).min(axis=0)
        if node < self.nobody and np.count_nonzero(self.seat == node) < self.market.capacity[node]:
            step[self.rest] = 0
        return step

    def _members(self, node: int) -> NDArray[np.int64]:
        return np.flatnonzero((self.seat == node) & ~self.held)

    def _mover(self, node: int, target: int) -> int:
        members = self._members(node)
        return int(members[self.losses(members, self.gains(members))[:, target].argmin()])

    def _settle(self, mentee: int) -> None:
        home = int(self.seat[mentee])
        loss = self.losses_of(mentee)
        chains = self.chains(np.where(loss < FAR, loss - loss.min(), FAR), home)
        first, moves = self.moves(chains, home)
        self._reprice(chains, home)
        for mover, node in [*moves, (mentee, first)]:
            self.seat[mover] = node

    def _reprice(self, chains: Chains, target: int) -> None:
        near = np.minimum(chains.distance, chains.distance[target])
        price = self.price - near[:-1] + near[self.rest]
        # A mentor without mentees has no chain to keep the price up, nor any need of one.
        price[:-1] = np.maximum(price[:-1], 0)
        self.price = price


def residual(market: Market, plan: Plan) -> Exchange:
    """A plan's residual network; market: what its locks leave. Locked mentees take no part."""
    proof = plan.certificate
    mentor = plan.mentor.copy()
    mentor[[mentee for mentee, _ in proof.locks]] = UNMATCHED
    gain = np.empty(0, dtype=np.int64)
    return Exchange(market, Optimum(plan.worst or 0, mentor, proof.prices, proof.unmatched_price, gain))
