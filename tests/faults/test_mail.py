"""What RELIABILITY promises about mail, with workers that are really killed: nothing lost, no introduction twice."""

import subprocess
import sys
import time
from collections import Counter

import pytest
from django.conf import settings
from django.utils import timezone

from outbox import kinds
from outbox.models import Mail
from outbox.nudge import nudge
from outbox.services import DELIVER, queue_rendered_mail
from tests.faults.kinds import AT_MOST_ONCE, REPEATABLE
from tests.faults.worker import Worker

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

State = Mail.State
SECONDS_A_MAIL = 0.1
A_CLOSED_PORT = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def fault_kinds(monkeypatch):
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    kinds.register(REPEATABLE)
    kinds.register(AT_MOST_ONCE)


@pytest.fixture
def start_worker(mailbox, broker, tmp_path):
    started = []

    def start(**options):
        worker = Worker(folder=tmp_path, smtp_port=mailbox.port, **{"broker": broker, **options})
        worker.start()
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.kill()


def queue(kind, number, **options):
    key = f"{kind.name}:{number}"
    return queue_rendered_mail(
        kind.name, key=key, to=f"p{number}@example.org", subject=key, text="Hello", **options
    )


def wait_for_more(mailbox, count: int, seconds: float = 30) -> None:
    """Let the workers be in the midst of it, however slow this machine is."""
    enough, deadline = len(mailbox.received) + count, time.monotonic() + seconds
    while len(mailbox.received) < enough and time.monotonic() < deadline:
        time.sleep(0.01)


def drain(seconds: float) -> float:
    """Wait until nothing is on its way any more, and return how long that took."""
    began = time.monotonic()
    while Mail.objects.filter(state__in=[State.QUEUED, State.SENDING]).exists():
        assert time.monotonic() - began < seconds, Counter(Mail.objects.values_list("state", flat=True))
        time.sleep(0.2)
    return time.monotonic() - began


def test_kill_minus_nine_of_anything_loses_no_mail_and_repeats_no_introduction():
    """The short form of `python -m tests.faults.mail`, which judges by the same goals."""
    folder = settings.BASE_DIR / "var" / "test" / "faults"
    options = ["--short", "--kills=6", "--due=120", "--seed=7", "--children=2", f"--folder={folder}"]

    run = subprocess.run(
        [sys.executable, "-m", "tests.faults.mail", *options],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=300,
    )

    last_line = run.stdout.strip().rpartition("\n")[2]
    assert run.returncode == 0, run.stdout + run.stderr
    assert last_line.startswith("6 kills, 120 due, ")
    assert " 0 lost, " in last_line


def test_mail_leaves_within_a_minute_while_the_broker_is_away(mailbox, start_worker):
    worker = start_worker(broker=A_CLOSED_PORT)
    worker.wait_until_it_says("Cannot connect")
    mails = [queue(REPEATABLE, number) for number in range(3)]

    drain(60)

    assert sorted(mailbox.readers) == sorted(mail.to for mail in mails)
    assert {mail.state for mail in Mail.objects.all()} == {State.SENT}


def test_a_worker_told_to_stop_leaves_nothing_half_sent(mailbox, start_worker):
    for number in range(30):
        queue(AT_MOST_ONCE, number)
    mailbox.seconds_to_wait = SECONDS_A_MAIL
    worker = start_worker()
    worker.wait_until_ready()
    nudge(DELIVER)
    wait_for_more(mailbox, 3)

    worker.stop()

    states = Counter(Mail.objects.values_list("state", flat=True))
    assert set(states) <= {State.SENT, State.QUEUED}
    assert states[State.SENT] == len(mailbox.received)
    assert Mail.objects.filter(leased_until__gt=timezone.now()).count() == 0
