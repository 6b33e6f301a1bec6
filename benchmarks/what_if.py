"""What another decision would cost: milliseconds an answer, beside solving anew.

python -m benchmarks.what_if
python -m benchmarks.what_if --sizes 1000,5000,20000 --questions 40
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.cohort import cohort
from benchmarks.engine import MENTORS
from matching.engine import Plan, Problem, WhatIf, cost_of_forcing, place_prices, solve
from matching.engine.policy import Policy
from matching.engine.scores import score_matrix

TARGET_MILLISECONDS = {5_000: 10}


def timed(question: Callable[[], object]) -> tuple[float, float]:
    """Wall and processor milliseconds."""
    started, worked = time.perf_counter(), time.process_time()
    question()
    return 1000 * (time.perf_counter() - started), 1000 * (time.process_time() - worked)


def questions(problem: Problem, plan: Plan, count: int, seed: int) -> list[tuple[int, int]]:
    """Random pairs at or above the plan's worst score; no pair is asked for that is barred."""
    rng = np.random.default_rng(seed)
    pairs = []
    for mentee in rng.integers(0, problem.mentees, count).tolist():
        able = np.flatnonzero((problem.scores[mentee] >= plan.worst) & (problem.capacity > 0))
        pairs.append((mentee, int(rng.choice(able))))
    return pairs


def at_size(size: int, count: int, seed: int) -> dict:
    people = cohort(size, MENTORS.get(size, round(size * 0.3)), seed=seed)
    problem = Problem(score_matrix(people.features, Policy()), people.capacity)
    plan = solve(problem, seed=seed)
    pairs = questions(problem, plan, count, seed)
    what_if = WhatIf(problem, plan)
    first = [timed(lambda pair=pair: cost_of_forcing(problem, plan, *pair)) for pair in pairs[:5]]
    warm = [timed(lambda pair=pair: what_if.forcing(*pair)) for pair in pairs]
    forced = [timed(lambda pair=pair: what_if.forcing(*pair)) for pair in pairs]
    forbidden = [timed(lambda i=i: what_if.forbidding(i, int(plan.mentor[i]))) for i, _ in pairs]
    anew = [timed(lambda pair=pair: solve(problem, locks=[pair])) for pair in pairs[:2]]
    prices = [timed(lambda: place_prices(problem, plan))]
    rows = {
        "forcing, alone": first,
        "forcing, one of many": warm,
        "forcing, asked again": forced,
        "forbidding": forbidden,
        "all prices of places": prices,
        "solving anew": anew,
    }
    return {"mentees": size, "milliseconds": {name: medians(times) for name, times in rows.items()}}


def medians(times: list[tuple[float, float]]) -> dict[str, float]:
    wall, worked = np.median(np.array(times), axis=0)
    return {"wall": float(wall), "processor": float(worked)}


def show(row: dict) -> None:
    print(f"\n{row['mentees']} mentees")
    print(f"  {'milliseconds (median)':<26}{'wall':>9}{'processor':>11}")
    for name, times in row["milliseconds"].items():
        print(f"  {name:<26}{times['wall']:>9.2f}{times['processor']:>11.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="1000,5000", help="mentees, separated by commas")
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, default=Path("benchmarks/results/what_if.json"))
    arguments = parser.parse_args()
    rows = []
    for size in (int(size) for size in arguments.sizes.split(",")):
        print(f"\r{size} mentees", end="\r", file=sys.stderr, flush=True)
        rows.append(at_size(size, arguments.questions, arguments.seed))
        show(rows[-1])
    arguments.json.parent.mkdir(parents=True, exist_ok=True)
    arguments.json.write_text(json.dumps({"rows": rows}, indent=1) + "\n")
    print("\nSolving anew over forcing, one of many (processor): " + " · ".join(_ratio(row) for row in rows))


def _ratio(row: dict) -> str:
    times = row["milliseconds"]
    target = TARGET_MILLISECONDS.get(row["mentees"])
    note = f" (target {target} ms)" if target else ""
    ratio = times["solving anew"]["processor"] / times["forcing, one of many"]["processor"]
    return f"{row['mentees']}: {ratio:.0f}×{note}"


if __name__ == "__main__":
    main()
