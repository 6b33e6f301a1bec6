"""A group formed by hand, in a real browser, with a real worker, clock, broker, database and mail server.

1. An admin chooses three mentors and six mentees of a stream, and sees their disciplines.
2. The admin publishes the group; everybody reads who would be in it.
3. One mentee says "not this group", privately.
4. The hold ends; one introduction arrives for each of the others, with everybody's address.
"""

import re

import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import Discipline
from matching.models import Member, Mentorship
from tests.accounts.factories import PersonFactory
from tests.journeys import walking
from tests.journeys.walking import follow, mails_to, press, somebody, text_of, wait_for_mail
from tests.matching.factories import ApplicationFactory, StreamFactory
from tests.mentoring.second_factor import add_totp

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("journeys"),
]

ROBIN = "robin.hale@example.org"
MENTORS = {
    "Ngozi Okafor": "nursing",
    "Tom Ellery": "architecture-interoperability",
    "Hana Suzuki": "pharmacy",
}
MENTEES = {
    "Samira Aziz": "nursing",
    "Kwame Asante": "midwifery",
    "Ciara Doyle": "midwifery",
    "Piotr Kowalczyk": "clinical-safety",
    "Linh Tran": "nursing",
    "Farhana Miah": "community-health",
}
CIRCLE = "Nursing and midwifery circle"


@pytest.fixture
def stream(db):
    call_command("load_catalogues")
    stream = StreamFactory(name_en="Nursing and midwifery")
    for name, discipline in MENTORS.items():
        accept(stream, name, discipline, mentor=True, capacity=0)
    for name, discipline in MENTEES.items():
        accept(stream, name, discipline)
    return stream


def accept(stream, name: str, discipline: str, **traits):
    person = PersonFactory(name=name, email=address_of(name), can_sign_in=True)
    person.disciplines.add(Discipline.objects.get(slug=discipline))
    ApplicationFactory(cohort=stream.cohort, stream=stream, person=person, accepted=True, **traits)


def address_of(name: str) -> str:
    return name.lower().replace(" ", ".") + "@example.org"


def test_a_group_formed_by_hand_is_introduced(browser, live_server, worker, mailbox, stream):
    secret = add_totp(PersonFactory(name="Robin Hale", email=ROBIN, can_sign_in=True, admin=True))

    with somebody(browser, live_server.url) as robin, somebody(browser, live_server.url) as ciara:
        walking.sign_in_as_admin(robin, ROBIN, secret)
        form_group(robin, stream)
        follow(robin, "Preview and publish")
        press(robin, "Publish this group")
        expect(robin.get_by_text("The group is published")).to_be_visible()
        for name in [*MENTORS, *MENTEES]:
            (told,) = wait_for_mail(mailbox, address_of(name), "The group you would be in")
            assert "@example.org" not in text_of(told).replace(address_of(name), "")

        walking.sign_in(ciara, address_of("Ciara Doyle"), mailbox)
        say_not_this_group(ciara)

    walking.let_the_hold_end()
    stayed = [name for name in [*MENTORS, *MENTEES] if name != "Ciara Doyle"]
    for name in stayed:
        (introduction,) = wait_for_mail(mailbox, address_of(name), "Your group")
        others = {address_of(other) for other in stayed if other != name}
        assert others <= set(re.findall(r"[\w.]+@example\.org", text_of(introduction)))
        assert "Ciara" not in text_of(introduction)
    assert mails_to(mailbox, address_of("Ciara Doyle"), "Your group") == []
    assert Mentorship.objects.get().state == Mentorship.State.INTRODUCED
    assert Member.objects.filter(left_at=None).count() == len(stayed)


def form_group(page, stream) -> None:
    page.goto(reverse("admin:matching_form_group", args=[stream.pk]))
    lead, *others = MENTORS
    page.get_by_label("Name:").fill(CIRCLE)
    page.get_by_label("Lead:").select_option(label=line_of(page, lead))
    for name in others:
        page.get_by_role("group", name="Co-facilitators").get_by_label(name).check()
    for name in MENTEES:
        page.get_by_role("group", name="Mentees").get_by_label(name).check()
    press(page, "Show disciplines, hours and rules")
    expect(page.get_by_text(re.compile("Clinical safety|clinical safety")).first).to_be_visible()
    press(page, "Form the group")
    expect(page.get_by_text("The group is formed")).to_be_visible()


def line_of(page, name: str) -> str:
    return next(
        line for line in page.get_by_label("Lead:").locator("option").all_text_contents() if name in line
    )


def say_not_this_group(page) -> None:
    page.goto(reverse("matching:mentorships"))
    page.get_by_role("link", name=CIRCLE).first.click()
    follow(page, "Not this group")
    press(page, "Leave this group")
    expect(page).not_to_have_url(re.compile("not-this-person"))
