import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.home import home_of
from accounts.personal_data import registered
from accounts.services.photos import set_photo
from matching.models import Mentorship
from matching.services.introductions import release_hold
from matching.services.leaving import cancel_mentorship
from matching.services.publishing import publish_run
from outbox.models import Mail
from tests.accounts.factories import PersonFactory
from tests.matching.factories import CohortFactory
from tests.matching.mentorship_factories import (
    a_group,
    a_match,
    mentee_in,
    mentee_of,
    mentor_in,
    mentor_of,
    run_of,
)

pytestmark = pytest.mark.django_db

State = Mentorship.State
LIST = reverse("matching:mentorships")


@pytest.fixture
def held():
    return a_match()


@pytest.fixture
def introduced(held):
    release_hold(held, by=None)
    return held


def page(mentorship) -> str:
    return reverse("matching:mentorship", args=[mentorship.pk])


def no_to(mentorship) -> str:
    return reverse("matching:not_this_person", args=[mentorship.pk])


def text_of(response) -> str:
    return response.content.decode()


# --- Who may see what -------------------------------------------------------------------------


@pytest.mark.parametrize("address", [page, no_to])
def test_a_mentorship_is_there_for_its_people_and_for_nobody_else(held, signed_in_client, address):
    others = [mentee_in(a_match()).person, PersonFactory(), PersonFactory(admin=True)]

    for person in (mentee_in(held).person, mentor_in(held).person):
        assert signed_in_client(person).get(address(held)).status_code == 200
    for person in others:
        assert signed_in_client(person).get(address(held)).status_code == 404


@pytest.mark.parametrize("address", [LIST, "/mentoring/1/", "/mentoring/1/not-this-person/"])
def test_a_visitor_is_asked_to_sign_in(client, address):
    assert client.get(address)["Location"].startswith(reverse("account_login"))


def test_a_stranger_cannot_say_no_for_somebody(held, signed_in_client):
    response = signed_in_client(PersonFactory()).post(no_to(held))

    held.refresh_from_db()
    assert (response.status_code, held.state) == (404, State.HELD)


@pytest.mark.parametrize("state", [State.FORMING, State.CANCELLED])
def test_what_is_being_formed_or_did_not_go_ahead_is_not_there(held, signed_in_client, state):
    person = mentee_in(held).person
    Mentorship.objects.update(state=state)

    client = signed_in_client(person)

    assert client.get(page(held)).status_code == 404
    assert client.get(LIST).context["encounters"] == []


def test_the_list_holds_ones_own_mentorships_only(held, signed_in_client):
    a_match()

    [encounter] = signed_in_client(mentor_in(held).person).get(LIST).context["encounters"]

    assert encounter.mentorship == held


# --- Before and after the introduction --------------------------------------------------------


def test_during_the_hold_one_sees_who_and_why_and_no_address(held, signed_in_client):
    mentee, mentor = mentee_in(held).person, mentor_in(held).person
    Mentorship.objects.update(reasons=[{"code": "language", "language": "fr"}])

    text = text_of(signed_in_client(mentee).get(page(held)))

    assert mentor.name in text
    assert "You both speak French." in text
    assert no_to(held) in text
    assert mentor.email not in text


def test_after_the_introduction_one_sees_the_address_and_how_to_start(introduced, signed_in_client):
    mentee, mentor = mentee_in(introduced).person, mentor_in(introduced).person

    text = text_of(signed_in_client(mentee).get(page(introduced)))

    assert f"mailto:{mentor.email}" in text
    assert "How to start" in text
    assert no_to(introduced) not in text


@pytest.mark.parametrize("is_introduced", [False, True])
def test_in_a_group_addresses_are_there_only_after_the_introduction(signed_in_client, is_introduced):
    group = a_group(cohort=CohortFactory(hold_days=0 if is_introduced else 3))
    me = mentee_in_group(group)
    others = group.members.exclude(person=me).values_list("person__email", flat=True)

    text = text_of(signed_in_client(me).get(page(group)))

    assert [address in text for address in others] == [is_introduced] * 7


def mentee_in_group(group):
    return group.members.filter(part="mentee").first().person


# --- "Not this person" --------------------------------------------------------------------------


def test_reading_the_question_changes_nothing(held, signed_in_client):
    signed_in_client(mentee_in(held).person).get(no_to(held))

    held.refresh_from_db()
    assert held.state == State.HELD


def test_saying_no_takes_one_click_and_thanks(held, signed_in_client):
    response = signed_in_client(mentee_in(held).person).post(no_to(held), follow=True)

    held.refresh_from_db()
    assert held.state == State.CANCELLED
    assert "Nobody is told that it was you, or why." in text_of(response)


def test_saying_no_twice_finds_nothing_to_refuse(held, signed_in_client):
    client = signed_in_client(mentee_in(held).person)
    client.post(no_to(held))

    assert client.post(no_to(held)).status_code == 404


def test_saying_no_after_the_introduction_is_answered_with_whom_to_write_to(introduced, signed_in_client):
    client = signed_in_client(mentee_in(introduced).person)

    asked, answered = client.get(no_to(introduced)), client.post(no_to(introduced), follow=True)

    assert "hello@programme.example" in text_of(asked)
    assert "The hold is over" in text_of(answered)
    introduced.refresh_from_db()
    assert introduced.state == State.INTRODUCED


def test_the_other_persons_page_is_gone_and_says_nothing(held, signed_in_client):
    mentee, mentor = mentee_in(held).person, mentor_in(held).person
    signed_in_client(mentee).post(no_to(held))

    text = text_of(signed_in_client(mentor).get(LIST))

    assert mentee.name not in text
    assert "Here you will find the people you meet" in text


# --- Home, cost, one's data -------------------------------------------------------------------


def test_home_shows_whom_one_would_meet_first(held):
    step = home_of(mentee_in(held).person).step

    assert step.title == f"See whom you would meet: {mentor_in(held).person}"
    assert step.url == page(held)


def test_home_asks_the_mentee_to_write_first_once_they_are_introduced(introduced):
    first_step = f"Write two lines to {mentor_in(introduced).person}"
    assert home_of(mentee_in(introduced).person).step.title == first_step
    Mentorship.objects.update(introduced_at="2020-01-01T00:00Z")
    assert home_of(mentee_in(introduced).person).step.title != first_step

    fresh = a_match(hold_days=0)
    Mentorship.objects.filter(pk=fresh.pk).update(introduced_at=fresh.cohort.opens_at)
    assert home_of(mentee_in(fresh).person).step.title == f"Write two lines to {mentor_in(fresh).person}"
    assert home_of(mentor_in(fresh).person).step is None


def test_home_of_somebody_without_a_mentorship_holds_no_card_of_it():
    assert home_of(PersonFactory()).cards == []


def matches_of(person, count: int) -> None:
    """So many mentees of one mentor, each in a cohort of its own."""
    for _ in range(count):
        cohort = CohortFactory()
        publish_run(run_of((mentee_of(cohort), mentor_of(cohort, person=person))), by=None)


def test_a_photo_is_shown_once_people_are_introduced(signed_in_client, held):
    mentor = mentor_in(held).person
    set_photo(mentor, b"webp")
    client = signed_in_client(mentee_in(held).person)

    before = client.get(page(held)).text
    release_hold(held, by=None)
    after = client.get(page(held)).text

    address = reverse("accounts:photo", args=[mentor.pk])
    assert address not in before
    assert address in after


@pytest.mark.parametrize("address", [LIST, reverse("home")])
def test_a_page_costs_the_same_however_many_one_meets(signed_in_client, address):
    costs = []
    for count in (1, 3):
        person = PersonFactory()
        matches_of(person, count)
        client = signed_in_client(person)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        costs.append(len(queries))

    assert costs[0] == costs[1] <= 20


def test_a_mentorship_costs_at_most_twenty_queries_whoever_is_in_it(signed_in_client):
    costs = set()
    for group in (a_group(mentees=6), a_group(mentees=8)):
        client = signed_in_client(mentee_in_group(group))
        with CaptureQueriesContext(connection) as queries:
            client.get(page(group))
        costs.add(len(queries))

    assert len(costs) == 1
    assert costs.pop() <= 20


def test_ones_data_holds_ones_mentorships(introduced):
    [part] = [part for part in registered() if part.name == "mentorships"]

    [told] = part.export(mentee_in(introduced).person)["mentorships"]

    assert (told["as"], told["state"], told["with"]) == (
        "mentee",
        State.INTRODUCED,
        [str(mentor_in(introduced).person)],
    )
    assert part.export(PersonFactory()) == {"mentorships": []}


def test_erasing_somebody_frees_the_other_and_tells_them(held):
    [part] = [part for part in registered() if part.name == "mentorships"]
    Mail.objects.update(state=Mail.State.SENT, sent_at=held.published_at)

    part.erase(mentee_in(held).person)

    held.refresh_from_db()
    assert held.state == State.CANCELLED
    assert mentor_in(held).application.taken == 0
    assert Mail.objects.filter(kind="match_withdrawn", person=mentor_in(held).person).exists()


def test_a_called_off_group_is_gone_from_the_list(signed_in_client):
    group = a_group()
    person = mentee_in_group(group)

    cancel_mentorship(group, by=None)

    assert signed_in_client(person).get(LIST).context["encounters"] == []
