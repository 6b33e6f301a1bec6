"""Choosing a mentor, answering, and the admin's pages about it in a real browser: axe, and without JavaScript."""

import pytest
from django.conf import settings
from django.urls import reverse

from matching.models import Choice
from matching.services import choices as services
from tests.accounts.factories import DisciplineFactory, PersonRoleFactory
from tests.matching.choice_factories import a_choosing_cohort, asked, choosers, listed
from tests.pages.test_accessibility import faults

LOOKS = [(390, "light"), (1280, "dark")]

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def open_page(browser, live_server):
    contexts = []

    def open_as(client, **options):
        context = browser.new_context(reduced_motion="reduce", **options)
        session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
        context.add_cookies(
            [session, {"name": settings.LANGUAGE_COOKIE_NAME, "value": "en", "url": live_server.url}]
        )
        contexts.append(context)
        return context.new_page()

    yield open_as
    for context in contexts:
        context.close()


@pytest.fixture
def request_made():
    """A no, a request that waits, one on the list, and a mentor to choose still."""
    [mentee], mentors = choosers(a_choosing_cohort(), mentors=4)
    for mentor in mentors:
        PersonRoleFactory(person=mentor.person)
        mentor.person.disciplines.add(DisciplineFactory())
    services.decline_request(asked(mentee, *mentors[:3]))
    return Choice.objects.get(state=Choice.State.ASKED)


def barriers(page, live_server, paths) -> list[str]:
    found = []
    for path in paths:
        page.goto(f"{live_server.url}{path}")
        for width, scheme in LOOKS:
            page.set_viewport_size({"width": width, "height": 844})
            page.emulate_media(color_scheme=scheme)
            found += [f"{path} at {width}, {scheme}: {fault}" for fault in faults(page)]
    return found


def test_mentees_and_mentors_meet_no_barrier(open_page, live_server, signed_in_client, request_made):
    cohort, person = request_made.mentee.cohort, request_made.mentee.person
    of_mentee = [
        reverse("home"),
        reverse("matching:choices", args=[cohort.slug]),
        reverse("matching:take_back", args=[cohort.slug, request_made.pk]),
    ]
    of_mentor = [reverse("home"), reverse("matching:answer_choice", args=[request_made.pk])]

    mentee, mentor = (signed_in_client(one) for one in (person, request_made.mentor.person))

    assert barriers(open_page(mentee), live_server, of_mentee) == []
    assert barriers(open_page(mentor), live_server, of_mentor) == []


def test_admins_meet_no_barrier(open_page, live_server, admin_client, request_made):
    cohort = request_made.mentee.cohort_id
    paths = [
        reverse("admin:matching_choices", args=[cohort]),
        reverse("admin:matching_stop_choices", args=[cohort]),
        reverse("admin:matching_close_choice", args=[request_made.pk]),
    ]

    assert barriers(open_page(admin_client), live_server, paths) == []


@pytest.mark.parametrize("has_script", [True, False])
def test_a_list_is_made_and_the_first_asked(open_page, live_server, signed_in_client, has_script):
    [mentee], mentors = choosers(a_choosing_cohort(), mentors=3)
    listed(mentee, mentors[0])
    page = open_page(signed_in_client(mentee.person), java_script_enabled=has_script)
    page.goto(f"{live_server.url}{reverse('matching:choices', args=[mentee.cohort.slug])}")

    name = mentors[1].person.name
    page.get_by_role("button", name=f"Put {name} on my list").click()
    up = page.get_by_role("button", name=f"Move {name} up")
    up.focus()
    page.keyboard.press("Enter")
    page.locator(".choice").first.get_by_role("heading", name=name).wait_for()
    if has_script:
        assert page.evaluate("document.activeElement.id").startswith("up-")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_text(f"{name} is asked, and you hear from us").wait_for()

    assert Choice.objects.get(state=Choice.State.ASKED).mentor == mentors[1]
