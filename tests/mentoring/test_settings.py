"""What stops a start; where the environment is read, it is by a process of its own."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from mentoring.contradictions import Choices, refuse_contradictions

ROOT = Path(__file__).resolve().parents[2]
SECRET = "s" * 50
KEY = "bm8tc2VjcmV0OiBpdCBzZWFscyBub3RoaW5nIGV2ZXI="
PUBLIC = {
    "SECRET_KEY": SECRET,
    "ENCRYPTION_KEYS": KEY,
    "PUBLIC_URL": "https://mentoring.example.org",
    "TRUSTED_PROXIES": "1",
    "DATABASE_URL": "postgres://mentoring:words@database/mentoring",
    "REDIS_URL": "redis://redis:6379/0",
    "EMAIL_URL": "smtp+tls://mentoring:words@mail.example.org:587",
    "MAIL_FROM": "Mentoring <mentoring@example.org>",
}
GOOD = Choices(
    debug=False,
    secret_key=SECRET,
    encryption_keys=[KEY],
    public_url="https://mentoring.example.org",
    allowed_hosts=["mentoring.example.org"],
    trusted_proxies=1,
    serves_tls=False,
    database_url=PUBLIC["DATABASE_URL"],
    database_pool_size=8,
    redis_url=PUBLIC["REDIS_URL"],
    email_url=PUBLIC["EMAIL_URL"],
    mail_from=PUBLIC["MAIL_FROM"],
    mailbox_dir=None,
)
LOCAL = {**PUBLIC, "PUBLIC_URL": "http://localhost:8000", "TRUSTED_PROXIES": "0", "SECRET_KEY": "short"}
READ = """
import json, sys
from django.core.exceptions import ImproperlyConfigured
try:
    from mentoring import settings
except ImproperlyConfigured as sentence:
    sys.exit(str(sentence))
print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}))
"""


def start(environment, *names):
    """The named settings under this environment, or the sentence that stopped the start."""
    done = subprocess.run(
        [sys.executable, "-c", READ, *names],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout) if done.returncode == 0 else done.stderr.strip()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"public_url": "mentoring.example.org"}, "Write the full address people type"),
        ({"public_url": "https://example.org/mentoring"}, "Give the host alone: https://example.org."),
        ({"public_url": "http://mentoring.example.org"}, "Serve it as https://mentoring.example.org."),
        ({"trusted_proxies": 0}, "every page would redirect to itself for ever"),
        ({"trusted_proxies": -1}, "Count the proxies in front"),
        ({"debug": True}, "DEBUG is on at a public address"),
        ({"encryption_keys": []}, "ENCRYPTION_KEYS is empty, so no note could be stored. Make one"),
        ({"encryption_keys": [KEY, KEY[:-2]]}, "Key 2 of ENCRYPTION_KEYS is not 32 random bytes"),
        ({"encryption_keys": ["é" * 44]}, "Key 1 of ENCRYPTION_KEYS is not 32 random bytes"),
        ({"encryption_keys": ["*" * 44]}, "Key 1 of ENCRYPTION_KEYS is not 32 random bytes"),
        ({"secret_key": "s" * 49}, "SECRET_KEY has 49 characters"),
        ({"mailbox_dir": Path("var/mailbox")}, "MAILBOX_DIR shows every mail to anybody"),
        ({"allowed_hosts": ["other.example.org"]}, "ALLOWED_HOSTS lacks mentoring.example.org"),
        ({"allowed_hosts": ["*"]}, "links in mails could be forged"),
        ({"database_url": "sqlite:///db"}, "DATABASE_URL must start with postgres or postgresql"),
        ({"database_pool_size": -4}, "Write 0 for no pool"),
        ({"redis_url": "memory://"}, "REDIS_URL must start with redis"),
        ({"email_url": "console:"}, "EMAIL_URL must start with smtp"),
        ({"email_url": "smtp://mentoring:words@mail.example.org"}, "sends its password unencrypted"),
        ({"mail_from": "Mentoring <mentoring@localhost>"}, "which other mail servers refuse"),
    ],
)
def test_what_cannot_work_is_refused_with_a_sentence(change, sentence):
    with pytest.raises(ImproperlyConfigured, match=re.escape(sentence)):
        refuse_contradictions(replace(GOOD, **change))


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"trusted_proxies": 0, "serves_tls": True},
        {"public_url": "http://localhost:8000", "trusted_proxies": 0, "debug": True, "secret_key": "short"},
    ],
)
def test_what_works_together_is_let_through(change):
    refuse_contradictions(replace(GOOD, **change))


def test_a_contradiction_stops_the_start_with_its_sentence_alone():
    assert start({**PUBLIC, "DEBUG": "true"}) == (
        "DEBUG is on at a public address. Unset DEBUG, or use a localhost PUBLIC_URL."
    )


def test_a_malformed_number_is_named():
    said = start({**PUBLIC, "TRUSTED_PROXIES": "one"})

    assert "TRUSTED_PROXIES" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("name", ["SECRET_KEY", "ENCRYPTION_KEYS", "EMAIL_URL"])
def test_a_missing_setting_is_named(name):
    environment = {key: value for key, value in PUBLIC.items() if key != name}

    said = start(environment)

    assert name in said
    assert ".env.example" in said
    assert "Traceback" not in said


def test_a_public_server_encrypts_and_believes_its_proxy():
    names = ["ALLOWED_HOSTS", "SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "SECURE_PROXY_SSL_HEADER"]

    assert start(PUBLIC, *names, "USE_X_FORWARDED_HOST", "ALLAUTH_TRUSTED_PROXY_COUNT") == {
        "ALLOWED_HOSTS": ["mentoring.example.org"],
        "SECURE_SSL_REDIRECT": True,
        "SESSION_COOKIE_SECURE": True,
        "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"],
        "USE_X_FORWARDED_HOST": True,
        "ALLAUTH_TRUSTED_PROXY_COUNT": 1,
    }


def test_without_a_proxy_nobody_is_believed_about_host_and_scheme():
    names = ["SECURE_PROXY_SSL_HEADER", "USE_X_FORWARDED_HOST", "ALLOWED_HOSTS", "SESSION_COOKIE_SECURE"]

    assert start(LOCAL, *names) == {
        "SECURE_PROXY_SSL_HEADER": None,
        "USE_X_FORWARDED_HOST": False,
        "ALLOWED_HOSTS": ["localhost", "127.0.0.1"],
        "SESSION_COOKIE_SECURE": False,
    }


def test_a_monitor_inside_is_not_sent_to_the_public_address(client, db, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get("/health/").status_code != 301
    assert client.get("/accounts/login/").status_code == 301


def test_the_example_names_every_setting():
    read = set()
    for line in (ROOT / "mentoring" / "settings.py").read_text().splitlines():
        read |= {part.split('"')[1] for part in line.split("env.")[1:] if '("' in part}
    example = (ROOT / ".env.example").read_text()
    named = {line.lstrip("# ").partition("=")[0] for line in example.splitlines() if "=" in line}

    assert read - named == set()
