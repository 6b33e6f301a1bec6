"""Links in mails that do one thing without a sign-in."""

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from matching.errors import Refused
from meetings import one_click
from meetings.one_click import Action, Question, link, register
from tests.accounts.factories import PersonFactory

pytestmark = pytest.mark.django_db


class Bell:
    """Something that may be rung once; a second ring changes nothing."""

    def __init__(self):
        self.rung_by: set = set()
        self.is_needed = True
        self.refusal = ""

    def ask(self, person, pk):
        local = timezone.localtime(datetime(2026, 7, 1, 12, 0, tzinfo=UTC))
        return Question(f"Ring bell {pk}?", f"At {local:%H:%M}.", "Ring it") if self.is_needed else None

    def act(self, person, pk):
        if self.refusal:
            raise Refused(self.refusal)
        self.rung_by.add((person.pk, pk))
        return f"Bell {pk} was rung."


@pytest.fixture
def bell(monkeypatch):
    monkeypatch.setattr(one_click, "_actions", dict(one_click._actions))
    bell = Bell()
    register(Action("ring", ask=bell.ask, act=bell.act))
    register(Action("smash", ask=bell.ask, act=bell.act))
    return bell


@pytest.fixture
def person():
    return PersonFactory(name="Samira Haddad")


@pytest.fixture
def address(bell, person, settings):
    settings.PUBLIC_URL = "http://testserver"
    return link("ring", person=person, pk=7, until=timezone.now() + timedelta(hours=1))


@pytest.fixture
def browser_without_cookies():
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_at_a_link_changes_nothing(address, bell, browser_without_cookies, method):
    response = getattr(browser_without_cookies, method)(address)

    assert response.status_code == 200
    assert bell.rung_by == set()


def test_the_page_asks_before_anything_happens(address, browser_without_cookies):
    page = unescape(browser_without_cookies.get(address).text)

    assert "<h1>Ring bell 7?</h1>" in page
    assert "You answer as Samira Haddad." in page
    assert page.count('<form method="post"><button') == 1


def test_the_button_acts_for_the_person_of_the_link_without_cookies(
    address, bell, person, browser_without_cookies
):
    response = browser_without_cookies.post(address)

    assert bell.rung_by == {(person.pk, 7)}
    assert "Bell 7 was rung." in response.text


def test_pressing_twice_is_pressing_once(address, bell, person, browser_without_cookies):
    answers = [browser_without_cookies.post(address).status_code for _ in range(2)]

    assert answers == [200, 200]
    assert bell.rung_by == {(person.pk, 7)}


def test_it_acts_for_its_own_person_whoever_is_signed_in(address, bell, person, signed_in_client):
    signed_in_client(PersonFactory()).post(address)

    assert bell.rung_by == {(person.pk, 7)}


def test_a_link_with_any_letter_changed_is_refused(address, bell, browser_without_cookies):
    start, token = address.rstrip("/").rsplit("/", 1)
    changed = [
        token[:place] + ("B" if letter == "A" else "A") + token[place + 1 :]
        for place, letter in enumerate(token)
    ]

    answers = {browser_without_cookies.post(f"{start}/{one}/").status_code for one in changed}

    assert answers == {410}
    assert bell.rung_by == set()


@pytest.mark.parametrize("cut", [1, 5, 30])
def test_a_link_that_lost_its_end_is_refused(address, bell, browser_without_cookies, cut):
    assert browser_without_cookies.post(address.rstrip("/")[:-cut] + "/").status_code == 410
    assert bell.rung_by == set()


def test_a_signature_made_for_something_else_opens_nothing(bell, person, browser_without_cookies):
    until = int(timezone.now().timestamp()) + 60
    token = signing.dumps(["ring", person.pk, 7, until], salt="first-admin")

    assert browser_without_cookies.post(reverse("meetings:one_click", args=[token])).status_code == 410
    assert bell.rung_by == set()


def test_a_link_ends(bell, person, settings, browser_without_cookies):
    settings.PUBLIC_URL = "http://testserver"
    over = link("ring", person=person, pk=7, until=timezone.now() - timedelta(seconds=1))

    response = browser_without_cookies.post(over)

    assert response.status_code == 410
    assert "Sign in and do it there" in response.text
    assert bell.rung_by == set()


def test_a_closed_account_opens_nothing(address, bell, person, browser_without_cookies):
    person.is_active = False
    person.save(update_fields=["is_active"])

    assert browser_without_cookies.post(address).status_code == 410
    assert bell.rung_by == set()


def test_an_erased_person_opens_nothing(address, bell, person, browser_without_cookies):
    person.delete()

    assert browser_without_cookies.get(address).status_code == 410


def test_an_action_that_no_longer_exists_is_refused(address, bell, browser_without_cookies):
    del one_click._actions["ring"]

    assert browser_without_cookies.post(address).status_code == 410


def test_what_was_settled_meanwhile_is_said(address, bell, browser_without_cookies):
    bell.is_needed = False

    page = browser_without_cookies.get(address).text

    assert "Nothing left to do" in page
    assert '<form method="post"><button' not in page


def test_a_refusal_is_a_sentence_on_the_page(address, bell, browser_without_cookies):
    bell.refusal = "The session has begun."

    response = browser_without_cookies.post(address)

    assert response.status_code == 409
    assert "The session has begun." in response.text


def test_the_page_speaks_the_language_and_the_time_of_the_person(address, person, browser_without_cookies):
    person.language, person.time_zone = "fr", "Europe/Paris"
    person.save(update_fields=["language", "time_zone"])

    page = browser_without_cookies.get(address, headers={"accept-language": "en"}).text

    assert '<html lang="fr">' in page
    assert "At 14:00." in page


def test_the_address_is_told_to_no_other_site_and_no_search_engine(address, browser_without_cookies):
    response = browser_without_cookies.get(address)

    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response["Cache-Control"]


def test_links_of_one_person_and_of_two_things_differ(bell, person):
    until = timezone.now() + timedelta(hours=1)

    links = {link(action, person=person, pk=pk, until=until) for action in ("ring", "smash") for pk in (7, 8)}

    assert len(links) == 4
