"""The whole main job, walked in a real browser, with a real worker, clock, broker, database and mail server.

1. Samira signs up, and verifies her address from the mail that arrives.
2. She applies as a mentee: she does a CNIO's work without the title.
3. An admin accepts her in the admin, and she is told.
4. The admin starts a match run, and a worker computes it.
5. The admin publishes it; Samira and her mentor read whom they would meet, and no address.
6. The hold ends; one introduction arrives for each.
7. Both see the mentorship, each other's address and why the two of them.
"""

import re

import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import Discipline, PersonRole, Role, Topic
from matching.models import Application
from outbox.models import Mail
from tests.accounts.factories import PersonFactory
from tests.journeys import walking
from tests.journeys.walking import mails_to, somebody, text_of, wait_for_mail
from tests.matching.factories import ApplicationFactory, CohortFactory
from tests.mentoring.second_factor import add_totp

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("journeys"),
]

SAMIRA, NGOZI, ROBIN = "samira.haddad@example.org", "ngozi.okafor@example.org", "robin.hale@example.org"
TUESDAY = 1
WOULD_MEET, INTRODUCED = "whom you would meet", "your introduction"


@pytest.fixture
def cohort(db):
    call_command("load_catalogues")
    return CohortFactory(name_en="Spring cohort", name_fr="Promotion de printemps")


@pytest.fixture
def mentor(cohort):
    """Ngozi: a CNIO with the title, free on Tuesday evenings, accepted with two places."""
    ngozi = PersonFactory(name="Ngozi Okafor", email=NGOZI, can_sign_in=True)
    PersonRole.objects.create(person=ngozi, role=Role.objects.get(slug="cnio"), how="titled", since=2016)
    ngozi.disciplines.add(Discipline.objects.get(slug="nursing"))
    offers = list(Topic.objects.filter(slug__in=["epma", "job-planning"]))
    hours = {TUESDAY: [18, 19]}
    return ApplicationFactory(
        cohort=cohort, person=ngozi, mentor=True, accepted=True, offers=offers, free=hours
    )


@pytest.fixture
def totp_secret(db):
    return add_totp(PersonFactory(name="Robin Hale", email=ROBIN, can_sign_in=True, admin=True))


@pytest.mark.parametrize("has_javascript", [True, False], ids=["with scripts", "without scripts"])
def test_from_sign_up_to_an_introduction(
    browser, live_server, worker, mailbox, cohort, mentor, totp_secret, has_javascript
):
    def visitor():
        return somebody(browser, live_server.url, has_javascript=has_javascript)

    with visitor() as samira, visitor() as ngozi, visitor() as robin:
        walking.sign_up(samira, name="Samira Haddad", email=SAMIRA)
        walking.verify_from(samira, *wait_for_mail(mailbox, SAMIRA, "Confirm"))
        walking.apply_as_mentee(samira)
        assert Application.objects.get(person__email=SAMIRA).state == Application.State.SUBMITTED

        walking.sign_in_as_admin(robin, ROBIN, totp_secret)
        walking.accept(robin, "Samira Haddad")
        wait_for_mail(mailbox, SAMIRA, "You have a place")

        walking.match_and_publish(robin, cohort)
        who_it_would_be = [*told(mailbox, SAMIRA), *told(mailbox, NGOZI)]
        assert [NGOZI in text or SAMIRA in text for text in who_it_would_be] == [False, False]
        assert "Ngozi Okafor" in who_it_would_be[0]
        assert "Samira Haddad" in who_it_would_be[1]
        see_the_mentorship(samira, "Ngozi Okafor")
        expect(samira.get_by_text(NGOZI)).to_have_count(0)

        walking.let_the_hold_end()
        for reader, other in ((SAMIRA, NGOZI), (NGOZI, SAMIRA)):
            (introduction,) = wait_for_mail(mailbox, reader, INTRODUCED)
            assert introduction["Reply-To"] == other

        see_the_mentorship(samira, "Ngozi Okafor")
        expect(samira.get_by_text(NGOZI)).to_be_visible()
        expect(samira.get_by_text("took the step you are preparing")).to_be_visible()
        walking.sign_in(ngozi, NGOZI, mailbox)
        see_the_mentorship(ngozi, "Samira Haddad")
        expect(ngozi.get_by_text(SAMIRA)).to_be_visible()
        expect(ngozi.get_by_text("Chief nursing information officer").first).to_be_visible()

    assert Mail.objects.filter(kind="introduction").count() == 2
    assert [len(mails_to(mailbox, reader, INTRODUCED)) for reader in (SAMIRA, NGOZI)] == [1, 1]


def told(mailbox, reader: str) -> list[str]:
    return [text_of(message) for message in wait_for_mail(mailbox, reader, WOULD_MEET)]


def see_the_mentorship(page, name: str) -> None:
    page.goto(reverse("matching:mentorships"))
    page.get_by_role("link", name=name).first.click()
    expect(page).to_have_url(re.compile(r"/mentoring/\d+/$"))
