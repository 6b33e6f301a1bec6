"""The steps of an application in a real browser: no barrier, and nothing that needs a script."""

import pytest
from django.urls import reverse

from matching.models import Application
from tests.accounts.factories import NoticeVersionFactory, PersonFactory, RoleFactory, TopicFactory
from tests.matching.factories import ApplicationFactory, CohortFactory, StreamFactory, half_hours
from tests.pages.test_accessibility import walk

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

MENTEE_STEPS = ["what-i-do", "needs", "growing-into", "free", "not-with", "agree"]
MENTOR_STEPS = ["offers", "place"]


@pytest.fixture
def cohort():
    cohort = CohortFactory()
    StreamFactory.create_batch(2, cohort=cohort)
    NoticeVersionFactory(notice__slug="confidentiality")
    TopicFactory.create_batch(3)
    RoleFactory.create_batch(2)
    return cohort


@pytest.fixture
def page_of(browser, live_server, signed_in_client):
    """A function: a page of the browser in which this person has signed in."""
    contexts = []

    def open_page(person, **options):
        context = browser.new_context(reduced_motion="reduce", **options)
        session = signed_in_client(person).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


def step(application, slug) -> str:
    return reverse("matching:application_step", args=[application.pk, slug])


def test_applying_meets_no_barrier(page_of, live_server, cohort):
    person = PersonFactory(spoken_languages=["en", "fr"])
    mentee = ApplicationFactory(cohort=cohort, person=person, needs=["Rotas"])
    mentor = ApplicationFactory(cohort=cohort, person=person, mentor=True)
    elsewhere = CohortFactory()
    paths = [
        reverse("matching:apply", args=[elsewhere.slug]),
        reverse("matching:apply", args=[cohort.slug]),
        *(step(mentee, slug) for slug in MENTEE_STEPS),
        *(step(mentor, slug) for slug in MENTOR_STEPS),
        reverse("matching:application", args=[mentee.pk]),
    ]

    assert walk(page_of(person), live_server, paths) == []


def test_deciding_meets_no_barrier(page_of, live_server, cohort):
    application = ApplicationFactory(cohort=cohort, submitted=True, needs=["Rotas"], free={1: [18]})
    mentor = ApplicationFactory(cohort=cohort, mentor=True, submitted=True, offers=["Rotas"])
    change = "admin:matching_application_change"
    paths = [reverse(change, args=[application.pk]), reverse(change, args=[mentor.pk])]

    assert walk(page_of(PersonFactory(admin=True)), live_server, paths) == []


@pytest.mark.parametrize("slug", ["needs", "free", "offers", "agree"])
def test_a_mistake_leads_to_its_field(page_of, live_server, cohort, slug):
    application = ApplicationFactory(cohort=cohort, mentor=slug == "offers")
    page = page_of(application.person)
    page.goto(f"{live_server.url}{step(application, slug)}")

    page.get_by_role("main").locator("form .btn-primary").click()
    target = page.get_by_role("alert").get_by_role("link").first.get_attribute("href")

    assert page.locator(target).count() == 1


def test_a_whole_day_is_marked_with_one_press(page_of, live_server, cohort):
    application = ApplicationFactory(cohort=cohort)
    page = page_of(application.person)
    page.goto(f"{live_server.url}{step(application, 'free')}")

    page.get_by_role("button", name="Tue").click()
    page.get_by_role("button", name="07:00").click()
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_url(f"**{step(application, 'not-with')}")

    hours = {day: [7] for day in range(7)} | {1: list(range(7, 22))}
    assert Application.objects.get().availability.half_hours == half_hours(hours)


def test_somebody_applies_without_a_script(page_of, live_server, cohort):
    person = PersonFactory()
    page = page_of(person, java_script_enabled=False, viewport={"width": 390, "height": 844})
    page.goto(f"{live_server.url}{reverse('matching:apply', args=[cohort.slug])}")
    page.get_by_label("As a mentee: I would like a mentor").check()
    page.get_by_role("button", name="Begin").click()

    page.get_by_role("combobox", name="Role").fill("Digital midwife")
    page.get_by_label("How you hold it").select_option("untitled")
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_label("First").fill("My own ward")
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_label("Tuesday 18:00 to 19:00").check()
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_label("I have read this and will keep to it").check()
    page.get_by_role("button", name="Send my application").click()

    assert page.get_by_role("status").inner_text() == "Your application is with us. We have sent you a mail."
    application = Application.objects.get(person=person)
    assert application.state == Application.State.SUBMITTED
    assert [need.label for need in application.needs.all()] == ["My own ward"]
