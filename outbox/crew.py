"""Several deliverers in one process where much is due: while one waits for the mail server, another writes."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection

from outbox import queries
from outbox.delivery import BATCH, deliver_due

# Each has a connection to the mail server; providers allow a sender ten or more, over all its workers.
HANDS = 5

# Each does little between two waits; Python's 5 ms would have them take the interpreter from each other in the middle.
SECONDS_OF_ONE_HAND = 0.02


def deliver_together(*, keep_going: Callable[[], bool]) -> int:
    """As `deliver_due`, over as many connections as it is worth."""
    others = min(HANDS - 1, queries.due(queries.database_now())[: BATCH * HANDS].count() // BATCH)
    if not others:
        return deliver_due(keep_going=keep_going)
    with _in_turns(), ThreadPoolExecutor(others) as threads:
        shares = [threads.submit(_help, keep_going) for _ in range(others)]
        dealt_with = deliver_due(keep_going=keep_going)
    return dealt_with + sum(share.result() for share in shares)


def _help(keep_going: Callable[[], bool]) -> int:
    try:
        return deliver_due(keep_going=keep_going)
    finally:
        connection.close()


@contextmanager
def _in_turns() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(SECONDS_OF_ONE_HAND)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
