"""Groups formed by generating the ones worth considering, and a bound that proves how good they are.

First shares: prices of mentees settle, each lead asking for the best group at those prices, until no lead
knows a better one. The prices then bound the value of any plan. Next a dive: the largest shares are made
whole and prices settle again among those left. Last, steps: a few groups are dissolved and formed anew.
Column generation with smoothed prices: Pessoa, Sadykov, Uchoa and Vanderbeck (2018), INFORMS Journal on
Computing 30, 339-360. Diving: Sadykov et al. (2019), INFORMS Journal on Computing 31, 251-267.
"""

import time

import numpy as np

from matching.engine.groups.master import Master, worth
from matching.engine.groups.plan import Group, GroupPlan, best_focus, common_slots
from matching.engine.groups.pricing import Pricer
from matching.engine.groups.problem import NOBODY, GroupProblem
from matching.engine.problem import Progress

FREED = 5  # groups dissolved in one step: about 30 mentees, whose prices settle in a fraction of a second
DIVE_ROUNDS = 8  # rounds of pricing between two decisions of a dive
WHOLE = 0.75  # a share this large is made whole without asking again
EFFORT = 0.1  # of the solver in one step


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


class Watch:
    """Tells progress and knows when time is up. The only clock of the engine, read only to stop early."""

    def __init__(self, seconds: float | None, progress: Progress | None):
        self.progress = progress or (lambda fraction, words: None)
        self.started, self.seconds = time.monotonic(), seconds
        self.fraction = 0.0

    def tell(self, fraction: float, words: str) -> None:
        self.fraction = max(self.fraction, min(fraction, 1.0))
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
        self.pricers = [Pricer(problem, lead) for lead in range(problem.leads)]
        self.met: dict[Group, None] = {}
        self.best: list[Group] = []

    def run(self, steps: int) -> GroupPlan:
        whole = self._part(range(self.problem.leads), range(self.problem.mentees))
        bound, prices = self._settle(whole, words="Weighing possible groups", until=0.5)
        self.best = self._dive(whole, words="Forming groups", until=0.75)
        tried = set()
        for step in range(steps):
            if worth(self.best) >= bound or self.watch.used() >= 1:
                break
            self.watch.tell(0.6 + 0.4 * step / steps, "Improving groups")
            self._reform(step, tried)
        self.watch.tell(1.0, "Groups formed")
        return self._plan(bound, prices)

    def _part(self, leads, mentees):
        return Master(self.problem, sorted(leads), sorted(mentees), self.met)

    def _settle(self, master, *, words, until=1.0, enough=0):
        """Ask until no lead knows a better group; the least bound on the way, and its prices.

        Ends early once the bound is no more than enough, or time is up.
        """
        bound, centre, pull, rounds = None, None, 0.5, 0
        while True:
            value, prices = master.price()
            asked = (
                prices if centre is None else np.rint(pull * centre + (1 - pull) * prices).astype(np.int64)
            )
            limit, new = self._ask(master, asked, words)
            rounds += 1
            if bound is None or limit < bound:
                bound, centre = limit, asked
            settled = value + len(master.mentees) / 2  # prices are whole numbers: closer than this is chance
            if bound <= max(enough, settled) or self.watch.used() > until or not (new or pull):
                return bound, centre
            if not new:
                pull = pull / 2 if pull > 0.1 else 0

    def _ask(self, master, prices, words):
        """Each lead's best group at these prices: the bound they prove, and how many are new to master."""
        floors = master.floors(prices)
        limit, new = int(prices[master.mentees].sum()), 0
        for lead in master.leads:
            self.watch.tell(self.watch.used(), words)
            best = self.pricers[lead].best(prices, floors[lead])
            limit += best.limit
            new += master.add(best.groups)
            self.met.update(dict.fromkeys(best.groups))
        return limit, new

    def _dive(self, master, *, words, until):
        """A whole plan: the largest shares made whole, prices settling again among those who are left."""
        formed, leads, free = [], set(master.leads), set(master.mentees)
        while True:
            self.watch.tell(0.5, words)
            master.price()
            taken = _whole(master.shares(), 0 if self.watch.used() > until else WHOLE)
            if not taken:
                return formed
            formed += taken
            leads -= {group.lead for group in taken}
            free = free.difference(*(group.members for group in taken))
            master = self._part(leads, free)
            self._dive_rounds(master, words, until)

    def _dive_rounds(self, master, words, until):
        for _ in range(DIVE_ROUNDS):
            _, prices = master.price()
            if self.watch.used() > until or not self._ask(master, prices, words)[1]:
                return

    def _reform(self, step, tried):
        """Dissolve a few groups and form them anew, unless their bound says that nothing better exists."""
        leads = self.random.permutation(self.problem.leads)[:FREED].tolist()
        kept = [group for group in self.best if group.lead not in leads]
        loose = [group for group in self.best if group.lead in leads]
        seated = {mentee for group in kept for mentee in group.members}
        free = [mentee for mentee in range(self.problem.mentees) if mentee not in seated]
        if (key := (tuple(sorted(leads)), tuple(free))) in tried:
            return
        tried.add(key)
        part = self._part(leads, free)
        bound, _ = self._settle(part, words="Improving groups", enough=worth(loose))
        if bound > worth(loose):
            self.best = kept + part.choose(loose, seed=self.seed + step, effort=EFFORT)

    def _plan(self, bound, prices):
        group = np.full(self.problem.mentees, NOBODY)
        slot = np.full(self.problem.leads, NOBODY)
        focus = np.full((self.problem.leads, 2), NOBODY)
        for lead, members, _ in self.best:
            group[list(members)] = lead
            slot[lead] = common_slots(self.problem, lead, members)[0]
            focus[lead] = best_focus(self.problem, members)[0]
        return GroupPlan(group, worth(self.best), bound, slot, focus, prices)


def _whole(shares: list[tuple[float, Group]], least: float) -> list[Group]:
    """Groups to make whole: the one with the largest share, and all others of at least this share that fit."""
    taken, used = [], set()
    for share, group in shares:
        if taken and share < least:
            break
        if used.isdisjoint([("lead", group.lead), *group.members]):
            taken.append(group)
            used.update([("lead", group.lead), *group.members])
    return taken
