import pytest
from django.test import Client
from django.urls import reverse
from django.views.defaults import server_error

from tests.accounts.factories import PersonFactory
from tests.matching.factories import CohortFactory

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}
# Each with the queries that it may cost a visitor.
PUBLIC = {
    "front": 1,
    "how_it_works": 1,
    "account_login": 0,
    "account_signup": 0,
    "account_reset_password": 0,
    "account_reset_password_done": 0,
    "account_email_verification_sent": 0,
    "account_inactive": 0,
}

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(("name", "budget"), PUBLIC.items())
def test_a_visitor_reads_every_public_page_in_both_languages(
    client, open_cohort, django_assert_max_num_queries, name, budget, language
):
    client.cookies["django_language"] = language

    with django_assert_max_num_queries(budget):
        page = client.get(reverse(name))

    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    assert page.text.count("<h1") == 1


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_page_carries_the_whole_policy(client, name):
    policy = client.get(reverse(name)).headers["Content-Security-Policy"]

    assert {directive.strip() for directive in policy.split(";")} == POLICY


def test_the_front_page_names_the_open_cohort_and_leads_into_it(client, open_cohort):
    page = client.get(reverse("front")).text

    assert "Spring cohort" in page
    assert f"{reverse('account_signup')}?next={reverse('matching:apply', args=[open_cohort.slug])}" in page


def test_of_two_open_cohorts_the_front_page_shows_the_one_that_closes_first(client, open_cohort):
    later = CohortFactory(name_en="Later cohort", closes_at=open_cohort.closes_at.replace(year=2100))

    page = client.get(reverse("front"))

    assert page.context["cohort"] == open_cohort
    assert later.name_en not in page.text


def test_before_applications_open_the_front_page_says_when_they_do(client):
    coming = CohortFactory(name_en="Winter cohort", not_yet_open=True)
    CohortFactory(name_en="Last year's cohort", closed=True)

    page = client.get(reverse("front"))

    assert page.context["cohort"] is None
    assert page.context["coming"] == coming
    assert f"Applications open on {coming.opens_at.day} {coming.opens_at:%B %Y}" in page.text
    assert "Last year" not in page.text


def test_somebody_signed_in_is_taken_from_the_front_page_to_home(signed_in):
    page = signed_in.get(reverse("front"))

    assert (page.status_code, page.url) == (302, reverse("home"))


def test_how_it_works_tells_the_hold_of_the_open_cohort(client):
    CohortFactory(hold_days=5)

    assert "there are 5 working days" in client.get(reverse("how_it_works")).text


def test_a_visitor_switches_the_language_and_comes_back_to_the_page(client):
    answer = client.post(reverse("set_language"), {"language": "fr", "next": reverse("how_it_works")})

    assert answer.url == reverse("how_it_works")
    assert '<html lang="fr">' in client.get(answer.url).text


def test_the_language_that_a_member_chooses_is_kept_for_mail_too(signed_in, member):
    signed_in.post(reverse("set_language"), {"language": "fr", "next": reverse("home")})

    member.refresh_from_db()
    assert member.language == "fr"
    assert '<html lang="fr">' in signed_in.get(reverse("home")).text


def test_a_language_that_we_do_not_speak_changes_nothing(signed_in, member):
    signed_in.post(reverse("set_language"), {"language": "xx", "next": reverse("home")})

    member.refresh_from_db()
    assert member.language == "en"


def test_the_language_switch_leads_to_no_other_site(client):
    answer = client.post(reverse("set_language"), {"language": "fr", "next": "https://evil.example/"})

    assert answer.url == "/"


def test_following_a_link_never_changes_the_language(signed_in, member):
    assert signed_in.get(reverse("set_language"), {"language": "fr"}).status_code == 405

    member.refresh_from_db()
    assert member.language == "en"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_visitor_who_is_lost_finds_the_way_back(client, language):
    client.cookies["django_language"] = language

    page = client.get("/no-such-page/")

    assert page.status_code == 404
    assert f'href="{reverse("front")}"' in page.text
    assert f'href="{reverse("account_login")}"' in page.text


def test_a_member_who_is_lost_finds_the_way_home(signed_in):
    page = signed_in.get("/no-such-page/")

    assert page.status_code == 404
    assert f'<a class="btn btn-primary" href="{reverse("home")}">' in page.text


def test_a_forged_form_is_told_kindly_that_nothing_changed(member):
    stranger = Client(enforce_csrf_checks=True)

    page = stranger.post(reverse("set_language"), {"language": "fr"})

    assert page.status_code == 403
    assert "Nothing was changed." in page.text


def test_a_page_that_breaks_says_so_without_asking_the_database(rf, django_assert_num_queries):
    with django_assert_num_queries(0):
        page = server_error(rf.get("/"))

    assert page.status_code == 500
    assert "It is not your doing." in page.text


def test_only_staff_are_shown_the_way_into_the_administration(client):
    for person, is_shown in [(PersonFactory(admin=True), True), (PersonFactory(), False)]:
        client.force_login(person)
        assert (f'href="{reverse("admin:index")}"' in client.get(reverse("home")).text) is is_shown
