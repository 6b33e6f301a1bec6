"""Every mail as a mailbox shows it, and the pages that its links open: axe finds nothing, all fits a small telephone."""

import pytest
from django.urls import reverse

from outbox import kinds, previews
from outbox.unsubscribe import choices_url, stop_url
from tests.pages.axe import violations
from tests.pages.test_accessibility import SIDEWAYS, faults, walk

KINDS = [kind.name for kind in kinds.every() if kind.sample]
# Of what axe looks at, only this can change with the scheme.
CONTRAST = """async () => {
  const found = await axe.run(document, {runOnly: ["color-contrast"], resultTypes: ["violations"], preload: false})
  return found.violations.flatMap(rule => rule.nodes.map(node => node.html.slice(0, 160)))
}"""
SMALLEST = {"width": 320, "height": 640}

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("mails in a browser"),
]


@pytest.fixture
def page(browser):
    context = browser.new_context(reduced_motion="reduce", viewport=SMALLEST)
    yield context.new_page()
    context.close()


def test_no_mail_has_a_barrier(page):
    # French words are the longer ones.
    found = {
        name: wrong
        for name in KINDS
        if (wrong := barriers(page, previews.render_sample(kinds.find(name), "fr").html))
    }

    assert found == {}


def barriers(page, html: str) -> list[str]:
    page.emulate_media(color_scheme="light")
    page.set_content(html)
    sideways = page.evaluate(SIDEWAYS)
    wrong = violations(page) + ([f"scrolls sideways by {sideways}px"] if sideways else [])
    page.emulate_media(color_scheme="dark")
    return wrong + [f"in the dark: {node}" for node in page.evaluate(CONTRAST)]


def test_a_mail_that_would_not_turn_dark_is_found(page):
    html = previews.render_sample(kinds.find("introduction"), "en").html

    assert barriers(page, html) == []
    assert barriers(page, html.replace("color: #e9edf0 !important", "color: #17212b !important")) != []


def test_the_pages_that_a_mail_opens_have_no_barrier(page, live_server, settings, member):
    settings.PUBLIC_URL = ""

    paths = [choices_url(member), stop_url(member, "application_unfinished")]
    assert walk(page, live_server, paths) == []

    page.get_by_role("button", name="Stop it").click()
    assert page.get_by_role("heading", name="It is switched off").is_visible()
    assert faults(page) == []


def test_the_page_of_ones_own_has_no_barrier(page, live_server, signed_in):
    session = signed_in.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])

    assert walk(page, live_server, [reverse("outbox:preferences")]) == []
