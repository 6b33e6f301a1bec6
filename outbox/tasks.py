import time

from celery import shared_task

from outbox import digest, inbox, queries
from outbox.crew import deliver_together
from outbox.models import Beat
from outbox.nudge import nudge
from outbox.services import DELIVER, record_beat

# A turn ends soon, so that a worker told to stop can, and long work gets its turn between two of them.
SECONDS_A_TURN = 10


@shared_task
def deliver_due_mail():
    """What the clock asks for. Only this counts as its sign of life: nudges come while it is down, too."""
    record_beat(Beat.Name.TASK, queries.database_now())
    deliver_now()


@shared_task
def deliver_now():
    """What a nudge asks for."""
    ends = time.monotonic() + SECONDS_A_TURN
    deliver_together(keep_going=lambda: time.monotonic() < ends)
    if time.monotonic() >= ends:
        nudge(DELIVER)


@shared_task
def read_inbox() -> int:
    return inbox.read()


@shared_task
def gather_digests() -> int:
    return digest.gather()
