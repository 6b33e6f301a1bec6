"""Every page of the admin over a large cohort and over a small one: queries and seconds of each.

    python -m benchmarks.admin [--mentees 5000] [--mentors 1500] [--asks 3]

Starts PostgreSQL and Valkey of its own on this machine. Two programmes are filled with invented people, in each a cohort
that is matched and waits for its review and another whose people have met. Every address of the admin that takes no
more than a cohort, an application, a run, a mentorship or the like is asked, signed in as an admin; nothing is sent. The
exit status says whether each page answers within a second and needs no more queries over the large programme.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import psycopg

from mentoring.local.workspace import ROOT, Workspace

RESULTS = Path(__file__).parent / "results" / "admin.json"
SECONDS = 1.0
SMALL = (60, 20)


def main() -> None:
    asked = parse()
    workspace = Workspace(ROOT / "var" / "benchmark", "the benchmark of the admin")
    try:
        variables = {**workspace.start_servers(is_forgetful=False), **workspace.secrets()}
        # Nothing is sent; the settings only want an address.
        variables["EMAIL_URL"] = "smtp://127.0.0.1:25"
        pages = {
            name: fill_and_ask(name, size, asked.asks, variables)
            for name, size in (("small", SMALL), ("large", (asked.mentees, asked.mentors)))
        }
    finally:
        workspace.supervisor.stop()
    sys.exit(report(pages))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.admin", description=__doc__.splitlines()[0])
    parser.add_argument("--mentees", type=int, default=5000)
    parser.add_argument("--mentors", type=int, default=1500)
    parser.add_argument("--asks", type=int, default=3)
    return parser.parse_args()


def fill_and_ask(name: str, size: tuple[int, int], asks: int, variables: dict[str, str]) -> dict[str, dict]:
    """Each page's queries and median seconds, from a process and a database of its own."""
    server = variables["DATABASE_URL"].rpartition("/")[0]
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    environment = {**os.environ, **variables, "DATABASE_URL": f"{server}/{name}"}
    out = ROOT / "var" / "benchmark" / f"admin-{name}.json"

    def run(*command) -> None:
        subprocess.run([sys.executable, *map(str, command)], cwd=ROOT, env=environment, check=True)

    run("manage.py", "migrate", "--verbosity=0")
    run("manage.py", "prepare", "--files")
    print(f"Filling {name}: {size[0]} mentees and {size[1]} mentors, twice …", flush=True)
    run("-m", "benchmarks.admin_pages", "fill", *size)
    run("-m", "benchmarks.admin_pages", "ask", asks, out)
    return json.loads(out.read_text())


def report(pages: dict[str, dict]) -> int:
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(pages, indent=1, sort_keys=True) + "\n")
    small, large = pages["small"], pages["large"]
    faults = []
    print(f"{'page':<62}{'queries':>16}{'seconds':>9}")
    for page in sorted(large, key=lambda page: -large[page]["seconds"]):
        found, before = large[page], small.get(page)
        queries = f"{before['queries'] if before else '–'} → {found['queries']}"
        print(f"{page:<62}{queries:>16}{found['seconds']:>9.2f}")
        if found["status"] != 200:
            faults.append(f"{page} answers {found['status']}")
        if found["seconds"] > SECONDS:
            faults.append(f"{page} takes {found['seconds']:.2f} s")
        if before and found["queries"] > before["queries"]:
            faults.append(f"{page} needs {before['queries']} queries, then {found['queries']}")
    for fault in faults:
        print(f"Missed: {fault}.")
    slowest = max(found["seconds"] for found in large.values())
    middle = statistics.median(found["seconds"] for found in large.values())
    print(
        f"{len(large)} pages, the slowest {slowest:.2f} s, half within {middle:.2f} s, {len(faults)} missed"
    )
    return bool(faults)


if __name__ == "__main__":
    main()
