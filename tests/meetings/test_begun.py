"""What the mentorship's page and Home say of how to start, once people have begun to meet."""

import pytest
from django.urls import reverse

from matching.models import Mentorship
from tests.meetings.factories import SessionFactory, introduced, mentees_of

pytestmark = pytest.mark.django_db

FIRST_STEP = "Write two lines to"


@pytest.fixture
def pair():
    pair = introduced()
    Mentorship.objects.update(introduced_at=pair.cohort.opens_at)
    return pair


@pytest.fixture
def mentee(pair):
    return mentees_of(pair)[0]


def pages(client, pair) -> list[str]:
    urls = [reverse("home"), reverse("matching:mentorship", args=[pair.pk])]
    return [client.get(url).content.decode() for url in urls]


def test_who_has_not_met_is_told_how_to_start(signed_in_client, pair, mentee):
    assert all(FIRST_STEP in page for page in pages(signed_in_client(mentee), pair))


def test_who_has_planned_a_session_is_not_told_to_propose_one(signed_in_client, pair, mentee):
    SessionFactory(mentorship=pair)

    home, page = pages(signed_in_client(mentee), pair)

    assert FIRST_STEP not in home + page
    assert "Write to each other" in page


def test_a_cancelled_session_is_no_beginning(signed_in_client, pair, mentee):
    SessionFactory(mentorship=pair, cancelled=True)

    assert all(FIRST_STEP in page for page in pages(signed_in_client(mentee), pair))


def test_somebody_elses_sessions_change_nothing(signed_in_client, pair, mentee):
    SessionFactory()

    assert all(FIRST_STEP in page for page in pages(signed_in_client(mentee), pair))
