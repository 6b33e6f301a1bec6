"""Planted sentences, looked for wherever they could have come out: the dump, logs, mail, Redis, error reports."""

import json
import logging
from uuid import uuid4

import pytest
from django.conf import settings as project_settings
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.log import AdminEmailHandler
from django.views.debug import ExceptionReporter
from redis import Redis

from accounts import personal_data
from accounts.services.my_data import delete_person, export_person
from meetings.models import MeToo, Note
from meetings.services.needs import say_me_too
from meetings.views import needs as need_views
from outbox.delivery import deliver_due
from outbox.models import Mail
from tests.meetings.dumping import dump
from tests.meetings.factories import mentees_of
from tests.meetings.private_factories import SENTENCES, need_of, place_at, plant, write

FOUND = "The title that is found"


def walk(planted, signed_in_client) -> None:
    """Each page once, forms that are refused and one that is kept among them."""
    client, session = signed_in_client(planted.author), planted.session
    say_me_too(planted.need, planted.host)
    for name in ("needs", "notes", "my_anonymous_needs"):
        client.get(reverse(f"meetings:{name}", args=[session.pk]))
    client.get(reverse("meetings:mentorship_notes", args=[planted.mentorship.pk]))
    client.get(reverse("meetings:learning"))
    client.post(reverse("meetings:decide_need", args=[planted.case.pk]), {"decided": "planted-decision"})
    raised = {"body": "planted-raised", "is_anonymous": "on", "pk": uuid4()}
    client.post(reverse("meetings:raise_need", args=[session.pk]), raised)
    client.post(
        reverse("meetings:raise_need", args=[session.pk]), {"body": "planted-refused " * 40, "pk": "none"}
    )
    client.post(
        reverse("meetings:notes", args=[session.pk]),
        {"which": "shared", "shared-body": "planted-conflict", "shared-version": 0},
    )
    client.get(reverse("matching:mentorship", args=[planted.mentorship.pk]))


ALL = [*SENTENCES, "planted-decision", "planted-raised", "planted-refused", "planted-conflict"]


@pytest.mark.django_db(transaction=True)
def test_no_private_sentence_is_in_the_dump_the_logs_the_mail_or_redis(
    signed_in_client, mailbox, caplog, tmp_path, broker
):
    with (
        caplog.at_level(logging.DEBUG),
        caplog.at_level(logging.DEBUG, "django"),
        CaptureQueriesContext(connection),
    ):
        planted = plant()
        walk(planted, signed_in_client)
        deliver_due()
    places = {
        "dump": dump(tmp_path),
        "log": caplog.text,
        "mail": "".join(message.as_string() for message in mailbox.messages)
        + "".join(map(repr, Mail.objects.values())),
        "redis": repr([held_in_redis(key, broker) for key in Redis.from_url(broker).keys("*")]),
    }

    assert FOUND in places["dump"]
    assert "INSERT INTO" in places["log"]
    assert {name: [word for word in ALL if word in text] for name, text in places.items()} == {
        name: [] for name in places
    }
    assert planted.need.body == "planted-need"


def held_in_redis(key, broker):
    redis = Redis.from_url(broker)
    return key, redis.dump(key)


# --- Error reports ----------------------------------------------------------------------------


@pytest.fixture
def broken(monkeypatch):
    def fall(need, **options):
        words = options["body"]
        raise RuntimeError(f"Broken after {len(words)} characters.")

    monkeypatch.setattr(need_views.services, "edit_need", fall)


@pytest.mark.django_db
@pytest.mark.parametrize("debug", [True, False])
def test_no_error_page_mail_or_log_quotes_what_was_sent(
    broken, signed_in_client, settings, mailoutbox, caplog, debug
):
    settings.DEBUG = debug
    settings.ADMINS = [("Admin", "admin@example.org")]
    planted = plant()
    client = signed_in_client(planted.author)
    client.raise_request_exception = False
    reports = AdminEmailHandler(include_html=True)
    logging.getLogger("django.request").addHandler(reports)
    try:
        response = client.post(
            reverse("meetings:edit_need", args=[planted.need.pk]),
            {"body": "planted-edit", "pk": planted.need.pk},
        )
    finally:
        logging.getLogger("django.request").removeHandler(reports)

    report = "".join(
        mail.body + "".join(content for content, _kind in mail.alternatives) for mail in mailoutbox
    )
    everything = response.content.decode() + report + caplog.text
    assert response.status_code == 500
    assert "Broken after 12 characters." in report
    assert "edit_need" in report
    assert [word for word in [*ALL, "planted-edit"] if word in everything] == []
    assert project_settings.SECRET_KEY not in everything
    assert not [key for key in project_settings.ENCRYPTION_KEYS if key in everything]


def test_a_report_outside_of_any_page_quotes_no_variable():
    words = "planted-variable"
    try:
        raise RuntimeError(f"{len(words)}")
    except RuntimeError as error:
        report = ExceptionReporter(
            RequestFactory().post("/", {"body": words}), type(error), error, error.__traceback__
        )

    text = report.get_traceback_html() + report.get_traceback_text()
    # This very line of code is quoted, and it is the only place with the word.
    shown = [line for line in text.splitlines() if "planted-variable" in line and "words = " not in line]
    assert shown == []


# --- Taken away, and erased -------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("word", SENTENCES)
def test_the_export_holds_every_private_word_of_ones_own(word):
    assert word in json.dumps(export_person(plant().author), default=str)


@pytest.mark.django_db
def test_the_export_of_another_holds_none_of_it():
    planted = plant()
    other = mentees_of(planted.mentorship)[1]
    need_of(planted.session, other, "planted by the other", is_anonymous=True)

    exported = json.dumps(export_person(other), default=str)

    assert "planted by the other" in exported
    assert [word for word in SENTENCES if word in exported] == []


@pytest.mark.django_db
def test_after_somebody_is_erased_no_word_of_theirs_is_left():
    planted = plant()
    other = mentees_of(planted.mentorship)[1]
    theirs = need_of(planted.session, other, "still there", is_anonymous=True)
    say_me_too(theirs, planted.author)

    delete_person(planted.author)

    assert list(planted.session.needs.values_list("pk", flat=True)) == [theirs.pk]
    assert not MeToo.objects.exists()
    for model in (Note, *(type(row) for row in (planted.action, planted.goal, planted.learning))):
        assert not model.objects.exists()


@pytest.mark.django_db
def test_notes_written_together_stay_with_the_others_without_the_name():
    planted = plant()
    write(place_at(planted.session), planted.host, "written by two")

    delete_person(planted.author)

    [note] = Note.objects.all()
    assert (note.body, list(note.writers.all())) == ("written by two", [planted.host])
    delete_person(planted.host)
    assert not Note.objects.exists()


def test_the_private_part_is_registered():
    assert "private" in {part.name for part in personal_data.registered()}
