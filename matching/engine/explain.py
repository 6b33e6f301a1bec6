"""What a plan means to the people who answer for it: who goes without and why, and where places are dear."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matching.engine.breakdown import RELAXABLE_RULES
from matching.engine.exchange import FAR, Exchange, residual
from matching.engine.market import Market, Pairs
from matching.engine.pool import Pool
from matching.engine.problem import MAX_SCORE, UNMATCHED, Plan, Problem, Regret
from matching.engine.reach import most_at

# Given mentees (k,), a bool table (k, mentors) of the pairs that this rule bars, alone or with others.
RuleMask = Callable[[NDArray[np.int64]], NDArray[np.bool_]]


@dataclass(frozen=True)
class Shortage:
    """These mentees may only meet these mentors, who have fewer places than there are mentees.

    mentees, mentors: row and column numbers. places: those mentors' places beside locked pairs.
    unmatched: those of the mentees whom the plan leaves without a mentor. best_rule: the rule whose
    lifting, for these mentees alone, would match most more; None where no single rule helps. helped:
    how many more that would match, by an exact count.
    """

    mentees: tuple[int, ...]
    mentors: tuple[int, ...]
    places: int
    unmatched: tuple[int, ...]
    best_rule: str | None = None
    helped: int = 0


@dataclass(frozen=True, eq=False)
class PlacePrices:
    """What one more place of each mentor would add, the plan's other figures unchanged.

    matched: (mentors,) bool, whether it would match one mentee more. points: (mentors,) the rise of the
    total with as many matched as now and nobody below the plan's worst score.
    """

    matched: NDArray[np.bool_]
    points: NDArray[np.int64]

    def summed_by(self, labels: Sequence[Sequence[str]]) -> dict[str, int]:
        """Points by role, discipline or topic, highest first: labels[j] are those of mentor j."""
        sums: dict[str, int] = {}
        for points, names in zip(self.points.tolist(), labels, strict=True):
            for name in names:
                sums[name] = sums.get(name, 0) + points
        return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


@dataclass(frozen=True)
class FairnessRow:
    """How one group of mentees fares: how many they are, how many are matched, their worst and median
    score; None where nobody of them is matched."""

    label: str
    mentees: int
    matched: int
    worst: int | None
    median: int | None


def explain_unmatched(
    problem: Problem,
    plan: Plan,
    rules: Mapping[str, RuleMask] | None = None,
    liftable: Collection[str] = RELAXABLE_RULES,
) -> tuple[Shortage, ...]:
    """Why whoever is unmatched is unmatched, one Shortage for each set of people who compete.

    rules: all the rules behind the forbidden pairs; a pair opens when the one rule that bars it is
    lifted. liftable: names of those that may be proposed. Ties between rules go to the first.
    """
    market = Market.of(problem, plan.certificate.locks)
    left = np.flatnonzero(plan.mentor == UNMATCHED)
    shortages = []
    while len(left):
        mentees, mentors = _shortage(market, plan, left)
        here = np.isin(left, mentees)
        shortage = Shortage(
            mentees=tuple(mentees.tolist()),
            mentors=tuple(mentors.tolist()),
            places=int(market.capacity[mentors].sum()),
            unmatched=tuple(left[here].tolist()),
        )
        shortages.append(_with_best_rule(market, plan, shortage, rules or {}, liftable))
        left = left[~here]
    return tuple(shortages)


def place_prices(problem: Problem, plan: Plan) -> PlacePrices:
    """The exact worth of one more place, mentor by mentor, those who offer none now included.

    The certificate's prices prove the plan but may be higher than that worth, which is the lowest price
    that proves it. One search over all mentors finds how far each can come down.
    """
    market = Market.of(problem, plan.certificate.locks)
    opened = replace(market, capacity=np.maximum(market.capacity, 1))
    exchange = residual(market, plan)
    exchange.least = opened.least_scores(plan.worst or 0)
    closed = np.flatnonzero(market.capacity == 0)
    exchange.price[closed] = _price_to_open(opened, exchange, closed)
    start = np.full(exchange.rest + 1, FAR)
    start[exchange.rest] = 0
    price = exchange.price[:-1]
    points = price - np.minimum(exchange.chains(start).distance[: problem.mentors], price)
    _, wanted = _competitors(opened, plan, np.flatnonzero(plan.mentor == UNMATCHED))
    return PlacePrices(matched=np.isin(np.arange(problem.mentors), wanted), points=points)


def one_more_place(problem: Problem, plan: Plan, mentor: int) -> Regret:
    """What one more place of this mentor would change: one mentee more where that is possible, else a higher total.

    Nobody falls below the plan's worst score, which stays. moves: a cheapest chain of them, each into the place that
    the next one leaves; none where the place would stay empty.
    """
    market = Market.of(problem, plan.certificate.locks)
    capacity = market.capacity.copy()
    capacity[mentor] += 1
    opened = replace(market, capacity=capacity)
    exchange = residual(market, plan)
    exchange.least = opened.least_scores(plan.worst or 0)
    if not market.capacity[mentor]:
        exchange.price[mentor] = _price_to_open(opened, exchange, np.array([mentor]))[0]
    return _change(problem, plan, _newcomer(exchange, plan, mentor) or _better_seats(exchange, mentor))


def _newcomer(exchange: Exchange, plan: Plan, mentor: int) -> list[tuple[int, int]]:
    """The moves, (mentee, node), that let somebody in who has no mentor; none where nobody can follow."""
    left = np.flatnonzero(plan.mentor == UNMATCHED)
    if not len(left):
        return []
    # Everybody left out starts even: what they would lose is counted from the highest score there is.
    losses = exchange.losses(left, np.full(len(left), MAX_SCORE))
    start = np.append(losses.min(axis=0), FAR)
    start[exchange.nobody] = FAR
    chains = exchange.chains(start, mentor)
    if chains.distance[mentor] >= FAR:
        return []
    first, moves = exchange.moves(chains, mentor)
    return [(int(left[losses[:, first].argmin()]), first), *moves]


def _better_seats(exchange: Exchange, mentor: int) -> list[tuple[int, int]]:
    """The moves that raise the total most as one after another moves up; none where all sit as well as they can."""
    start = np.full(exchange.rest + 1, FAR)
    start[exchange.rest] = 0
    chains = exchange.chains(start, mentor)
    if chains.distance[mentor] >= exchange.price[mentor]:
        return []
    return exchange.moves(chains, mentor)[1]


def _change(problem: Problem, plan: Plan, moves: list[tuple[int, int]]) -> Regret:
    after = plan.mentor.copy()
    for mentee, node in moves:
        after[mentee] = node if node < problem.mentors else UNMATCHED
    changes = tuple((mentee, int(plan.mentor[mentee]), int(after[mentee])) for mentee, _ in sorted(moves))
    gained = [_worth(problem, mentee, to) - _worth(problem, mentee, away) for mentee, away, to in changes]
    matched = int((after != UNMATCHED).sum()) - plan.matched
    return Regret(matched, 0, sum(gained), changes)


def _worth(problem: Problem, mentee: int, mentor: int) -> int:
    return 0 if mentor == UNMATCHED else int(problem.scores[mentee, mentor])


def fairness(
    problem: Problem, plan: Plan, labels: Mapping[str, Sequence[str | None]]
) -> dict[str, tuple[FairnessRow, ...]]:
    """For each grouping, how each group fares, in order of label. labels[grouping][i] is mentee i's group,
    None where unknown. Never to be fed with monitoring data: the law that allows it forbids this use."""
    score = np.full(problem.mentees, -1, dtype=np.int64)
    matched = np.flatnonzero(plan.mentor != UNMATCHED)
    score[matched] = problem.scores[matched, plan.mentor[matched]]
    return {
        grouping: tuple(
            _fairness_row(label, score[[own == label for own in of_mentee]])
            for label in sorted({own for own in of_mentee if own is not None})
        )
        for grouping, of_mentee in labels.items()
    }


def _fairness_row(label: str, scores: NDArray[np.int64]) -> FairnessRow:
    matched = scores[scores >= 0]
    if not len(matched):
        return FairnessRow(label, len(scores), 0, None, None)
    return FairnessRow(label, len(scores), len(matched), int(matched.min()), int(np.median(matched)))


def _shortage(
    market: Market, plan: Plan, left: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first of those left, whoever competes with them, and the mentors they compete for."""
    allowed = market.rows(left) >= market.least_scores(0)
    rivals = np.arange(len(left)) == 0
    while True:
        mentees, mentors = _competitors(market, plan, left[rivals])
        joining = rivals | allowed[:, mentors].any(axis=1)
        if (joining == rivals).all():
            return mentees, mentors
        rivals = joining


def _competitors(
    market: Market, plan: Plan, start: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Everybody whose place these mentees could take by displacing one person after another, and the
    mentors of those places. In order of number."""
    least = market.least_scores(0)
    locked = np.isin(np.arange(market.mentees), [mentee for mentee, _ in plan.certificate.locks])
    inside = np.zeros(market.mentees, dtype=bool)
    wanted = np.zeros(market.mentors, dtype=bool)
    fresh = start
    while len(fresh):
        inside[fresh] = True
        for part in np.array_split(fresh, len(fresh) // 192 + 1):
            wanted |= (market.rows(part) >= least).any(axis=0)
        at_wanted = (plan.mentor != UNMATCHED) & wanted[plan.mentor]
        fresh = np.flatnonzero(at_wanted & ~inside & ~locked)
    return np.flatnonzero(inside), np.flatnonzero(wanted)


def _with_best_rule(
    market: Market, plan: Plan, shortage: Shortage, rules: Mapping[str, RuleMask], liftable: Collection[str]
) -> Shortage:
    mentees = np.array(shortage.mentees)
    masks = {name: mask(mentees) for name, mask in rules.items()}
    bars = sum(mask.astype(np.int8) for mask in masks.values())
    best = shortage
    for name in liftable:
        if name not in masks:
            continue
        helped = _helped(market, plan, shortage, masks[name] & (bars == 1))
        if helped > best.helped:
            best = replace(shortage, best_rule=name, helped=helped)
    return best


def _helped(market: Market, plan: Plan, shortage: Shortage, opened: NDArray[np.bool_]) -> int:
    """How many more are matched when these pairs, (mentees of the shortage, mentors), may meet too."""
    unlocked = plan.mentor.copy()
    unlocked[[mentee for mentee, _ in plan.certificate.locks]] = UNMATCHED
    matched = np.flatnonzero(unlocked != UNMATCHED)
    load = np.bincount(unlocked[matched], minlength=market.mentors)
    mentees = np.array(shortage.mentees)
    rows = market.rows(mentees)
    opened &= (rows < 0) & (market.capacity > 0)
    if not opened.any() or (load == market.capacity).all():
        return 0
    rows[opened] = 0
    lifted = replace(market, edited={**market.edited, **dict(zip(mentees.tolist(), rows, strict=True))})
    scores = market.scores_of(matched, unlocked[matched])
    mentor, _ = most_at(lifted, Pool(lifted, Pairs(matched, unlocked[matched], scores)), 0)
    return int((mentor != UNMATCHED).sum()) - len(matched)


def _price_to_open(opened: Market, exchange: Exchange, closed: NDArray[np.int64]) -> NDArray[np.int64]:
    """The lowest price at which nobody would rather move to each of these mentors, who have no place."""
    if not len(closed):
        return np.empty(0, dtype=np.int64)
    people = np.flatnonzero(exchange.seat >= 0)
    gain = exchange.gains(people)
    scores = opened.columns(closed)[:, people]
    worth = np.where(scores >= exchange.least[closed, None], scores - gain, 0)
    return worth.max(axis=1, initial=0)
