"""Whoever is in the group "Programme admins" can run a cohort, and nothing beyond; without it staff can do nothing."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from matching.models import Sheet
from matching.services.groups import form_group
from matching.services.introductions import release_hold
from mentoring.programme_admins import NAME, keep_programme_admins, named
from outbox.models import Letter, Mail
from tests.accounts.factories import PersonFactory
from tests.matching.factories import ApplicationFactory
from tests.matching.mentorship_factories import a_group_plan, a_match, a_run, mentee_of
from tests.matching.test_group_runs import a_stream, by_hand
from tests.meetings.factories import SeriesFactory, SessionFactory

pytestmark = pytest.mark.django_db


def at(name: str, *args) -> str:
    return reverse(f"admin:{name}", args=args)


@pytest.fixture
def programme_admin(signed_in_client):
    person = PersonFactory(is_staff=True)
    person.groups.add(keep_programme_admins())
    return signed_in_client(person)


@pytest.fixture
def clerk(signed_in_client):
    return signed_in_client(PersonFactory(is_staff=True))


@pytest.fixture
def pages():
    """Every page that running a cohort takes."""
    run, match, met = a_run(), a_match(), a_match()
    release_hold(met, by=None)
    group, groups = form_group(a_group_plan()), by_hand(a_stream(), 3)
    mentee = mentee_of(run.cohort)
    cohort, application = run.cohort, ApplicationFactory(cohort=run.cohort, submitted=True)
    sheet = Sheet.objects.create(cohort=cohort, name="people.csv")
    session, series = SessionFactory(), SeriesFactory()
    mail = Mail.objects.create(
        key="test:1", kind="introduction", person=application.person, to="a@example.org",
        not_before=run.created_at, state=Mail.State.FAILED,
    )  # fmt: skip
    letter = Letter.objects.create(audience=f"cohort:{cohort.pk}", subject_en="Hello", body_en="Hello.")
    return [
        at("matching_programme_changelist"),
        at("matching_cohort_changelist"),
        at("matching_cohort_add"),
        at("matching_cohort_change", cohort.pk),
        at("matching_cohort_dashboard", cohort.pk),
        at("matching_cohort_people", cohort.pk),
        at("matching_cohort_skills", cohort.pk),
        at("matching_cohort_history", cohort.pk),
        at("matching_choices", cohort.pk),
        at("matching_application_changelist"),
        at("matching_application_change", application.pk),
        at("matching_application_queue", cohort.pk),
        at("matching_export_applications", cohort.pk),
        at("matching_send_sheet", cohort.pk),
        at("matching_sheet_columns", sheet.pk),
        at("matching_sheet_changelist"),
        at("matching_start_run", cohort.pk),
        at("matching_weights", cohort.pk),
        at("matching_matchrun_changelist"),
        at("matching_matchrun_change", run.pk),
        at("matching_matchrun_history", run.pk),
        at("matching_compare_runs", cohort.pk),
        at("matching_recruit", run.pk),
        at("matching_run_mails", run.pk),
        at("matching_publish_run", run.pk),
        at("matching_undo_run", run.pk),
        at("matching_mentorship_changelist"),
        at("matching_mentorship_change", match.pk),
        at("matching_mentorship_history", match.pk),
        at("matching_call_off", match.pk),
        at("matching_pause", met.pk),
        at("matching_extend", met.pk),
        at("matching_end", met.pk),
        at("matching_rematch", mentee.pk),
        at("matching_needs_a_match"),
        at("matching_choose_stream"),
        at("matching_form_group", group.stream_id),
        at("matching_publish_group", group.pk),
        at("matching_publish_groups", group.stream_id),
        at("matching_start_groups", group.stream_id),
        at("matching_grouprun_changelist"),
        at("matching_grouprun_change", groups.pk),
        at("matching_move_in_groups", groups.pk),
        at("matching_form_groups", groups.pk),
        at("meetings_session_changelist"),
        at("meetings_session_change", session.pk),
        at("meetings_cancel_session", session.pk),
        at("meetings_substitute", session.pk),
        at("meetings_series_changelist"),
        at("meetings_series_change", series.pk),
        at("meetings_cancel_series", series.pk),
        at("outbox_mail_changelist"),
        at("outbox_mail_change", mail.pk),
        at("outbox_mail_kinds"),
        at("outbox_mail_kind", "introduction", "en"),
        at("outbox_wording", "introduction", "en"),
        at("outbox_dry_run"),
        at("outbox_letter_changelist"),
        at("outbox_letter_add"),
        at("outbox_letter_change", letter.pk),
        at("outbox_suppression_changelist"),
        at("accounts_person_changelist"),
        at("accounts_person_change", application.person_id),
        at("accounts_organisation_changelist"),
        at("accounts_topic_changelist"),
    ]


def test_a_programme_admin_opens_every_page_that_a_cohort_takes(programme_admin, pages):
    answers = {url: programme_admin.get(url).status_code for url in pages}

    assert {url: status for url, status in answers.items() if status != 200} == {}


def test_staff_without_rights_open_none_of_them(clerk, pages):
    answers = {url: clerk.get(url).status_code for url in pages}

    assert {url: status for url, status in answers.items() if status != 403} == {}


def test_a_programme_admin_without_a_second_factor_stays_outside(signed_in_client, pages):
    person = PersonFactory(is_staff=True)
    person.groups.add(keep_programme_admins())
    client = signed_in_client(person, has_second_factor=False)

    assert {client.get(url).status_code for url in pages} == {302}


def test_what_is_for_full_admins_stays_closed(programme_admin):
    other = PersonFactory(is_staff=True)
    closed = [
        at("auth_group_changelist"),
        at("accounts_person_delete", other.pk),
        at("meetings_emergencyevent_changelist"),
    ]

    assert {url: programme_admin.get(url).status_code for url in closed} == dict.fromkeys(closed, 403)


def test_a_programme_admin_appoints_nobody(programme_admin):
    person = PersonFactory()
    sent = {
        "is_staff": "on",
        "is_superuser": "on",
        "is_active": "on",
        "groups": [str(keep_programme_admins().pk)],
        "name": person.name,
        "roles-TOTAL_FORMS": "0",
        "roles-INITIAL_FORMS": "0",
    }

    programme_admin.post(at("accounts_person_change", person.pk), sent)

    person.refresh_from_db()
    assert (person.is_staff, person.is_superuser, person.groups.count()) == (False, False, 0)


def test_an_admin_with_all_rights_gives_somebody_the_group(admin_client):
    person = PersonFactory()
    group = keep_programme_admins()
    sent = {
        "is_staff": "on",
        "is_active": "on",
        "groups": [str(group.pk)],
        "name": person.name,
        "roles-TOTAL_FORMS": "0",
        "roles-INITIAL_FORMS": "0",
    }

    admin_client.post(at("accounts_person_change", person.pk), sent)

    person.refresh_from_db()
    assert person.is_staff
    assert list(person.groups.all()) == [group]


def test_the_group_is_kept_complete_and_what_it_was_given_stays():
    group = keep_programme_admins()
    given = Permission.objects.get(codename="view_group")
    group.permissions.remove(*group.permissions.all()[:5])
    group.permissions.add(given)

    keep_programme_admins()

    assert Group.objects.filter(name=NAME).count() == 1
    held = set(group.permissions.values_list("content_type__app_label", "codename"))
    assert held == {*named(), ("auth", "view_group")}


def test_the_first_page_shows_a_programme_admin_the_cohorts_and_a_clerk_none(programme_admin, clerk):
    cohort = a_run().cohort

    assert [one for one, _matters in programme_admin.get(at("index")).context["under_way"]] == [cohort]
    assert clerk.get(at("index")).context["under_way"] == []
