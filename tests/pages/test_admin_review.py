"""The review of a run in a real browser: axe finds nothing, all fits, and one decides by keyboard alone."""

import pytest
from django.conf import settings
from django.urls import reverse

from matching.services.rulings import Change, What, apply
from matching.services.runs import compute_run, start_run
from tests.accounts.factories import PersonFactory, TopicFactory
from tests.matching.factories import CohortFactory
from tests.matching.mentorship_factories import mentee_of, mentor_of
from tests.pages.test_accessibility import faults

LOOKS = [(390, "light"), (1280, "dark")]

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser):
    context = browser.new_context(reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.fixture
def run():
    """Three mentees and two mentors, one pair locked, one mentee without a mentor."""
    cohort = CohortFactory()
    safety, data = TopicFactory(family="one"), TopicFactory(family="one")
    ngozi = mentor_of(cohort, offers=[safety], capacity=1, person__name="Ngozi Okafor")
    mentor_of(cohort, offers=[data], capacity=1, person__name="Hana Suzuki")
    samira = mentee_of(cohort, needs=[safety], person__name="Samira Aziz")
    mentee_of(cohort, needs=[data], person__name="Piotr Nowak")
    mentee_of(cohort, needs=[TopicFactory(family="far")], person__name="Kwame Mensah")
    run = start_run(cohort, by=None)
    compute_run(run)
    apply(run, Change(What.LOCK, samira, ngozi), version=0, by=PersonFactory(admin=True))
    return run


@pytest.fixture
def signed_in_page(page, live_server, admin_client):
    session = admin_client.cookies["sessionid"].value
    cookies = {"sessionid": session, settings.LANGUAGE_COOKIE_NAME: "en"}
    page.context.add_cookies(
        [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
    )
    return page


def paths(run) -> list[str]:
    piotr = run.proposals.get(mentee__person__name="Piotr Nowak")
    change = {"what": "forbid", "mentee": piotr.mentee_id, "mentor": piotr.mentor_id}
    return [
        reverse("admin:matching_matchrun_change", args=[run.pk]),
        reverse("admin:matching_review_mentee", args=[run.pk, piotr.mentee_id]),
        reverse("admin:matching_ruling", args=[run.pk], query=change),
    ]


def test_an_admin_meets_no_barrier(signed_in_page, live_server, run):
    found = []
    for path in paths(run):
        signed_in_page.goto(f"{live_server.url}{path}")
        for width, scheme in LOOKS:
            signed_in_page.set_viewport_size({"width": width, "height": 844})
            signed_in_page.emulate_media(color_scheme=scheme)
            found += [f"{path} at {width}, {scheme}: {fault}" for fault in faults(signed_in_page)]

    assert found == []


def test_a_pair_is_forbidden_by_keyboard_without_leaving_its_page(signed_in_page, live_server, run):
    signed_in_page.goto(f"{live_server.url}{paths(run)[1]}")

    signed_in_page.get_by_role("link", name="Forbid this pair").focus()
    signed_in_page.keyboard.press("Enter")
    shown = signed_in_page.get_by_text("Nobody else moves; Piotr Nowak is left without a mentor.")
    shown.wait_for()
    assert not faults(signed_in_page)
    signed_in_page.get_by_role("button", name="Do this").focus()
    signed_in_page.keyboard.press("Enter")

    signed_in_page.get_by_text("Done: the run is repaired").wait_for()
    assert run.rulings.filter(kind="forbid").count() == 1
