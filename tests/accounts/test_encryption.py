"""What lies sealed in the database: how it opens, when it does not, and how its keys change."""

import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
import uuid
from base64 import urlsafe_b64decode
from copy import deepcopy
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core import serializers
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.encryption import (
    BoundElsewhere,
    CannotOpen,
    CannotSeal,
    EncryptedTextField,
    KeyIsMissing,
    NotByValue,
    StillSealed,
    seal_for,
)
from accounts.encryption.ring import KeyRing, key_id
from accounts.encryption.rotation import rotate_keys, sealed_fields
from meetings.models import LearningEntry
from tests.accounts.factories import PersonFactory
from tests.conftest import ROOT, database_address

WORDS = "The ward manager said no."
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def entry(db):
    return make_entry()


def make_entry(owner=None, body=WORDS):
    return LearningEntry.objects.create(
        owner=owner or PersonFactory(), day="2026-11-20", minutes=60, body=body
    )


def stored(pk) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM meetings_learningentry WHERE id = %s", [pk])
        return cursor.fetchone()[0]


def store(pk, raw: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE meetings_learningentry SET body = %s WHERE id = %s", [raw, pk])


def again(entry) -> LearningEntry:
    return LearningEntry.objects.get(pk=entry.pk)


# --- Sealing and opening ----------------------------------------------------------------------


def test_what_is_stored_is_sealed_and_reads_as_it_was_written(entry):
    assert again(entry).body == WORDS
    assert stored(entry.pk).startswith(f"{key_id(os.environ['ENCRYPTION_KEYS'].split(',')[0])}:")
    assert "manager" not in stored(entry.pk)


def test_the_same_words_look_different_each_time(entry):
    other = make_entry()

    assert stored(entry.pk) != stored(other.pk)


def test_nothing_tells_when_it_was_sealed(entry):
    token = stored(entry.pk).partition(":")[2]

    assert int.from_bytes(urlsafe_b64decode(token)[1:9]) == 0


text = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))


@given(text=text, place=text)
@hypothesis_settings(deadline=None, max_examples=60)
def test_every_text_comes_back_whole(text, place):
    ring = KeyRing((NEW, OLD))

    assert ring.open(ring.seal(text, place=place), place=place) == text


@given(text=text)
@hypothesis_settings(deadline=None, max_examples=60)
def test_what_an_older_key_sealed_opens(text):
    sealed = KeyRing((OLD,)).seal(text, place="here")

    assert KeyRing((NEW, OLD)).open(sealed, place="here") == text


@pytest.mark.parametrize("no_text", ["NUL \x00 inside", "half \ud83d", None, 7, b"bytes"])
def test_what_is_no_text_is_refused_without_quoting_it(entry, no_text):
    with pytest.raises(CannotSeal) as refused:
        seal_for(entry, "body", no_text)

    assert "inside" not in str(refused.value)
    assert refused.value.__cause__ is None


@given(st.binary(min_size=1, max_size=3), st.integers(min_value=0, max_value=10_000))
@hypothesis_settings(deadline=None, max_examples=60)
def test_no_altered_byte_opens(change, place):
    ring = KeyRing((NEW,))
    sealed = ring.seal(WORDS, place="here")
    at = place % len(sealed)
    altered = sealed[:at] + change.decode("latin-1") + sealed[at + len(change) :]

    if altered != sealed:
        try:
            opened = ring.open(altered, place="here")
        except CannotOpen:
            return
        # Base64 has spare bits in its last sign: then the very same bytes are meant.
        assert opened == WORDS


# --- When it must not open --------------------------------------------------------------------


def test_words_copied_to_another_row_do_not_open(entry):
    other = make_entry(body="Something else.")
    store(other.pk, stored(entry.pk))

    with pytest.raises(BoundElsewhere, match="restore that row from a backup"):
        again(other).body  # noqa: B018


def test_words_of_another_field_or_table_do_not_open(entry):
    sealed = KeyRing(tuple(os.environ["ENCRYPTION_KEYS"].split(","))).seal(
        WORDS, place=f"meetings.note.body:{entry.pk}"
    )
    store(entry.pk, sealed)

    with pytest.raises(BoundElsewhere):
        again(entry).body  # noqa: B018


def test_an_object_that_took_another_key_cannot_be_saved_unread(entry):
    copied = again(entry)
    copied.pk = uuid.uuid4()

    with pytest.raises(BoundElsewhere):
        copied.save(force_insert=True)


def test_without_its_key_it_fails_and_says_which_is_missing(entry, settings):
    used = stored(entry.pk).partition(":")[0]
    settings.ENCRYPTION_KEYS = [NEW]

    with pytest.raises(KeyIsMissing, match=rf"{used}.*ENCRYPTION_KEYS"):
        again(entry).body  # noqa: B018


@pytest.mark.parametrize("raw", ["plain text", "", "gAAAAAB", ":", "x" * 300])
def test_what_was_never_sealed_does_not_open(entry, raw):
    store(entry.pk, raw)

    with pytest.raises(CannotOpen):
        again(entry).body  # noqa: B018


def test_a_right_name_on_a_wrong_key_does_not_open():
    forged = f"{key_id(NEW)}:" + KeyRing((OLD,)).seal(WORDS, place="here").partition(":")[2]

    with pytest.raises(CannotOpen):
        KeyRing((NEW,)).open(forged, place="here")


def test_ciphertext_never_turns_into_text(entry):
    [sealed] = LearningEntry.objects.values_list("body", flat=True)

    with pytest.raises(StillSealed):
        str(sealed)
    with pytest.raises((StillSealed, TypeError)):
        f"{sealed}"
    assert repr(sealed) == "<sealed>"


def test_threads_read_the_words_too(entry):
    seen = []
    unread = again(entry)
    thread = threading.Thread(target=lambda: seen.append(unread.body))
    thread.start()
    thread.join()

    assert seen == [WORDS]


def test_many_threads_seal_and_open_at_once():
    ring, trouble = KeyRing((NEW, OLD)), []

    def work(number):
        for n in range(50):
            if ring.open(ring.seal(f"{number}-{n}", place="here"), place="here") != f"{number}-{n}":
                trouble.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert trouble == []


# --- What cannot be done with it --------------------------------------------------------------


@pytest.mark.parametrize("lookup", ["body", "body__icontains", "body__in", "body__gt", "body__length"])
def test_nobody_searches_or_compares_it(entry, lookup):
    value = [WORDS] if lookup.endswith("__in") else WORDS

    with pytest.raises(NotByValue, match="Find the row by its other fields"):
        list(LearningEntry.objects.filter(**{lookup: value}))


@pytest.mark.parametrize("order", ["body", "-body"])
def test_nobody_sorts_by_it(entry, order):
    with pytest.raises(NotByValue):
        LearningEntry.objects.order_by(order)


def test_an_update_must_seal_for_its_row(entry):
    with pytest.raises(CannotSeal, match="seal_for"), transaction.atomic():
        LearningEntry.objects.filter(pk=entry.pk).update(body="in the clear")
    with pytest.raises(CannotSeal), transaction.atomic():
        LearningEntry.objects.bulk_update([again(entry)], ["body"])

    LearningEntry.objects.filter(pk=entry.pk).update(body=seal_for(entry, "body", "said anew"))
    assert again(entry).body == "said anew"


def test_loading_a_dump_of_django_is_refused_and_the_dump_is_sealed(entry):
    dumped = serializers.serialize("json", [again(entry)])

    assert "manager" not in dumped
    [loaded] = serializers.deserialize("json", dumped)
    with pytest.raises(CannotSeal):
        loaded.save()


def test_a_model_without_a_key_known_beforehand_is_found_by_the_checks():
    field = EncryptedTextField()
    field.set_attributes_from_name("words")
    field.model = PersonFactory._meta.model

    assert [one.id for one in field._check_key()] == ["encryption.E001"]


def test_a_deferred_value_and_a_copy_read_the_same(entry):
    deferred = LearningEntry.objects.defer("body").get(pk=entry.pk)

    assert deferred.body == WORDS
    assert deepcopy(again(entry)).body == WORDS
    assert pickle.loads(pickle.dumps(again(entry))).body == WORDS  # noqa: S301


def test_saving_other_fields_leaves_the_words(entry):
    unread = again(entry)
    unread.minutes = 90
    unread.save()

    assert (again(entry).minutes, again(entry).body) == (90, WORDS)


def test_neither_repr_nor_the_log_of_sql_shows_a_word(entry, caplog):
    with caplog.at_level(logging.DEBUG, "django.db.backends"), CaptureQueriesContext(connection):
        make_entry()
        read = again(entry)
        assert read.body == WORDS

    assert "INSERT INTO" in caplog.text
    assert "manager" not in caplog.text + repr(read) + str(read)


# --- New keys ---------------------------------------------------------------------------------


@pytest.fixture
def sealed_by_old(db, settings):
    settings.ENCRYPTION_KEYS = [OLD]
    owner = PersonFactory()
    entries = [make_entry(owner, f"{WORDS} {n}") for n in range(7)]
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    return entries


def keys_in_use() -> set[str]:
    return {stored(pk).partition(":")[0] for pk in LearningEntry.objects.values_list("pk", flat=True)}


def test_rotation_finds_every_sealed_field_there_is():
    assert {f"{model._meta.label}.{field.name}" for model, field in sealed_fields()} >= {
        "meetings.SessionNeed.body",
        "meetings.SessionNeed.case",
        "meetings.SessionNeed.mark",
        "meetings.Note.body",
        "meetings.Action.body",
        "meetings.Goal.body",
        "meetings.LearningEntry.body",
    }


@pytest.mark.parametrize("batch", [1, 3, 200])
def test_rotation_seals_everything_with_the_newest_key(sealed_by_old, settings, batch):
    rotated = rotate_keys(batch=batch)

    settings.ENCRYPTION_KEYS = [NEW]
    assert (rotated.sealed, rotated.closed) == (7, 0)
    assert sorted(entry.body for entry in LearningEntry.objects.all()) == [f"{WORDS} {n}" for n in range(7)]


def test_rotating_twice_changes_nothing(sealed_by_old):
    rotate_keys()
    before = {entry.pk: stored(entry.pk) for entry in sealed_by_old}

    assert rotate_keys().sealed == 0
    assert {entry.pk: stored(entry.pk) for entry in sealed_by_old} == before


def test_a_value_that_does_not_open_is_reported_and_stops_nothing(sealed_by_old):
    store(sealed_by_old[0].pk, stored(sealed_by_old[1].pk))
    out = StringIO()

    with pytest.raises(CommandError, match=r"1 values could not be opened.*Keep every key"):
        call_command("rotate_keys", stdout=out)

    assert "6 values sealed anew." in out.getvalue()
    assert "Take them out" not in out.getvalue()


def test_the_command_says_when_older_keys_may_go(sealed_by_old):
    out = StringIO()

    call_command("rotate_keys", stdout=out)

    assert "Nothing needs the older keys any more" in out.getvalue()


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_a_rotation_that_is_killed_is_taken_up_where_it_stopped(settings):
    settings.ENCRYPTION_KEYS = [OLD]
    owner = PersonFactory()
    for n in range(60):
        make_entry(owner, f"{WORDS} {n}")
    command = [sys.executable, "manage.py", "rotate_keys", "--batch=1"]
    environment = os.environ | {"DATABASE_URL": database_address(), "ENCRYPTION_KEYS": f"{NEW},{OLD}"}

    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    for _line in range(5):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert keys_in_use() == {key_id(OLD), key_id(NEW)}

    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)

    settings.ENCRYPTION_KEYS = [NEW]
    assert done.returncode == 0, done.stderr
    assert keys_in_use() == {key_id(NEW)}
    assert {entry.body for entry in LearningEntry.objects.all()} == {f"{WORDS} {n}" for n in range(60)}
