from datetime import timedelta

import pytest
from django.utils import timezone

from outbox.models import Beat, Mail
from outbox.services import record_beat


@pytest.fixture
def beating(db):
    record_beat(Beat.Name.TASK, timezone.now())


def ask(client):
    answer = client.get("/health/")
    return answer.status_code, answer.json()


def queue(**fields):
    words = {"key": "a", "kind": "reminder", "to": "samira@example.org"}
    return Mail.objects.create(**words | fields)


def test_all_is_well_while_everything_answers(client, beating):
    code, body = ask(client)

    assert code == 200
    assert body["ok"] is True
    assert body["mail"]["oldest_due"] is None


def test_a_mail_due_for_six_minutes_raises_the_alarm(client, beating):
    queue(not_before=timezone.now() - timedelta(minutes=6))

    code, body = ask(client)

    assert (code, body["ok"], body["mail"]["ok"]) == (503, False, False)


def test_a_mail_that_is_not_due_yet_raises_none(client, beating):
    queue(not_before=timezone.now() + timedelta(minutes=6))

    assert ask(client)[0] == 200


def test_a_clock_that_stopped_raises_the_alarm(client, db):
    record_beat(Beat.Name.TASK, timezone.now() - timedelta(minutes=3))

    code, body = ask(client)

    assert (code, body["beat"]["ok"]) == (503, False)


def test_a_clock_that_never_rang_raises_the_alarm(client, db):
    code, body = ask(client)

    assert (code, body["beat"]) == (503, {"ok": False, "last": None})


def test_a_broker_that_is_away_raises_the_alarm(client, beating, settings, closed_port):
    settings.REDIS_URL = f"redis://127.0.0.1:{closed_port}/0"

    code, body = ask(client)

    assert (code, body["broker"], body["database"]) == (503, {"ok": False}, {"ok": True})


def test_health_names_nobody(client, beating):
    queue(not_before=timezone.now() - timedelta(minutes=6), subject="About Samira")

    assert "samira" not in client.get("/health/").content.decode().lower()
