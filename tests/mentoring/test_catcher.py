import email
import smtplib
import subprocess
import sys
from email import policy
from email.message import EmailMessage

import pytest

from mentoring.local.errors import CannotStart
from mentoring.local.ports import is_free, web_port
from mentoring.local.run import listens
from tests.mentoring.test_local_processes import ROOT, eventually


@pytest.fixture
def catcher(tmp_path, closed_port):
    port = closed_port
    process = subprocess.Popen(
        [sys.executable, "-m", "mentoring.local.catcher", str(port), str(tmp_path)], cwd=ROOT
    )
    try:
        assert eventually(lambda: listens(port))
        yield port, tmp_path
    finally:
        process.terminate()
        process.wait()


def test_every_mail_is_kept_once_for_each_reader_before_it_is_acknowledged(catcher):
    port, folder = catcher
    mail = EmailMessage()
    mail["Subject"] = "Séance à 18 h"
    mail.set_content("Bonjour Samira,")

    with smtplib.SMTP("127.0.0.1", port) as server:
        server.send_message(mail, "mentoring@example.org", ["samira@example.org", "ngozi@example.org"])
        kept = [
            email.message_from_bytes(file.read_bytes(), policy=policy.default)
            for file in (folder / "new").iterdir()
        ]

    assert sorted(one["X-Envelope-To"] for one in kept) == ["ngozi@example.org", "samira@example.org"]
    assert {one["Subject"] for one in kept} == {"Séance à 18 h"}
    assert not list((folder / "tmp").iterdir())


def test_a_busy_port_that_was_asked_for_is_named(catcher):
    port, _ = catcher

    with pytest.raises(CannotStart, match=f"Port {port} is busy. Name another: bin/run --port {port + 1}"):
        web_port(port)


def test_a_busy_port_that_nobody_asked_for_is_passed_over(catcher):
    port, _ = catcher

    chosen = web_port(None, default=port)

    assert chosen > port
    assert is_free(chosen)
