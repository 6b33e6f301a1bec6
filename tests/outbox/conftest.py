from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from outbox import kinds, nudge
from outbox.kinds import MailKind
from outbox.services import queue_mail
from tests.accounts.factories import PersonFactory
from tests.outbox.sink import Sink

TEMPLATES = Path(__file__).parent / "templates"
# 31 May 2027, 22:30 in London and 23:30 in Paris.
STARTS = datetime(2027, 5, 31, 22, 30, tzinfo=ZoneInfo("Europe/London"))


def words(mail):
    return {"title": mail.context.get("title", "Your session"), "starts": STARTS}


@pytest.fixture(autouse=True)
def test_kinds(monkeypatch):
    """Kinds that only the tests have, with templates of their own."""
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    kinds.register(
        MailKind("reminder", "Reminder", build=words, sample=lambda: {"title": "Sample", "starts": STARTS})
    )
    kinds.register(MailKind("introduction_of_a_test", "Introduction", build=words, is_at_most_once=True))
    kinds.register(MailKind("broken", "Broken", build=words))
    kinds.register(MailKind("code", "Code", is_secret=True))


@pytest.fixture(autouse=True)
def test_templates(settings):
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "DIRS": [TEMPLATES, *engine["DIRS"]]}]


@pytest.fixture(autouse=True)
def fresh_breaker(monkeypatch):
    monkeypatch.setattr(nudge, "_quiet_until", 0.0)


@pytest.fixture
def sink(settings):
    sink = Sink()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_TIMEOUT = 10
    sink.start()
    yield sink
    sink.stop()


@pytest.fixture
def reader(db):
    return PersonFactory(name="Samira Haddad", email="samira@example.org")


@pytest.fixture
def queue(reader):
    """Queue one mail of a kind; `queue("reminder", key="…", title="…")`."""

    def queue_one(kind="reminder", *, key="session:1", person=reader, title="Your session", **more):
        return queue_mail(kind, key=key, person=person, context={"title": title}, **more)

    return queue_one


@pytest.fixture
def at():
    """A clock that stands still, so many hours or minutes from now."""

    def clock(**ahead):
        moment = timezone.now() + timedelta(**ahead)
        return lambda: moment

    return clock
