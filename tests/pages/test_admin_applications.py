"""The admin's pages about applications in a real browser: narrow and light, wide and dark, and by keyboard."""

import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import expect

from matching.models import Application
from matching.services import importing, notes
from tests.accounts.factories import PersonFactory, PersonRoleFactory, TopicFactory
from tests.matching.factories import ApplicationFactory, StreamFactory
from tests.matching.sheets.messy import STREAMS, messy_csv
from tests.pages.test_accessibility import faults

LOOKS = [(390, "light"), (1280, "dark")]

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser, live_server, admin_client):
    context = browser.new_context(reduced_motion="reduce", base_url=live_server.url)
    session = {"name": "sessionid", "value": admin_client.cookies["sessionid"].value, "url": live_server.url}
    context.add_cookies([session])
    yield context.new_page()
    context.close()


@pytest.fixture
def queue(open_cohort, admin_user) -> str:
    """Three who wait, one with notes, one of them a mentor, and one's own."""
    topic = TopicFactory()
    stream = StreamFactory(cohort=open_cohort)
    for language in ("en", "fr"):
        person = PersonRoleFactory(person__language=language).person
        one = ApplicationFactory(
            submitted=True, cohort=open_cohort, person=person, needs=[topic, "More"], stream=stream
        )
    notes.add_note(one, "Met in May.", by=PersonFactory(admin=True))
    notes.add_note(one, "Leads well.", by=admin_user)
    ApplicationFactory(submitted=True, mentor=True, cohort=open_cohort, offers=[topic])
    ApplicationFactory(submitted=True, cohort=open_cohort, person=admin_user)
    return reverse("admin:matching_application_queue", args=[open_cohort.pk])


def faults_here(page) -> list[str]:
    found = []
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme)
        found += [f"{page.url} at {width}, {scheme}: {fault}" for fault in faults(page)]
    return found


def test_deciding_meets_no_barrier(page, queue):
    page.goto(f"{queue}?part=mentee&stream=none")
    found = faults_here(page)
    page.goto(queue)
    page.get_by_text("Add a note").first.click()
    found += faults_here(page)
    page.get_by_label("all of these who wait").check()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("heading", name="Accept 3 people?")).to_be_visible()
    found += faults_here(page)
    page.goto(queue)
    page.get_by_role("link", name="Change Leads well.").click()
    found += faults_here(page)

    assert found == []


def test_people_are_ticked_and_decided_about_by_keyboard_alone(page, queue, open_cohort):
    page.goto(queue)
    page.get_by_role("checkbox").first.focus()

    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator("[data-ticked]")).to_have_text("(2)")
    page.get_by_role("button", name="Put on the waiting list").press("Enter")
    page.get_by_role("button", name="Put on the waiting list").press("Enter")

    expect(page.get_by_text("2 applications are waiting now.")).to_be_visible()
    assert Application.objects.filter(cohort=open_cohort, state="waiting").count() == 2


def test_importing_meets_no_barrier(page, open_cohort, admin_user):
    call_command("load_catalogues")
    for english, french in STREAMS:
        StreamFactory(cohort=open_cohort, name_en=english, name_fr=french)
    sheet = importing.keep_sheet(open_cohort, name="sign-ups.csv", content=messy_csv(), by=admin_user)

    page.goto(reverse("admin:matching_send_sheet", args=[open_cohort.pk]))
    page.get_by_text("What a sheet may hold").click()
    found = faults_here(page)
    page.goto(reverse("admin:matching_sheet_columns", args=[sheet.pk]))
    found += faults_here(page)
    page.get_by_role("button", name="See what would be imported").click()
    found += faults_here(page)
    page.get_by_label("Leave the 2 faulty rows out").check()
    page.get_by_role("button", name="Import these applications").click()
    expect(page.get_by_text("58 applications are imported")).to_be_visible()
    found += faults_here(page)

    assert found == []
