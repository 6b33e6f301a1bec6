import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from mentoring.management.commands.prepare import LOCK
from mentoring.translations import compile_translations
from tests.conftest import database_address

ROOT = Path(__file__).resolve().parents[2]
FRENCH = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Home"\nmsgstr "%s"\n'


@pytest.mark.django_db(transaction=True)
def test_a_second_machine_waits_until_the_first_has_prepared_the_database():
    address = database_address()
    with psycopg.connect(address, autocommit=True) as first:
        first.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        second = subprocess.Popen(
            [sys.executable, "manage.py", "prepare"], cwd=ROOT, env={**os.environ, "DATABASE_URL": address}
        )
        wait_until_it_waits(second)

        first.execute("SELECT pg_advisory_unlock(%s)", [LOCK])

        assert second.wait(60) == 0


def wait_until_it_waits(process):
    deadline = time.monotonic() + 60
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"
    while time.monotonic() < deadline:
        assert process.poll() is None, "It did not wait."
        with connection.cursor() as cursor:
            cursor.execute(waiting, [LOCK])
            if cursor.fetchone()[0]:
                return
        time.sleep(0.1)
    process.kill()
    pytest.fail("It never reached the lock.")


def test_translations_are_compiled_once_and_again_when_they_change(tmp_path):
    source = tmp_path / "fr" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(FRENCH % "Accueil")

    assert compile_translations(tmp_path) == [source.with_suffix(".mo")]
    assert compile_translations(tmp_path) == []

    source.write_text(FRENCH % "Chez vous")
    os.utime(source, (time.time() + 5, time.time() + 5))
    assert compile_translations(tmp_path) == [source.with_suffix(".mo")]
    assert b"Chez vous" in source.with_suffix(".mo").read_bytes()
