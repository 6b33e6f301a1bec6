import pytest
from django.db import connection

from outbox import queries, tasks
from outbox.crew import HANDS
from outbox.delivery import BATCH
from outbox.models import Mail
from outbox.tasks import deliver_due_mail, deliver_now

pytestmark = pytest.mark.django_db


def test_a_task_delivers_and_says_that_it_came(sink, queue):
    queue()

    deliver_due_mail()

    assert len(sink.received) == 1
    assert queries.last_beat() is not None


def test_a_nudge_delivers_but_is_no_sign_of_the_clock(sink, queue):
    """Else people who cause mail would hide from the health page that the clock has stopped."""
    queue()

    deliver_now()

    assert len(sink.received) == 1
    assert queries.last_beat() is None


def test_a_task_whose_turn_is_over_sends_for_another(
    sink, queue, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(tasks, "SECONDS_A_TURN", 0)
    queue()
    connection.run_on_commit.clear()  # as if its own nudge had been heard

    with django_capture_on_commit_callbacks() as nudges:
        deliver_due_mail()

    assert [nudge.task for nudge in nudges] == ["outbox.tasks.deliver_now"]
    assert Mail.objects.get().state == Mail.State.QUEUED


def test_a_task_that_found_all_done_sends_for_nobody(sink, queue, django_capture_on_commit_callbacks):
    queue()
    connection.run_on_commit.clear()

    with django_capture_on_commit_callbacks() as nudges:
        deliver_due_mail()

    assert nudges == []


@pytest.mark.django_db(transaction=True)
def test_where_much_is_due_one_process_speaks_over_several_connections(sink, queue):
    for number in range(2 * BATCH + 1):
        queue(key=f"session:{number}", title=f"Session {number}")
    # Long enough for everybody to have come.
    sink.seconds_to_wait = 0.02

    deliver_now()

    subjects = [message["Subject"] for message in sink.messages]
    assert len(subjects) == len(set(subjects)) == 2 * BATCH + 1
    assert sink.connections == min(HANDS, 3)
    assert not Mail.objects.exclude(state=Mail.State.SENT).exists()
