"""The engine beside its peers on invented cohorts, interleaved.

python -m benchmarks.engine --sizes 200,1000,5000,10000,20000
python -m benchmarks.engine --quick

The engine solves the whole problem with its proof; the peers the highest total alone. Processor seconds
count both threads of the engine, and are what to compare on a machine with other work. Needs, besides
what the application needs: scipy, lapx, highspy, networkx.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.cohort import cohort
from matching.engine.policy import Policy
from matching.engine.scores import score_matrix

MENTORS = {200: 80, 1_000: 400, 5_000: 1_500, 10_000: 3_000, 20_000: 6_000}
ROUNDS = {200: 5, 1_000: 5, 5_000: 3, 10_000: 2, 20_000: 1}
QUICK_ROUNDS = {200: 3, 1_000: 2, 5_000: 1}
# The peers that count for the ratio, and up to which size the others finish in reasonable time.
RIVALS = ("lapx", "ortools_dense", "scipy_lsa")
OTHERS = {"highs": 1_000, "networkx": 200}
QUICK_OTHERS = {"highs": 200, "networkx": 200}
TARGET_RATIO = {1_000: 2, 5_000: 12, 10_000: 22, 20_000: 40}
TARGET_SECONDS = {200: 0.015}
TIMEOUT_SECONDS = 1_800


def measured(name: str, file: Path, size: int) -> dict | None:
    """One process, one solver; None where it did not finish."""
    repeats = "9" if size <= 200 else "3" if size <= 1_000 and name in ("engine", *RIVALS) else "1"
    print(f"\r{size:>6} {name:<16}", end="", file=sys.stderr, flush=True)
    try:
        run = subprocess.run(
            [sys.executable, "-m", "benchmarks.peers", name, str(file), repeats],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    if run.returncode:
        print(f"\r{name} at {size}: {run.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    return json.loads(run.stdout)


def solvers_at(size: int, others: dict[str, int], only: str | None) -> list[str]:
    names = ["engine", *RIVALS, *(name for name, most in others.items() if size <= most)]
    return [name for name in names if only is None or name in only.split(",")]


def at_size(size: int, rounds: int, names: list[str], seed: int) -> dict:
    """These solvers on one cohort, each once a round; medians of the rounds."""
    people = cohort(size, MENTORS.get(size, round(size * 0.3)), seed=seed)
    scores = score_matrix(people.features, Policy())
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cohort.npz"
        np.savez(file, scores=scores, places=people.capacity)
        runs = [{name: measured(name, file, size) for name in names} for _ in range(rounds)]
    found = {name: combined([run[name] for run in runs]) for name in names}
    return {
        "mentees": size,
        "mentors": scores.shape[1],
        "places": int(people.capacity.sum()),
        "forbidden": float((scores < 0).mean()),
        "rounds": rounds,
        "solvers": found,
        "ratio": ratio(runs, "seconds"),
        "processor_ratio": ratio(runs, "processor_seconds"),
    }


def combined(runs: list[dict | None]) -> dict | None:
    finished = [run for run in runs if run]
    if not finished:
        return None
    medians = {
        key: statistics.median(run[key] for run in finished) for key in ("seconds", "processor_seconds")
    }
    return {**finished[0], **medians, "peak_mb": max(run["peak_mb"] for run in finished)}


def ratio(runs: list[dict[str, dict | None]], key: str) -> float | None:
    """The fastest rival's figure over the engine's, the median of the rounds."""
    ratios = [
        min(run[name][key] for name in RIVALS if run.get(name)) / run["engine"][key]
        for run in runs
        if run.get("engine") and any(run.get(name) for name in RIVALS)
    ]
    return statistics.median(ratios) if ratios else None


def show(row: dict) -> None:
    heading = f"{row['mentees']} mentees, {row['mentors']} mentors, {row['places']} places"
    print(f"\r{heading}, {row['forbidden']:.0%} of pairs forbidden, rounds: {row['rounds']}")
    print(f"  {'':<16}{'seconds':>10}{'processor':>11}{'peak MB':>10}{'matched':>9}{'worst':>7}{'total':>13}")
    for name, run in row["solvers"].items():
        if run is None:
            print(f"  {name:<16}{'did not finish':>20}")
            continue
        print(
            f"  {name:<16}{run['seconds']:>10.4f}{run['processor_seconds']:>11.4f}{run['peak_mb']:>10.0f}{run['matched']:>9}{run['worst']:>7}"
            f"{run['total']:>13}"
        )
    print()


def verdict(rows: list[dict]) -> str:
    parts = []
    for row in rows:
        size, engine = row["mentees"], row["solvers"].get("engine")
        target = f" (target {TARGET_RATIO[size]}×)" if size in TARGET_RATIO else ""
        if size in TARGET_SECONDS and engine:
            target = f" ({engine['seconds'] * 1000:.1f} ms, target {TARGET_SECONDS[size] * 1000:.0f} ms)"
        if row["ratio"] is None:
            parts.append(f"{size}: no peer finished")
            continue
        parts.append(f"{size}: {row['ratio']:.1f}×, processor {row['processor_ratio']:.1f}×{target}")
    return "Fastest of lapx, OR-Tools and SciPy over the engine: " + " · ".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="200,1000,5000,10000", help="mentees, separated by commas")
    parser.add_argument("--quick", action="store_true", help="200 to 5,000 within a minute")
    parser.add_argument("--only", help="measure only these solvers, separated by commas")
    parser.add_argument("--rounds", type=int, help="rounds at every size (default: 5 at 200, 1 at 20,000)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, default=Path("benchmarks/results/engine.json"))
    arguments = parser.parse_args()
    sizes = [200, 1_000, 5_000] if arguments.quick else [int(size) for size in arguments.sizes.split(",")]
    rounds, others = (QUICK_ROUNDS, QUICK_OTHERS) if arguments.quick else (ROUNDS, OTHERS)
    rows = []
    for size in sizes:
        names = solvers_at(size, others, arguments.only)
        rows.append(at_size(size, arguments.rounds or rounds.get(size, 1), names, arguments.seed))
        show(rows[-1])
        write(arguments.json, rows)
    print(verdict(rows))


def write(path: Path, rows: list[dict]) -> None:
    """Written after each size, so that a run cut short leaves what it has."""
    machine = {
        "processors": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"machine": machine, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
