"""A real Celery worker with its clock, in a process group of its own, to be killed."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
from django.conf import settings
from django.db import connection

from mentoring.local.processes import die_with_parent


class Worker:
    def __init__(self, *, folder: Path, broker: str, smtp_port: int, children: int = 2):
        self._folder = folder
        self._children = children
        self._environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "DATABASE_URL": "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(
                **connection.settings_dict
            ),
            "REDIS_URL": broker,
            "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
            "SECRET_KEY": settings.SECRET_KEY,
        }
        self._process = None
        self._starts = 0

    def start(self) -> None:
        self._starts += 1
        schedule = self._folder / f"beat-{self._starts}"
        options = ["--beat", f"--schedule={schedule}", f"--concurrency={self._children}", "--loglevel=INFO"]
        with (self._folder / f"worker-{self._starts}.log").open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "mentoring", "worker", *options],
                cwd=settings.BASE_DIR,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
                preexec_fn=die_with_parent(9),
            )

    def log(self) -> str:
        return (self._folder / f"worker-{self._starts}.log").read_text()

    def wait_until_ready(self) -> None:
        self.wait_until_it_says("ready.")

    def wait_until_it_says(self, words: str, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while words not in self.log():
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.05)

    def stop(self, seconds: float = 60) -> None:
        """As `docker stop` or Ctrl-C: what is begun is ended, then no more."""
        self._process.terminate()
        self._process.wait(timeout=seconds)

    def kill(self) -> None:
        """As a power cut: the worker, its children and its clock at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def kill_a_child(self, pick) -> None:
        """As the kernel short of memory: one child, whom the worker then replaces."""
        children = psutil.Process(self._process.pid).children()
        pick(children).kill()
