"""Whose mail comes back is told on Home, and so is the admin on the person's page."""

import pytest
from django.urls import reverse

from outbox.services import suppress
from tests.accounts.factories import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def samira(db):
    return PersonFactory(name="Samira Haddad", email="samira@example.org")


def test_home_asks_to_check_the_address_before_all_else(signed_in_client, samira):
    suppress("Samira@example.org", reason="550 5.1.1 no such user")

    page = signed_in_client(samira).get(reverse("home")).content.decode()

    assert "Mail to samira@example.org comes back" in page
    assert f'href="{reverse("account_email")}"' in page


def test_nobody_elses_home_says_so(signed_in_client, samira):
    suppress(samira.email, reason="550 5.1.1 no such user")

    page = signed_in_client(PersonFactory(email="ngozi@example.org")).get(reverse("home")).content.decode()

    assert "comes back" not in page


def test_a_new_address_ends_the_notice(signed_in_client, samira):
    suppress(samira.email, reason="550 5.1.1 no such user")
    samira.email = "samira@elsewhere.example"
    samira.save(update_fields=["email"])

    assert "comes back" not in signed_in_client(samira).get(reverse("home")).content.decode()


def test_an_admin_sees_it_on_the_persons_page_with_the_way_to_their_mail(admin_client, samira):
    url = reverse("admin:accounts_person_change", args=[samira.pk])
    before = admin_client.get(url).content.decode()

    suppress(samira.email, reason="550 5.1.1 no such user")
    after = admin_client.get(url).content.decode()

    assert f"{reverse('admin:outbox_mail_changelist')}?person__id__exact={samira.pk}" in before
    assert ("no such user" in before, "no such user" in after) == (False, True)
