"""The part of the web: it queues mails and cancels their causes, whatever is down just then."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.db import InterfaceError, OperationalError, connection, transaction

from outbox.queries import database_now
from outbox.services import draft_mail, queue_mail, queue_mails
from tests.faults.kinds import INTRODUCTION, REMINDER
from tests.faults.models import Cause
from tests.faults.schedule import Planned, Schedule

NOTE_CLAIMS = """
CREATE OR REPLACE FUNCTION faults_note_claim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO faults_claim (key, at) VALUES (NEW.key, clock_timestamp());
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER faults_note_claim AFTER UPDATE ON outbox_mail FOR EACH ROW
    WHEN (NEW.state = 'sending' AND OLD.state <> 'sending') EXECUTE FUNCTION faults_note_claim();
"""


def note_claims() -> None:
    with connection.cursor() as cursor:
        cursor.execute(NOTE_CLAIMS)


class Programme(threading.Thread):
    """Does what the schedule says at its time, and again where the database was away."""

    def __init__(self, schedule: Schedule):
        super().__init__(name="programme", daemon=True)
        self.schedule = schedule
        self.trouble: BaseException | None = None
        self._people: dict[int, object] = {}

    def prepare(self) -> None:
        """Store whoever is written to, and the half of the mails that is known long before."""
        self.began, self._zero = database_now(), time.monotonic()
        people = get_user_model()
        rows = [people(email=mail.address, name=f"Person {mail.number}") for mail in self.schedule.mails]
        stored = people.objects.bulk_create(rows)
        self._people = {mail.number: person for mail, person in zip(self.schedule.mails, stored, strict=True)}
        early = [mail for mail in self.schedule.mails if mail.queued == 0]
        Cause.objects.bulk_create(self._cause(mail) for mail in early)
        queue_mails(draft_mail(**self._mail(mail)) for mail in early)

    def run(self) -> None:
        try:
            self._act()
        except BaseException as trouble:
            self.trouble = trouble
        finally:
            connection.close()

    def _act(self) -> None:
        acts, number = [], itertools.count()
        for mail in self.schedule.mails:
            if mail.queued:
                heapq.heappush(acts, (mail.queued, next(number), self._queue, mail))
            if mail.cancelled is not None:
                heapq.heappush(acts, (mail.cancelled, next(number), self._cancel, mail))
        while acts:
            at, _, act, mail = heapq.heappop(acts)
            time.sleep(max(0.0, self._zero + at - time.monotonic()))
            if not persist(lambda act=act, mail=mail: act(mail)):
                # Cancelled before it was queued: as soon as it is.
                heapq.heappush(acts, (at + 0.5, next(number), act, mail))

    def _queue(self, mail: Planned) -> bool:
        with transaction.atomic():
            Cause.objects.bulk_create([self._cause(mail)], ignore_conflicts=True)
            queue_mail(**self._mail(mail))
        return True

    def _cancel(self, mail: Planned) -> bool:
        now = database_now()
        if not Cause.objects.filter(key=mail.key).update(cancelled_at=now):
            return False
        # Only now is it certain that nobody can have read otherwise.
        Cause.objects.filter(key=mail.key).update(cancelled_at=database_now())
        return True

    def _cause(self, mail: Planned) -> Cause:
        return Cause(key=mail.key, due_at=self._moment(mail.due), expires_at=self._moment(mail.expires))

    def _mail(self, mail: Planned) -> dict:
        return {
            "kind": (INTRODUCTION if mail.is_introduction else REMINDER).name,
            "key": mail.key,
            "person": self._people[mail.number],
            "not_before": None if mail.queued else self._moment(mail.due),
            "expires_at": self._moment(mail.expires),
        }

    def _moment(self, seconds: float | None) -> datetime | None:
        return None if seconds is None else self.began + timedelta(seconds=seconds)


def persist(write: Callable[[], bool], *, seconds: float = 60) -> bool:
    """As a person who clicks again: until the database is back."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return write()
        except (OperationalError, InterfaceError):
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
