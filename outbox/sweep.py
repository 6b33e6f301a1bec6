"""Each worker looks for itself when nobody sends it: mail leaves while the broker is away."""

import logging
import threading
from datetime import timedelta

from celery import bootsteps
from celery.worker.components import Pool
from django.conf import settings
from django.db import connections

from outbox import chores, queries
from outbox.delivery import deliver_due
from outbox.models import Beat
from outbox.services import record_beat

log = logging.getLogger(__name__)

SECONDS_BETWEEN_SWEEPS = 15
# Twice the clock's interval. While tasks come the thread does next to nothing, so that a pool which
# replaces a lost child hardly ever forks in the middle of its work.
SILENCE = timedelta(seconds=20)


class Sweep(bootsteps.StartStopStep):
    """A thread of the worker's main process, begun after the pool has forked and before the broker is called."""

    requires = (Pool,)

    def __init__(self, worker, **options):
        super().__init__(worker, **options)
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._run, name="mail-sweep", daemon=True)

    def start(self, worker):
        self.thread.start()

    def stop(self, worker):
        self.stopped.set()
        self.thread.join(timeout=2 * settings.EMAIL_TIMEOUT)

    terminate = stop

    def _run(self):
        while not self.stopped.wait(SECONDS_BETWEEN_SWEEPS):
            try:
                sweep(keep_going=lambda: not self.stopped.is_set())
            except Exception:
                # The database may be away: the next sweep asks again.
                log.exception("This sweep found no way to look for due mail.")
            finally:
                connections.close_all()


def sweep(*, keep_going) -> None:
    """Do what the clock's tasks would have done, where none has come for a while."""
    now = queries.database_now()
    record_beat(Beat.Name.SWEEP, now)
    last_task = queries.last_beat(Beat.Name.TASK)
    if last_task and last_task > now - SILENCE:
        return
    for chore in chores.every():
        _do(chore)
    deliver_due(keep_going=keep_going)


def _do(chore: chores.Chore) -> None:
    try:
        chore()
    except Exception:
        log.exception("A chore failed; it is tried again at the next sweep.")
