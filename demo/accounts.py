"""Accounts with a password of their own on each install, written down for the banner of `bin/run`."""

import json
import secrets
from pathlib import Path

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings

from accounts.models import Person
from demo.cast import NGOZI, SAMIRA

NOTE = settings.BASE_DIR / "var" / "demo.json"


def open_demo_accounts(note: Path = NOTE) -> list[dict]:
    """Let the demo's admin, mentor and mentee sign in, and note how in a file that only this user may read."""
    accounts = [_admin(), _member("mentor", NGOZI.email), _member("mentee", SAMIRA.email)]
    note.parent.mkdir(parents=True, exist_ok=True)
    note.touch(mode=0o600)
    note.write_text(json.dumps({"accounts": accounts}, indent=2))
    return accounts


def _admin() -> dict:
    password, secret = _password(), generate_totp_secret()
    admin = Person.objects.create_superuser("admin@example.org", password, name="Robin Hale")
    EmailAddress.objects.create(user=admin, email=admin.email, verified=True, primary=True)
    TOTP.activate(admin, secret)
    return {"who": "admin", "email": admin.email, "password": password, "totp_secret": secret}


def _member(who: str, email: str) -> dict:
    person, password = Person.objects.get(email=email), _password()
    person.set_password(password)
    person.save(update_fields=["password"])
    return {"who": who, "email": email, "password": password}


def _password() -> str:
    return "-".join(secrets.token_hex(2) for _ in range(4))
