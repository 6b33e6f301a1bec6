"""What RELIABILITY promises about mail, with workers that are really killed: nothing lost, no introduction twice."""

import random
import time
from collections import Counter

import pytest
from django.utils import timezone

from outbox import kinds
from outbox.models import Mail
from outbox.nudge import nudge
from outbox.services import DELIVER, queue_rendered_mail
from tests.faults.kinds import AT_MOST_ONCE, REPEATABLE
from tests.faults.worker import Worker

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

State = Mail.State
PAIRS, KILLS = 40, 5
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


def test_kill_minus_nine_loses_no_mail_and_repeats_no_introduction(mailbox, start_worker):
    dice = random.Random(20270331)  # noqa: S311
    for number in range(PAIRS):
        queue(REPEATABLE, number)
        queue(AT_MOST_ONCE, number)
    mailbox.seconds_to_wait = SECONDS_A_MAIL
    worker = start_worker()

    for _ in range(KILLS):
        worker.wait_until_ready()
        nudge(DELIVER)
        wait_for_more(mailbox, dice.randint(2, 12))
        time.sleep(dice.uniform(0, SECONDS_A_MAIL))
        if dice.random() < 0.5:
            worker.kill_a_child(dice.choice)
        else:
            worker.kill()
            worker.start()
    worker.wait_until_ready()
    seconds_to_drain = drain(120)

    copies = Counter(message["Subject"] for message in mailbox.messages)
    message_ids = {(message["Subject"], message["Message-ID"]) for message in mailbox.messages}
    reminders = {f"{REPEATABLE.name}:{number}" for number in range(PAIRS)}
    introductions = {f"{AT_MOST_ONCE.name}:{number}" for number in range(PAIRS)}
    in_doubt = set(Mail.objects.filter(state=State.IN_DOUBT).values_list("key", flat=True))
    repeats = sum(copies.values()) - len(copies)
    print(f"{KILLS} kills, {repeats} repeated, {len(in_doubt)} in doubt, drained in {seconds_to_drain:.0f} s")
    assert reminders - copies.keys() == set()
    assert introductions - copies.keys() - in_doubt == set()
    assert [key for key in introductions if copies[key] > 1] == []
    assert in_doubt <= introductions
    assert len(message_ids) == len(copies)
    # A kill interrupts at most what its two children and the sweep hold in their hands.
    assert repeats <= 3 * KILLS
    assert Mail.objects.exclude(state=State.SENT).count() == len(in_doubt)


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
