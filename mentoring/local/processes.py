"""Child processes that end with the one that started them.

Each leads a process group of its own, dies with its parent (where the kernel can do that: Linux), and is written
down with its start time, so that the next start can end what a killed one left behind.
"""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from mentoring.local.errors import CannotStart

LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
PR_SET_PDEATHSIG = 1
# A clock that is set moves every start time a little.
SAME_START_SECONDS = 5
KILL_AFTER_SECONDS = 10


@dataclass
class Service:
    """One program that runs as long as we do."""

    name: str
    command: list
    environment: dict = field(default_factory=dict)
    stop_signal: int = signal.SIGTERM
    death_signal: int = signal.SIGTERM  # what the kernel sends when we ourselves are killed
    user: int | None = None
    group: int | None = None
    folder: Path | None = None
    process: subprocess.Popen | None = None
    started: float = 0.0
    quick_deaths: int = 0


class Supervisor:
    """Starts services, writes them down, starts the fallen again, stops all in reverse order."""

    def __init__(self, *, records: Path, logs: Path):
        self.records = records
        self.logs = logs
        self.services: list[Service] = []

    def start(self, service: Service) -> Service:
        if service not in self.services:
            self.services.append(service)
        with self.log_of(service).open("ab") as log:
            service.process = subprocess.Popen(
                [str(part) for part in service.command],
                env={**os.environ, **service.environment},
                cwd=service.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
                preexec_fn=die_with_parent(service.death_signal),
                **as_user(service),
            )
        service.started = time.time()
        self._write_records()
        return service

    def log_of(self, service: Service) -> Path:
        return self.logs / f"{service.name}.log"

    def tail_of(self, service: Service, lines: int = 15) -> str:
        text = self.log_of(service).read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def wait_until(self, service: Service, is_ready, *, seconds: int) -> None:
        """Return once the service answers; CannotStart with the end of its log where it does not."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if is_ready():
                return
            if service.process.poll() is not None:
                break
            time.sleep(0.1)
        raise CannotStart(f"{service.name} did not start. The end of its log:\n{self.tail_of(service)}")

    def watch(self) -> None:
        """Start again what has fallen; CannotStart when one cannot stay up."""
        for service in self.services:
            code = service.process.poll()
            if code is None:
                continue
            service.quick_deaths = service.quick_deaths + 1 if time.time() - service.started < 10 else 0
            if service.quick_deaths >= 5:
                raise CannotStart(f"{service.name} ends again and again:\n{self.tail_of(service)}")
            print(f"{service.name} ended ({code}) and is started again.", flush=True)
            kill_group(service.process.pid)
            self.start(service)

    def stop(self) -> None:
        for service in reversed(self.services):
            self._stop_one(service)
        self.services.clear()
        self.records.unlink(missing_ok=True)

    def _stop_one(self, service: Service) -> None:
        if service.process.poll() is None:
            service.process.send_signal(service.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                service.process.wait(KILL_AFTER_SECONDS)
        kill_group(service.process.pid)
        service.process.wait()

    def _write_records(self) -> None:
        rows = [
            {"name": one.name, "pid": one.process.pid, "started": one.started}
            for one in self.services
            if one.process
        ]
        fresh = self.records.with_suffix(".new")
        fresh.write_text(json.dumps(rows))
        fresh.replace(self.records)

    def end_left_behind(self) -> None:
        """End what an earlier run that was killed could not end itself."""
        for row in read_records(self.records):
            for process in left_of(row):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.terminate()
        deadline = time.monotonic() + KILL_AFTER_SECONDS
        for row in read_records(self.records):
            while left_of(row) and time.monotonic() < deadline:
                time.sleep(0.1)
            for process in left_of(row):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
        self.records.unlink(missing_ok=True)


def die_with_parent(death_signal: int):
    """What a child does between fork and exec: ask the kernel for this signal when the parent is gone."""
    parent = os.getpid()

    def before_exec():
        ask_for_death_signal(death_signal)
        if os.getppid() != parent:
            os._exit(1)

    return before_exec


def ask_for_death_signal(death_signal: int) -> None:
    if LIBC:
        LIBC.prctl(PR_SET_PDEATHSIG, death_signal)


def as_user(service: Service) -> dict:
    if service.user is None:
        return {}
    return {"user": service.user, "group": service.group, "extra_groups": []}


def kill_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def read_records(path: Path) -> list[dict]:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return []


def left_of(row: dict) -> list[psutil.Process]:
    """The members of a recorded group that still run; none where its number now belongs to somebody else."""
    with contextlib.suppress(psutil.NoSuchProcess):
        leader = psutil.Process(row["pid"])
        if abs(leader.create_time() - row["started"]) > SAME_START_SECONDS:
            return []
    return [process for process in psutil.process_iter() if is_member(process, row)]


def is_member(process: psutil.Process, row: dict) -> bool:
    try:
        if os.getpgid(process.pid) != row["pid"] or process.status() == psutil.STATUS_ZOMBIE:
            return False
        return process.create_time() > row["started"] - SAME_START_SECONDS
    except (ProcessLookupError, PermissionError, psutil.Error):
        return False
