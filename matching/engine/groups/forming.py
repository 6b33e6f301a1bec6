"""Groups formed by generating the ones worth considering, and a bound that proves how good they are.

First shares: prices of mentees settle, each lead asking for the best group at those prices, until no lead
knows a better one. The prices then bound the value of any plan. Next a dive: the largest shares are made
whole and prices settle again among those left. Last, steps: a few groups are dissolved and formed anew.
Column generation with smoothed prices: Pessoa, Sadykov, Uchoa and Vanderbeck (2018), INFORMS Journal on
Computing 30, 339-360. Diving: Sadykov et al. (2019), INFORMS Journal on Computing 31, 251-267.
"""

import time
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.engine.groups.master import Master, worth
from matching.engine.groups.plan import Group, GroupPlan, best_focus, common_slots
from matching.engine.groups.pricing import Pricer
from matching.engine.groups.problem import NOBODY, GroupProblem
from matching.engine.problem import Progress
from matching.engine.waiting import waited

FREED = 5  # groups dissolved in one step: about 30 mentees, whose prices settle in a fraction of a second
DIVE_ROUNDS = 3  # rounds of asking between two decisions of a dive; more gain little that steps do not
WHOLE = 0.6  # a share this large is made whole without asking again
EFFORT = 0.1  # of the solver in one step, in its own count of work: about as long as the asking


def form_groups(
    problem: GroupProblem,
    seed: int = 0,
    steps: int = 200,
    seconds: float | None = None,
    progress: Progress | None = None,
) -> GroupPlan:
    """Groups of high value that keep every hard rule, and a bound that no groups exceed.

    steps: how often a few groups are dissolved and formed anew once all are formed. seconds ends the work
    early. Without it, the same problem, seed and steps give the same plan on any machine.
    progress(fraction, words) is called at least once a second; what it raises ends the run.
    Raises ValueError when steps or seconds are negative.
    """
    if steps < 0 or (seconds is not None and seconds < 0):
        raise ValueError("Steps and seconds cannot be negative. Give 0 or more of each.")
    return _Forming(problem, seed, Watch(seconds, progress)).run(steps)


class Proof(NamedTuple):
    """No plan is worth more than bound: the prices, and what each lead's best group leaves once they are paid.

    prices: int (mentees,), left: int (leads,), 0 at least and 0 for leads who take no part.
    """

    prices: NDArray[np.int64]
    left: NDArray[np.int64]
    bound: int


class Watch:
    """Tells progress and knows when time is up. The only clock of the engine, read only to stop early."""

    def __init__(self, seconds: float | None, progress: Progress | None):
        self.progress = progress
        self.started, self.seconds = time.monotonic(), seconds
        self.fraction = 0.0

    def tell(self, fraction: float, words: str) -> None:
        self.fraction = max(self.fraction, min(fraction, 1.0))
        if self.progress:
            self.progress(self.fraction, words)

    def used(self) -> float:
        """The share of the seconds that is gone; 0 where there is no limit."""
        return (
            (time.monotonic() - self.started) / max(self.seconds, 1e-9) if self.seconds is not None else 0.0
        )


class _Forming:
    """One run: the groups met so far, and the best plan."""

    def __init__(self, problem: GroupProblem, seed: int, watch: Watch):
        self.problem, self.seed, self.watch = problem, seed, watch
        self.random = np.random.default_rng(seed)
        self.pricers = [self._pricer(lead) for lead in range(problem.leads)]
        self.considered = np.zeros((problem.leads, problem.mentees), dtype=np.int64)
        self.met: dict[Group, None] = {}
        self.best: list[Group] = []

    def _pricer(self, lead):
        # All of them together may take more than the second after which one would wonder.
        self.watch.tell(0.0, "Weighing possible groups")
        return Pricer(self.problem, lead)

    def run(self, steps: int) -> GroupPlan:
        proof = self._first_plan()
        tried = set()
        for step in range(steps):
            if worth(self.best) >= proof.bound or self.watch.used() >= 1:
                break
            self.watch.tell(0.6 + 0.4 * step / steps, "Improving groups")
            self._reform(step, proof, tried)
        self.watch.tell(1.0, "Groups formed")
        return self._plan(proof)

    def _first_plan(self):
        """Put a first plan in self.best and return the proof of its bound."""
        words = "Weighing possible groups"
        whole = self._part(range(self.problem.leads), range(self.problem.mentees))
        proof = self._settle(whole, words=words, until=0.5)
        unsettled = self.watch.used() > 0.5
        self.best = self._dive(whole, words="Forming groups", until=0.7)
        if unsettled:
            # A plan was due, but a bound from prices on their way is a poor one: go on from the best so far.
            proof = self._settle(self._part(whole.leads, whole.mentees), words=words, until=0.9, proof=proof)
        return proof

    def _part(self, leads, mentees):
        return Master(self.problem, sorted(leads), sorted(mentees), self.met)

    def _settle(self, master, *, words, until=1.0, enough=0, proof=None):
        """Ask until no lead knows a better group; the proof of the least bound on the way, proof's included.

        Ends early once the bound is no more than enough, or time is up.
        """
        pull = 0.5
        while True:
            value, prices = self._price(master, words)
            if proof:
                prices = np.rint(pull * proof.prices + (1 - pull) * prices).astype(np.int64)
            asked, new = self._ask(master, prices, words)
            proof = min(proof or asked, asked, key=lambda known: known.bound)
            settled = value + len(master.mentees) / 2  # prices are whole numbers: what is nearer is rounding
            if proof.bound <= max(enough, settled) or self.watch.used() > until or not (new or pull):
                return proof
            if not new:
                pull = pull / 2 if pull > 0.1 else 0

    def _ask(self, master, prices, words):
        """Each lead's best group at these prices: what it proves, and how many groups are new to master."""
        floors, new = master.floors(prices), 0
        left = np.zeros(self.problem.leads, dtype=np.int64)
        for lead in master.leads:
            self.watch.tell(self.watch.used(), words)
            left[lead], groups = self.pricers[lead].best(prices, floors[lead])
            new += master.add(groups)
            self._remember(groups)
        return Proof(prices, left, int(prices[master.mentees].sum() + left.sum())), new

    def _remember(self, groups):
        for group in groups:
            if group not in self.met:
                self.met[group] = None
                self.considered[group.lead, list(group.members)] += 1

    def _dive(self, master, *, words, until):
        """A whole plan: the largest shares made whole, prices settling again among those who are left."""
        formed, leads, free = [], set(master.leads), set(master.mentees)
        while True:
            self.watch.tell(max(0.5, self.watch.used()), words)
            self._price(master, words)
            taken = _whole(master.shares(), 0 if self.watch.used() > until else WHOLE)
            if not taken:
                return formed
            formed += taken
            leads -= {group.lead for group in taken}
            free = free.difference(*(group.members for group in taken))
            master = self._part(leads, free)
            self._ask_again(master, words, until)

    def _ask_again(self, master, words, until):
        for _ in range(DIVE_ROUNDS):
            _, prices = self._price(master, words)
            if self.watch.used() > until or not self._ask(master, prices, words)[1]:
                return

    def _reform(self, step, proof, tried):
        """Dissolve a few groups and form them anew, unless their own bound says that nothing better exists."""
        leads = self._rivals(proof)
        kept = [group for group in self.best if group.lead not in leads]
        loose = [group for group in self.best if group.lead in leads]
        seated = {mentee for group in kept for mentee in group.members}
        free = [mentee for mentee in range(self.problem.mentees) if mentee not in seated]
        if (key := (tuple(sorted(leads)), tuple(free))) in tried:
            return
        tried.add(key)
        part = self._part(leads, free)
        if self._settle(part, words="Improving groups", enough=worth(loose)).bound > worth(loose):
            self.best = kept + part.choose(loose, seed=self.seed + step, effort=EFFORT)

    def _price(self, master, words):
        """Prices of master's best shares; a large programme can take a while on a busy machine."""
        tell = self.watch.progress and (lambda: self.watch.tell(self.watch.used(), words))
        return waited(master.price, tell)

    def _rivals(self, proof):
        """A few leads who have much to gain and consider the same mentees.

        The distance to the bound is a sum over leads, of what each could have left and did not: who has
        more of it is dissolved more often.
        """
        if self.problem.leads <= FREED:
            return list(range(self.problem.leads))
        to_gain = proof.left.astype(float)
        for lead, members, value in self.best:
            to_gain[lead] -= value - proof.prices[list(members)].sum()
        chance = to_gain + 0.2 * to_gain.mean() + 1
        first = self.random.choice(len(chance), p=chance / chance.sum())
        chance *= np.minimum(self.considered, self.considered[first]).sum(axis=1) + 0.01
        chance[first] = 0
        others = self.random.choice(len(chance), size=FREED - 1, replace=False, p=chance / chance.sum())
        return [int(first), *others.tolist()]

    def _plan(self, proof):
        group = np.full(self.problem.mentees, NOBODY)
        slot = np.full(self.problem.leads, NOBODY)
        focus = np.full((self.problem.leads, 2), NOBODY)
        for lead, members, _ in self.best:
            group[list(members)] = lead
            slot[lead] = common_slots(self.problem, lead, members)[0]
            focus[lead] = best_focus(self.problem, members)[0]
        return GroupPlan(group, worth(self.best), proof.bound, slot, focus, proof.prices)


def _whole(shares: list[tuple[float, Group]], least: float) -> list[Group]:
    """Groups to make whole: the one with the largest share, and others of at least this share that fit."""
    taken, used = [], set()
    for share, group in shares:
        if taken and share < least:
            break
        if used.isdisjoint([("lead", group.lead), *group.members]):
            taken.append(group)
            used.update([("lead", group.lead), *group.members])
    return taken
