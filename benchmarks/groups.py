"""Groups of invented cohorts: value, bound and the gap between them.

python -m benchmarks.groups --sizes 24,48,96,192,400 --seconds 60
"""

import argparse
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from matching.engine.groups import GroupPlan, GroupProblem, check_groups, form_groups

TARGETS = {24: 0.01, 48: 0.03, 96: 0.01, 192: 0.02, 400: 0.04}  # in 60 seconds
MENTEES_PER_LEAD = 6


class World(NamedTuple):
    """What people choose from: weekly slots, topics and disciplines."""

    slots: int
    topics: int
    disciplines: int


# Evenings and lunch hours that a programme offers; every hour of the week at which people in work can meet, and
# as many topics and disciplines as the catalogues hold.
WORLDS = {"plain": World(20, 24, 12), "catalogue": World(45, 51, 46)}


def group_cohort(mentees: int, seed: int = 0, world: World = WORLDS["plain"]) -> GroupProblem:
    """A seeded cohort: a lead and, for every third, a co-facilitator for each six mentees.

    Everybody makes about a third of the weekly slots. Fit follows shared topics, with noise; one pair in
    thirty is forbidden. There is an employer for every third mentee, and a quarter as many pairs of mentees who
    must not share a group as there are mentees.
    """
    random = np.random.default_rng([seed, mentees])
    leads = max(1, round(mentees / MENTEES_PER_LEAD))
    helpers = leads // 3
    people = mentees + leads + helpers
    needs = _topics(random, mentees, 3, world.topics)
    available = random.random((people, world.slots)) < 0.35
    # A co-facilitator was asked for their slots after the lead: most of them agree.
    available[mentees + leads :] |= available[mentees : mentees + helpers]
    return GroupProblem(
        fit=_fit(random, needs, _topics(random, leads, 6, world.topics)),
        available=available,
        discipline=random.choice(world.disciplines, size=people, p=_popularity(world.disciplines, 1.0)),
        employer=_employers(random, mentees, leads, helpers),
        needs=needs,
        cofacilitators=np.r_[np.arange(helpers) + mentees + leads, np.full(leads - helpers, -1)][:, None],
        forbidden=_pairs(random, mentees, mentees // 4),
    )


def _popularity(size, steepness):
    weights = 1 / np.arange(1, size + 1) ** steepness
    return weights / weights.sum()


def _topics(random, people, each, topics):
    chosen = np.zeros((people, topics), dtype=bool)
    for row in chosen:
        row[random.choice(topics, each, replace=False, p=_popularity(topics, 0.5))] = True
    return chosen


def _fit(random, needs, offers):
    shared = needs.astype(int) @ offers.T.astype(int) / 3
    fit = np.rint(100 * np.clip(20 + 40 * shared + random.normal(0, 12, shared.shape), 0, 100)).astype(int)
    fit[random.random(fit.shape) < 0.03] = -1
    return fit


def _employers(random, mentees, leads, helpers):
    """Helpers are of no employer that counts: who runs a group together was agreed beforehand."""
    return np.r_[random.integers(0, max(4, mentees // 3), size=mentees + leads), np.full(helpers, -1)]


def _pairs(random, people, count):
    pairs = random.integers(0, people, size=(count, 2))
    return pairs[pairs[:, 0] != pairs[:, 1]]


class Watch:
    """Shows what is done and measures the longest silence."""

    def __init__(self, title: str):
        self.title, self.started = title, time.perf_counter()
        self.last, self.silence, self.shown = self.started, 0.0, 0.0

    def __call__(self, fraction: float, words: str) -> None:
        now = time.perf_counter()
        self.silence, self.last = max(self.silence, now - self.last), now
        if now - self.shown > 1:
            print(f"\r{self.title}: {fraction:4.0%} {words:<28}", end="", file=sys.stderr, flush=True)
            self.shown = now


def measure(mentees: int, seconds: float, seed: int, world: World) -> dict:
    """Form the groups of one cohort and check every rule; figures for the table."""
    problem = group_cohort(mentees, seed, world)
    watch = Watch(f"{mentees} mentees, cohort {seed}")
    started, worked = time.perf_counter(), time.process_time()
    plan = form_groups(problem, seed=seed, steps=100_000, seconds=seconds, progress=watch)
    elapsed, worked = time.perf_counter() - started, time.process_time() - worked
    print("\r" + " " * 70, end="\r", file=sys.stderr)
    check_groups(problem, plan)
    return {
        "mentees": mentees,
        "leads": problem.leads,
        "cohort": seed,
        "seconds": round(elapsed, 1),
        "processor_seconds": round(worked, 1),
        "value": plan.value,
        "bound": plan.bound,
        "gap": round(plan.gap, 5),
        "target": TARGETS.get(mentees),
        "seated": seated(plan),
        "groups": int((plan.slot >= 0).sum()),
        "longest_silence": round(watch.silence, 2),
    }


def seated(plan: GroupPlan) -> int:
    return int((plan.group >= 0).sum())


def show(row: dict) -> None:
    target = f"{row['target']:.1%}" if row["target"] else "-"
    print(
        f"{row['mentees']:>8}{row['cohort']:>7}{row['seconds']:>9.1f}{row['processor_seconds']:>10.1f}"
        f"{row['value'] / 100:>11.2f}{row['bound'] / 100:>11.2f}{row['gap']:>9.2%}{target:>8}"
        f"{row['seated']:>8}{row['groups']:>8}{row['longest_silence']:>9.2f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="24,48,96,192,400", help="mentees, separated by commas")
    parser.add_argument("--seconds", type=float, default=60, help="time limit of each run (default: 60)")
    parser.add_argument("--cohorts", type=int, default=1, help="cohorts of each size (default: 1)")
    parser.add_argument(
        "--world", choices=WORLDS, default="plain", help="what people choose from (default: plain)"
    )
    parser.add_argument("--json", type=Path, default=Path("benchmarks/results/groups.json"))
    arguments = parser.parse_args()
    print(
        f"{'mentees':>8}{'cohort':>7}{'seconds':>9}{'processor':>10}{'value':>11}{'bound':>11}{'gap':>9}"
        f"{'target':>8}{'seated':>8}{'groups':>8}{'silence':>9}"
    )
    rows = []
    for mentees in map(int, arguments.sizes.split(",")):
        for seed in range(arguments.cohorts):
            rows.append(measure(mentees, arguments.seconds, seed, WORLDS[arguments.world]))
            show(rows[-1])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"Peak memory {peak:.0f} MB; load on the machine at the end {os.getloadavg()[0]:.1f}.")
    met = [row["gap"] <= row["target"] for row in rows if row["target"]]
    print(f"Gaps within their 60-second targets: {sum(met)} of {len(met)}.")
    record = {
        "world": arguments.world,
        "seconds": arguments.seconds,
        "peak_mb": round(peak),
        "load": os.getloadavg()[0],
        "rows": rows,
    }
    arguments.json.parent.mkdir(parents=True, exist_ok=True)
    arguments.json.write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    main()
