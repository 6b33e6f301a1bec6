"""The whole main job, walked in a real browser, with a real worker, clock, broker, database and mail server.

1. Samira signs up, and verifies her address from the mail that arrives.
2. She applies as a mentee: she does a CNIO's work without the title.
3. An admin accepts her in the admin.
4. The admin starts a match run; a worker computes it.
5. The admin publishes it; Samira and her mentor read whom they would meet, and no address.
6. The hold ends; one introduction arrives for each.
7. Both see the mentorship and why the two of them.
"""

import pytest
from django.core.management import call_command

from matching.models import Application
from tests.journeys import walking
from tests.journeys.walking import somebody, wait_for_mail
from tests.matching.factories import CohortFactory

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("journeys")]

SAMIRA = "samira.haddad@example.org"


@pytest.fixture
def cohort(db):
    call_command("load_catalogues")
    return CohortFactory(name_en="Spring cohort", name_fr="Promotion de printemps")


@pytest.mark.parametrize("has_javascript", [True, False])
def test_from_sign_up_to_an_introduction(browser, live_server, worker, mailbox, cohort, has_javascript):
    with somebody(browser, live_server.url, has_javascript=has_javascript) as page:
        walking.sign_up(page, name="Samira Haddad", email=SAMIRA)
        walking.verify_from(page, *wait_for_mail(mailbox, SAMIRA, "Confirm"))
        walking.apply_as_mentee(page)

        assert Application.objects.get().state == Application.State.SUBMITTED
