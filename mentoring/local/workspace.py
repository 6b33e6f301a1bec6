"""The folder that everything of this checkout lives in while it runs, and the one process that may use it."""

import fcntl
import os
import secrets
import shutil
import sys
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mentoring.local.errors import CannotStart
from mentoring.local.postgres import find_place, start_postgres
from mentoring.local.processes import Service, Supervisor
from mentoring.local.valkey import start_valkey

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Workspace:
    """A data folder, locked for us as long as we live."""

    folder: Path
    command: str

    def __post_init__(self):
        for part in (self.folder, self.run, self.folder / "log"):
            part.mkdir(parents=True, exist_ok=True)
        self._lock()
        for log in (self.folder / "log").glob("*.log"):
            log.replace(log.with_suffix(".log.before"))
        self.supervisor = Supervisor(records=self.run / "processes.json", logs=self.folder / "log")
        self.supervisor.end_left_behind()

    @property
    def run(self) -> Path:
        return self.folder / "run"

    def _lock(self) -> None:
        # The kernel lets go of it however we end, so a killed run never blocks the next.
        self._lock_file = (self.run / "lock").open("a+")
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock_file.seek(0)
            holder = self._lock_file.read().strip()
            raise CannotStart(
                f"{self.command} is already running here (process {holder}). Stop that one first."
            ) from None
        self._lock_file.truncate(0)
        self._lock_file.write(str(os.getpid()))
        self._lock_file.flush()

    def secrets(self) -> dict:
        """What the environment does not set itself: made once, and kept."""
        made = {"SECRET_KEY": self.secret_key, "ENCRYPTION_KEYS": self.encryption_keys}
        return {name: make() for name, make in made.items() if not os.environ.get(name)}

    def secret_key(self) -> str:
        return self._kept("secret_key", lambda: secrets.token_urlsafe(60))

    def encryption_keys(self) -> str:
        return self._kept("encryption_keys", lambda: urlsafe_b64encode(os.urandom(32)).decode())

    def _kept(self, name: str, make: Callable[[], str]) -> str:
        path = self.folder / name
        if not path.exists():
            draft = path.with_suffix(".new")
            draft.touch(mode=0o600)
            draft.write_text(make())
            draft.rename(path)
        return path.read_text()

    def clear(self) -> None:
        """Delete the database, the queue, the mails: everything that a first start makes anew."""
        shutil.rmtree(find_place(self.folder / "postgres").home)
        for part in ("postgres", "valkey", "mailbox"):
            shutil.rmtree(self.folder / part, ignore_errors=True)
        (self.folder / "demo.json").unlink(missing_ok=True)

    def start_servers(self, *, is_forgetful: bool) -> dict:
        """PostgreSQL and Valkey, unless the environment names others; the addresses as variables."""
        variables = {}
        if "DATABASE_URL" not in os.environ:
            place = find_place(self.folder / "postgres")
            variables["DATABASE_URL"] = start_postgres(self.supervisor, place, is_forgetful=is_forgetful)
        if "REDIS_URL" not in os.environ:
            home = self.folder / "valkey"
            variables["REDIS_URL"] = start_valkey(self.supervisor, home, is_forgetful=is_forgetful)
        return variables


def python(name: str, *arguments, environment: dict, **options) -> Service:
    """A service of our own code."""
    return Service(
        name=name, command=[sys.executable, *arguments], environment=environment, folder=ROOT, **options
    )
