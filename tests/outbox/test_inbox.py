"""The mailbox that bounces and answers come back to: who takes a message, and what becomes of the others."""

import pytest
from django.db import OperationalError, connection

from outbox import inbox
from tests.outbox.imap import Mailbox

pytestmark = pytest.mark.django_db

ANSWER = b"Subject: Answer\r\n\r\nGladly.\r\n"
RIDDLE = b"Subject: Riddle\r\n\r\nWho knows?\r\n"
SEEN, FLAGGED = r"\Seen", r"\Flagged"


@pytest.fixture
def taken(monkeypatch):
    """The subjects of what a handler of this test took: answers alone."""
    subjects = []

    def take(message):
        subjects.extend([message["Subject"]] if message["Subject"] == "Answer" else [])
        return message["Subject"] == "Answer"

    monkeypatch.setattr(inbox, "_handlers", [take])
    return subjects


def test_what_is_taken_is_read_and_what_nobody_takes_is_flagged_for_a_person(settings, taken):
    with Mailbox(ANSWER, RIDDLE) as box:
        settings.INBOX_URL = box.url

        counts = [inbox.read(), inbox.read()]

    assert counts == [2, 0]
    assert taken == ["Answer"]
    assert box.flags == {1: {SEEN}, 2: {SEEN, FLAGGED}}
    assert not any("EXPUNGE" in command or "Deleted" in command for command in box.commands)


def test_the_first_handler_that_takes_a_message_has_it(settings, monkeypatch):
    asked = []
    handlers = [
        lambda message: asked.append("first"),
        lambda message: asked.append("second") or True,
        lambda message: asked.append("third"),
    ]
    monkeypatch.setattr(inbox, "_handlers", handlers)
    with Mailbox(ANSWER) as box:
        settings.INBOX_URL = box.url
        inbox.read()

    assert asked == ["first", "second"]


def test_a_handler_that_fails_keeps_nobody_from_the_message(settings, taken):
    inbox._handlers.insert(0, lambda message: 1 / 0)
    with Mailbox(ANSWER) as box:
        settings.INBOX_URL = box.url
        inbox.read()

    assert taken == ["Answer"]
    assert box.flags == {1: {SEEN}}


def test_a_message_stays_unread_while_the_database_is_away(settings, taken):
    def stumble(message):
        raise OperationalError("gone")

    inbox._handlers.insert(0, stumble)
    with Mailbox(ANSWER) as box:
        settings.INBOX_URL = box.url
        with pytest.raises(OperationalError):
            inbox.read()

    assert box.flags == {1: set()}


def test_a_wrong_password_or_no_server_is_no_failure_of_ours(settings, taken):
    with Mailbox(ANSWER) as box:
        settings.INBOX_URL = box.url.replace("words", "wrong")
        assert inbox.read() == 0
    settings.INBOX_URL = box.url
    assert inbox.read() == 0
    assert taken == []


def test_without_a_mailbox_nothing_is_read(settings, taken):
    settings.INBOX_URL = ""

    assert inbox.read() == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_reads(settings, taken):
    other = connection.copy()
    try:
        with other.cursor() as cursor, Mailbox(ANSWER) as box:
            settings.INBOX_URL = box.url
            cursor.execute("SELECT pg_advisory_lock(%s)", [inbox.LOCK])
            while_held = inbox.read()
            cursor.execute("SELECT pg_advisory_unlock(%s)", [inbox.LOCK])
            assert (while_held, inbox.read()) == (0, 1)
    finally:
        other.close()
