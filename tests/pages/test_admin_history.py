"""The admin's pages of history in a real browser, narrow and wide, light and dark."""

import pytest
from django.urls import reverse

from matching.history.acting import ADMIN, Acting, acting
from matching.models import Act
from matching.services.publishing import publish_run
from tests.matching.mentorship_factories import a_run
from tests.pages.test_accessibility import faults

LOOKS = [(390, "light"), (1280, "dark")]

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser):
    context = browser.new_context(reduced_motion="reduce")
    yield context.new_page()
    context.close()


def test_an_admin_meets_no_barrier_in_history(page, live_server, admin_client, admin_user):
    run = a_run(pairs=6)
    with acting(Acting(ADMIN, by=admin_user.pk)) as publishing:
        [mentorship, *_others] = publish_run(run, by=admin_user).mentorships
    of_cohort = reverse("admin:matching_cohort_history", args=[run.cohort_id])
    paths = [
        of_cohort,
        f"{of_cohort}?act={Act.objects.get(key=publishing.key).pk}",
        reverse("admin:matching_mentorship_history", args=[mentorship.pk]),
    ]
    session = admin_client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])

    found = []
    for path in paths:
        page.goto(f"{live_server.url}{path}")
        for closed in page.locator("details:not([open]) > summary").all():
            closed.press("Enter")
        for width, scheme in LOOKS:
            page.set_viewport_size({"width": width, "height": 844})
            page.emulate_media(color_scheme=scheme)
            found += [f"{path} at {width}, {scheme}: {fault}" for fault in faults(page)]
    assert found == []
