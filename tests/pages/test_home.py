from datetime import datetime, timedelta
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from matching.models import Member
from matching.queries.cohorts import week_of
from mentoring.views import greeting
from tests.matching.factories import ApplicationFactory, CohortFactory
from tests.matching.mentorship_factories import a_match, mentor_in

MOST_QUERIES = 12

pytestmark = pytest.mark.django_db


def test_home_is_for_members(client):
    page = client.get(reverse("home"))

    assert page.url == f"{reverse('account_login')}?next={reverse('home')}"


@pytest.mark.parametrize("people_met", [1, 3])
def test_home_costs_at_most_twelve_queries_however_many_people_one_meets(
    client, django_assert_max_num_queries, people_met
):
    mentor = mentor_in(a_match(now=timezone.now())).person
    for _other in range(people_met - 1):
        another = a_match(now=timezone.now())
        Member.objects.filter(pk=mentor_in(another).pk).update(person=mentor)
    client.force_login(mentor)
    # The first visit of a session also notes the device.
    client.get(reverse("home"))

    with django_assert_max_num_queries(MOST_QUERIES):
        page = client.get(reverse("home"))

    (card,) = [card for card in page.context["cards"] if "encounters" in card.context]
    assert len(card.context["encounters"]) == people_met


def test_home_names_my_cohort_and_the_week_it_is_in(signed_in, member):
    today = timezone.localdate()
    under_way = CohortFactory(
        name_en="Autumn cohort",
        closed=True,
        starts_on=today - timedelta(days=15),
        ends_on=today + timedelta(days=152),
    )
    ApplicationFactory(person=member, cohort=under_way, accepted=True)

    page = signed_in.get(reverse("home"))

    assert page.context["cohort"] == under_way
    assert "Autumn cohort · week 3 of 24" in page.text


def test_a_withdrawn_application_does_not_make_it_my_cohort(signed_in, member, open_cohort):
    ApplicationFactory(person=member, cohort=open_cohort, state="withdrawn")

    page = signed_in.get(reverse("home"))

    assert page.context["cohort"] is None


def test_home_of_somebody_new_invites_into_the_open_cohort(signed_in, open_cohort):
    page = signed_in.get(reverse("home")).text

    assert f'href="{reverse("matching:apply", args=[open_cohort.slug])}"' in page


def test_home_without_a_cohort_says_what_will_stand_here(signed_in):
    page = signed_in.get(reverse("home")).text

    assert "No cohort is open at the moment" in page


@pytest.mark.parametrize(
    ("day", "week"), [(-1, None), (0, (1, 24)), (6, (1, 24)), (7, (2, 24)), (167, (24, 24)), (168, None)]
)
def test_weeks_are_counted_from_the_day_a_cohort_starts(day, week):
    starts = timezone.localdate() - timedelta(days=day)

    assert week_of(CohortFactory.build(starts_on=starts, ends_on=starts + timedelta(days=167))) == week


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/London", "Good morning, Samira"),
        ("Asia/Tokyo", "Good evening, Samira"),
        ("Asia/Dubai", "Good afternoon, Samira"),
    ],
)
def test_the_greeting_follows_the_clock_where_the_reader_is(zone, words):
    at = datetime(2027, 3, 1, 10, 30, tzinfo=ZoneInfo("UTC"))

    with timezone.override(zone), mock.patch.object(timezone, "now", return_value=at):
        assert greeting("Samira") == words
