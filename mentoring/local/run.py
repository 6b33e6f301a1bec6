"""bin/run: the whole programme on one machine, from its own servers to the first page."""

import argparse
import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time

from mentoring.local import environment
from mentoring.local.banner import banner
from mentoring.local.errors import CannotStart
from mentoring.local.ports import free_port, web_port
from mentoring.local.processes import die_with_parent
from mentoring.local.workspace import ROOT, Workspace, python

# A worker need not know of others: it is up a second earlier, and again when the broker comes back.
ALONE = ["--without-mingle", "--without-gossip"]


class Stop(BaseException):
    """Ctrl-C or a TERM, wherever we are."""


def main() -> None:
    asked = parse()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    try:
        workspace = Workspace(ROOT / "var", "bin/run")
        run(workspace, asked)
    except CannotStart as reason:
        sys.exit(str(reason))
    except Stop:
        print("Stopped.", flush=True)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/run",
        description="Start the programme on this machine: PostgreSQL, Valkey, a mail catcher, the web, a worker "
        "and the clock. Where DATABASE_URL, REDIS_URL or EMAIL_URL is set, that server is used instead.",
    )
    parser.add_argument("--port", type=int, help="of the web pages; 8000, or the next free one, unless named")
    parser.add_argument("--empty", action="store_true", help="no demo programme on the first start")
    parser.add_argument("--reset", action="store_true", help="first delete everything the last runs stored")
    return parser.parse_args()


def stop(number, frame):
    raise Stop


def run(workspace: Workspace, asked: argparse.Namespace) -> None:
    try:
        port = web_port(asked.port)
        if asked.reset:
            reset(workspace)
        variables = start_servers(workspace, port)
        prepare(variables, with_demo=not asked.empty)
        start_programme(workspace, port, variables)
        environment.lend(variables)
        print(banner(workspace.folder, variables), flush=True)
        print(f"Ready: http://localhost:{port}", flush=True)
        while True:
            workspace.supervisor.watch()
            time.sleep(0.5)
    finally:
        stop_everything(workspace)


def stop_everything(workspace: Workspace) -> None:
    # A second Ctrl-C must not leave half of it running.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    environment.take_back()
    workspace.supervisor.stop()


def reset(workspace: Workspace) -> None:
    if "DATABASE_URL" in os.environ:
        raise CannotStart(
            "--reset deletes bin/run's own database, but DATABASE_URL names another. Unset one of them."
        )
    workspace.clear()


def start_servers(workspace: Workspace, port: int) -> dict:
    print("Starting PostgreSQL and Valkey …", flush=True)
    variables = workspace.start_servers(is_forgetful=False)
    if "EMAIL_URL" not in os.environ:
        variables.update(start_catcher(workspace))
    variables.update(workspace.secrets())
    variables["PUBLIC_URL"] = os.environ.get("PUBLIC_URL", f"http://localhost:{port}")
    return variables


def start_catcher(workspace: Workspace) -> dict:
    port, maildir = free_port(2525), workspace.folder / "mailbox"
    service = python("mail", "-m", "mentoring.local.catcher", str(port), maildir, environment={})
    workspace.supervisor.start(service)
    workspace.supervisor.wait_until(service, lambda: listens(port), seconds=20)
    # What the catcher keeps wakes nobody: it may come at night.
    return {"EMAIL_URL": f"smtp://127.0.0.1:{port}", "MAILBOX_DIR": str(maildir), "QUIET_HOURS": ""}


def listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def prepare(variables: dict, *, with_demo: bool) -> None:
    """Bring database and files to this version; nothing that is up to date is done again."""
    print("Bringing the database up to date …", flush=True)
    command = [sys.executable, "manage.py", "prepare", "--files", *(["--demo"] if with_demo else [])]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **variables}, preexec_fn=die_with_parent(signal.SIGKILL)
    )
    if done.returncode:
        raise CannotStart("The database or the files could not be brought up to date; the reason is above.")


def start_programme(workspace: Workspace, port: int, variables: dict) -> None:
    start = workspace.supervisor.start
    web = python(
        *["web", "-m", "granian", *web_options(port), "mentoring.wsgi:application"],
        environment={"DATABASE_POOL_SIZE": "8", **variables},
    )
    beat_file = workspace.run / "beat"
    # A clock's file that a kill cut short would stop the next clock; it holds nothing we need.
    for old in workspace.run.glob("beat*"):
        old.unlink()
    celery = ["-m", "celery", "-A", "mentoring.local.worker"]
    start(web)
    start(
        python(
            *["worker", *celery, "worker", "--concurrency=2", "--loglevel=INFO", *ALONE],
            environment=variables,
            # At once: what was under way is found again by the sweeps.
            stop_signal=signal.SIGQUIT,
            death_signal=signal.SIGKILL,
        )
    )
    start(python("beat", *celery, "beat", f"--schedule={beat_file}", environment=variables))
    print("Starting the programme …", flush=True)
    workspace.supervisor.wait_until(web, lambda: not {"database", "broker", "beat"} & ill(port), seconds=90)
    let_old_mail_leave(port)


def let_old_mail_leave(port: int, seconds: int = 15) -> None:
    """What was due while nothing ran may go first; a mail server that is away must not hold up the start."""
    deadline = time.monotonic() + seconds
    while ill(port) and time.monotonic() < deadline:
        time.sleep(0.2)


def ill(port: int) -> set[str]:
    """The parts that the health page finds wanting; all of them while it does not answer."""
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.suppress(OSError, ValueError, http.client.HTTPException), contextlib.closing(asked):
        asked.request("GET", "/health/", headers={"Host": "localhost"})
        parts = json.load(asked.getresponse())
        return {name for name, part in parts.items() if name != "ok" and not part["ok"]}
    return {"web", "database", "broker", "beat"}


def web_options(port: int) -> list[str]:
    """As docker-compose.yml starts it, but for this machine only."""
    options = {"interface": "wsgi", "host": "127.0.0.1", "port": port, "http": "1"}
    # Far more threads than work: most of them wait for a slow client, and the pool bounds the rest.
    options |= {"blocking-threads": 512, "http1-header-read-timeout": 10_000, "workers-kill-timeout": 5}
    return [*(f"--{name}={value}" for name, value in options.items()), "--no-ws"]


if __name__ == "__main__":
    main()
