"""The dashboard of a cohort, what is around it and the admin's first page in a real browser."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from tests.accounts.factories import TopicFactory
from tests.matching.factories import ApplicationFactory, StreamFactory
from tests.matching.mentorship_factories import a_match, mentee_of
from tests.pages.test_accessibility import faults

LOOKS = [(390, "light"), (1280, "dark")]

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser):
    context = browser.new_context(reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.fixture
def cohort():
    """With people at several stages, and something of each tone that waits."""
    cohort = a_match(now=timezone.now() - timedelta(days=1)).cohort
    StreamFactory(cohort=cohort)
    mentee_of(cohort, needs=[TopicFactory(en="Clinical safety"), "My own words"])
    late = ApplicationFactory(cohort=cohort, submitted=True)
    late.submitted_at = timezone.now() - timedelta(days=20)
    late.save()
    return cohort


@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_admin_meets_no_barrier(page, live_server, admin_client, admin_user, cohort, language):
    type(admin_user).objects.filter(pk=admin_user.pk).update(language=language)
    sign_in(page, live_server, admin_client, language)
    paths = [
        reverse("admin:index"),
        reverse("admin:matching_cohort_changelist"),
        reverse("admin:matching_cohort_dashboard", args=[cohort.pk]),
        reverse("admin:matching_cohort_skills", args=[cohort.pk]),
        reverse("admin:matching_cohort_people", args=[cohort.pk]),
        reverse("admin:matching_cohort_change", args=[cohort.pk]),
    ]

    found = []
    for path in paths:
        page.goto(f"{live_server.url}{path}")
        for width, scheme in LOOKS:
            page.set_viewport_size({"width": width, "height": 844})
            page.emulate_media(color_scheme=scheme)
            found += [f"{path} at {width}, {scheme}: {fault}" for fault in faults(page)]
    assert found == []


def test_an_admin_finds_the_next_thing_to_do_from_the_first_page(page, live_server, admin_client, cohort):
    sign_in(page, live_server, admin_client, "en")

    page.goto(live_server.url + reverse("admin:index"))
    page.get_by_role("link", name=str(cohort), exact=True).click()
    page.get_by_role("region", name="Decide on applications").get_by_role("link", name="Decide").click()

    assert page.url.endswith(reverse("admin:matching_application_queue", args=[cohort.pk]))


def sign_in(page, live_server, client, language):
    cookies = {"sessionid": client.cookies["sessionid"].value, settings.LANGUAGE_COOKIE_NAME: language}
    page.context.add_cookies(
        [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
    )
