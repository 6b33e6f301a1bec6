import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.core import signing
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from accounts.models import Person
from mentoring.first_admin import AdminExists, become_first_admin, make_token
from tests.accounts.factories import PersonFactory

WORDS = {"name": "Ada Okafor", "password": "five quiet words of hers"}


def printed_link(capsys, email="ada@example.org") -> str:
    call_command("create_first_admin", email)
    return re.search(r"http://localhost:8000(/first-admin/\S+)", capsys.readouterr().out)[1]


def test_the_printed_link_makes_its_reader_the_first_admin(client, db, capsys):
    link = printed_link(capsys)

    answer = client.post(link, WORDS)

    admin = Person.objects.get()
    assert (admin.email, admin.name, admin.is_staff, admin.is_superuser) == (
        "ada@example.org",
        "Ada Okafor",
        True,
        True,
    )
    assert admin.check_password(WORDS["password"])
    assert admin.emailaddress_set.filter(verified=True, primary=True).count() == 1
    assert answer.url == "/admin/"


def test_the_first_admin_adds_a_second_factor_before_anything_else(client, db, capsys):
    answer = client.post(printed_link(capsys), WORDS, follow=True)

    assert answer.status_code == 403
    # Without being asked for the password again.
    assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_looking_at_the_link_changes_nothing(client, db, capsys):
    link = printed_link(capsys)

    assert client.get(link).status_code == 200
    assert not Person.objects.exists()


def test_the_link_is_of_no_use_a_second_time(client, db, capsys):
    link = printed_link(capsys)
    client.post(link, WORDS)

    assert client.get(link).status_code == 410
    assert client.post(link, {**WORDS, "password": "another five quiet words"}).status_code == 410
    assert Person.objects.get().check_password(WORDS["password"])


def test_the_link_fades_after_a_day(client, db, capsys):
    link = printed_link(capsys)
    later = signing.time.time() + timedelta(hours=24, seconds=1).total_seconds()

    with patch("django.core.signing.time.time", return_value=later):
        assert client.post(link, WORDS).status_code == 410

    assert not Person.objects.exists()


def test_a_damaged_link_is_refused(client, db, capsys):
    link = printed_link(capsys)

    assert client.post(link[:-2] + "x/", WORDS).status_code == 410
    assert not Person.objects.exists()


def test_a_weak_password_is_refused_with_a_reason(client, db, capsys):
    answer = client.post(printed_link(capsys), {**WORDS, "password": "password"})

    assert "This password is too short" in answer.content.decode()
    assert not Person.objects.exists()


def test_a_member_who_is_named_becomes_admin_and_stays_one_person(client, db, capsys):
    member = PersonFactory(email="ada@example.org")

    client.post(printed_link(capsys, "Ada@example.org"), WORDS)

    assert list(Person.objects.filter(is_superuser=True)) == [member]


def test_no_link_is_printed_once_an_admin_exists(db):
    PersonFactory(admin=True)

    with pytest.raises(CommandError, match="There is an admin already"):
        call_command("create_first_admin", "ada@example.org")


def test_what_is_no_mail_address_is_refused(db):
    with pytest.raises(CommandError, match="ada is no mail address"):
        call_command("create_first_admin", "ada")


def test_two_links_used_at_once_make_one_admin(transactional_db):
    tokens = [make_token("ada@example.org"), make_token("eve@example.org")]

    def use(token):
        try:
            return become_first_admin(token, **WORDS)
        except AdminExists:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        admins = [admin for admin in pool.map(use, tokens) if admin]

    assert list(Person.objects.filter(is_superuser=True)) == admins
    assert len(admins) == 1
