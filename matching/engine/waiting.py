"""A solver at work in one thread while another tells how far things are: solvers leave Python free meanwhile."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

EVERY_SECONDS = 0.4  # progress is promised once a second, on busy machines too

Answer = TypeVar("Answer")


def waited(
    work: Callable[[], Answer], tell: Callable[[], None] | None, stop: Callable[[], None] = lambda: None
) -> Answer:
    """What work returns, tell being called while it lasts. What tell raises calls stop, and is raised when work ends."""
    if tell is None:
        return work()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(work)
        try:
            while not wait([running], timeout=EVERY_SECONDS).done:
                tell()
        except BaseException:
            stop()
            raise
        return running.result()
