"""A passkey is added and opens the account, in a real browser with a virtual authenticator, under the whole policy."""

import pytest
from django.urls import reverse

from tests.accounts.factories import PASSWORD

PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser):
    context = browser.new_context()
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE})
    yield page
    context.close()


def test_a_member_adds_a_passkey_and_signs_in_with_it_alone(page, live_server, signed_in):
    refused = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    session = signed_in.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    main = page.get_by_role("main")

    page.goto(f"{live_server.url}{reverse('mfa_add_webauthn')}")
    page.get_by_label("Password").fill(PASSWORD)
    main.get_by_role("button", name="Continue").click()
    page.get_by_label("Name").fill("My phone")
    main.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url(f"{live_server.url}/accounts/2fa/**")
    page.get_by_text("Your passkey is added.").wait_for()

    page.context.clear_cookies()
    page.goto(f"{live_server.url}{reverse('account_login')}")
    main.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{live_server.url}{reverse('home')}")

    assert refused == []
