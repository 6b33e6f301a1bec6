"""The admin's pages about mail in a real browser, narrow and wide, light and dark, in both languages."""

import pytest
from django.conf import settings
from django.urls import reverse

from outbox.models import Letter
from outbox.pausing import pause
from tests.accounts.factories import PersonFactory
from tests.matching.factories import ApplicationFactory
from tests.pages.test_accessibility import faults

LOOKS = [(320, "light"), (1280, "dark")]

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser):
    context = browser.new_context(reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.fixture
def paths(open_cohort):
    ApplicationFactory.create_batch(2, cohort=open_cohort, accepted=True)
    admin = PersonFactory(admin=True)
    pause("introduction", by=admin)
    words = {"subject_en": "Thursday", "body_en": "- one\n- two", "written_by": admin}
    letter = Letter.objects.create(audience=f"cohort:{open_cohort.pk}", **words)
    return [
        reverse("admin:outbox_letter_changelist"),
        reverse("admin:outbox_letter_add"),
        reverse("admin:outbox_letter_change", args=[letter.pk]),
        reverse("admin:outbox_mail_changelist"),
        reverse("admin:outbox_mail_kinds"),
        reverse("admin:outbox_mail_kind", args=["introduction", "fr"]),
        reverse("admin:outbox_wording", args=["introduction", "fr"]),
        f"{reverse('admin:outbox_dry_run')}?to=cohort:{open_cohort.pk}",
    ]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_admin_meets_no_barrier(page, live_server, admin_client, admin_user, paths, language):
    type(admin_user).objects.filter(pk=admin_user.pk).update(language=language)
    cookies = {
        "sessionid": admin_client.cookies["sessionid"].value,
        settings.LANGUAGE_COOKIE_NAME: language,
    }
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
