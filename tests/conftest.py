"""Fixtures for every test. PostgreSQL, Valkey and SMTP are real; bin/test starts the first two.

- `mailbox`: a real SMTP server in this process; `mailbox.messages` are what arrived, parsed.
- `signed_in_client(person)`: a browser of somebody who has signed in.
- `worker`: a real Celery worker and its clock, against the test database, for journeys.
- `browser`: a headless Chromium for the session.
"""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings as project_settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import translation
from playwright.sync_api import sync_playwright
from redis import Redis

from mentoring.local.processes import die_with_parent, kill_group
from outbox import nudge
from tests.accounts.factories import PersonFactory
from tests.mentoring.second_factor import add_totp
from tests.outbox.sink import Sink

ROOT = Path(__file__).resolve().parent.parent
# Playwright's synchronous face runs a loop of its own, which Django would take for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# For the programs that tests start: mail leaves at whatever hour the tests run.
os.environ["QUIET_HOURS"] = ""


@pytest.fixture(scope="session", autouse=True)
def broker(worker_id):
    """A Redis database for each test process, so that no worker takes another's tasks."""
    if worker_id.startswith("gw"):
        number = int(worker_id.removeprefix("gw")) + 1
        project_settings.REDIS_URL = project_settings.REDIS_URL.rpartition("/")[0] + f"/{number}"
        current_app.conf.broker_url = project_settings.REDIS_URL
    return project_settings.REDIS_URL


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Tests need no collected files."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}


@pytest.fixture(autouse=True)
def no_quiet_hours(settings):
    """Tests pass at night too; those of the quiet hours bring their own."""
    settings.QUIET_HOURS = None


@pytest.fixture(autouse=True)
def plain_language():
    """A request leaves its reader's language active in the thread, as Django does; the next test starts in English."""
    translation.activate("en")


@pytest.fixture(autouse=True)
def fresh_breaker(monkeypatch):
    monkeypatch.setattr(nudge, "_quiet_until", 0.0)


@pytest.fixture(autouse=True)
def fresh_limits(request):
    """Rate limits live in the cache table: a rolled-back test leaves none, a committed one must be cleared up after."""
    yield
    if does_commit(request):
        with request.getfixturevalue("django_db_blocker").unblock():
            cache.clear()


def does_commit(request) -> bool:
    marker = request.node.get_closest_marker("django_db")
    is_marked = bool(marker and marker.kwargs.get("transaction"))
    return is_marked or bool({"transactional_db", "live_server"} & set(request.fixturenames))


@pytest.fixture
def mailbox(settings):
    sink = Sink()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    sink.start()
    yield sink
    sink.stop()


@pytest.fixture
def signed_in_client(db):
    """A function of a person; staff hold the second factor that the admin asks for, unless told otherwise."""

    def sign_in(person, *, has_second_factor: bool | None = None) -> Client:
        if person.is_staff if has_second_factor is None else has_second_factor:
            add_totp(person)
        client = Client()
        client.force_login(person)
        return client

    return sign_in


@pytest.fixture
def admin_user(db):
    return PersonFactory(admin=True)


@pytest.fixture
def admin_client(signed_in_client, admin_user):
    return signed_in_client(admin_user)


@pytest.fixture
def worker(live_server, mailbox, broker, settings, tmp_path):
    """Yields once a real worker takes tasks; its mails arrive in `mailbox`, with links to `live_server`."""
    Redis.from_url(broker).flushdb()
    settings.PUBLIC_URL = live_server.url
    log = tmp_path / "worker.log"
    options = ["--beat", f"--schedule={tmp_path / 'beat'}", "--concurrency=1", "--loglevel=INFO"]
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "mentoring.local.worker", "worker", *options],
            cwd=ROOT,
            env=os.environ | worker_environment(live_server, mailbox, broker),
            stdout=out,
            stderr=subprocess.STDOUT,
            process_group=0,
            preexec_fn=die_with_parent(9),
        )
    try:
        wait_for_words(log, "ready.", process)
        yield process
    finally:
        # The embedded clock is a process of its own, which would outlive the worker.
        kill_group(process.pid)
        process.wait()


def database_address() -> str:
    """Of this test process's own database, for programs that it starts."""
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)


def worker_environment(live_server, mailbox, broker) -> dict:
    return {
        "DATABASE_URL": database_address(),
        "REDIS_URL": broker,
        "EMAIL_URL": f"smtp://127.0.0.1:{mailbox.port}",
        "PUBLIC_URL": live_server.url,
        "SECRET_KEY": project_settings.SECRET_KEY,
    }


def wait_for_words(log: Path, words: str, process, seconds: int = 60) -> None:
    deadline = time.monotonic() + seconds
    while words not in log.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"The worker did not start:\n{log.read_text()}")
        time.sleep(0.1)


@pytest.fixture(scope="session")
def browser():
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM"), args=[*quiet, "--disable-component-update"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def closed_port():
    """A port of this machine where nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
