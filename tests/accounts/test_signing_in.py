"""Sign-up, verification, and the ways in: password and code, password and authenticator app, passkey."""

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.urls import reverse

from accounts.models import Person
from outbox.models import Mail
from tests.accounts.conftest import code_in, link_in, text_of
from tests.accounts.factories import PASSWORD, PersonFactory

pytestmark = pytest.mark.django_db
NEW = {"name": "Samira Haddad", "email": "samira@example.org", "password1": PASSWORD}


def sign_up(client, **changes):
    return client.post(reverse("account_signup"), NEW | changes)


def give_password(client, person, password=PASSWORD, **more):
    return client.post(reverse("account_login"), {"login": person.email, "password": password, **more})


def is_signed_in(client) -> bool:
    return client.get(reverse("home")).status_code == 200


def test_signing_up_sends_one_link_and_keeps_the_door_shut(client, letterbox):
    response = sign_up(client)

    assert response.url == reverse("account_email_verification_sent")
    mail = letterbox.only()
    assert (mail["To"], mail["Subject"]) == ("samira@example.org", "Confirm your mail address")
    assert not is_signed_in(client)


def test_opening_the_link_alone_verifies_nothing(client, letterbox):
    """Mail gateways open every link."""
    sign_up(client)
    link = link_in(letterbox.only())

    client.get(link)

    assert not Person.objects.get().emailaddress_set.get().verified


def test_pressing_the_button_verifies_and_signs_in_where_one_signed_up(client, letterbox):
    sign_up(client)
    link = link_in(letterbox.only())

    client.post(link)

    assert Person.objects.get().emailaddress_set.get().verified
    assert is_signed_in(client)


def test_the_link_signs_nobody_in_on_another_device(client, letterbox, django_user_model):
    sign_up(client)
    link = link_in(letterbox.only())
    other = type(client)()

    other.post(link)

    assert not is_signed_in(other)


def test_sign_up_takes_language_and_zone_from_the_browser(client, letterbox):
    client.post(
        reverse("account_signup"),
        NEW | {"time_zone": "Africa/Lagos"},
        headers={"accept-language": "fr-CA,fr"},
    )

    person = Person.objects.get()
    assert (person.language, person.time_zone, person.name) == ("fr", "Africa/Lagos", "Samira Haddad")


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "Mars\x00", "x" * 5000])
def test_a_zone_that_does_not_exist_becomes_a_likely_one(client, letterbox, zone):
    sign_up(client, time_zone=zone)

    assert Person.objects.get().time_zone == "Europe/London"


def test_a_password_and_the_mailed_code_open_the_door(client, letterbox):
    person = PersonFactory(can_sign_in=True)

    give_password(client, person)
    assert not is_signed_in(client)
    client.post(reverse("account_confirm_login_code"), {"code": code_in(letterbox.only())})

    assert is_signed_in(client)


def test_a_wrong_code_opens_nothing_and_three_end_it(client, letterbox):
    person = PersonFactory(can_sign_in=True)
    give_password(client, person)
    code = code_in(letterbox.only())

    for _ in range(3):
        client.post(reverse("account_confirm_login_code"), {"code": "AAA-AAA"})
    client.post(reverse("account_confirm_login_code"), {"code": code})

    assert not is_signed_in(client)


def test_a_code_of_another_browser_opens_nothing(client, letterbox):
    person = PersonFactory(can_sign_in=True)
    give_password(client, person)
    code = code_in(letterbox.only())
    other = type(client)()

    other.post(reverse("account_confirm_login_code"), {"code": code})

    assert not is_signed_in(other)


def totp_holder():
    person = PersonFactory(can_sign_in=True)
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    return person, secret


def totp_code(secret) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_a_holder_of_an_authenticator_app_is_asked_for_it_and_mailed_nothing(client, letterbox):
    person, secret = totp_holder()

    response = give_password(client, person)

    assert response.url == reverse("mfa_authenticate")
    assert letterbox.delivered() == []
    assert not is_signed_in(client)
    client.post(reverse("mfa_authenticate"), {"code": totp_code(secret)})
    assert is_signed_in(client)


def test_a_wrong_code_of_the_app_opens_nothing(client):
    person, secret = totp_holder()
    give_password(client, person)

    client.post(
        reverse("mfa_authenticate"), {"code": "000000" if totp_code(secret) != "000000" else "111111"}
    )

    assert not is_signed_in(client)


def test_mail_to_a_person_speaks_their_language_whatever_the_browser_says(client, letterbox):
    person = PersonFactory(can_sign_in=True, language="fr")

    give_password(client, person)

    assert Mail.objects.get().language == "fr"


def test_a_signed_in_device_can_be_signed_out_from_another(client, letterbox):
    person = PersonFactory(can_sign_in=True)
    phone = type(client)()
    for browser in (client, phone):
        give_password(browser, person)
        browser.post(reverse("account_confirm_login_code"), {"code": code_in(letterbox.only())})
        assert is_signed_in(browser)

    page = client.get(reverse("usersessions_list"))
    client.post(reverse("usersessions_list"))

    assert page.status_code == 200
    assert len(page.context["sessions"]) == 2
    assert is_signed_in(client)
    assert not is_signed_in(phone)


def test_a_new_password_signs_out_the_other_devices_and_says_so_by_mail(client, letterbox):
    person = PersonFactory(can_sign_in=True)
    phone = type(client)()
    for browser in (client, phone):
        give_password(browser, person)
        browser.post(reverse("account_confirm_login_code"), {"code": code_in(letterbox.only())})

    new = "another long and quiet day"
    client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )

    assert is_signed_in(client)
    assert not is_signed_in(phone)
    assert text_of(letterbox.only()).splitlines()[2] == "Your password was changed."


def test_a_forgotten_password_is_replaced_through_the_mailed_link(client, letterbox):
    person = PersonFactory(can_sign_in=True)
    client.post(reverse("account_reset_password"), {"email": person.email})
    link = link_in(letterbox.only())
    new = "another long and quiet day"

    form = client.get(link, follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})

    person.refresh_from_db()
    assert person.check_password(new)
    assert "Your password was replaced with a new one." in text_of(letterbox.only())
    assert not is_signed_in(client)


def test_codes_and_links_are_wiped_once_they_have_left(client, letterbox):
    person = PersonFactory(can_sign_in=True)
    give_password(client, person)
    letterbox.only()

    mail = Mail.objects.get()

    assert (mail.state, mail.subject, mail.text, mail.html) == ("sent", "", "", "")


def test_passwords_are_kept_with_argon2id():
    person = PersonFactory(can_sign_in=True)

    assert person.password.startswith("argon2$argon2id$")


@pytest.mark.parametrize("password", ["short", "password1234", "samira@example.org"])
def test_weak_passwords_are_refused_with_a_sentence(client, password):
    page = sign_up(client, password1=password)

    assert page.status_code == 200
    assert page.context["form"].errors["password1"]
    assert not Person.objects.exists()


def test_extra_fields_of_a_sign_up_give_no_rights(client, letterbox):
    sign_up(client, is_staff="on", is_superuser="on", is_active="")

    person = Person.objects.get()
    assert (person.is_staff, person.is_superuser, person.is_active) == (False, False, True)


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_elsewhere_after_signing_in(client, letterbox, target):
    person = PersonFactory(can_sign_in=True)
    give_password(client, person, next=target)

    response = client.post(
        reverse("account_confirm_login_code"), {"code": code_in(letterbox.only()), "next": target}
    )

    assert response.url == reverse("home")
