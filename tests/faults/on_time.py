"""How late mail is when nothing is wrong, while people use the pages.

    .venv/bin/python -m tests.faults.on_time [--due 2000] [--seconds 180] [--requests 20] [--seed N]

Starts what bin/run starts, with data of its own under var/faults, and a mail server without whims. Mails fall due, half
of them forty at a time, while a signed-in member asks for Home again and again. Prints how long mails and pages took;
the exit status says whether 95% of the mails left within 10 s of being due and 99% within 60 s.
"""

import argparse
import http.client
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mentoring.local.errors import CannotStart
from mentoring.local.ports import free_port
from mentoring.local.run import listens, web_options
from mentoring.local.workspace import ROOT, Workspace, python
from tests.faults.mail import drain, enter_django
from tests.faults.schedule import draw
from tests.faults.stage import Stage

PAGE = "/home/"
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
    parser.add_argument("--requests", type=float, default=20, help="pages a second")
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
        readers = Readers(port, sign_in(), a_second=asked.requests)
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


class Readers(threading.Thread):
    """Asks for a page so many times a second, whether or not the last answers have come."""

    def __init__(self, port: int, session: str, *, a_second: float):
        super().__init__(name="readers", daemon=True)
        self.port, self.session, self.pause = port, session, 1 / a_second
        self.took: list[float] = []
        self.errors: list[object] = []
        self._stopped = threading.Event()

    def run(self) -> None:
        began, asked = time.monotonic(), 0
        with ThreadPoolExecutor(40) as threads:
            while not self._stopped.wait(max(0.0, began + asked * self.pause - time.monotonic())):
                threads.submit(self._ask)
                asked += 1
            # Pages that a web which cannot keep up has not been asked for yet are counted as failed.
            threads.shutdown(cancel_futures=True)
        self.errors += ["never asked"] * (asked - len(self.took))

    def stop(self) -> None:
        self._stopped.set()
        self.join()

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
        f"{len(took)} pages, {len(readers.errors)} failed: 50% within {1000 * within(took, 0.5):.0f} ms, "
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
