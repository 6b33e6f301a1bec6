"""History as an admin reads it: in sentences, newest first, by whom; and what it never tells."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import connection, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone, translation

from accounts.services.my_data import delete_person
from matching.history.acting import ADMIN, COMMAND, MEMBER, Acting, acting
from matching.history.sentences import SENTENCES, kind_of
from matching.history.telling import FIELDS
from matching.history.tracked import TRACKED
from matching.models import Act, Application, Cohort, Event, MatchRun, Mentorship, Ruling
from matching.services import decisions
from matching.services.groups import form_group, publish_group
from matching.services.publishing import publish_run, undo_publication
from tests.accounts.factories import PersonFactory
from tests.matching.factories import ApplicationFactory, CohortFactory, StreamFactory
from tests.matching.mentorship_factories import (
    a_group_plan,
    a_match,
    a_run,
    mentee_in,
    mentee_of,
    mentor_in,
    mentor_of,
    run_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return CohortFactory()


@pytest.fixture
def priya():
    return PersonFactory(admin=True, name="Priya Nair")


def words(response) -> str:
    assert response.status_code == 200
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(unescape(text).split())


def of_cohort(client, cohort, **asked) -> str:
    return words(client.get(reverse("admin:matching_cohort_history", args=[cohort.pk]), asked))


def of(client, thing) -> str:
    url = reverse(f"admin:matching_{thing._meta.model_name}_history", args=[thing.pk])
    return words(client.get(url))


# --- sentences ---


def test_a_decision_is_told_in_a_sentence_with_who(admin_client, cohort, priya):
    application = ApplicationFactory(submitted=True, cohort=cohort, person__name="Samira Aziz")
    with acting(Acting(ADMIN, by=priya.pk)):
        decisions.accept_application(application, by=priya)

    assert "Priya Nair accepted the application of Samira Aziz" in of_cohort(admin_client, cohort)
    assert "Priya Nair accepted the application of Samira Aziz" in of(admin_client, application)


def test_a_bulk_decision_is_one_line_that_opens(admin_client, cohort, priya):
    applications = ApplicationFactory.create_batch(12, submitted=True, cohort=cohort)
    with acting(Acting(ADMIN, by=priya.pk)):
        decisions.decide_many(applications, "accepted", by=priya)

    page = of_cohort(admin_client, cohort)

    assert "Priya Nair accepted 12 applications One by one" in page
    assert "All 12 changes of it" in page
    act = Act.objects.get(actor="admin")
    opened = of_cohort(admin_client, cohort, act=act.pk)
    assert [f"accepted the application of {each.person}" in opened for each in applications] == [True] * 12


def test_what_was_done_to_one_thing_is_named_however_much_came_before_it(admin_client, cohort, priya):
    run = MatchRun.objects.create(cohort=cohort)
    with acting(Acting(ADMIN, by=priya.pk)), transaction.atomic():
        ApplicationFactory.create_batch(12, cohort=cohort)
        MatchRun.objects.filter(pk=run.pk).update(state=MatchRun.State.DONE)

    assert f"Match run {run.pk} was computed and is ready to review" in of_cohort(admin_client, cohort)


def test_numbers_rise_and_fall(admin_client, cohort):
    mentor = mentor_of(cohort)
    Application.objects.filter(pk=mentor.pk).update(taken=F("taken") + 2)
    Application.objects.filter(pk=mentor.pk).update(taken=F("taken") - 1)

    page = of(admin_client, mentor)

    assert "places taken rose from 0 to 2" in page
    assert "places taken fell from 2 to 1" in page


def test_other_changes_are_told_from_what_to_what(admin_client, cohort):
    stream = StreamFactory(cohort=cohort, name_en="Clinical safety")
    mentee = mentee_of(cohort)
    Application.objects.filter(pk=mentee.pk).update(stream=stream, is_floor_lifted=True)

    page = of(admin_client, mentee)

    assert "stream: from nothing to Clinical safety" in page
    assert "may be matched without a common need or role: from no to yes" in page


def test_times_are_the_readers(signed_in_client, cohort):
    admin = PersonFactory(admin=True, time_zone="Asia/Kathmandu")
    begins = timezone.now().replace(year=2026, month=3, day=1, hour=20, minute=30)
    Cohort.objects.filter(pk=cohort.pk).update(opens_at=begins)

    assert "02:15" in of_cohort(signed_in_client(admin), cohort)


def test_a_publication_is_one_line_with_what_came_of_it(admin_client, priya):
    run = a_run(pairs=2)
    with acting(Acting(ADMIN, by=priya.pk)):
        publish_run(run, by=priya)
    with acting(Acting(ADMIN, by=priya.pk)):
        undo_publication(run, by=priya)

    page = of_cohort(admin_client, run.cohort)

    assert f"Priya Nair published match run {run.pk}" in page
    assert "Priya Nair published 2 matches" in page
    assert f"Priya Nair took back the publication of match run {run.pk}" in page
    assert f"Priya Nair published match run {run.pk}" in of(admin_client, run)
    assert page.index("took back") < page.index("published match run")


def test_rulings_name_the_pair(admin_client, priya):
    mentee, mentor = mentee_of(CohortFactory(), person__name="Samira Aziz"), None
    mentor = mentor_of(mentee.cohort, person__name="Robert Chen")
    run = run_of((mentee, mentor))
    with acting(Acting(ADMIN, by=priya.pk)):
        Ruling.objects.create(run=run, mentee=mentee, mentor=mentor, kind="lock")

    for thing in (run, mentee, mentor):
        assert "Priya Nair locked the pair Samira Aziz – Robert Chen" in of(admin_client, thing)


def test_a_group_is_called_by_its_name(admin_client, priya):
    with acting(Acting(ADMIN, by=priya.pk)):
        group = form_group(a_group_plan(name="Wednesday circle"))
    with acting(Acting(ADMIN, by=priya.pk)):
        publish_group(group, by=priya)

    page = of(admin_client, group)

    assert "Priya Nair formed the group Wednesday circle" in page
    assert "Priya Nair published the group Wednesday circle" in page


def test_who_worked_without_a_page_is_told_too(admin_client, cohort):
    application = ApplicationFactory(submitted=True, cohort=cohort, person__name="Samira Aziz")
    rows = Application.objects.filter(pk=application.pk)
    with acting(Acting(COMMAND, words="match")):
        rows.update(state="waiting")
    rows.update(state="submitted")
    connection.ensure_connection()
    with connection.connection.cursor() as psql:
        psql.execute("SELECT set_config('mentoring.act', '', true)")
        psql.execute("UPDATE matching_application SET state = 'declined' WHERE id = %s", [application.pk])
    with acting(Acting(MEMBER)):
        rows.update(state="withdrawn")

    page = of(admin_client, application)

    user = connection.settings_dict["USER"]
    assert "The command “match” put the application of Samira Aziz on the waiting list" in page
    assert "The programme by itself put the application of Samira Aziz among those to decide" in page
    assert f"Somebody directly in the database ({user}) declined the application of Samira Aziz" in page
    assert "Samira Aziz withdrew their application" in page


def test_djangos_own_log_is_told_where_it_says_more(admin_client, admin_user, cohort, priya):
    application = ApplicationFactory(submitted=True, cohort=cohort)
    with acting(Acting(ADMIN, by=priya.pk)):
        decisions.accept_application(application, by=priya)
    LogEntry.objects.log_actions(
        priya.pk, [application], CHANGE, change_message="accepted", single_object=True
    )
    LogEntry.objects.log_actions(
        admin_user.pk, [application], CHANGE, change_message="looked at it", single_object=True
    )

    page = of(admin_client, application)

    assert f"{admin_user.name}: looked at it" in page
    assert f"{priya.name}: " not in page


def test_everything_that_can_be_done_has_a_sentence_and_every_column_a_name():
    states = {
        "application": Application.State,
        "run": MatchRun.State,
        "group_run": MatchRun.State,
        "mentorship": Mentorship.State,
    }
    for tracked in TRACKED:
        for operation in ("insert", "changed", "delete"):
            assert f"{tracked.model}.{operation}" in SENTENCES or tracked.model == "ruling"
        for column in tracked.columns:
            assert column.removesuffix("_id") in FIELDS
    for model, choices in states.items():
        kinds = {kind_of(f"{model}.state.{was}>{now}") for was in choices for now in choices if was != now}
        assert kinds <= SENTENCES.keys()
    assert kind_of("run.state.published>done") == "run.published>done"
    assert kind_of("run.state.running>done") == "run.>done"


def test_pages_speak_french(signed_in_client, cohort):
    admin = PersonFactory(admin=True, language="fr")
    application = ApplicationFactory(submitted=True, cohort=cohort)

    assert (
        signed_in_client(admin)
        .get(reverse("admin:matching_application_history", args=[application.pk]))
        .headers["Content-Language"]
        .startswith("fr")
    )
    translation.activate("en")


# --- finding ---


def test_history_is_filtered_by_who_what_and_day(admin_client, cohort, priya):
    applications = ApplicationFactory.create_batch(2, submitted=True, cohort=cohort)
    with acting(Acting(ADMIN, by=priya.pk)):
        decisions.accept_application(applications[0], by=priya)
    with acting(Acting(COMMAND, words="tidy")):
        Cohort.objects.filter(pk=cohort.pk).update(hold_days=7)
    accepted, tidied = "accepted the application", "“tidy” changed the settings"
    today = timezone.localdate()

    def found(**asked):
        page = of_cohort(admin_client, cohort, **asked)
        return [accepted in page, tidied in page]

    assert found() == [True, True]
    assert found(who=priya.pk) == [True, False]
    assert found(who="admin") == [True, False]
    assert found(who="command") == [False, True]
    assert found(what="cohort") == [False, True]
    assert found(what="applications") == [True, False]
    assert found(what="runs") == [False, False]
    assert found(day=today.isoformat()) == [True, True]
    assert found(day=(today - timedelta(days=1)).isoformat()) == [False, False]
    assert found(who="nobody", day="yesterday") == [True, True]


def test_older_pages_go_on_where_the_last_one_ended(admin_client, cohort):
    for number in range(55):
        with acting(Acting(COMMAND, words=f"turn {number:02}")):
            Cohort.objects.filter(pk=cohort.pk).update(hold_days=1 + number % 9)
    url = reverse("admin:matching_cohort_history", args=[cohort.pk])

    first = admin_client.get(url, {"who": "command"})
    older = admin_client.get(f"{url}?{first.context['older']}")

    turns = re.compile(r"turn \d\d")
    assert turns.findall(words(first)) == [f"turn {number:02}" for number in range(54, 4, -1)]
    assert turns.findall(words(older)) == [f"turn {number:02}" for number in range(4, -1, -1)]
    assert older.context["older"] is None


def test_another_cohorts_acts_are_not_shown(admin_client, cohort):
    ApplicationFactory(submitted=True, person__name="Samira Aziz")
    other = Act.objects.exclude(cohort=cohort).exclude(cohort=None).first()

    assert "Samira" not in of_cohort(admin_client, cohort)
    url = reverse("admin:matching_cohort_history", args=[cohort.pk])
    assert admin_client.get(url, {"act": other.pk}).status_code == 404


@pytest.mark.parametrize("path", ["matching_cohort_history", "matching_application_history"])
def test_history_is_for_admins_alone(client, signed_in_client, cohort, path):
    thing = cohort if "cohort" in path else ApplicationFactory(cohort=cohort)
    url = reverse(f"admin:{path}", args=[thing.pk])

    assert client.get(url).status_code == 302
    assert signed_in_client(PersonFactory()).get(url).status_code in (302, 403)
    assert signed_in_client(PersonFactory(is_staff=True)).get(url).status_code == 403


@pytest.fixture
def cost(admin_client, django_assert_max_num_queries):
    def of_page(url):
        with django_assert_max_num_queries(40) as counted:
            assert admin_client.get(url).status_code == 200
        return len(counted)

    return of_page


def test_a_cohorts_history_costs_the_same_however_much_happened(cost, cohort, priya):
    url = reverse("admin:matching_cohort_history", args=[cohort.pk])

    def publish(pairs):
        run = run_of(*((mentee_of(cohort), mentor_of(cohort)) for _ in range(pairs)))
        with acting(Acting(ADMIN, by=priya.pk)):
            publish_run(run, by=priya)

    publish(1)
    cost(url)
    once = cost(url)
    for _ in range(3):
        publish(3)

    assert cost(url) == once


def test_one_things_history_costs_the_same_however_much_happened(cost, cohort, priya):
    application = ApplicationFactory(submitted=True, cohort=cohort)
    url = reverse("admin:matching_application_history", args=[application.pk])
    with acting(Acting(ADMIN, by=priya.pk)):
        decisions.accept_application(application, by=priya)
    cost(url)
    once = cost(url)
    for state in ("waiting", "accepted", "declined"):
        with acting(Acting(ADMIN, by=PersonFactory(admin=True).pk)):
            Application.objects.filter(pk=application.pk).update(state=state)

    assert cost(url) == once


# --- what nobody may learn ---


@pytest.mark.parametrize("who", [mentee_in, mentor_in])
def test_no_page_and_no_row_tells_who_said_not_this_person(admin_client, signed_in_client, who):
    mentorship = a_match(now=timezone.now())
    member, mentor = who(mentorship), mentor_in(mentorship).application_id
    seen = Event.objects.latest("pk").pk
    signed_in_client(member.person).post(reverse("matching:not_this_person", args=[mentorship.pk]))
    assert Mentorship.objects.get(pk=mentorship.pk).state == "cancelled"

    new = Event.objects.filter(pk__gt=seen).select_related("act")
    # The mentor's place is free again, whoever said it; nothing else is about a person.
    assert {event.application for event in new} == {None, mentor}
    assert {(event.act.by_id, event.act.words) for event in new} == {(None, "")}
    assert not [event for event in new if member.person.name in str(event.changes)]
    page = of(admin_client, mentorship)
    names = " – ".join(
        str(one.person) for one in sorted(mentorship.members.all(), key=lambda one: one.part != "mentor")
    )
    assert f"A member called off {names}" in page
    for each in (mentorship, *(one.application for one in mentorship.members.all())):
        told = of(admin_client, each)
        assert f"{member.person.name} called off" not in told
        assert "not this person" not in told


def test_an_erased_person_has_no_name_on_any_page(admin_client, cohort, priya):
    application = ApplicationFactory(submitted=True, cohort=cohort, person__name="Samira Aziz")
    with acting(Acting(ADMIN, by=priya.pk)):
        decisions.accept_application(application, by=priya)
    assert "Samira" in of_cohort(admin_client, cohort)

    delete_person(application.person)
    delete_person(priya)

    page = of_cohort(admin_client, cohort)
    assert "An admin who has left accepted the application of somebody who has left" in page
    assert "Samira" not in page
    assert "Priya" not in page
