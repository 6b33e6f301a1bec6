import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.urls import reverse

from tests.accounts.factories import PersonFactory


@pytest.fixture
def admin(db):
    return PersonFactory(admin=True)


def test_a_stranger_is_sent_to_the_one_sign_in_that_has_limits(client, db):
    answer = client.get("/admin/login/?next=/admin/accounts/person/")

    assert answer.status_code == 302
    assert answer.url == f"{reverse('account_login')}?next=/admin/accounts/person/"


def test_a_password_posted_to_the_admins_own_door_signs_nobody_in(client, db):
    admin = PersonFactory(admin=True, can_sign_in=True)

    answer = client.post("/admin/login/", {"username": admin.email, "password": "a long and quiet morning"})

    assert answer.status_code == 302
    assert "_auth_user_id" not in client.session


def test_staff_without_a_second_factor_are_shown_where_to_add_one(signed_in_client, admin):
    client = signed_in_client(admin, has_second_factor=False)

    answer = client.get("/admin/", follow=True)

    assert answer.status_code == 403
    assert reverse("mfa_activate_totp") in answer.content.decode()


def test_staff_without_a_second_factor_reach_no_page_of_the_admin(signed_in_client, admin):
    client = signed_in_client(admin, has_second_factor=False)

    answer = client.post("/admin/accounts/person/add/", {"email": "new@example.org"})

    assert answer.status_code == 302
    assert answer.url.startswith("/admin/login/")


def test_staff_with_a_second_factor_come_in(signed_in_client, admin):
    client = signed_in_client(admin)

    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/login/").url == "/admin/"


def test_recovery_codes_alone_are_no_second_factor(signed_in_client, admin):
    RecoveryCodes.activate(admin)
    client = signed_in_client(admin, has_second_factor=False)

    assert client.get("/admin/").status_code == 302


def test_a_member_with_a_second_factor_stays_out(signed_in_client, db):
    client = signed_in_client(PersonFactory(), has_second_factor=True)

    assert client.get("/admin/", follow=True).status_code == 403


def test_a_forged_next_leads_nowhere_else(signed_in_client, admin):
    client = signed_in_client(admin)

    assert client.get("/admin/login/?next=https://evil.example/").url == "/admin/"


def test_the_password_is_changed_where_everybody_changes_it(signed_in_client, admin):
    client = signed_in_client(admin)

    assert client.get("/admin/password_change/").url == reverse("account_change_password")
