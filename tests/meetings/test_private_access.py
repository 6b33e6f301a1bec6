"""Every private address: there for its people, and for nobody else, whatever rights they have."""

import pytest
from django.urls import reverse

from meetings.urls.private import urlpatterns
from tests.accounts.factories import PersonFactory
from tests.meetings.factories import SessionFactory, introduced, mentees_of, mentor_of
from tests.meetings.private_factories import SENTENCES, need_of, plant

pytestmark = pytest.mark.django_db

# One's own log has no number in its address: somebody else sees their own, which is empty.
OWN = {"learning", "new_learning"}
NAMES = sorted(pattern.name for pattern in urlpatterns)
# What the number in an address is of, by the address's first words.
ROWS = {
    "sessions/": lambda planted: planted.session,
    "mentoring/": lambda planted: planted.mentorship,
    "needs/": lambda planted: planted.case,
    "actions/": lambda planted: planted.action,
    "goals/": lambda planted: planted.goal,
    "me/learning/": lambda planted: planted.learning,
}


def route(name: str) -> str:
    return str(next(pattern.pattern for pattern in urlpatterns if pattern.name == name))


def address(name: str, planted) -> str:
    if "<" not in route(name):
        return reverse(f"meetings:{name}")
    # A new kind of address must be given its row here, or this test fails.
    row = next(find for start, find in ROWS.items() if route(name).startswith(start))
    return reverse(f"meetings:{name}", args=[row(planted).pk])


@pytest.fixture
def planted():
    return plant()


@pytest.fixture
def outsiders(planted):
    """An admin, a mentor of the same cohort with a group of their own, and a stranger."""
    beside = introduced(mentees=3, cohort=planted.mentorship.cohort)
    return {
        "admin": PersonFactory(admin=True),
        "mentor": mentor_of(beside),
        "mentee": mentees_of(beside)[0],
        "stranger": PersonFactory(),
    }


def test_there_are_private_addresses_to_be_closed():
    assert len(NAMES) >= 28


@pytest.mark.parametrize("name", [name for name in NAMES if name not in OWN])
def test_nobody_else_finds_a_private_address(planted, outsiders, signed_in_client, name):
    target = address(name, planted)

    for person in outsiders.values():
        client = signed_in_client(person)
        answers = client.get(target), client.post(target, {"body": "taken over", "decided": "x"})
        # An address that only takes forms says so to everybody.
        assert answers[0].status_code in {404, 405}
        assert answers[1].status_code == 404 or (
            answers[0].status_code == 404 and answers[1].status_code == 405
        )
        assert not [word for word in SENTENCES for answer in answers if word in answer.content.decode()]


@pytest.mark.parametrize("name", NAMES)
def test_its_author_finds_every_private_address(planted, signed_in_client, name):
    client = signed_in_client(planted.author)

    answer = client.get(address(name, planted))

    assert answer.status_code in {200, 405}


@pytest.mark.parametrize("name", NAMES)
def test_a_visitor_is_asked_to_sign_in(planted, client, name):
    assert client.get(address(name, planted))["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", sorted(OWN))
def test_ones_own_log_shows_nobody_elses(planted, outsiders, signed_in_client, name):
    for person in outsiders.values():
        answer = signed_in_client(person).get(address(name, planted))
        assert answer.status_code == 200
        assert not [word for word in SENTENCES if word in answer.content.decode()]


@pytest.mark.parametrize("name", ["edit_goal", "edit_learning", "edit_need", "withdraw_need", "decide_need"])
def test_what_is_somebodys_own_is_closed_to_the_others_of_the_group_too(planted, signed_in_client, name):
    for person in (planted.host, mentees_of(planted.mentorship)[1]):
        assert signed_in_client(person).get(address(name, planted)).status_code == 404


def test_pages_of_the_group_show_what_is_shared_and_nothing_that_is_ones_own(planted, signed_in_client):
    client = signed_in_client(planted.host)
    pages = [
        client.get(address(name, planted)).content.decode() for name in ("needs", "notes", "mentorship_notes")
    ]
    seen = {word for word in SENTENCES if any(word in page for page in pages)}

    own = {"planted-own", "planted-whole", "planted-goal", "planted-learning"}
    assert seen == set(SENTENCES) - own


def test_a_seat_opens_the_needs_of_an_open_session_and_a_waiting_list_does_not(signed_in_client):
    session = SessionFactory(open=True)
    need_of(session, session.host, "Seen by those who come.")
    going, waiting = PersonFactory(), PersonFactory()
    session.places.create(person=going, state="going")
    session.places.create(person=waiting, state="waiting", queue_no=1)
    board = reverse("meetings:needs", args=[session.pk])

    assert "Seen by those who come." in signed_in_client(going).get(board).content.decode()
    assert signed_in_client(waiting).get(board).status_code == 404


def test_an_admin_of_everything_finds_no_private_word_in_the_administration(planted, admin_client):
    index = admin_client.get(reverse("admin:index")).content.decode()
    for model in ("sessionneed", "note", "action", "goal", "learningentry", "metoo"):
        assert f"/admin/meetings/{model}/" not in index

    session = admin_client.get(reverse("admin:meetings_session_change", args=[planted.session.pk]))
    assert "The title that is found" in session.content.decode()
    assert not [word for word in SENTENCES if word in session.content.decode()]
