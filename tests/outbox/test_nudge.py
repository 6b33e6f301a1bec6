import pytest
from celery import current_app
from django.db import transaction

from outbox.nudge import nudge
from outbox.services import queue_mail
from tests.accounts.factories import PersonFactory

pytestmark = pytest.mark.django_db(transaction=True)

TASK = "outbox.tasks.deliver_now"
QUEUE = current_app.conf.task_default_queue


@pytest.fixture
def tasks_waiting():
    """How many tasks wait at the real broker, which is emptied before and after."""
    with current_app.connection_for_write() as connection:
        queue = connection.default_channel.client
        queue.delete(QUEUE)
        yield lambda: queue.llen(QUEUE)
        queue.delete(QUEUE)


@pytest.fixture
def lost_broker(monkeypatch):
    monkeypatch.setattr(current_app.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(current_app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    current_app.pool.force_close_all()
    current_app.set_default()
    amqp = current_app.amqp
    amqp._producer_pool = None
    current_app._pool = None
    yield
    amqp._producer_pool = None
    current_app._pool = None


def test_a_worker_is_woken_once_however_many_mails_a_transaction_queues(tasks_waiting):
    person = PersonFactory()

    with transaction.atomic():
        for number in range(5):
            queue_mail("reminder", key=f"session:{number}", person=person)

    assert tasks_waiting() == 1


def test_a_worker_is_not_woken_for_what_was_rolled_back(tasks_waiting):
    with transaction.atomic():
        nudge(TASK)
        transaction.set_rollback(True)
    assert tasks_waiting() == 0

    nudge(TASK)

    assert tasks_waiting() == 1


def test_a_lost_broker_is_called_once_and_then_left_alone(lost_broker, caplog):
    person = PersonFactory()
    queue_mail("reminder", key="first", person=person)

    for number in range(50):
        queue_mail("reminder", key=f"session:{number}", person=person)

    assert len([record for record in caplog.records if "The broker is away" in record.message]) == 1
    assert person.mails.count() == 51
