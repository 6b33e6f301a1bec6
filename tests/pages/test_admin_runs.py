"""The admin's pages about match runs in a real browser, narrow and wide, light and dark."""

import pytest
from django.conf import settings
from django.urls import reverse

from matching.services.runs import compute_run, start_run
from tests.accounts.factories import PersonRoleFactory, TopicFactory
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
def runs():
    """Two finished runs that differ, and one that waits."""
    cohort = CohortFactory()
    topic, near = TopicFactory(family="safety"), TopicFactory(family="safety")
    mentor = mentor_of(cohort, offers=[topic], capacity=1)
    PersonRoleFactory(person=mentor.person, how="titled")
    mentor_of(cohort, offers=[near], capacity=1)
    for _ in range(3):
        mentee_of(cohort, needs=[topic])
    mentee_of(cohort, needs=[TopicFactory(family="far")])
    first, second, waiting = [start_run(cohort, by=None, seed=seed) for seed in (1, 4, 0)]
    compute_run(first), compute_run(second)
    return first, second, waiting


@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_admin_meets_no_barrier(page, live_server, admin_client, admin_user, runs, language):
    type(admin_user).objects.filter(pk=admin_user.pk).update(language=language)
    cookies = {
        "sessionid": admin_client.cookies["sessionid"].value,
        settings.LANGUAGE_COOKIE_NAME: language,
    }
    page.context.add_cookies(
        [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
    )
    first, second, waiting = runs
    compare = reverse("admin:matching_compare_runs", args=[first.cohort_id])

    found = []
    for path in (
        reverse("admin:matching_start_run", args=[first.cohort_id]),
        reverse("admin:matching_weights", args=[first.cohort_id]),
        reverse("admin:matching_matchrun_change", args=[waiting.pk]),
        reverse("admin:matching_matchrun_changelist"),
        compare,
        f"{compare}?run={first.pk}&run={second.pk}",
        reverse("admin:matching_recruit", args=[first.pk]),
    ):
        page.goto(f"{live_server.url}{path}")
        for width, scheme in LOOKS:
            page.set_viewport_size({"width": width, "height": 844})
            page.emulate_media(color_scheme=scheme)
            found += [f"{path} at {width}, {scheme}: {fault}" for fault in faults(page)]

    assert found == []
