"""Notices: public, dated, in both languages, and never a door for a script."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice
from accounts.notices import as_page
from accounts.services.notices import give_consent, load_notices
from tests.accounts.factories import NoticeVersionFactory, PersonFactory

pytestmark = pytest.mark.django_db
SLUGS = ["privacy", "confidentiality", "conduct", "accessibility", "concerns"]


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_anybody_reads_a_notice_in_their_language(client, settings, slug, language):
    load_notices()

    page = client.get(reverse("accounts:notice", args=[slug]), headers={"accept-language": language})

    notice = Notice.objects.get(slug=slug)
    title = {"en": notice.title_en, "fr": notice.title_fr}[language]
    assert f"<h1>{title}</h1>" in page.content.decode()
    assert "{contact}" not in page.content.decode()


def test_the_address_for_questions_stands_in_the_text(settings):
    settings.CONTACT_EMAIL = "ask@example.org"

    assert (
        as_page("Write to {contact}.")
        == '<p>Write to <a href="mailto:ask@example.org">ask@example.org</a>.</p>\n'
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[here](javascript:alert(1))",
        "[here](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](javascript:alert(1))",
    ],
)
def test_what_an_admin_pastes_never_runs(text):
    page = as_page(text)

    assert "<script" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page
    assert 'href="data' not in page


def test_a_version_of_tomorrow_waits(client):
    today = timezone.localdate()
    now = NoticeVersionFactory(dated=today, en="In force.")
    NoticeVersionFactory(notice=now.notice, dated=today + timedelta(days=1), en="Not yet.")

    page = client.get(reverse("accounts:notice", args=[now.notice.slug])).content.decode()

    assert "In force." in page
    assert "Not yet." not in page


def test_an_earlier_version_can_still_be_read(client):
    now = NoticeVersionFactory(dated="2026-11-01", en="In force.")
    NoticeVersionFactory(notice=now.notice, dated="2026-01-01", en="As it was.")

    page = client.get(f"/notices/{now.notice.slug}/2026-01-01/").content.decode()

    assert "As it was." in page
    assert "This is an earlier version." in page


@pytest.mark.parametrize("path", ["none", "privacy/2026-02-30", "privacy/0000-00-00", "privacy/1999-01-01"])
def test_what_is_not_there_is_not_found(client, path):
    load_notices()

    assert client.get(f"/notices/{path}/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_a_notice_costs_one_query_however_many_versions(client, django_assert_num_queries, count):
    notice = NoticeVersionFactory(dated="2026-01-01").notice
    for month in range(2, count + 1):
        NoticeVersionFactory(notice=notice, dated=f"2026-{month:02}-01")

    with django_assert_num_queries(1):
        client.get(reverse("accounts:notice", args=[notice.slug]))


def test_agreeing_twice_is_agreeing_once():
    person, version = PersonFactory(), NoticeVersionFactory()

    assert give_consent(person, version) == give_consent(person, version)
    assert person.consents.count() == 1
