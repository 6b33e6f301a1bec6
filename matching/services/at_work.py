"""Long work that one worker claims, tells the progress of, and may be asked to stop: for rows with the states of a run."""

import logging
import time
from datetime import datetime, timedelta
from threading import Event, Thread

from django.db import DatabaseError, connection
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from matching.engine import Stopped
from matching.errors import NotReady
from matching.models import MatchRun

log = logging.getLogger(__name__)

State = MatchRun.State
UNFINISHED = [State.QUEUED, State.RUNNING, State.STOPPING]
SECONDS_BETWEEN_SIGNS_OF_LIFE = 0.5
SECONDS_BETWEEN_PULSES = 0.25
SILENCE_OF_A_DEAD_WORKER = timedelta(minutes=2)


def claim(work: Model) -> bool:
    """Whether it is this worker's now; False where another was quicker or it was stopped."""
    waiting = type(work).objects.filter(pk=work.pk, state=State.QUEUED)
    if not waiting.update(state=State.RUNNING, heard_from_at=timezone.now()):
        return False
    work.refresh_from_db()
    return True


def running(work: Model) -> QuerySet:
    """Its row, while it is neither ended nor asked to stop."""
    return type(work).objects.filter(pk=work.pk, state=State.RUNNING)


def finish(work: Model, **results) -> None:
    """Store the result, or nothing of it where the work was stopped or given up meanwhile: then Stopped."""
    ended = {"state": State.DONE, "progress": 1, "words": "", "finished_at": timezone.now()}
    if not running(work).update(**ended, **results):
        raise Stopped


def close(work: Model, state: str, words: str) -> None:
    unfinished = type(work).objects.filter(pk=work.pk, state__in=UNFINISHED)
    unfinished.update(state=state, words=words, finished_at=timezone.now())


def stop(work: Model, *, words: str) -> None:
    """Stop what waits at once; ask what is at work to stop. Raises NotReady once it has ended."""
    rows = type(work).objects.filter(pk=work.pk)
    if rows.filter(state=State.QUEUED).update(state=State.STOPPED, words=words, finished_at=timezone.now()):
        return
    if not rows.filter(state__in=[State.RUNNING, State.STOPPING]).update(state=State.STOPPING):
        work.refresh_from_db(fields=["state"])
        raise NotReady(
            gettext("This run has ended already: it is %(state)s.") % {"state": work.get_state_display()}
        )


def fail_silent(kind: type[Model], *, words: str, now: datetime | None = None) -> int:
    """Mark work whose worker has died, so that nobody waits for it."""
    now = now or timezone.now()
    silent = kind.objects.filter(
        state__in=[State.RUNNING, State.STOPPING], heard_from_at__lt=now - SILENCE_OF_A_DEAD_WORKER
    )
    return silent.update(state=State.FAILED, words=words, finished_at=now)


class SignsOfLife:
    """Writes how far the work is, at most twice a second, and hears in the same breath that it should stop.

    Between two steps of the work a thread of its own says that the worker lives: one step of the solver may take longer
    than anybody likes to wait for a sign.
    """

    def __init__(self, work: Model):
        self.work = work
        self.told_at = 0.0
        self.words = ""
        self.is_over = Event()

    def __enter__(self) -> "SignsOfLife":
        self.thread = Thread(
            target=self.pulse, name=f"pulse of {self.work._meta.model_name} {self.work.pk}", daemon=True
        )
        self.thread.start()
        return self

    def __exit__(self, *failure) -> None:
        self.is_over.set()
        self.thread.join()

    def tell(self, fraction: float, words: str) -> None:
        """Raises Stopped."""
        now = time.monotonic()
        if words == self.words and now - self.told_at < SECONDS_BETWEEN_SIGNS_OF_LIFE:
            return
        self.told_at, self.words = now, words
        if not running(self.work).update(progress=fraction, words=words, heard_from_at=timezone.now()):
            raise Stopped

    def pulse(self) -> None:
        """In a connection of this thread's own, which is closed with it."""
        try:
            while not self.is_over.wait(SECONDS_BETWEEN_PULSES):
                running(self.work).update(heard_from_at=timezone.now())
        except DatabaseError:
            # The work itself meets the same trouble, and reports it.
            log.warning("%s could not say that it lives.", self.work, exc_info=True)
        finally:
            connection.close()
