"""Redis is a bell, not a store: without it people notice nothing."""

import pytest
from celery import current_app
from django.contrib import admin
from django.urls import reverse
from kombu import pools

from outbox.delivery import deliver_due
from tests.accounts.conftest import code_in
from tests.accounts.factories import PASSWORD, PersonFactory

PUBLIC = ["front", "how_it_works", "account_login", "account_signup", "account_reset_password"]
MEMBER = [
    "home",
    "accounts:settings",
    "accounts:profile",
    "accounts:roles",
    "accounts:my_data",
    "matching:mentorships",
    "mfa_index",
    "usersessions_list",
]


@pytest.fixture(autouse=True)
def no_redis(settings, monkeypatch, closed_port):
    """Nobody listens where Redis should be, as after its end."""
    settings.REDIS_URL = f"redis://127.0.0.1:{closed_port}/0"
    monkeypatch.setattr(current_app.conf, "broker_url", settings.REDIS_URL)
    forget_connections()
    yield
    forget_connections()


def forget_connections():
    pools.reset()
    current_app._pool = current_app.amqp._producer_pool = None


def test_the_broker_is_really_away():
    with pytest.raises(current_app.connection_for_write().transport.connection_errors):
        current_app.connection_for_write().connect()


@pytest.mark.django_db
@pytest.mark.parametrize("name", PUBLIC)
def test_public_pages_open(client, name):
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", MEMBER)
def test_members_pages_open(signed_in_client, name):
    page = signed_in_client(PersonFactory(can_sign_in=True)).get(reverse(name))

    assert page.status_code == 200


def test_the_administration_opens(admin_client):
    assert admin_client.get("/admin/").status_code == 200
    for model in admin.site._registry:
        page = admin_client.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
        assert (model, page.status_code) == (model, 200)


@pytest.mark.django_db(transaction=True)
def test_somebody_signs_up_and_another_signs_in_with_the_code_that_arrives(client, mailbox):
    member = PersonFactory(can_sign_in=True)

    client.post(
        reverse("account_signup"),
        {"name": "Samira", "email": "samira@example.org", "password1": PASSWORD},
    )
    client.post(reverse("account_login"), {"login": member.email, "password": PASSWORD})
    deliver_due()

    assert sorted(mailbox.readers) == sorted([member.email, "samira@example.org"])
    (mail,) = [one for one in mailbox.messages if one["To"] == member.email]
    client.post(reverse("account_confirm_login_code"), {"code": code_in(mail)})
    assert client.get(reverse("home")).status_code == 200
