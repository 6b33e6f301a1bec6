"""What a person does in a browser, a function each, so that a journey reads as a list of phases."""

import re
import time
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from matching.models import Mentorship
from tests.accounts.conftest import code_in
from tests.accounts.factories import PASSWORD

STOPPED = settings.BASE_DIR / "var" / "journeys"


@contextmanager
def somebody(browser: Browser, address: str, *, has_javascript: bool = True):
    """A browser of one's own, in London and in English; where a walk stops, its last page stays in var/journeys/."""
    context = browser.new_context(
        base_url=address, java_script_enabled=has_javascript, locale="en-GB", timezone_id="Europe/London"
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    try:
        yield page
    except Exception:
        page.screenshot(
            path=STOPPED / f"{urlsplit(page.url).path.strip('/').replace('/', '-')}.png",
            full_page=True,
        )
        raise
    finally:
        context.close()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()


def sign_up(page: Page, *, name: str, email: str) -> None:
    page.goto(reverse("front"))
    follow(page, "Sign up to apply")
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign up")


def verify_from(page: Page, message) -> None:
    page.goto(link_to(message, "confirm-email"))
    press(page, "Yes, confirm it")


def sign_in(page: Page, email: str, mailbox) -> None:
    """With the password, then the code that arrives by mail."""
    page.goto(reverse("account_login"))
    page.get_by_label("Mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")
    (message,) = wait_for_mail(mailbox, email, "code")
    page.get_by_label("Code").fill(code_in(message))
    press(page, "Sign in")
    expect(page).to_have_url(re.compile(reverse("home")))


def wait_for_mail(mailbox, reader: str, subject: str, *, count: int = 1, seconds: int = 60) -> list:
    """The mails to a reader whose subject says this, once there are so many of them."""
    deadline = time.monotonic() + seconds
    while len(found := mails_to(mailbox, reader, subject)) < count:
        subjects = [(message["To"], message["Subject"]) for message in mailbox.messages]
        assert time.monotonic() < deadline, f"No {subject!r} for {reader} in {seconds} s; arrived: {subjects}"
        time.sleep(0.1)
    return found


def mails_to(mailbox, reader: str, subject: str) -> list:
    return [
        message
        for message in mailbox.messages
        if reader in message["To"] and subject.lower() in message["Subject"].lower()
    ]


def apply_as_mentee(page: Page) -> None:
    """Nursing informatics without the title: the roles, the needs, the hours, and what is confidential."""
    page.goto(reverse("front"))
    page.get_by_role("link", name=re.compile("^Apply")).first.click()
    page.get_by_label("As a mentee: I would like a mentor").check()
    press(page, "Begin")
    say_what_i_do(page)
    page.get_by_label("First").fill("ePMA")
    page.get_by_label("Second").fill("Stepping up to a chief officer role")
    page.get_by_label("Third").fill("Finding words for what I do")
    press(page, "Save and go on")
    page.get_by_label("A role that you are growing into").fill("CNIO")
    press(page, "Save and go on")
    for hour in ("Tuesday 18:00 to 19:00", "Thursday 12:00 to 13:00"):
        page.get_by_label(hour).check()
    press(page, "Save and go on")
    page.get_by_label("Names or mail addresses").fill("my.manager@example.org")
    press(page, "Save and go on")
    page.get_by_label("I have read this and will keep to it").check()
    press(page, "Send my application")


def say_what_i_do(page: Page) -> None:
    page.get_by_label(re.compile("^Role")).first.fill("CNIO")
    page.get_by_label("How you hold it").first.select_option(label="without the title")
    page.get_by_text("Nursing and midwifery", exact=True).click()
    page.get_by_label("Nursing", exact=True).check()
    page.get_by_text("Choose from 17", exact=True).click()
    page.get_by_label("NHS acute or specialist trust").check()
    page.get_by_label("Official title").fill("Senior charge nurse")
    page.get_by_label("Organisation").fill("St Brannoc’s Hospitals")
    press(page, "Save and go on")


def sign_in_as_admin(page: Page, email: str, secret: str) -> None:
    """With the password, then the code of an authenticator app."""
    page.goto(reverse("admin:index"))
    page.get_by_label("Mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")
    page.get_by_label("Code").fill(totp_code(secret))
    press(page, "Sign in")
    expect(page.get_by_role("heading", name="Programme administration")).to_be_visible()


def totp_code(secret: str) -> str:
    counter = next(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counter))


def accept(page: Page, name: str) -> None:
    page.goto(reverse("admin:matching_application_changelist"))
    page.get_by_role("row", name=re.compile(name)).get_by_role("checkbox").check()
    page.locator("select[name=action]").select_option(label="Accept")
    page.get_by_role("button", name="Go").click()
    press(page, "Accept")
    expect(page.get_by_text("The person is told by mail.")).to_be_visible()


def match_and_publish(page: Page, cohort) -> None:
    """Start a run, look again until a worker has computed it, and publish what it proposes."""
    page.goto(reverse("admin:matching_cohort_dashboard", args=[cohort.pk]))
    follow(page, "Match mentees and mentors")
    press(page, "Start the run")
    wait_until_computed(page)
    follow(page, "Preview and publish")
    press(page, "Publish 1 match")
    expect(page.get_by_text("1 match is published")).to_be_visible()


def wait_until_computed(page: Page, *, seconds: int = 60) -> None:
    deadline = time.monotonic() + seconds
    while not page.get_by_role("link", name="Preview and publish").count():
        assert time.monotonic() < deadline, f"No worker computed the run in {seconds} s."
        time.sleep(0.5)
        page.reload()


def let_the_hold_end() -> None:
    """Three working days pass."""
    an_hour_ago = timezone.now() - timedelta(hours=1)
    assert Mentorship.objects.filter(state=Mentorship.State.HELD).update(hold_ends_at=an_hour_ago) == 1


def link_to(message, part: str) -> str:
    return re.search(rf"https?://\S*{part}\S*", text_of(message))[0]


def text_of(message) -> str:
    return message.get_body(("plain",)).get_content()


def be(page: Page, person) -> None:
    """Be somebody who has signed in before, where signing in is not what the journey is about."""
    client = Client()
    client.force_login(person)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.goto(reverse("front"))
    everywhere = urljoin(page.url, "/")
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": everywhere}])
