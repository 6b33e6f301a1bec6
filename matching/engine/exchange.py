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

import numpy as np
from numpy.typing import NDArray

from matching.engine.market import Market
from matching.engine.optimum import DEAR, Optimum
from matching.engine.problem import UNMATCHED, Plan

FAR = 2**60
OUTSIDE = -2


@dataclass(frozen=True, eq=False)
class Chains:
    """Cheapest chains from a start. distance: (mentors + 2,), FAR where out of reach; nobody and rest
    come last. before: the node before each. mover: the mentee who moves into each, -1 for none."""

    distance: NDArray[np.int64]
    before: NDArray[np.int64]
    mover: NDArray[np.int64]

    def to(self, target: int) -> tuple[int, list[tuple[int, int]]]:
        """The node where the cheapest chain to the target starts, and its moves (mentee, node moved to)."""
        moves = []
        while self.before[target] >= 0:
            if self.mover[target] != UNMATCHED:
                moves.append((int(self.mover[target]), target))
            target = int(self.before[target])
        return target, moves


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

    def losses(self, mentees: NDArray[np.int64], gain: NDArray[np.int64]) -> NDArray[np.int64]:
        """(len(mentees), mentors + 1) what each would lose against `gain` at each node, FAR where barred."""
        scores = self.market.rows(mentees)
        loss = np.full((len(mentees), self.nobody + 1), FAR)
        loss[:, :-1] = np.where(scores >= self.least, gain[:, None] + self.price[:-1] - scores, FAR)
        if self.leaves_out:
            loss[:, -1] = gain + self.price[-1]
        return loss

    def gains(self, mentees: NDArray[np.int64]) -> NDArray[np.int64]:
        """What each has at the present seat, score less price."""
        seat = self.seat[mentees]
        scores = np.zeros(len(mentees), dtype=np.int64)
        matched = seat < self.nobody
        scores[matched] = self.market.scores_of(mentees[matched], seat[matched])
        return scores - self.price[seat]

    def chains(self, start: NDArray[np.int64], target: int | None = None) -> Chains:
        """Cheapest chains from the nodes where `start` (mentors + 2,) is below FAR; as far as the target."""
        distance = start.copy()
        waiting = start.copy()
        before = np.full(len(start), -1)
        mover = np.full(len(start), UNMATCHED)
        load = np.bincount(self.seat[self.seat >= 0], minlength=self.nobody + 1)
        if target is not None:
            # The place just left there may stay empty, for its price.
            load[target] += 1
        while True:
            node = int(waiting.argmin())
            if waiting[node] >= FAR or node == target:
                return Chains(distance, before, mover)
            waiting[node] = FAR
            step, who = self._steps(node, load)
            reached = distance[node] + step
            nearer = np.flatnonzero(reached < distance)
            distance[nearer] = waiting[nearer] = reached[nearer]
            before[nearer] = node
            mover[nearer] = who[nearer]

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

    def optimum(self, worst: int) -> Optimum:
        """The matching as it stands now."""
        mentor = np.where((self.seat >= 0) & (self.seat < self.nobody), self.seat, UNMATCHED)
        gain = np.full(len(mentor), -self.price[-1])
        matched = np.flatnonzero(mentor != UNMATCHED)
        gain[matched] = self.gains(matched)
        return Optimum(worst, mentor, self.price[:-1].copy(), int(self.price[-1]), gain)

    def _steps(self, node: int, load: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The least loss of a move from this node to each other, and who would move."""
        step = np.full(self.rest + 1, FAR)
        who = np.full(self.rest + 1, UNMATCHED)
        if node == self.rest:
            emptied = np.flatnonzero(load[:-1] > 0)
            step[emptied] = self.price[emptied]
            return step, who
        members = np.flatnonzero((self.seat == node) & ~self.held)
        if len(members):
            loss = self.losses(members, self.gains(members))
            least = loss.argmin(axis=0)
            step[:-1] = loss[least, np.arange(len(least))]
            who[:-1] = members[least]
        if node < self.nobody and load[node] < self.market.capacity[node]:
            step[self.rest] = 0
        return step, who

    def _settle(self, mentee: int) -> None:
        home = int(self.seat[mentee])
        self.seat[mentee] = OUTSIDE
        loss = self.losses(np.array([mentee]), np.zeros(1, dtype=np.int64))[0]
        start = np.append(np.where(loss < FAR, loss - loss.min(), FAR), FAR)
        chains = self.chains(start, home)
        self._reprice(chains, home)
        self.seat[mentee], moves = chains.to(home)
        for mover, node in moves:
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
