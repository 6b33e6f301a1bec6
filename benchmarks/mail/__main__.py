"""Mails a second through one process to one mail server: ours, django-mailer, django-post-office, a bare loop.

    python -m benchmarks.mail [--mails 1000] [--rounds 3] [--memory 50000] [--peers FOLDER]

Starts PostgreSQL, Valkey and a mail server of its own on this machine. The peers live in an environment of their own,
made at the first run (`var/benchmark/peers`). Ways take turns; each is timed at the mail server, from its first
message to its last, so that no start-up counts.
"""

import argparse
import json
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import time
import venv
from pathlib import Path

import psutil
import psycopg

from mentoring.local.ports import free_port
from mentoring.local.run import listens
from mentoring.local.workspace import ROOT, Workspace, python

HERE = Path(__file__).parent
RESULTS = HERE.parent / "results" / "mail.json"
PEERS = ["django==5.2.*", "django-mailer==2.3.2", "django-post-office==3.12.0", "psycopg[binary]"]
WAYS = ["bare", "ours", "mailer", "post_office"]
SECONDS_TO_WAIT = 900


def main() -> None:
    asked = parse()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit("Stopped."))
    workspace = Workspace(ROOT / "var" / "benchmark", "the benchmark of mail")
    try:
        bench = Bench(workspace, asked.peers)
        bench.start()
        found = {"machine": platform.platform(), "cores": os.cpu_count(), "mails": asked.mails}
        if asked.rounds:
            found["mails_a_second"] = compare(bench, asked.mails, asked.rounds)
        if asked.memory:
            found["memory"] = watch_memory(bench, asked.memory)
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(found, indent=2))
        print(last_line(found))
    finally:
        workspace.supervisor.stop()


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mail", description=__doc__.splitlines()[0])
    parser.add_argument("--mails", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", type=int, default=0, help="mails through one worker, its memory watched")
    parser.add_argument("--peers", type=Path, help="an environment that has the peers already")
    return parser.parse_args()


class Bench:
    """The servers that all ways share."""

    def __init__(self, workspace: Workspace, peers: Path | None):
        self.workspace = workspace
        self.folder = workspace.folder / "mail"
        self.peers = peers or workspace.folder / "peers"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()

    def start(self) -> None:
        self._make_peers()
        self.variables = {
            # As in production: what is committed is on the disk.
            **self.workspace.start_servers(is_forgetful=False),
            **self.workspace.secrets(),
            "DJANGO_SETTINGS_MODULE": "benchmarks.mail.settings",
        }
        self._start_sink()
        self._make_database("mentoring")
        self._run(sys.executable, "manage.py", "migrate", "--verbosity=0")
        self._run(sys.executable, "-m", "benchmarks.mail.ours", "content", self.folder)

    def _make_peers(self) -> None:
        if not (self.peers / "bin" / "python").exists():
            print("Making an environment for the peers …", flush=True)
            venv.create(self.peers, with_pip=True)
            self._run(self.peers / "bin" / "python", "-m", "pip", "install", "--quiet", *PEERS)

    def _start_sink(self) -> None:
        self.port = free_port(26_300)
        sink = python(
            "mail_server", "-m", "benchmarks.mail.sink", str(self.port), self.folder, environment={}
        )
        self.workspace.supervisor.start(sink)
        self.workspace.supervisor.wait_until(sink, lambda: listens(self.port), seconds=20)
        self.variables["EMAIL_URL"] = f"smtp://127.0.0.1:{self.port}"

    def _make_database(self, name: str) -> str:
        server = self.variables["DATABASE_URL"].rpartition("/")[0]
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}"')
        return f"{server}/{name}"

    def _run(self, *command) -> None:
        environment = {**os.environ, **getattr(self, "variables", {})}
        subprocess.run([str(part) for part in command], cwd=ROOT, env=environment, check=True)

    # --- The ways -----------------------------------------------------------------------------------

    def send(self, way: str, count: int) -> float:
        """Mails a second, seen from the mail server."""
        before = len(self.arrivals())
        {"bare": self._bare, "ours": self._ours}.get(way, lambda count: self._peer(way, count))(count)
        moments = self.arrivals()[before:]
        if len(moments) != count:
            raise RuntimeError(f"{way} sent {len(moments)} of {count} mails.")
        return (count - 1) / (moments[-1] - moments[0])

    def arrivals(self) -> list[float]:
        lines = (self.folder / "arrived").read_text().splitlines()
        return [float(line.split()[0]) for line in lines]

    def _bare(self, count: int) -> None:
        self._run(self.peers / "bin" / "python", HERE / "bare.py", self.port, count, self.folder)

    def _peer(self, name: str, count: int) -> None:
        database = self._make_database(f"peer_{name}")
        self._run(
            self.peers / "bin" / "python", HERE / "peer.py", name, self.port, count, self.folder, database
        )

    def _ours(self, count: int) -> None:
        self._run(sys.executable, "-m", "benchmarks.mail.ours", "queue", count)
        with self.worker():
            self.wait_for(count)

    def worker(self) -> "Worker":
        return Worker(self)

    def wait_for(self, count: int, watch=lambda: None) -> None:
        """Until the outbox has noted all of them."""
        deadline = time.monotonic() + SECONDS_TO_WAIT
        with psycopg.connect(self.variables["DATABASE_URL"], autocommit=True) as connection:
            while time.monotonic() < deadline:
                sent = connection.execute("SELECT count(*) FROM outbox_mail WHERE state = 'sent'").fetchone()[
                    0
                ]
                watch()
                if sent >= count:
                    return
                time.sleep(0.5)
        raise RuntimeError(f"{sent} of {count} mails left within {SECONDS_TO_WAIT} s.")


class Worker:
    """One worker with one process, woken as the programme wakes it."""

    def __init__(self, bench: Bench):
        self.bench = bench

    def __enter__(self):
        options = ["worker", "--concurrency=1", "--loglevel=WARNING"]
        self.service = python(
            "worker",
            "-m",
            "celery",
            "-A",
            "mentoring.local.worker",
            *options,
            environment=self.bench.variables,
        )
        self.bench.workspace.supervisor.start(self.service)
        self.bench._run(
            sys.executable,
            "-m",
            "celery",
            "-A",
            "mentoring",
            "--quiet",
            "call",
            "outbox.tasks.deliver_due_mail",
        )
        return self

    def __exit__(self, *exception):
        self.service.process.kill()
        self.service.process.wait()

    def megabytes(self) -> float:
        """Of the process that delivers: the child that works most."""
        children = psutil.Process(self.service.process.pid).children()
        return max((child.memory_info().rss for child in children), default=0) / 2**20


def compare(bench: Bench, count: int, rounds: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {way: [] for way in WAYS}
    for number in range(rounds):
        # Nobody always goes first on a machine that is still warming up, or filling up.
        for way in WAYS[number % len(WAYS) :] + WAYS[: number % len(WAYS)]:
            found[way].append(round(bench.send(way, count), 1))
            print(f"round {number + 1}: {way:12} {found[way][-1]:7.1f} mails a second", flush=True)
    return found


def watch_memory(bench: Bench, count: int) -> list[tuple[int, float]]:
    """Resident memory of the delivering process, about every tenth of the way."""
    bench._run(sys.executable, "-m", "benchmarks.mail.ours", "queue", count)
    before, marks = len(bench.arrivals()), []
    with bench.worker() as worker:

        def watch():
            arrived = len(bench.arrivals()) - before
            if arrived >= len(marks) * count / 10 and arrived:
                marks.append((arrived, round(worker.megabytes(), 1)))
                print(f"{arrived:7} mails: {marks[-1][1]:6.1f} MB", flush=True)

        bench.wait_for(count, watch)
        marks.append((count, round(worker.megabytes(), 1)))
    return marks


def last_line(found: dict) -> str:
    words = []
    if rates := found.get("mails_a_second"):
        # Within a round all ways meet the same machine, whatever else it has to do.
        for peer in ("bare", "mailer", "post_office"):
            ratios = [ours / other for ours, other in zip(rates["ours"], rates[peer], strict=True)]
            words.append(f"ours / {peer} {statistics.median(ratios):.2f}")
    if marks := found.get("memory"):
        words.append(
            f"memory {marks[0][1]} MB after {marks[0][0]} mails, {marks[-1][1]} MB after {marks[-1][0]}"
        )
    return ", ".join(words)


if __name__ == "__main__":
    main()
