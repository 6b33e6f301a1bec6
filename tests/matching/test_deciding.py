"""Admins decide about applications, and people are told by mail."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from matching.models import Application, Block
from matching.services.applications import resume_application, withdraw_application
from matching.services.decisions import (
    accept_application,
    change_places,
    decide_many,
    decline_application,
    put_on_waiting_list,
)
from matching.services.refusals import DecidedMeanwhile, HasMentorship, OwnApplication, TooFewPlaces
from outbox.models import Mail
from tests.accounts.factories import PersonFactory, PersonRoleFactory, TopicFactory
from tests.matching.at_once import at_once
from tests.matching.conftest import words_of
from tests.matching.factories import ApplicationFactory, CohortFactory, StreamFactory
from tests.matching.mentorship_factories import a_match, mentee_in

pytestmark = pytest.mark.django_db

State = Application.State

DECIDE = {
    State.ACCEPTED: accept_application,
    State.WAITING: put_on_waiting_list,
    State.DECLINED: decline_application,
}


@pytest.fixture
def admin():
    return PersonFactory(admin=True, name="Ada Admin")


def state_of(application) -> str:
    return Application.objects.values_list("state", flat=True).get(pk=application.pk)


def kinds_of(application) -> list[str]:
    return list(Mail.objects.filter(person=application.person).order_by("pk").values_list("kind", flat=True))


# --- one at a time ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "answer"),
    [(before, answer) for answer in DECIDE for before in (State.SUBMITTED, *DECIDE) if before != answer],
)
def test_a_decision_can_be_taken_and_changed(admin, before, answer):
    application = ApplicationFactory(state=before)

    DECIDE[answer](application, by=admin)

    application.refresh_from_db()
    assert (application.state, application.decided_by) == (answer, admin)
    assert kinds_of(application) == [f"application_{answer}"]


@pytest.mark.parametrize("answer", DECIDE)
@pytest.mark.parametrize("before", [State.DRAFT, State.WITHDRAWN])
def test_what_was_not_sent_or_was_taken_back_is_not_decided_on(admin, before, answer):
    application = ApplicationFactory(state=before)

    with pytest.raises(DecidedMeanwhile):
        DECIDE[answer](application, by=admin)

    assert (state_of(application), kinds_of(application)) == (before, [])


@pytest.mark.parametrize("answer", DECIDE)
def test_an_admin_never_decides_on_their_own_application(admin, answer):
    application = ApplicationFactory(submitted=True, person=admin)

    with pytest.raises(OwnApplication):
        DECIDE[answer](application, by=admin)

    assert (state_of(application), kinds_of(application)) == (State.SUBMITTED, [])


def test_whoever_is_in_a_mentorship_keeps_their_place(admin):
    application = mentee_in(a_match()).application

    with pytest.raises(HasMentorship):
        decline_application(application, by=admin)

    assert state_of(application) == State.ACCEPTED


def test_the_second_of_two_clicks_sends_nothing_more(admin):
    application = ApplicationFactory(submitted=True)
    as_both_pages_show_it = [Application.objects.get(pk=application.pk) for _ in range(2)]
    accept_application(as_both_pages_show_it[0], by=admin)

    with pytest.raises(DecidedMeanwhile, match="is accepted, decided by Ada Admin"):
        accept_application(as_both_pages_show_it[1], by=admin)

    assert kinds_of(application) == ["application_accepted"]


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_at_once_one_wins_and_the_other_is_told():
    application = ApplicationFactory(submitted=True)
    first, second = PersonFactory(admin=True), PersonFactory(admin=True)
    seen = [Application.objects.get(pk=application.pk) for _ in range(2)]

    answers = at_once(
        lambda: accept_application(seen[0], by=first), lambda: decline_application(seen[1], by=second)
    )

    [refusal] = [answer for answer in answers if answer is not None]
    assert isinstance(refusal, DecidedMeanwhile)
    assert kinds_of(application) == [f"application_{state_of(application)}"]


def test_accepting_anew_tells_anew(admin):
    application = ApplicationFactory(submitted=True)

    accept_application(application, by=admin)
    put_on_waiting_list(application, by=admin)
    accept_application(application, by=admin)

    assert kinds_of(application) == ["application_accepted", "application_waiting", "application_accepted"]


def test_in_bulk_what_was_decided_already_is_left_as_it_is(admin):
    waiting, own = ApplicationFactory(state=State.WAITING), ApplicationFactory(submitted=True, person=admin)
    declined = ApplicationFactory(state=State.DECLINED)

    outcomes = decide_many([waiting, own, declined], State.ACCEPTED, by=admin)

    assert [type(outcome.refused) for outcome in outcomes] == [type(None), OwnApplication, DecidedMeanwhile]
    assert [state_of(each) for each in (waiting, own, declined)] == [
        State.ACCEPTED,
        State.SUBMITTED,
        State.DECLINED,
    ]


def test_places_are_never_fewer_than_those_taken():
    mentor = ApplicationFactory(mentor=True, accepted=True, capacity=3, taken=2)

    change_places(mentor, capacity=2)
    with pytest.raises(TooFewPlaces):
        change_places(mentor, capacity=1)

    mentor.refresh_from_db()
    assert mentor.capacity == 2


# --- the mails ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "language", "subject"),
    [
        (State.ACCEPTED, "en", "You have a place in Autumn"),
        (State.WAITING, "en", "You are on the waiting list of Autumn"),
        (State.DECLINED, "en", "Your application to Autumn"),
    ],
)
def test_a_decision_arrives_by_mail(admin, post, answer, language, subject):
    application = ApplicationFactory(submitted=True, cohort__name_en="Autumn", person__language=language)

    DECIDE[answer](application, by=admin)

    mail = post.arrived_for(application.person)
    assert mail["Subject"] == subject
    assert application.person.get_short_name() in words_of(mail)


def test_a_mentor_who_is_accepted_is_thanked(admin, post):
    application = ApplicationFactory(mentor=True, submitted=True, cohort__name_en="Autumn")

    accept_application(application, by=admin)

    mail = post.arrived_for(application.person)
    assert mail["Subject"] == "You are a mentor of Autumn"
    assert "never more than you offered" in words_of(mail)


def test_a_decision_that_is_undone_before_the_mail_left_is_not_told(admin, post):
    application = ApplicationFactory(submitted=True)
    decline_application(application, by=admin)
    accept_application(application, by=admin)

    arrived = post.arrived()

    assert [mail["Subject"] for mail in arrived] == [f"You have a place in {application.cohort}"]
    skipped = Mail.objects.get(kind="application_declined")
    assert (skipped.state, skipped.note) == (
        Mail.State.SKIPPED,
        "The decision was changed before this mail left.",
    )


def test_who_goes_back_and_forth_hears_only_the_last_word(admin, post):
    application = ApplicationFactory(submitted=True)
    accept_application(application, by=admin)
    put_on_waiting_list(application, by=admin)
    accept_application(application, by=admin)

    assert len(post.arrived()) == 1


def test_who_withdrew_meanwhile_is_not_told(admin, post):
    application = ApplicationFactory(submitted=True)
    accept_application(application, by=admin)
    withdraw_application(application)

    assert post.arrived() == []


def test_undoing_a_withdrawal_tells_nothing_twice(admin, post):
    application = ApplicationFactory(submitted=True)
    accept_application(application, by=admin)
    first = post.arrived()

    withdraw_application(application)
    resume_application(application)

    assert (len(first), post.arrived()) == (1, [])


# --- in the admin -------------------------------------------------------------------------------

LIST = "admin:matching_application_changelist"


def page_of(application) -> str:
    return reverse("admin:matching_application_change", args=[application.pk])


def messages_of(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def in_bulk(client, action, applications):
    data = {"action": action, "_selected_action": [each.pk for each in applications]}
    return client.post(reverse(LIST), data, follow=True)


def confirm(client, asked):
    """Press the button of the page that asks."""
    seen = {f"seen_{state}": numbers for state, numbers in asked.context["seen"].items()}
    data = {"answer": asked.context["answer"], "back": asked.context["back"], **seen}
    return client.post(reverse("admin:matching_decide_applications"), data, follow=True)


def test_an_admin_accepts_on_the_page_of_one_application(admin_client, admin_user):
    application = ApplicationFactory(submitted=True)

    response = admin_client.post(
        page_of(application), {"seen": "submitted", "decide_accepted": "Accept"}, follow=True
    )

    application.refresh_from_db()
    assert (application.state, application.decided_by) == (State.ACCEPTED, admin_user)
    assert messages_of(response) == [
        f"The application of {application.person} is accepted now. They are told by mail."
    ]


def test_an_old_page_does_not_undo_what_a_colleague_decided(admin_client, admin):
    application = ApplicationFactory(submitted=True)
    decline_application(application, by=admin)

    response = admin_client.post(
        page_of(application), {"seen": "submitted", "decide_accepted": "Accept"}, follow=True
    )

    assert state_of(application) == State.DECLINED
    assert messages_of(response) == [
        f"The application of {application.person} is declined, decided by Ada Admin. It was left as it is."
    ]


def test_many_are_accepted_after_one_question(admin_client):
    applications = ApplicationFactory.create_batch(3, submitted=True)

    asked = in_bulk(admin_client, "accept", applications)
    untouched = {state_of(each) for each in applications}
    done = confirm(admin_client, asked)

    assert all(str(each) in asked.text for each in applications)
    assert untouched == {State.SUBMITTED}
    assert {state_of(each) for each in applications} == {State.ACCEPTED}
    assert messages_of(done) == ["3 applications are accepted now. Each person is told by mail."]


@pytest.mark.parametrize(("action", "state"), [("waiting", State.WAITING), ("decline", State.DECLINED)])
def test_each_outcome_in_bulk_is_reported(admin_client, admin, action, state):
    submitted, decided = ApplicationFactory(submitted=True), ApplicationFactory(submitted=True)
    asked = in_bulk(admin_client, action, [submitted, decided])
    accept_application(decided, by=admin)

    response = confirm(admin_client, asked)

    assert (state_of(submitted), state_of(decided)) == (state, State.ACCEPTED)
    assert messages_of(response) == [
        f"The application of {decided.person} is accepted, decided by Ada Admin. It was left as it is.",
        f"1 application is {state.label} now. The person is told by mail.",
    ]


def test_an_admin_sees_but_cannot_touch_their_own_application(admin_client, admin_user):
    application = ApplicationFactory(submitted=True, person=admin_user)

    shown = admin_client.get(page_of(application))
    posted = admin_client.post(page_of(application), {"seen": "submitted", "decide_accepted": "Accept"})
    asked = in_bulk(admin_client, "accept", [application])
    forged = admin_client.post(
        reverse("admin:matching_decide_applications"),
        {"answer": "accepted", "seen_submitted": application.pk},
        follow=True,
    )

    assert "This is your own application: a colleague decides on it." in shown.text
    assert 'name="decide_' not in shown.text
    assert posted.status_code == 403
    sentence = "An admin never decides on their own application. Ask a colleague to decide on it."
    assert (sentence in asked.text, asked.context["ready"]) == (True, [])
    assert messages_of(forged) == [sentence]
    assert state_of(application) == State.SUBMITTED


def test_the_page_shows_roles_and_needs_and_neither_blocks_nor_sensitive_topics(admin_client):
    open_topic, private_topic = TopicFactory(), TopicFactory(sensitive=True, en="Facing discrimination")
    application = ApplicationFactory(submitted=True, needs=[open_topic, private_topic], free={1: [18, 19]})
    role = PersonRoleFactory(person=application.person)
    Block.objects.create(person=application.person, typed="Dr Unwelcome")

    page = admin_client.get(page_of(application)).text

    assert f"{role.label} · without the title" in page
    assert open_topic.en in page
    assert "Tuesday 18:00 to 20:00" in page
    assert "Facing discrimination" not in page
    assert "Unwelcome" not in page


def test_places_are_changed_by_an_admin_within_reach(admin_client):
    mentor = ApplicationFactory(mentor=True, accepted=True, capacity=3, taken=2)

    for capacity in ("9", "1", "-1", "abc"):
        refused = admin_client.post(page_of(mentor), {"capacity": capacity, "seen": "accepted"})
        assert list(refused.context["adminform"].form.errors) == ["capacity"]
    admin_client.post(page_of(mentor), {"capacity": "4", "seen": "accepted"})

    mentor.refresh_from_db()
    assert mentor.capacity == 4


def test_an_admin_moves_people_between_the_streams_of_their_cohort(admin_client):
    application = ApplicationFactory(submitted=True)
    stream, elsewhere = StreamFactory(cohort=application.cohort), StreamFactory()

    admin_client.post(page_of(application), {"stream": elsewhere.pk, "seen": "submitted"})
    application.refresh_from_db()
    refused = application.stream
    admin_client.post(page_of(application), {"stream": stream.pk, "seen": "submitted"})

    application.refresh_from_db()
    assert (refused, application.stream) == (None, stream)


def test_what_an_admin_may_not_change_is_not_changed(admin_client):
    application = ApplicationFactory(submitted=True)
    somebody_else = PersonFactory()

    admin_client.post(
        page_of(application),
        {"seen": "submitted", "state": "accepted", "person": somebody_else.pk, "taken": "5", "capacity": "5"},
    )

    changed = Application.objects.get(pk=application.pk)
    assert (changed.state, changed.person, changed.taken, changed.capacity) == (
        State.SUBMITTED,
        application.person,
        0,
        0,
    )


def test_nobody_adds_or_deletes_applications_in_the_admin(admin_client):
    application = ApplicationFactory(submitted=True)

    added = admin_client.get(reverse("admin:matching_application_add"))
    deleted = admin_client.post(
        reverse("admin:matching_application_delete", args=[application.pk]), {"post": "yes"}
    )

    assert (added.status_code, deleted.status_code) == (403, 403)
    assert Application.objects.filter(pk=application.pk).exists()


@pytest.mark.parametrize("pk", ["abc", "0", "99999999999999999999", "1_2F"])
def test_an_application_that_is_not_there_leads_back_to_the_start(admin_client, pk):
    response = admin_client.get(f"/admin/matching/application/{pk}/change/")

    assert response.url == reverse("admin:index")


def test_a_member_is_not_let_in(signed_in_client):
    application = ApplicationFactory(submitted=True)
    client = signed_in_client(PersonFactory())

    client.post(page_of(application), {"seen": "submitted", "decide_accepted": "Accept"})
    in_bulk(client, "accept", [application])

    assert state_of(application) == State.SUBMITTED


def queries_of(client, address) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_the_list_costs_the_same_however_many_apply(admin_client):
    cohort = CohortFactory()
    admin_client.get(reverse(LIST))

    def apply():
        stream = StreamFactory(cohort=cohort)
        application = ApplicationFactory(submitted=True, cohort=cohort, stream=stream)
        PersonRoleFactory.create_batch(2, person=application.person)

    apply()
    with_one = queries_of(admin_client, reverse(LIST))
    apply()
    apply()

    assert queries_of(admin_client, reverse(LIST)) == with_one <= 20


def test_the_page_of_one_costs_the_same_however_much_they_said(admin_client):
    one = ApplicationFactory(submitted=True, needs=TopicFactory.create_batch(1))
    much = ApplicationFactory(submitted=True, needs=TopicFactory.create_batch(3), free={1: [7, 9]})
    PersonRoleFactory(person=one.person)
    PersonRoleFactory.create_batch(3, person=much.person)
    admin_client.get(page_of(one))

    assert queries_of(admin_client, page_of(one)) == queries_of(admin_client, page_of(much)) <= 20


def test_cohorts_are_made_with_their_streams(admin_client):
    programme = CohortFactory().programme
    now = timezone.now()

    response = admin_client.post(
        reverse("admin:matching_cohort_add"),
        {
            "programme": programme.pk,
            "name_en": "Spring",
            "name_fr": "Printemps",
            "slug": "spring",
            "opens_at": now.strftime("%Y-%m-%dT%H:%M"),
            "closes_at": (now + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M"),
            "starts_on": "2027-03-01",
            "ends_on": "2027-09-01",
            "hold_days": "3",
            "group_mentees_least": 6,
            "group_mentees_most": 8,
            "group_cofacilitators": 1,
            "streams-TOTAL_FORMS": "1",
            "streams-INITIAL_FORMS": "0",
            "streams-0-name_en": "Nursing",
            "streams-0-name_fr": "Soins infirmiers",
            "streams-0-slug": "nursing",
        },
    )

    assert response.status_code == 302
    cohort = programme.cohorts.get(slug="spring")
    assert [stream.name_fr for stream in cohort.streams.all()] == ["Soins infirmiers"]


def test_the_list_of_cohorts_costs_the_same_however_many(admin_client):
    address = reverse("admin:matching_cohort_changelist")
    admin_client.get(address)
    ApplicationFactory(submitted=True)
    with_one = queries_of(admin_client, address)
    ApplicationFactory.create_batch(2, submitted=True)

    assert queries_of(admin_client, address) == with_one <= 20


def test_a_cohort_with_people_is_kept(admin_client):
    cohort = ApplicationFactory(submitted=True).cohort

    assert admin_client.get(reverse("admin:matching_cohort_delete", args=[cohort.pk])).status_code == 403
    empty = CohortFactory()
    assert admin_client.get(reverse("admin:matching_cohort_delete", args=[empty.pk])).status_code == 200
