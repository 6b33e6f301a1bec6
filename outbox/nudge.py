"""Wake a worker after the commit. Only a courtesy: the sweep finds whatever a lost nudge leaves."""

import logging
import time

from celery import current_app
from django.db import connection, transaction

log = logging.getLogger(__name__)

SECONDS_TO_LEAVE_A_LOST_BROKER_ALONE = 30
# A nudge that nobody took for this long is stale: the clock has come round several times since.
SECONDS_A_NUDGE_IS_GOOD_FOR = 60

_quiet_until = 0.0


def nudge(task: str) -> None:
    """Ask for a task by name once the caller's transaction is committed, and once only per transaction."""
    waiting = (getattr(call, "task", None) for _, call, *_ in connection.run_on_commit)
    if task not in waiting:
        transaction.on_commit(_Ring(task), robust=True)


class _Ring:
    def __init__(self, task: str):
        self.task = task

    def __call__(self) -> None:
        """Publish, unless the broker was found away a moment ago: only the first caller then waits for it."""
        global _quiet_until
        if time.monotonic() < _quiet_until:
            return
        try:
            current_app.send_task(self.task, expires=SECONDS_A_NUDGE_IS_GOOD_FOR)
        except Exception as trouble:
            # Whatever ails the broker, the work is stored and the sweep will do it.
            _quiet_until = time.monotonic() + SECONDS_TO_LEAVE_A_LOST_BROKER_ALONE
            log.warning("The broker is away (%s). The sweep does the work until it is back.", trouble)
