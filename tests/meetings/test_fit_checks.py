"""Is it right for you? When it is asked, what becomes of the answer, and who never learns of it."""

from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from matching.rematches import wishes
from meetings.models import FitCheck
from meetings.parts.rhythm import on_home
from meetings.services.fit_checks import answer_fit_check, ask_how_it_fits
from meetings.services.rhythm import say_met
from outbox.delivery import deliver_due
from outbox.models import Mail
from tests.meetings.factories import introduced, mentees_of, mentor_of
from tests.meetings.test_rhythm import introduced_days_ago, met

pytestmark = pytest.mark.django_db

WORDS = "My mentor talks about golf and nothing else"


@pytest.fixture
def pair():
    return introduced()


@pytest.fixture
def mentee(pair):
    return mentees_of(pair)[0]


def page_of(mentorship, name="fit_check"):
    return reverse(f"meetings:{name}", args=[mentorship.pk])


# --- when ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hours_ago", "asked"), [(47, 0), (49, 2), (15 * 24, 2), (17 * 24, 0)])
def test_two_days_after_the_first_meeting_both_are_asked_once(hours_ago, asked):
    met(introduced_days_ago(40), days_ago=hours_ago / 24)

    assert [ask_how_it_fits() for _ in range(2)] == [asked, 0]


def test_a_group_is_asked_after_its_second_meeting():
    group = introduced_days_ago(40, mentees=3)
    met(group, days_ago=10)

    assert ask_how_it_fits() == 0

    met(group, days_ago=2.1)

    assert ask_how_it_fits() == 4


def test_meeting_elsewhere_counts_as_a_first_meeting(pair):
    say_met(mentor_of(pair), pair.pk)

    assert ask_how_it_fits(now=timezone.now() + timedelta(hours=47)) == 0
    assert ask_how_it_fits(now=timezone.now() + timedelta(hours=49)) == 2


def test_half_way_everybody_is_asked_again(mentee, pair):
    met(pair, days_ago=3)
    answer_fit_check(mentee, pair.pk, answer="good")
    ends = timezone.now() + timedelta(days=220)
    half = pair.introduced_at + (ends - pair.introduced_at) / 2

    assert ask_how_it_fits(now=half + timedelta(days=1)) == 2
    assert {mail.context["stage"] for mail in Mail.objects.all()} == {"halfway"}


def test_who_answered_is_not_asked(pair, mentee, mailbox):
    met(pair, days_ago=3)
    ask_how_it_fits()

    answer_fit_check(mentee, pair.pk, answer="good")
    deliver_due()

    assert [mail["To"] for mail in mailbox.messages] == [mentor_of(pair).email]


@pytest.mark.parametrize("pairs", [1, 3])
def test_asking_costs_the_same_however_many_there_are(pairs, django_assert_num_queries):
    for _ in range(pairs):
        met(introduced(), days_ago=3)

    with django_assert_num_queries(7):
        assert ask_how_it_fits() == 2 * pairs


def test_home_asks_until_it_is_said(pair, mentee):
    met(pair, days_ago=3)
    assert [step.url for step in on_home(mentee)] == [page_of(pair)]

    answer_fit_check(mentee, pair.pk, answer="unsure")
    assert list(on_home(mentee)) == []


# --- what one answers ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "leads_to", "says"),
    [
        ("good", "matching:mentorship", "Nobody is told what you answered."),
        ("unsure", "meetings:fit_check_done", "Begin the next session with what you would like"),
        ("not_a_fit", "meetings:fit_check_done", "this mentorship asks for another match"),
    ],
)
def test_each_answer_leads_on(signed_in_client, pair, mentee, answer, leads_to, says):
    response = signed_in_client(mentee).post(page_of(pair), {"answer": answer}, follow=True)

    assert response.redirect_chain == [(reverse(leads_to, args=[pair.pk]), 302)]
    assert says in unescape(response.text)
    assert FitCheck.objects.get().answer == answer


def test_an_answer_can_be_changed_and_the_last_one_counts(pair, mentee):
    answer_fit_check(mentee, pair.pk, answer="not_a_fit", may_be_written_to=True)
    answer_fit_check(mentee, pair.pk, answer="good", may_be_written_to=True)

    check = FitCheck.objects.get()
    assert (check.answer, check.may_be_written_to) == ("good", False)
    assert wishes() == []


def test_nothing_chosen_is_asked_again_and_the_words_are_kept(signed_in_client, pair, mentee):
    page = signed_in_client(mentee).post(page_of(pair), {"words": WORDS})

    assert page.status_code == 200
    assert WORDS in page.text
    assert not FitCheck.objects.exists()


# --- who learns of it ---------------------------------------------------------------------------


def test_the_other_of_two_never_sees_an_answer(signed_in_client, pair, mentee):
    answer_fit_check(mentee, pair.pk, answer="not_a_fit", words=WORDS)
    other = signed_in_client(mentor_of(pair))

    pages = [
        other.get(address, follow=True).text
        for address in (
            page_of(pair),
            page_of(pair, "fit_check_done"),
            reverse("matching:mentorship", args=[pair.pk]),
            reverse("home"),
        )
    ]

    assert not any(WORDS in page for page in pages)
    assert not any("checked" in page for page in pages)
    assert not any("asks for another match. Not knowing" in page for page in pages)


def test_ones_own_answer_and_words_are_there_again(signed_in_client, pair, mentee):
    answer_fit_check(mentee, pair.pk, answer="not_a_fit", words=WORDS)

    page = signed_in_client(mentee).get(page_of(pair)).text

    assert WORDS in page
    assert 'value="not_a_fit"' in page
    assert page.count("checked") == 1


def test_the_words_lie_sealed(pair, mentee):
    check = answer_fit_check(mentee, pair.pk, answer="unsure", words=WORDS)

    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM meetings_fitcheck WHERE id = %s", [check.pk])
        [stored] = cursor.fetchone()

    assert "golf" not in stored
    assert FitCheck.objects.get().words == WORDS


def test_an_admin_sees_that_a_mentorship_asks_but_neither_who_nor_what(admin_client, pair, mentee):
    answer_fit_check(mentee, pair.pk, answer="not_a_fit", words=WORDS)

    page = unescape(admin_client.get(reverse("admin:matching_needs_a_match")).text)

    assert f"{mentor_of(pair)} – {mentee}" in page
    assert "not said" in page
    assert WORDS not in page
    assert mentee.email not in page


def test_both_of_two_look_the_same_to_an_admin(admin_client, pair, mentee):
    seen = []
    for person in (mentee, mentor_of(pair)):
        FitCheck.objects.all().delete()
        answer_fit_check(person, pair.pk, answer="not_a_fit")
        page = admin_client.get(reverse("admin:matching_needs_a_match")).text
        seen.append(page[page.index("<caption>") : page.index("</table>")])

    assert seen[0] == seen[1]


def test_who_may_be_written_to_is_named(admin_client, pair, mentee):
    answer_fit_check(mentee, pair.pk, answer="not_a_fit", words=WORDS, may_be_written_to=True)

    page = admin_client.get(reverse("admin:matching_needs_a_match")).text

    assert mentee.email in page
    assert WORDS not in page


@pytest.mark.parametrize("answer", ["good", "unsure"])
def test_other_answers_reach_no_admin(admin_client, pair, mentee, answer):
    answer_fit_check(mentee, pair.pk, answer=answer)

    page = admin_client.get(reverse("admin:matching_needs_a_match")).text

    assert str(mentee) not in page


@pytest.mark.parametrize("pairs", [1, 3])
def test_the_admins_list_costs_the_same_however_many_ask(pairs, django_assert_num_queries):
    for _ in range(pairs):
        mentorship = introduced()
        answer_fit_check(mentor_of(mentorship), mentorship.pk, answer="not_a_fit")

    with django_assert_num_queries(2):
        assert len(wishes()) == pairs
