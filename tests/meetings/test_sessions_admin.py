"""Sessions in the administration: when, who and how many, and nothing that is private."""

import pytest
from django.urls import reverse

from meetings.models import Session
from tests.accounts.factories import PersonFactory
from tests.matching.factories import ApplicationFactory
from tests.meetings.factories import SeriesFactory, SessionFactory, mentees_of

pytestmark = pytest.mark.django_db


def page(name: str, thing) -> str:
    return reverse(f"admin:meetings_{name}", args=[thing.pk])


@pytest.mark.parametrize("model", ["session", "series"])
def test_lists_show_what_is_planned(admin_client, model):
    series = SeriesFactory(title="The circle")

    text = admin_client.get(reverse(f"admin:meetings_{model}_changelist")).text

    assert "The circle" in text
    assert str(series.host) in text


@pytest.mark.parametrize("name", ["session_change", "cancel_session", "substitute"])
def test_pages_hold_no_link_of_a_call(admin_client, name):
    session = SessionFactory(title="The circle", video_url="https://video.example/secret")

    text = admin_client.get(page(name, session)).text

    assert "The circle" in text
    assert "video.example" not in text


def test_nothing_is_added_or_deleted_by_hand(admin_client):
    session = SessionFactory()

    assert admin_client.get(reverse("admin:meetings_session_add")).status_code == 403
    assert admin_client.post(page("session_delete", session), {"post": "yes"}).status_code == 403


def test_an_admin_cancels_through_the_service(admin_client):
    session = SessionFactory()

    admin_client.get(page("cancel_session", session))
    session.refresh_from_db()
    assert session.state == Session.State.PLANNED

    admin_client.post(page("cancel_session", session))
    session.refresh_from_db()
    assert (session.state, session.sequence) == (Session.State.CANCELLED, 1)


def test_an_admin_cancels_what_is_to_come_of_a_series(admin_client):
    series = SeriesFactory()

    admin_client.post(page("cancel_series", series))

    assert not series.sessions.filter(state=Session.State.PLANNED).exists()


def test_a_session_that_is_over_says_that_it_cannot_be_cancelled(admin_client):
    session = SessionFactory(past=True)

    text = admin_client.post(page("cancel_session", session), follow=True).text

    assert "it can no longer be changed" in text


def test_an_admin_finds_another_host(admin_client):
    session = SessionFactory(group=True)
    mentee = mentees_of(session.mentorship)[0]

    admin_client.post(page("substitute", session), {"substitute": mentee.pk})

    session.refresh_from_db()
    assert session.host == mentee


def test_no_admin_lets_themselves_in_as_a_substitute(admin_client, admin_user):
    session = SessionFactory()
    ApplicationFactory(cohort=session.mentorship.cohort, person=admin_user, accepted=True, mentor=True)

    refused = admin_client.post(page("substitute", session), {"substitute": admin_user.pk}).text

    assert "This person cannot step in." in refused
    session.refresh_from_db()
    assert session.host != admin_user


@pytest.mark.parametrize("name", ["session_change", "cancel_session", "substitute"])
def test_only_admins_get_in(signed_in_client, name):
    session = SessionFactory()

    assert signed_in_client(session.host).get(page(name, session)).status_code in (302, 403)


def test_staff_without_the_right_may_not_cancel(signed_in_client):
    session = SessionFactory()
    client = signed_in_client(PersonFactory(is_staff=True))

    assert client.post(page("cancel_session", session)).status_code == 403
    session.refresh_from_db()
    assert session.state == Session.State.PLANNED
