"""What a draft leads to: a next step on Home, and two reminders at most."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import home, personal_data
from matching.models import Application, Availability, Block, Need, Offer
from matching.services.applications import (
    save_needs,
    save_what_i_do,
    submit_application,
    withdraw_application,
)
from matching.services.reminders import remind_unfinished
from outbox.models import Mail
from tests.accounts.factories import NoticeVersionFactory, PersonFactory, TopicFactory
from tests.matching.conftest import html_of, words_of
from tests.matching.factories import ApplicationFactory, CohortFactory, StreamFactory, half_hours

pytestmark = pytest.mark.django_db

State = Application.State


def draft(*, began_days_ago, closes_in_days=20, **fields) -> Application:
    now = timezone.now()
    fields.setdefault("cohort", CohortFactory(closes_at=now + timedelta(days=closes_in_days)))
    application = ApplicationFactory(**fields)
    Application.objects.filter(pk=application.pk).update(began_at=now - timedelta(days=began_days_ago))
    return application


# --- reminders ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("began_days_ago", "closes_in_days", "keys"),
    [
        (2.9, 20, []),
        (3.1, 20, ["day-3"]),
        (30, 20, ["day-3"]),
        (3.1, 1.9, ["closing"]),
        (1.5, 1.9, ["closing"]),
        (0.1, 1.9, []),
        (3.1, 2.1, ["day-3"]),
        (9, -0.1, []),
    ],
)
def test_a_reminder_comes_on_day_three_and_two_days_before_the_end(began_days_ago, closes_in_days, keys):
    draft(began_days_ago=began_days_ago, closes_in_days=closes_in_days)

    remind_unfinished()

    assert [mail.key.rpartition(":")[2] for mail in Mail.objects.all()] == keys


def test_a_reminder_is_sent_once_however_often_the_clock_asks():
    draft(began_days_ago=4)

    assert [remind_unfinished() for _ in range(3)] == [1, 0, 0]


def test_who_applies_as_both_is_reminded_once():
    first = draft(began_days_ago=4)
    draft(began_days_ago=4, cohort=first.cohort, person=first.person, mentor=True)

    remind_unfinished()

    assert Mail.objects.count() == 1


@pytest.mark.parametrize("state", [state for state in State if state != State.DRAFT])
def test_what_is_no_draft_is_not_reminded_of(state):
    draft(began_days_ago=4, state=state)

    assert remind_unfinished() == 0


def test_a_reminder_says_how_little_is_left(post):
    application = draft(began_days_ago=4)
    save_what_i_do(application)
    save_needs(application, ["Rotas"])

    remind_unfinished()

    mail = post.arrived_for(application.person)
    assert mail["Subject"] == f"Your application to {application.cohort} is saved"
    assert "about 4 minutes are left" in words_of(mail)
    assert reverse("matching:application", args=[application.pk]) in html_of(mail)


def test_who_finished_before_the_mail_left_is_not_reminded(post):
    application = draft(began_days_ago=4)
    remind_unfinished()

    withdraw_application(application)

    assert post.arrived() == []


def test_sending_is_confirmed_by_mail_in_the_readers_language(post):
    notice = NoticeVersionFactory(notice__slug="confidentiality")
    application = ApplicationFactory(
        steps_done=["what-i-do", "needs", "free"], cohort__name_en="Autumn", person__name="Samira Haddad"
    )

    submit_application(application, agreed_to=notice)

    mail = post.arrived_for(application.person)
    assert mail["Subject"] == "Your application to Autumn has arrived"
    assert words_of(mail).startswith("Hello Samira, Your application to Autumn has arrived.")


# --- Home ---------------------------------------------------------------------------------------


def test_home_says_where_to_go_on():
    application = draft(began_days_ago=0)
    save_what_i_do(application)

    step = home.home_of(application.person).step

    assert (step.title, step.minutes) == ("Finish your application", 5)
    assert step.url == reverse("matching:application_step", args=[application.pk, "needs"])


@pytest.mark.parametrize(
    "fields", [{"submitted": True}, {"cohort__closed": True}, {"state": State.WITHDRAWN}]
)
def test_home_asks_for_nothing_that_cannot_be_done(fields):
    application = ApplicationFactory(**fields)

    assert home.home_of(application.person).step is None


def test_home_shows_ones_applications_and_nobody_elses(signed_in_client):
    mine, theirs = ApplicationFactory(submitted=True), ApplicationFactory(submitted=True)

    page = signed_in_client(mine.person).get(reverse("home")).text

    assert reverse("matching:application", args=[mine.pk]) in page
    assert reverse("matching:application", args=[theirs.pk]) not in page


# --- what is held about somebody ----------------------------------------------------------------


@pytest.fixture
def full():
    cohort = CohortFactory()
    application = ApplicationFactory(
        submitted=True,
        cohort=cohort,
        stream=StreamFactory(cohort=cohort),
        needs=[TopicFactory(en="Facing discrimination", sensitive=True), "My own ward"],
        offers=["Night shifts"],
        free={1: [18]},
    )
    Block.objects.create(person=application.person, typed="Dr Unwelcome")
    return application


def part_of_export():
    return next(part for part in personal_data.registered() if part.name == "applications")


def test_ones_own_export_holds_every_answer(full):
    exported = part_of_export().export(full.person)

    [held] = exported["applications"]
    assert held["needs"] == ["Facing discrimination", "My own ward"]
    assert held["offers"] == ["Night shifts"]
    assert held["stream"] == full.stream.name
    assert held["free"]["half_hours"] == half_hours({1: [18]})
    assert exported["not_to_be_matched_with"] == ["Dr Unwelcome"]


def test_an_export_holds_nothing_of_others(full):
    assert part_of_export().export(PersonFactory()) == {"applications": [], "not_to_be_matched_with": []}


def test_erasing_leaves_no_answer(full):
    part_of_export().erase(full.person)
    full.person.delete()

    for answers in (Application, Need, Offer, Availability, Block):
        assert not answers.objects.exists()
