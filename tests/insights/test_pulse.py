"""Five short questions at the start, in the middle and at the end, for oneself alone."""

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.contrib import admin
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts import personal_data
from insights.home import tell
from insights.models import Pulse
from insights.services import PulseClosed, ask_for_pulses, open_stage, save_pulse
from insights.stages import may_change, stage_at
from matching.models import Mentorship
from meetings.models import Seat, Session
from outbox.delivery import deliver_due
from outbox.models import Mail
from tests.accounts.factories import PersonFactory
from tests.matching.factories import CohortFactory
from tests.meetings.factories import SessionFactory, introduced, mentees_of, mentor_of

pytestmark = pytest.mark.django_db

ANSWERS = {"1": 2, "2": 3, "3": 1, "4": 4, "5": 5}


@pytest.fixture
def pair():
    """In a cohort that began two months ago and goes on for four."""
    today = timezone.localdate()
    cohort = CohortFactory(
        starts_on=today - timedelta(days=60), ends_on=today + timedelta(days=120), name_en="Autumn"
    )
    return introduced(cohort=cohort)


@pytest.fixture
def mentee(pair):
    return mentees_of(pair)[0]


def page_of(pair):
    return reverse("insights:pulse", args=[pair.cohort.slug])


def meet(mentorship: Mentorship, *, days_ago: float, attended: bool | None = None) -> Session:
    ended = timezone.now() - timedelta(days=days_ago)
    session = SessionFactory(mentorship=mentorship)
    Session.objects.filter(pk=session.pk).update(starts_at=ended - timedelta(hours=1), ends_at=ended)
    for person in mentees_of(mentorship):
        Seat.objects.create(session=session, person=person, state=Seat.State.GOING, attended=attended)
    return session


def typed(answers: dict) -> dict:
    return {f"question_{number}": value for number, value in answers.items()}


# --- when ---------------------------------------------------------------------------------------

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)


def spans(*days: float) -> list:
    """Sessions of an hour; days from now at which each begins."""
    return [(NOW + timedelta(days=day), NOW + timedelta(days=day, hours=1)) for day in days]


@pytest.mark.parametrize(
    ("days", "days_to_the_end", "stage"),
    [
        ([], 90, "start"),
        ([3, 10], 90, "start"),
        ([-1, 10], 90, None),
        ([-20, -10, 10], 90, None),
        ([-20, -10, -1, 10], 90, "middle"),
        ([-20, -10, 0, 10], 90, None),
        ([-40, -20, -10, -1], 90, "middle"),
        ([-40, -20, -10, -1], 13, "end"),
        ([-40, -20, -10, -1, 3], 13, "middle"),
        ([-40], 5, "end"),
        ([-40], -59, "end"),
        ([-40], -62, None),
        ([], -2, None),
    ],
)
def test_the_stages_follow_the_sessions(days, days_to_the_end, stage):
    cohort = CohortFactory.build(programme=None, ends_on=(NOW + timedelta(days=days_to_the_end)).date())

    assert stage_at(spans(*days), cohort, NOW) == stage


def test_an_answer_can_be_changed_until_the_next_session():
    answered_at = NOW - timedelta(days=2)

    assert may_change(answered_at, spans(-5, 1), NOW)
    assert not may_change(answered_at, spans(-5, -1), NOW)


# --- asking -------------------------------------------------------------------------------------


def test_a_mentee_is_asked_before_the_first_session_and_the_mentor_is_not(pair, mentee):
    meet(pair, days_ago=-3)

    assert [ask_for_pulses() for _ in range(2)] == [1, 0]
    assert Mail.objects.get().person == mentee


def test_the_day_of_the_introduction_belongs_to_the_introduction(pair):
    Mentorship.objects.update(introduced_at=timezone.now())

    assert ask_for_pulses() == 0

    meet(pair, days_ago=-1)

    assert ask_for_pulses() == 1


def test_each_stage_is_asked_once(pair):
    Mentorship.objects.update(introduced_at=timezone.now() - timedelta(days=3))
    ask_for_pulses()
    for days in (30, 20, 10):
        meet(pair, days_ago=days)

    asked = [ask_for_pulses() for _ in range(2)]

    assert asked == [1, 0]
    assert [mail.context["stage"] for mail in Mail.objects.order_by("pk")] == ["start", "middle"]


def test_a_session_that_one_missed_does_not_count(pair, mentee):
    for days in (30, 20, 10):
        meet(pair, days_ago=days, attended=days != 20)

    assert open_stage(mentee, pair.cohort) is None


@pytest.mark.parametrize("what", [ANSWERS, None], ids=["answered", "skipped"])
def test_who_answered_or_skipped_gets_no_mail(pair, mentee, mailbox, what):
    meet(pair, days_ago=-3)
    ask_for_pulses()

    save_pulse(mentee, pair.cohort, what)
    deliver_due()

    assert mailbox.messages == []
    assert ask_for_pulses() == 0


def test_the_mail_holds_a_link_and_no_answer(pair, mentee, mailbox, settings):
    meet(pair, days_ago=-3)
    ask_for_pulses()

    deliver_due()

    [mail] = mailbox.messages
    assert settings.PUBLIC_URL + page_of(pair) in mail.get_body(("plain",)).get_content()


def test_who_was_not_introduced_is_not_asked(pair, mentee):
    Mentorship.objects.update(state=Mentorship.State.HELD, hold_ends_at=timezone.now())

    assert ask_for_pulses() == 0


@pytest.mark.parametrize("pairs", [1, 3])
def test_asking_costs_the_same_however_many_there_are(pairs, django_assert_num_queries):
    cohort = CohortFactory()
    for _ in range(pairs):
        meet(introduced(cohort=cohort), days_ago=-3)

    # Cohorts, seats, hosts, what is settled, the members; known keys, the insert, the ends of the transaction.
    with django_assert_num_queries(9):
        assert ask_for_pulses() == pairs


def test_home_asks_until_it_is_answered_or_skipped(pair, mentee):
    assert [step.url for step in tell(mentee)] == [page_of(pair)]
    assert list(tell(mentor_of(pair))) == []

    save_pulse(mentee, pair.cohort, None)

    assert list(tell(mentee)) == []


# --- answering ----------------------------------------------------------------------------------


def test_answers_are_kept_and_shown_to_their_author(signed_in_client, pair, mentee):
    client = signed_in_client(mentee)

    page = client.post(page_of(pair), typed(ANSWERS), follow=True).text

    assert Pulse.objects.get().answers == ANSWERS
    assert "Your answers so far" in page
    assert page.count("checked") == 5


def test_five_answers_or_none(signed_in_client, pair, mentee):
    page = signed_in_client(mentee).post(page_of(pair), typed(ANSWERS | {"3": ""}))

    assert page.status_code == 200
    assert page.text.count("checked") == 4
    assert not Pulse.objects.exists()


@pytest.mark.parametrize("value", ["0", "6", "3.5", "lots"])
def test_an_answer_is_from_one_to_five(signed_in_client, pair, mentee, value):
    signed_in_client(mentee).post(page_of(pair), typed(ANSWERS | {"3": value}))

    assert not Pulse.objects.exists()


def test_skipping_keeps_no_answer_and_can_be_thought_over(signed_in_client, pair, mentee):
    client = signed_in_client(mentee)

    client.post(page_of(pair), {"skip": "1"})
    assert Pulse.objects.get().answers is None

    client.post(page_of(pair), typed(ANSWERS))
    assert Pulse.objects.get().answers == ANSWERS


def test_after_the_next_session_an_answer_stands(signed_in_client, pair, mentee):
    save_pulse(mentee, pair.cohort, ANSWERS, now=timezone.now() - timedelta(days=3))
    meet(pair, days_ago=1)

    with pytest.raises(PulseClosed):
        save_pulse(mentee, pair.cohort, ANSWERS | {"1": 5})
    page = signed_in_client(mentee).post(page_of(pair), typed(ANSWERS | {"1": 5}), follow=True)

    assert "These questions are closed for now" in page.text
    assert Pulse.objects.get().answers == ANSWERS


def test_the_drawing_has_a_sentence_above_and_the_numbers_below(signed_in_client, pair, mentee):
    save_pulse(mentee, pair.cohort, ANSWERS, now=timezone.now() - timedelta(days=50))
    for days in (30, 20, 10):
        meet(pair, days_ago=days)
    save_pulse(mentee, pair.cohort, ANSWERS | {"1": 4, "4": 3})

    page = unescape(signed_in_client(mentee).get(page_of(pair)).text)

    assert "Since your first answers, 1 of five are higher, 1 lower and 3 the same." in page
    # Confidence rose from 2 to 2.67, belonging fell from 4.5 to 4.
    assert 'points="52,97 164,79"' in page
    assert 'points="52,30 164,43"' in page
    row = page[page.index('<tr><th scope="row">I can bring') :]
    assert [cell.split("<")[0] for cell in row.split('class="num">')[1:4]] == ["2", "4", "–"]


# --- who sees it --------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["mentor", "stranger", "admin", "mentee of another cohort"])
def test_nobody_else_finds_the_page(signed_in_client, pair, mentee, who):
    save_pulse(mentee, pair.cohort, ANSWERS)
    people = {
        "mentor": mentor_of(pair),
        "stranger": PersonFactory(),
        "admin": PersonFactory(admin=True),
        "mentee of another cohort": mentees_of(introduced())[0],
    }

    assert signed_in_client(people[who]).get(page_of(pair)).status_code == 404


def test_another_mentee_of_the_cohort_sees_their_own_page_only(signed_in_client, pair, mentee):
    save_pulse(mentee, pair.cohort, ANSWERS)
    other = mentees_of(introduced(cohort=pair.cohort))[0]

    page = signed_in_client(other).get(page_of(pair)).text

    assert "Your answers so far" not in page
    assert "checked" not in page


def test_no_admin_page_has_them():
    assert Pulse not in admin.site._registry


def test_answers_lie_sealed(pair, mentee):
    save_pulse(mentee, pair.cohort, ANSWERS)

    with connection.cursor() as cursor:
        cursor.execute("SELECT answers FROM insights_pulse")
        [stored] = cursor.fetchone()

    assert '"1"' not in stored
    assert Pulse.objects.get().answers == ANSWERS


def part():
    return next(one for one in personal_data.registered() if one.name == "pulses")


def test_ones_export_holds_ones_own_answers_alone(pair, mentee):
    save_pulse(mentee, pair.cohort, ANSWERS)

    [held] = part().export(mentee)["pulses"]

    assert held["cohort"] == "Autumn"
    assert held["answers"]["I belong among the people who lead digital change."] == 4
    assert part().export(PersonFactory()) == {"pulses": []}


def test_erasing_leaves_no_answer(pair, mentee):
    save_pulse(mentee, pair.cohort, ANSWERS)
    other = mentees_of(introduced(cohort=pair.cohort))[0]
    save_pulse(other, pair.cohort, ANSWERS)

    part().erase(mentee)

    assert Pulse.objects.get().person == other
