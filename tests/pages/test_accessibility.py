"""Main pages in a real browser, narrow and wide, light and dark: axe finds nothing, the policy stops nothing, all fits."""

from itertools import product

import pytest
from django.urls import reverse

from tests.pages.axe import violations

VISITOR = [
    "front",
    "how_it_works",
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_email_verification_sent",
]
MEMBER = [
    "home",
    "mfa_index",
    "mfa_list_webauthn",
    "account_email",
    "account_change_password",
    "usersessions_list",
]
# The narrowest only has to fit: what stands on it is what stands on a telephone.
NARROWEST = 320
WIDTHS = [390, 1280]
SCHEMES = ["light", "dark"]
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser):
    context = browser.new_context(reduced_motion="reduce")
    yield context.new_page()
    context.close()


def walk(page, live_server, paths) -> list[str]:
    """Open each path, in every width and scheme; everything that is wrong, as sentences."""
    wrong = []
    page.on(
        "console",
        lambda message: wrong.append(f"{page.url}: {message.text}") if message.type == "error" else None,
    )
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    for path in paths:
        page.goto(f"{live_server.url}{path}")
        assert page.url == f"{live_server.url}{path}"
        page.set_viewport_size({"width": NARROWEST, "height": 844})
        wrong += [f"{path} at {NARROWEST}: {found}" for found in does_not_fit(page)]
        for width, scheme in product(WIDTHS, SCHEMES):
            page.set_viewport_size({"width": width, "height": 844})
            page.emulate_media(color_scheme=scheme)
            wrong += [f"{path} at {width}, {scheme}: {found}" for found in faults(page)]
    return wrong


def faults(page) -> list[str]:
    return violations(page) + does_not_fit(page)


def does_not_fit(page) -> list[str]:
    sideways = page.evaluate(SIDEWAYS)
    return [f"scrolls sideways by {sideways}px"] if sideways > 0 else []


def test_a_visitor_meets_no_barrier(page, live_server, open_cohort):
    assert walk(page, live_server, [reverse(name) for name in VISITOR]) == []


def test_a_member_meets_no_barrier(page, live_server, signed_in, open_cohort):
    session = signed_in.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])

    assert walk(page, live_server, [reverse(name) for name in MEMBER]) == []


def test_axe_finds_a_barrier_where_there_is_one(page):
    page.set_content('<html><body><img src="data:,"><input></body></html>')

    assert {violation.split(":")[0] for violation in violations(page)} >= {
        "image-alt",
        "label",
        "html-has-lang",
    }


def test_mistakes_are_summed_up_and_each_leads_to_its_field(page, live_server):
    page.goto(f"{live_server.url}{reverse('account_signup')}")
    page.get_by_role("main").get_by_role("button").click()

    summary = page.get_by_role("alert")
    assert summary.evaluate("element => element === document.activeElement")
    summary.get_by_role("link").first.click()
    assert page.evaluate("() => document.activeElement.name") == "name"
    assert violations(page) == []


def test_the_menu_opens_without_a_script(browser, live_server, signed_in):
    context = browser.new_context(java_script_enabled=False)
    session = signed_in.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}{reverse('home')}")

    page.locator("summary", has_text="Your menu").click()
    page.get_by_role("button", name="Sign out").click()

    assert page.url == f"{live_server.url}{reverse('front')}"
    context.close()
