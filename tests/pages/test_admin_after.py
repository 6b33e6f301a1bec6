"""The admin's pages of publishing and of what comes after, in a real browser: narrow and light, wide and dark."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from matching.services.introductions import introduce_due
from matching.services.publishing import publish_run
from tests.accounts.factories import TopicFactory
from tests.matching.factories import CohortFactory
from tests.matching.mentorship_factories import mentee_of, mentor_of, run_of
from tests.pages.test_accessibility import faults

LOOKS = [(390, "light"), (1280, "dark")]

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser):
    context = browser.new_context(reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.fixture
def paths():
    cohort, safety = CohortFactory(), TopicFactory(en="Clinical safety")
    mentor, mentee = mentor_of(cohort, offers=[safety], capacity=4), mentee_of(cohort, needs=[safety])
    [going_on] = publish_run(
        run_of((mentee, mentor)), by=None, now=timezone.now() - timedelta(days=20)
    ).mentorships
    introduce_due(going_on.hold_ends_at)
    waiting = mentee_of(cohort, needs=[safety])
    run = run_of((waiting, mentor_of(cohort, offers=[safety])))
    return [
        reverse("admin:matching_publish_run", args=[run.pk]),
        reverse("admin:matching_run_mails", args=[run.pk]),
        reverse("admin:matching_needs_a_match"),
        f"{reverse('admin:matching_rematch', args=[waiting.pk])}?mentor={mentor.pk}",
        reverse("admin:matching_rematch_mentor", args=[mentor.pk]),
        reverse("admin:matching_mentorship_change", args=[going_on.pk]),
        reverse("admin:matching_pause", args=[going_on.pk]),
    ]


def test_an_admin_meets_no_barrier(page, live_server, admin_client, paths):
    cookies = {"sessionid": admin_client.cookies["sessionid"].value, settings.LANGUAGE_COOKIE_NAME: "en"}
    page.context.add_cookies(
        [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
    )

    found = []
    for path in paths:
        page.goto(f"{live_server.url}{path}")
        for width, scheme in LOOKS:
            page.set_viewport_size({"width": width, "height": 844})
            page.emulate_media(color_scheme=scheme)
            found += [f"{path} at {width}, {scheme}: {fault}" for fault in faults(page)]
    assert found == []
