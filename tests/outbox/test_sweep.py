from datetime import timedelta

import pytest

from outbox import chores, queries
from outbox.models import Beat
from outbox.services import record_beat
from outbox.sweep import sweep

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_chores(monkeypatch):
    monkeypatch.setattr(chores, "_chores", [])


def always():
    return True


def task_came(*, seconds_ago):
    record_beat(Beat.Name.TASK, queries.database_now() - timedelta(seconds=seconds_ago))


def test_a_worker_whom_no_task_reaches_delivers_by_itself(sink, queue):
    queue()

    sweep(keep_going=always)

    assert len(sink.received) == 1
    assert queries.last_beat(Beat.Name.SWEEP) is not None


def test_while_tasks_come_it_leaves_the_mail_to_them(sink, queue):
    queue()
    task_came(seconds_ago=12)

    sweep(keep_going=always)

    assert sink.received == []


def test_it_begins_once_the_tasks_stay_away(sink, queue):
    queue()
    task_came(seconds_ago=25)

    sweep(keep_going=always)

    assert len(sink.received) == 1


def test_it_does_the_clocks_other_chores_too_and_one_that_fails_stops_nothing(sink, queue):
    done = []
    chores.register(lambda: 1 / 0)
    chores.register(lambda: done.append("introduced"))
    queue()

    sweep(keep_going=always)

    assert (done, len(sink.received)) == (["introduced"], 1)


def test_what_waits_longest_is_known(queue, at):
    first = queue(key="1")
    queue(key="2")
    queue(key="3", not_before=at(hours=1)())

    assert queries.oldest_due() == first.not_before


def test_where_nothing_is_due_nothing_waits(queue, at):
    queue(not_before=at(hours=1)())

    assert queries.oldest_due() is None
    assert queries.last_beat() is None
