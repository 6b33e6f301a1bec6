"""What is remembered, whoever changes it and however: by triggers, in real PostgreSQL."""

import copy
from datetime import timedelta

import pytest
from django.conf import settings as project_settings
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from accounts.services.my_data import delete_person, export_person
from matching.history.acting import ADMIN, COMMAND, MEMBER, Acting, acting, begin_task, current, end_task
from matching.history.sql import body
from matching.history.tracked import TRACKED
from matching.models import Act, Application, Event, MatchRun, Member, Mentorship, Ruling
from matching.services import decisions
from matching.services.at_work import SignsOfLife
from matching.services.history import clear_old
from matching.services.leaving import decline_match
from matching.services.publishing import publish_run, undo_publication
from tests.accounts.factories import PersonFactory
from tests.matching.at_once import at_once
from tests.matching.factories import ApplicationFactory, CohortFactory, ProgrammeFactory
from tests.matching.mentorship_factories import (
    WEDNESDAY,
    a_group,
    a_match,
    a_run,
    mentee_in,
    mentee_of,
    mentor_in,
)

pytestmark = pytest.mark.django_db

State = Application.State


def latest(model: str) -> Event:
    return Event.objects.filter(model=model).select_related("act").latest("pk")


def events_since(pk: int):
    return Event.objects.filter(pk__gt=pk).order_by("pk")


def last_pk() -> int:
    return Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def raw(sql, params=()):
    """As psql would: by the driver itself, past everything of Django."""
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        # What an earlier statement of this transaction signed is not psql's.
        cursor.execute("SELECT set_config('mentoring.act', '', true)")
        cursor.execute(sql, params)


# --- however it is changed ---


def test_an_update_of_many_rows_is_one_event_a_row_from_what_to_what():
    applications = ApplicationFactory.create_batch(3, mentor=True, accepted=True, cohort=CohortFactory())
    before = last_pk()

    Application.objects.filter(pk__in=[each.pk for each in applications]).update(taken=F("taken") + 1)

    assert [(e.row, e.deed, e.changes) for e in events_since(before)] == [
        (each.pk, "application.changed.taken", {"taken": [0, 1]}) for each in applications
    ]


def test_a_bulk_update_with_a_value_for_each_row_is_remembered_row_by_row():
    applications = ApplicationFactory.create_batch(2, mentor=True, accepted=True, cohort=CohortFactory())
    before = last_pk()
    for places, application in enumerate(applications, start=4):
        application.capacity = places

    Application.objects.bulk_update(applications, ["capacity"])

    assert [e.changes for e in events_since(before)] == [{"capacity": [2, 4]}, {"capacity": [2, 5]}]


def test_rows_made_in_bulk_are_remembered_with_what_they_hold():
    mentorship, other = a_match(), mentee_of(CohortFactory())
    before = last_pk()

    Member.objects.bulk_create(
        [
            Member(
                mentorship=mentorship,
                application=other,
                person=other.person,
                part="cofacilitator",
                cohort=mentorship.cohort,
                kind="group",
            )
        ]
    )

    [event] = events_since(before)
    assert (event.deed, event.mentorship, event.application, event.changes) == (
        "member.insert.cofacilitator",
        mentorship.pk,
        other.pk,
        {"part": [None, "cofacilitator"], "rank": [None, 1]},
    )


def test_plain_sql_is_remembered_as_done_in_the_database_by_its_user():
    application = ApplicationFactory(submitted=True)

    raw("UPDATE matching_application SET state = 'accepted' WHERE id = %s", [application.pk])

    event = latest("application")
    assert (event.deed, event.changes) == (
        "application.state.submitted>accepted",
        {"state": ["submitted", "accepted"]},
    )
    assert (event.act.actor, event.act.by_id) == ("database", None)
    assert event.act.words == connection.settings_dict["USER"]


def test_rows_copied_in_are_remembered():
    ProgrammeFactory()
    connection.ensure_connection()
    columns = "slug, name_en, name_fr, summary_en, summary_fr, contact"

    copy_in = f"COPY matching_programme ({columns}) FROM STDIN"
    with connection.connection.cursor() as cursor, cursor.copy(copy_in) as copying:
        copying.write_row(["copied", "Copied", "Copié", "", "", ""])

    assert latest("programme").changes == {
        "slug": [None, "copied"],
        "name_en": [None, "Copied"],
        "name_fr": [None, "Copié"],
    }


def test_what_is_deleted_is_remembered():
    run = a_run()
    proposal = run.proposals.get()
    ruling = Ruling.objects.create(run=run, mentee=proposal.mentee, mentor=proposal.mentor, kind="lock")
    Ruling.objects.filter(pk=ruling.pk).delete()

    event = latest("ruling")
    assert (event.deed, event.run, event.application, event.mentor) == (
        "ruling.delete.lock",
        run.pk,
        proposal.mentee_id,
        proposal.mentor_id,
    )


def test_a_change_that_changes_nothing_is_no_event():
    application = ApplicationFactory(submitted=True)
    before = last_pk()

    Application.objects.filter(pk=application.pk).update(state="submitted")
    application.save()

    assert not events_since(before)


def test_what_is_remembered_is_what_the_code_names():
    """Whoever changes the list writes a migration: an installed trigger that is older would show here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname, prosrc FROM pg_proc WHERE proname LIKE '%%\\_remember'")
        installed = dict(cursor.fetchall())

    assert installed == {each.function: body(each) for each in TRACKED}


def test_a_run_that_tells_how_far_it_is_leaves_no_event():
    run = MatchRun.objects.create(cohort=CohortFactory(), state=MatchRun.State.RUNNING)
    before = last_pk()

    life = SignsOfLife(run)
    life.tell(0.3, "scoring every pair")
    MatchRun.objects.filter(pk=run.pk).update(
        features={"a": 1}, plan={"b": 2}, findings={"c": 3}, heard_from_at=timezone.now()
    )

    assert not events_since(before)


def test_one_statement_over_two_cohorts_is_an_act_in_each():
    applications = [ApplicationFactory(submitted=True), ApplicationFactory(submitted=True)]

    with acting(Acting(COMMAND, words="try")) as who:
        Application.objects.filter(pk__in=[each.pk for each in applications]).update(state="waiting")

    assert list(Act.objects.filter(key=who.key).order_by("cohort").values_list("cohort", "counts")) == [
        (each.cohort_id, {"application.state.submitted>waiting": 1}) for each in applications
    ]


def test_what_one_act_does_in_several_statements_is_counted_together():
    cohort = CohortFactory()
    applications = ApplicationFactory.create_batch(4, submitted=True, cohort=cohort)

    with acting(Acting(ADMIN, by=PersonFactory(admin=True).pk, words="page")) as who:
        for application in applications:
            Application.objects.filter(pk=application.pk).update(state="accepted")
        CohortFactory._meta.model.objects.filter(pk=cohort.pk).update(hold_days=5)

    act = Act.objects.get(key=who.key)
    assert act.counts == {"application.state.submitted>accepted": 4, "cohort.changed.hold_days": 1}
    assert act.touched == ["application", "cohort"]


def test_what_is_rolled_back_was_never_done():
    application = ApplicationFactory(submitted=True)
    before = last_pk()

    with transaction.atomic():
        Application.objects.filter(pk=application.pk).update(state="waiting")
        transaction.set_rollback(True)

    assert not events_since(before)


# --- who ---


def test_an_admin_is_named_with_the_page(admin_client, admin_user):
    application = ApplicationFactory(submitted=True)
    url = reverse("admin:matching_application_change", args=[application.pk])

    admin_client.post(url, {"seen": "submitted", "capacity": "0", "stream": "", "decide_accepted": "Accept"})

    event = latest("application")
    assert event.changes == {"state": ["submitted", "accepted"], "decided_by": [None, admin_user.pk]}
    assert (event.act.actor, event.act.by, event.act.words) == (
        "admin",
        admin_user,
        "matching_application_change",
    )


def test_a_bulk_decision_is_one_act_of_that_admin(admin_client, admin_user):
    cohort = CohortFactory()
    applications = ApplicationFactory.create_batch(3, submitted=True, cohort=cohort)
    decided = {"answer": "accepted", "seen_submitted": ",".join(str(each.pk) for each in applications)}

    admin_client.post(reverse("admin:matching_decide_applications"), decided)

    assert {each.state for each in Application.objects.all()} == {"accepted"}
    [act] = Act.objects.filter(actor="admin")
    assert (act.by, act.counts) == (admin_user, {"application.state.submitted>accepted": 3})


def test_what_a_member_does_bears_no_name(signed_in_client):
    application = ApplicationFactory(submitted=True)

    signed_in_client(application.person).post(reverse("matching:withdraw", args=[application.pk]))

    event = latest("application")
    assert event.deed == "application.state.submitted>withdrawn"
    assert (event.act.actor, event.act.by, event.act.words) == ("member", None, "")


def test_somebody_outside_a_request_is_the_programme_or_its_task():
    mentorship = a_match()
    assert latest("mentorship").act.actor == "clock"

    begin_task("matching.tasks.introduce_after_hold")
    Mentorship.objects.filter(pk=mentorship.pk).update(hold_ends_at=timezone.now())
    end_task()

    assert latest("mentorship").act.words == "matching.tasks.introduce_after_hold"
    assert current().words == ""


def test_a_name_never_outlives_its_request_on_a_connection(admin_client):
    application = ApplicationFactory(submitted=True)
    url = reverse("admin:matching_application_change", args=[application.pk])
    admin_client.post(url, {"seen": "submitted", "capacity": "0", "stream": "", "decide_waiting": "Wait"})

    Application.objects.filter(pk=application.pk).update(state="accepted")

    assert latest("application").act.actor == "clock"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "options",
    [
        {"pool": {"min_size": 1, "max_size": 1, "timeout": 10}},
        {"server_side_binding": True},
        {"pool": {"min_size": 1, "max_size": 1}, "server_side_binding": True},
    ],
    ids=["pooled", "server-side binding", "both"],
)
def test_names_are_right_however_the_database_is_reached(options):
    application, admin = ApplicationFactory(submitted=True), PersonFactory(admin=True)
    sql = "UPDATE matching_application SET state = %s WHERE id = %s"

    def work():
        other = connections.create_connection("default")
        other.settings_dict = copy.deepcopy(connection.settings_dict) | {"CONN_MAX_AGE": 0}
        other.settings_dict["OPTIONS"] = project_settings.DATABASES["default"].get("OPTIONS", {}) | options
        # This thread's own.
        connections["default"] = other
        try:
            with acting(Acting(ADMIN, by=admin.pk)), other.cursor() as cursor:
                cursor.execute(sql, ["waiting", application.pk])
            other.close()
            # Past Django, unsigned, by the one connection that the pool has.
            other.ensure_connection()
            with other.connection.cursor() as cursor:
                cursor.execute(sql, ["accepted", application.pk])
            other.connection.commit()
        finally:
            other.close()
            if "pool" in options:
                other.close_pool()

    assert at_once(work) == [None]
    found = Event.objects.filter(model="application", row=application.pk).order_by("pk")
    assert list(found.values_list("act__actor", "act__by"))[1:] == [("admin", admin.pk), ("database", None)]


# --- what nobody may learn ---


def normal(events) -> list:
    return [(e.deed, e.changes, e.act.actor, e.act.by_id, e.act.words) for e in events.select_related("act")]


def said_no(signed_in_client, who) -> tuple[Mentorship, list]:
    mentorship = a_match(now=timezone.now())
    before = last_pk()
    member = who(mentorship)
    signed_in_client(member.person).post(reverse("matching:not_this_person", args=[mentorship.pk]))
    mentorship.refresh_from_db()
    assert mentorship.state == Mentorship.State.CANCELLED
    return mentorship, normal(events_since(before))


def test_who_said_not_this_person_leaves_the_same_traces_either_way(signed_in_client):
    _, by_mentee = said_no(signed_in_client, mentee_in)
    _, by_mentor = said_no(signed_in_client, mentor_in)

    assert by_mentee == by_mentor
    assert [deed for deed, *_ in by_mentee] == [
        "application.changed.taken",
        "mentorship.state.held>cancelled",
    ]
    assert {(actor, by, words) for _, _, actor, by, words in by_mentee} == {("member", None, "")}


def test_somebody_who_leaves_a_group_in_its_hold_leaves_no_trace():
    group = a_group()
    before = last_pk()

    decline_match(group.members.filter(part="mentee").first(), now=WEDNESDAY)

    assert not events_since(before)


def test_only_named_columns_ever_stand_in_an_event():
    names = {name.removesuffix("_id") for each in TRACKED for name in each.columns}

    assert not names & {
        "declined_at",
        "left_at",
        "words",
        "reasons",
        "features",
        "plan",
        "findings",
        "progress",
    }


# --- it stands ---


@pytest.mark.parametrize("model", [Act, Event])
@pytest.mark.parametrize("change", [lambda rows: rows.update(at=timezone.now()), lambda rows: rows.delete()])
def test_history_cannot_be_changed_by_the_programs_own_code(model, change):
    ApplicationFactory()

    with pytest.raises(DatabaseError, match="The history stands as it was written"), transaction.atomic():
        change(model.objects.all())


def test_what_is_older_than_the_setting_is_cleared(settings):
    ApplicationFactory()
    assert clear_old() == 0
    kept = Event.objects.count()
    settings.HISTORY_DAYS = 30

    assert clear_old(timezone.now() + timedelta(days=29)) == 0
    assert Event.objects.count() == kept
    assert clear_old(timezone.now() + timedelta(days=31)) > 0
    assert not Event.objects.exists()
    assert not Act.objects.exists()


def test_clearing_closes_the_door_behind_it():
    ApplicationFactory()
    call_command("clear_history")

    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.all().delete()


# --- erasure and export ---


def test_an_erased_person_stays_only_as_a_number():
    mentorship = a_match()
    mentee, mentor = mentee_in(mentorship), mentor_in(mentorship)
    Ruling.objects.create(
        run=mentorship.run, mentee=mentee.application, mentor=mentor.application, kind="lock"
    )
    person, application = mentee.person, mentee.application_id
    counts = list(Act.objects.order_by("pk").values_list("counts", flat=True))
    events = Event.objects.count()

    with acting(Acting(MEMBER)):
        delete_person(person)

    assert not Event.objects.filter(application=application).exists()
    assert not Event.objects.filter(mentor=application).exists()
    assert not Event.objects.filter(model="application", row=application).exists()
    assert not Event.objects.filter(model="member", row=mentee.pk).exists()
    assert list(Act.objects.order_by("pk").values_list("counts", flat=True))[: len(counts)] == counts
    assert Event.objects.count() > events
    assert Event.objects.filter(application=mentor.application_id).exists()


def test_an_erased_admin_is_named_nowhere():
    admin, application = PersonFactory(), ApplicationFactory(submitted=True)
    with acting(Acting(ADMIN, by=admin.pk)):
        decisions.accept_application(application, by=admin)
    assert latest("application").changes["decided_by"] == [None, admin.pk]

    delete_person(admin)

    event = Event.objects.get(model="application", row=application.pk, deed__contains="accepted")
    assert event.changes == {"state": ["submitted", "accepted"]}
    assert (event.act.actor, event.act.by_id) == ("admin", None)
    assert not Event.objects.filter(deed="application.changed.decided_by").exists()


def test_the_admins_log_forgets_an_erased_applicant(admin_client):
    application = ApplicationFactory(submitted=True, person__name="Samira Aziz")
    url = reverse("admin:matching_application_change", args=[application.pk])
    admin_client.post(url, {"seen": "submitted", "capacity": "0", "stream": "", "decide_accepted": "Accept"})
    assert LogEntry.objects.filter(object_repr__contains="Samira").exists()

    delete_person(application.person)

    assert not LogEntry.objects.filter(object_repr__contains="Samira").exists()


def test_an_export_tells_what_became_of_ones_application():
    application, admin = ApplicationFactory(submitted=True), PersonFactory()
    ApplicationFactory(submitted=True)
    with acting(Acting(ADMIN, by=admin.pk)):
        decisions.accept_application(application, by=admin)

    told = export_person(application.person)["history"]["history_of_applications"]

    assert [(one["by"], one["from_to"]["state"]) for one in told] == [
        ("the programme", [None, "submitted"]),
        ("a programme admin", ["submitted", "accepted"]),
    ]
    assert {one["application"] for one in told} == {application.pk}
    assert "decided_by" not in told[1]["from_to"]


# --- a publication ---


def test_a_publication_and_its_undoing_are_one_act_each():
    run = a_run(pairs=3)
    admin = PersonFactory(admin=True)

    with acting(Acting(ADMIN, by=admin.pk)) as publishing:
        publish_run(run, by=admin)
    with acting(Acting(ADMIN, by=admin.pk)) as undoing:
        undo_publication(run, by=admin)

    assert Act.objects.get(key=publishing.key).counts == {
        "run.state.done>published": 1,
        "application.changed.taken": 3,
        "mentorship.insert.held": 3,
        "member.insert.mentor": 3,
        "member.insert.mentee": 3,
    }
    assert Act.objects.get(key=undoing.key).counts == {
        "run.state.published>done": 1,
        "application.changed.taken": 3,
        "mentorship.state.held>cancelled": 3,
    }
