"""Clocks that stop, and clocks that disagree."""

from datetime import timedelta

import pytest
from django.utils import timezone

from outbox import chores, gate, queries
from outbox.delivery import deliver_due
from outbox.models import Beat, Mail
from outbox.services import queue_mail, queue_rendered_mail, record_beat
from outbox.sweep import sweep
from outbox.tasks import deliver_now
from tests.accounts.factories import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def a_day_later(queue):
    """A clock that stopped a day ago, when one mail was of use for an hour and the other for a week."""
    record_beat(Beat.Name.TASK, timezone.now() - timedelta(days=1))
    long_ago = timezone.now() - timedelta(hours=23)
    stale = queue(key="stale", not_before=long_ago, expires_at=long_ago + timedelta(hours=1))
    useful = queue(
        key="useful",
        person=PersonFactory(),
        not_before=long_ago,
        expires_at=timezone.now() + timedelta(days=6),
    )
    return stale, useful


def outcome(mail):
    mail.refresh_from_db()
    return mail.state, mail.note


def test_after_a_day_without_clock_what_is_useful_leaves_once_and_what_is_stale_never(sink, a_day_later):
    stale, useful = a_day_later

    dealt_with = [deliver_due(), deliver_due(), deliver_due()]

    assert dealt_with == [2, 0, 0]
    assert (outcome(stale), outcome(useful)) == (("skipped", gate.EXPIRED), ("sent", ""))
    assert sink.readers == [useful.to]


def test_while_the_clock_is_down_the_workers_sweep_though_nudges_come(sink, a_day_later, monkeypatch):
    done = []
    monkeypatch.setattr(chores, "_chores", [lambda: done.append("reminded")])
    deliver_now()
    queue_mail("reminder", key="since", person=PersonFactory())

    sweep(keep_going=lambda: True)

    assert (done, len(sink.received)) == (["reminded"], 2)


def test_the_health_page_tells_of_a_stopped_clock_though_nudges_come(client, sink, queue):
    record_beat(Beat.Name.TASK, timezone.now() - timedelta(minutes=10))
    queue()
    deliver_now()

    answer = client.get("/health/")

    assert (answer.status_code, answer.json()["beat"]["ok"]) == (503, False)


@pytest.mark.parametrize("hours", [-24, -1, 1, 24])
def test_a_web_server_with_a_wrong_clock_holds_no_mail_back(sink, reader, monkeypatch, hours):
    wrong = timezone.now() + timedelta(hours=hours)
    monkeypatch.setattr(timezone, "now", lambda: wrong)
    queue_mail("reminder", key="1", person=reader)
    queue_rendered_mail("code", key="2", to="new@example.org", subject="Your code", text="123456")

    deliver_due()

    assert len(sink.received) == 2


@pytest.mark.parametrize("hours", [-24, -1, 1, 24])
def test_a_deliverer_with_a_wrong_clock_takes_no_mail_from_another(sink, queue, monkeypatch, hours):
    held = queue(key="held")
    lease = queries.database_now() + timedelta(seconds=30)
    Mail.objects.filter(pk=held.pk).update(state="sending", leased_until=lease)
    waiting = queue(key="later", not_before=queries.database_now() + timedelta(minutes=5))
    wrong = timezone.now() + timedelta(hours=hours)
    monkeypatch.setattr(timezone, "now", lambda: wrong)

    dealt_with = deliver_due()

    assert (dealt_with, sink.readers) == (0, [])
    assert (outcome(held)[0], outcome(waiting)[0]) == ("sending", "queued")


@pytest.mark.parametrize("hours", [-24, 24])
def test_the_health_page_of_a_server_with_a_wrong_clock_raises_no_alarm(client, queue, monkeypatch, hours):
    record_beat(Beat.Name.TASK, queries.database_now())
    queue()
    wrong = timezone.now() + timedelta(hours=hours)
    monkeypatch.setattr(timezone, "now", lambda: wrong)

    body = client.get("/health/").json()

    assert (body["mail"]["ok"], body["beat"]["ok"]) == (True, True)
