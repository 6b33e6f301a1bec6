"""How late mail is when nothing is wrong, while people use the pages.

    .venv/bin/python -m tests.faults.on_time [--due 2000] [--seconds 180] [--readers 20] [--seed N]

Starts what bin/run starts, with data of its own under var/faults, and a mail server without whims. Mails fall due, half
of them forty at a time, while twenty people read Home, each asking again a second after the last answer: more than
one web process on two cores can give, so that it is never idle. Prints how long mails and pages took; the exit status
says whether 95% of the mails left within 10 s of being due and 99% within 60 s, and no page failed.
"""

import argparse
import http.client
import signal
import sys
import threading
import time
from pathlib import Path

from mentoring.local.errors import CannotStart
from mentoring.local.ports import free_port
from mentoring.local.run import listens, web_options
from mentoring.local.workspace import ROOT, Workspace, python
from tests.faults.mail import drain, enter_django
from tests.faults.schedule import draw
from tests.faults.stage import Stage

PAGE = "/home/"
SECONDS_TO_READ = 1
GOALS = {0.95: 10, 0.99: 60}


def main() -> None:
    asked = parse()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit("Stopped."))
    try:
        sys.exit(measure(Workspace(asked.folder, "another run of the faults"), asked))
    except CannotStart as reason:
        sys.exit(str(reason))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults.on_time", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--due", type=int, default=2000, help="mails that fall due over the run")
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--readers", type=int, default=20, help="people who read pages all the while")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "faults")
    return parser.parse_args()


def measure(workspace: Workspace, asked: argparse.Namespace) -> int:
    schedule = draw(asked.seed, kills=0, due=asked.due, seconds=asked.seconds)
    stage = Stage(workspace, sink_seed=None, children=2, as_in_production=True)
    try:
        stage.start_servers()
        stage.prepare()
        port = start_web(stage)
        enter_django(stage)
        from tests.faults import programme, verdict  # they read models, which exist from now on only

        programme.note_claims()
        stage.start_celery()
        readers = Readers(port, sign_in(), count=asked.readers)
        readers.start()
        acting = programme.Programme(schedule)
        acting.prepare()
        acting.start()
        acting.join()
        readers.stop()
        found = verdict.judge(schedule, stage.mails, seconds_to_drain=drain(stage, acting))
        return report(found, readers)
    finally:
        stage.stop()


def start_web(stage: Stage) -> int:
    port = free_port(8211)
    stage.variables["PUBLIC_URL"] = f"http://localhost:{port}"
    variables = {**stage.variables, "DATABASE_POOL_SIZE": "8"}
    stage.run_manage("prepare", "--files")
    web = python(
        "web", "-m", "granian", *web_options(port), "mentoring.wsgi:application", environment=variables
    )
    stage.supervisor.start(web)
    stage.supervisor.wait_until(web, lambda: listens(port), seconds=60)
    return port


def sign_in() -> str:
    """A member's session, as signing in would leave it."""
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.test import Client

    member = get_user_model().objects.create(email="member@example.org", name="Samira Haddad")
    client = Client()
    client.force_login(member, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client.cookies[settings.SESSION_COOKIE_NAME].value


class Readers:
    """People who look at a page, and at another a moment later."""

    def __init__(self, port: int, session: str, *, count: int):
        self.port, self.session = port, session
        self.took: list[float] = []
        self.errors: list[object] = []
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._read, daemon=True) for _ in range(count)]

    def start(self) -> None:
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()
        self.pages_a_second = len(self.took) / (time.monotonic() - self._began)

    def _read(self) -> None:
        while not self._stopped.is_set():
            self._ask()
            self._stopped.wait(SECONDS_TO_READ)

    def _ask(self) -> None:
        began = time.monotonic()
        try:
            asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            asked.request("GET", PAGE, headers={"Host": "localhost", "Cookie": f"sessionid={self.session}"})
            answer = asked.getresponse()
            answer.read()
            if answer.status != 200:
                self.errors.append(answer.status)
        except (OSError, http.client.HTTPException) as error:
            self.errors.append(error)
        self.took.append(time.monotonic() - began)


def report(found, readers: Readers) -> int:
    waits, took = sorted(found.waits), sorted(readers.took)
    missed = [
        f"{share:.0%} within {seconds} s"
        for share, seconds in GOALS.items()
        if within(waits, share) > seconds
    ]
    if found.lost:
        missed.append(f"{len(found.lost)} lost")
    if readers.errors:
        missed.append(f"{len(readers.errors)} pages failed, the first: {readers.errors[0]}")
    print(
        f"{len(took)} pages, {readers.pages_a_second:.1f} a second, {len(readers.errors)} failed: 50% within {1000 * within(took, 0.5):.0f} ms, "
        f"95% within {1000 * within(took, 0.95):.0f} ms, 99% within {1000 * within(took, 0.99):.0f} ms."
    )
    for sentence in missed:
        print(f"Missed: {sentence}")
    print(
        f"{found.due} due, {found.delivered} delivered, {len(found.lost)} lost, "
        f"{len(found.repeated)} repeated; {found.percentiles()} of being due"
    )
    return 1 if missed else 0


def within(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(share * len(values)))]


if __name__ == "__main__":
    main()
