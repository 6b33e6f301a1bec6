"""The private feed, the download of one session, and the page where both are found."""

from datetime import time

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override

from meetings.services import feeds
from meetings.services.seats import book_seat, say_cannot
from tests.accounts.factories import PersonFactory
from tests.meetings.calendar.planning import (
    TITLE,
    VIDEO,
    a_series,
    a_session,
    cancel,
    change,
    nth,
    planned_for,
)
from tests.meetings.calendar.readers import EVERY_READER
from tests.meetings.factories import introduced, mentees_of, mentor_of

pytestmark = pytest.mark.django_db

SETTINGS = reverse("meetings:calendar_settings")


@pytest.fixture
def group():
    return introduced(mentees=2)


@pytest.fixture
def mentee(group):
    return mentees_of(group)[0]


def path_of(person) -> str:
    return reverse("meetings:feed", args=[feeds.token(feeds.feed_of(person))])


def fetch(person, **headers):
    return Client(headers=headers).get(path_of(person))


def times(person) -> list[tuple]:
    return sorted((starts, ends) for starts, ends, _ in planned_for(person))


def test_the_feed_is_read_without_signing_in_as_four_programs_read_calendars(group, mentee):
    a_session(group, days=60)
    series = a_series(group)
    a_series(group, days=9, zone="Africa/Casablanca", at=time(9))
    change(nth(series, 1), at=time(9))
    cancel(nth(series, 2))
    say_cannot(nth(series, 3), mentee)

    response = fetch(mentee)

    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert [reader(response.content.decode()) == times(mentee) for reader in EVERY_READER] == [True] * 4
    assert len(times(mentee)) == 11


def test_it_has_only_what_one_comes_to(group, mentee):
    session = a_session(group, seats=2)

    assert TITLE not in fetch(mentee).content.decode()

    book_seat(session, mentee)

    assert TITLE in fetch(mentee).content.decode()


def test_it_names_nobody_but_the_host(group, mentee):
    a_session(group)
    a_series(group, days=9)

    text = fetch(mentee).content.decode()

    other = mentees_of(group)[1]
    assert [word in text for word in ("ATTENDEE", "@example.org", other.name, mentee.name)] == [False] * 4
    assert mentor_of(group).name in text


def test_a_new_address_makes_the_old_one_worthless(group, mentee, signed_in_client):
    old = path_of(mentee)

    signed_in_client(mentee).post(SETTINGS)

    assert Client().get(old).status_code == 404
    assert fetch(mentee).status_code == 200


@pytest.mark.parametrize(
    "token", ["", "1", "1-", "-x", "0-aaaa", "١-aaaa", "99999999999999999999-aaaa", "1-" + "a" * 43]
)
def test_an_address_that_is_not_one_shows_nothing(token, mentee):
    feeds.feed_of(mentee)

    assert Client().get(f"/calendar/{token}.ics").status_code == 404


def test_no_byte_of_the_address_may_differ(mentee):
    token = feeds.token(feeds.feed_of(mentee))
    pk, _, signature = token.partition("-")
    flipped = [
        f"{pk}-{signature[:place]}{'A' if letter != 'A' else 'B'}{signature[place + 1 :]}"
        for place, letter in enumerate(signature)
    ]

    assert [feeds.find(other) for other in flipped] == [None] * len(signature)
    assert feeds.find(token).person == mentee


def test_one_persons_signature_opens_nobody_elses_feed(mentee):
    other = feeds.feed_of(PersonFactory())
    signature = feeds.token(feeds.feed_of(mentee)).partition("-")[2]

    assert feeds.find(f"{other.pk}-{signature}") is None


def test_a_closed_account_has_no_feed(mentee):
    path = path_of(mentee)
    type(mentee).objects.filter(pk=mentee.pk).update(is_active=False)

    assert Client().get(path).status_code == 404


def test_what_has_not_changed_is_not_sent_again(group, mentee):
    session = a_session(group)
    first = fetch(mentee)

    again = fetch(mentee, if_none_match=first["ETag"])
    since = fetch(mentee, if_modified_since=first["Last-Modified"])
    assert (again.status_code, since.status_code) == (304, 304)
    assert fetch(mentee).content == first.content

    change(session, at=time(9))

    later = fetch(mentee, if_none_match=first["ETag"])
    assert later.status_code == 200
    assert later["ETag"] != first["ETag"]


def test_no_proxy_keeps_it(mentee):
    response = fetch(mentee)

    assert response["Cache-Control"] == "private, no-cache"
    assert response["X-Robots-Tag"] == "noindex"


def test_it_speaks_its_readers_language(group, mentee):
    a_session(group)
    type(mentee).objects.filter(pk=mentee.pk).update(language="fr")

    with override("fr"):
        join = gettext("Join: %(url)s") % {"url": VIDEO}
    assert join in fetch(mentee).content.decode()


@pytest.mark.parametrize("count", [1, 4])
def test_its_cost_does_not_grow_with_the_sessions(count, group, mentee, django_assert_max_num_queries):
    for number in range(count):
        a_session(group, days=7 + number)
    path = path_of(mentee)

    with django_assert_max_num_queries(8):
        Client().get(path)


# --- The download ---------------------------------------------------------------------------------


def test_one_session_is_downloaded_by_whoever_may_see_it(group, mentee, signed_in_client):
    session = a_session(group)
    path = reverse("meetings:session_ics", args=[session.pk])

    mine = signed_in_client(mentee).get(path)
    strangers = signed_in_client(PersonFactory()).get(path)

    assert mine["Content-Disposition"] == 'attachment; filename="session.ics"'
    expected = [(session.starts_at, session.ends_at)]
    assert [reader(mine.content.decode()) for reader in EVERY_READER] == [expected] * 4
    assert strangers.status_code == 404


def test_the_link_of_the_call_is_for_those_with_a_seat(group, mentee, signed_in_client):
    session = a_session(group, seats=2)
    path = reverse("meetings:session_ics", args=[session.pk])

    assert VIDEO not in signed_in_client(mentee).get(path).content.decode()

    book_seat(session, mentee)

    assert VIDEO in signed_in_client(mentee).get(path).content.decode()


# --- The page -------------------------------------------------------------------------------------


def test_the_page_shows_the_address_and_when_it_was_last_read(mentee, signed_in_client):
    client = signed_in_client(mentee)
    assert "No calendar has looked here yet." in client.get(SETTINGS).content.decode()

    fetch(mentee)

    page = client.get(SETTINGS).content.decode()
    assert path_of(mentee) in page
    assert 'href="webcal://' in page
    assert "A calendar last looked here on" in page


def test_somebody_else_never_sees_the_address(mentee, signed_in_client):
    assert path_of(mentee) not in signed_in_client(PersonFactory()).get(SETTINGS).content.decode()
