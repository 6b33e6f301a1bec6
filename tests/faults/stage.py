"""The real programs that are killed: PostgreSQL, Valkey, a worker with its children, a clock apart, a mail server."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time

import psutil
import psycopg

from mentoring.local.ports import free_port
from mentoring.local.postgres import find_place, start_postgres
from mentoring.local.processes import Service, kill_group
from mentoring.local.run import ALONE, listens
from mentoring.local.valkey import start_valkey
from mentoring.local.workspace import ROOT, Workspace, python
from tests.faults.schedule import Kill

SECONDS_FOR_A_CHILD = 90  # on a busy machine a worker takes its time to start
CELERY = ["-m", "celery", "-A", "mentoring.local.worker"]


class Stage:
    """Everything that a mail needs on its way, on this machine, with data of its own that the last run left empty."""

    def __init__(self, workspace: Workspace, *, sink_seed: int | None, children: int, as_in_production: bool):
        self.workspace = workspace
        self.supervisor = workspace.supervisor
        self.mails = workspace.folder / "sink"
        shutil.rmtree(self.mails, ignore_errors=True)
        shutil.rmtree(self._broker_home, ignore_errors=True)
        self._sink_seed = sink_seed
        self._children = children
        self._services: dict[str, Service] = {}
        self._down: set[str] = set()
        self.variables = {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "FAULTS_AS_IN_PRODUCTION": str(as_in_production),
            **workspace.secrets(),
            "PUBLIC_URL": "http://localhost:8000",
        }

    @property
    def _broker_home(self):
        return self.workspace.folder / "valkey"

    # --- Starting ---------------------------------------------------------------------------------

    def start_servers(self) -> None:
        """The database keeps to its promises (fsync is on), as in production."""
        place = find_place(self.workspace.folder / "postgres")
        self.variables["DATABASE_URL"] = start_postgres(self.supervisor, place)
        self.variables["REDIS_URL"] = start_valkey(self.supervisor, self._broker_home)
        self._services = {
            {"postgres": "database", "valkey": "broker"}[service.name]: service
            for service in self.supervisor.services
        }
        port = self._quiet_port()
        sink = python(
            "sink", "-m", "tests.faults.sink", str(port), self.mails, self._seed_word(), environment={}
        )
        self._add("sink", sink)
        self.supervisor.wait_until(sink, lambda: listens(port), seconds=20)
        self.variables["EMAIL_URL"] = f"smtp://127.0.0.1:{port}"

    def _seed_word(self) -> str:
        return "-" if self._sink_seed is None else str(self._sink_seed)

    @staticmethod
    def _quiet_port() -> int:
        """Below those that the kernel gives to clients: a sink that is down must find its own again."""
        for port in range(26_110, 26_200):
            if free_port(port) == port:
                return port
        return free_port(0)

    def prepare(self) -> None:
        """A database without anybody, with the tables as `manage.py` makes them."""
        server, _, name = self.variables["DATABASE_URL"].rpartition("/")
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}"')
        self.run_manage("migrate", "--run-syncdb", "--verbosity=0")

    def run_manage(self, *words: str) -> None:
        command = [sys.executable, "manage.py", *words]
        subprocess.run(command, cwd=ROOT, env={**os.environ, **self.variables}, check=True)

    def start_celery(self) -> None:
        options = ["worker", f"--concurrency={self._children}", "--loglevel=INFO", *ALONE]
        worker = python("worker", *CELERY, *options, environment=self.variables)
        worker.death_signal = signal.SIGKILL
        self._add("worker", worker)
        log = self.supervisor.log_of(worker)
        self.supervisor.wait_until(worker, lambda: "ready." in log.read_text(errors="replace"), seconds=90)
        schedule = f"--schedule={self.workspace.run / 'beat'}"
        self._forget_schedule()
        self._add("beat", python("beat", *CELERY, "beat", schedule, environment=self.variables))

    def _add(self, name: str, service: Service) -> None:
        self._services[name] = self.supervisor.start(service)

    # --- Killing ----------------------------------------------------------------------------------

    def kill(self, kill: Kill) -> None:
        """With -9: nothing is told, nothing is tidied."""
        if kill.victim != "child":
            self._down.add(kill.victim)
        {"child": self._kill_child, "database": self._kill_database}.get(kill.victim, self._kill_one)(kill)

    def _kill_one(self, kill: Kill) -> None:
        # A worker's children die with it, as they do in a container.
        process = self._services[kill.victim].process
        process.kill()
        process.wait()

    def _kill_child(self, kill: Kill) -> None:
        deadline = time.monotonic() + SECONDS_FOR_A_CHILD
        while time.monotonic() < deadline:
            self.watch()
            with contextlib.suppress(psutil.NoSuchProcess):
                worker = psutil.Process(self._services["worker"].process.pid)
                if children := sorted(worker.children(), key=lambda child: child.pid):
                    children[int(kill.pick * len(children))].kill()
                    return
            time.sleep(0.05)
        raise RuntimeError("The worker has no children to kill.")

    def _kill_database(self, kill: Kill) -> None:
        postmaster = psutil.Process(self._services["database"].process.pid)
        backends = postmaster.children(recursive=True)
        for process in [postmaster, *backends]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._services["database"].process.wait()
        psutil.wait_procs(backends, timeout=10)

    def start_again(self, kill: Kill) -> None:
        if kill.victim == "child":
            return  # the worker replaces it
        if kill.victim == "broker" and kill.wipes:
            shutil.rmtree(self._broker_home / "appendonlydir", ignore_errors=True)
        self._down.discard(kill.victim)
        self._start(kill.victim)

    def watch(self) -> None:
        """Start again what ended by itself, as bin/run and a container do: Celery gives up after some kills."""
        for name, service in self._services.items():
            if name not in self._down and service.process.poll() is not None:
                print(f"           {name} ended by itself ({service.process.returncode})", flush=True)
                kill_group(service.process.pid)
                self._start(name)

    def _start(self, name: str) -> None:
        if name == "beat":
            self._forget_schedule()
        self.supervisor.start(self._services[name])

    def _forget_schedule(self) -> None:
        # A clock's file that a kill cut short would stop the next clock; it holds nothing we need.
        for old in self.workspace.run.glob("beat*"):
            old.unlink()

    def wait_until_up(self, seconds: float = 60) -> None:
        """Let what was started last answer, so that the drain is measured from there."""
        port = int(self.variables["EMAIL_URL"].rpartition(":")[2])
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not listens(port):
            time.sleep(0.05)

    def stop(self) -> None:
        groups = [service.process.pid for service in self.supervisor.services if service.process]
        self.supervisor.stop()
        for group in groups:
            kill_group(group)
