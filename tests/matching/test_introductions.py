from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import PersonRole
from matching import mails_mentorships
from matching.errors import NotOnHold
from matching.models import Application, Availability, Mentorship
from matching.services.introductions import introduce_due, release_hold
from matching.services.publishing import publish_run, undo_publication
from matching.tasks import introduce_after_hold
from outbox.delivery import deliver_due
from outbox.kinds import find
from outbox.models import Mail
from outbox.rendering import render
from tests.accounts.factories import PersonFactory, PersonRoleFactory, TopicFactory
from tests.matching.at_once import at_once
from tests.matching.conftest import html_of, words_of
from tests.matching.factories import CohortFactory, give_hours
from tests.matching.mentorship_factories import (
    MONDAY_AFTER,
    WEDNESDAY,
    a_group,
    a_match,
    a_run,
    mentee_in,
    mentee_of,
    mentor_in,
    mentor_of,
    run_of,
)

pytestmark = pytest.mark.django_db

State = Mentorship.State


def state_of(mentorship: Mentorship) -> str:
    return Mentorship.objects.get(pk=mentorship.pk).state


def test_nobody_is_introduced_before_the_hold_ends():
    mentorship = a_match(hold_days=3)

    assert introduce_due(MONDAY_AFTER - timedelta(seconds=1)) == 0
    assert state_of(mentorship) == State.HELD
    assert introduce_due(MONDAY_AFTER) == 1
    assert state_of(mentorship) == State.INTRODUCED


def test_the_clock_introduces_each_pair_once():
    a_match()
    Mentorship.objects.update(hold_ends_at=timezone.now())

    assert [introduce_after_hold(), introduce_after_hold()] == [1, 0]
    assert Mail.objects.filter(kind="introduction").count() == 2


def test_each_person_gets_one_introduction_whose_answer_goes_to_the_other(post):
    mentorship = a_match()
    introduce_due(MONDAY_AFTER)
    mentee, mentor = mentee_in(mentorship).person, mentor_in(mentorship).person

    introductions = {mail["To"]: mail for mail in post.arrived() if "introduction" in mail["Subject"]}

    assert introductions.keys() == {mentee.email, mentor.email}
    assert introductions[mentee.email]["Reply-To"] == mentor.email
    assert introductions[mentor.email]["Reply-To"] == mentee.email
    assert post.arrived() == []


def test_an_introduction_says_who_roles_first_why_and_a_first_step(post):
    cohort = CohortFactory(hold_days=0, starts_on="2027-01-04", ends_on="2027-06-01")
    mentee, mentor = mentee_of(cohort), mentor_of(cohort, person__name="Ngozi Okafor")
    PersonRoleFactory(person=mentor.person, role__en="CNIO", how=PersonRole.How.UNTITLED)
    give_hours(mentee, {1: [18], 3: [12]})
    give_hours(mentor, {1: [18], 3: [12, 13]})

    publish_run(run_of((mentee, mentor), reasons=[{"code": "bridge"}]), by=None)

    words = words_of(post.arrived_for(mentee.person))
    assert f"Ngozi Okafor CNIO, without the title {mentor.person.email} A first step" in words
    assert "- Thursday 12:00 to 13:00 - Tuesday 18:00 to 19:00" in words
    assert (
        "You wished for a bridge between the NHS and industry: Ngozi Okafor works on the other side." in words
    )
    assert "What you tell each other stays between you." in words


def test_two_hours_in_common_are_on_the_readers_clock(post):
    cohort = CohortFactory(hold_days=0, starts_on="2027-01-04", ends_on="2027-06-01")
    mentee, mentor = mentee_of(cohort, person__time_zone="Europe/Paris"), mentor_of(cohort)
    give_hours(mentee, {1: [18]}, zone="Europe/Paris")
    give_hours(mentor, {1: [17]}, zone="Europe/London")

    publish_run(run_of((mentee, mentor)), by=None)

    by_reader = {mail["To"]: words_of(mail) for mail in post.arrived()}
    assert "(Europe/Paris time): - Tuesday 18:00 to 19:00" in by_reader[mentee.person.email]
    assert "(Europe/London time): - Tuesday 17:00 to 18:00" in by_reader[mentor.person.email]


def test_without_hours_in_common_people_are_asked_to_propose_some(post):
    mentorship = a_match(hold_days=0)

    assert "Propose two times" in words_of(post.arrived_for(mentee_in(mentorship).person))


def test_nothing_sensitive_is_in_any_mail(post):
    secret = TopicFactory(sensitive=True, en="Being treated unfairly", fr="Être traitée injustement")
    plain = TopicFactory(en="Clinical safety")
    cohort = CohortFactory(hold_days=3)
    reasons = [
        {"code": "needs", "topics": [secret.slug, plain.slug]},
        {"code": "needs_not_covered", "topics": [secret.slug]},
    ]
    pair = mentee_of(cohort, needs=[secret, plain]), mentor_of(cohort, offers=[secret, plain])

    publish_run(run_of(pair, reasons=reasons), by=None, now=WEDNESDAY)
    sent = post.arrived()
    introduce_due(MONDAY_AFTER)
    sent += post.arrived()

    assert len(sent) == 4
    for mail in sent:
        assert "Clinical safety" in words_of(mail)
        assert "unfairly" not in words_of(mail) + html_of(mail)
        assert "Not covered" not in words_of(mail)


def test_releasing_the_hold_introduces_at_once_and_only_once():
    mentorship = a_match()

    release_hold(mentorship, by=None, now=WEDNESDAY)

    with pytest.raises(NotOnHold, match="no longer on hold"):
        release_hold(mentorship, by=None)
    assert introduce_due(MONDAY_AFTER) == 0
    assert Mail.objects.filter(kind="introduction").count() == 2


def test_undone_and_published_again_each_person_is_introduced_once(post):
    run = a_run()
    publish_run(run, by=None, now=WEDNESDAY)
    undo_publication(run, by=None)
    publish_run(run, by=None, now=WEDNESDAY)

    introduce_due(MONDAY_AFTER)
    introduce_due(MONDAY_AFTER)

    introduced = [mail["To"] for mail in post.arrived() if "introduction" in mail["Subject"]]
    everybody = Application.objects.values_list("person__email", flat=True)
    assert sorted(introduced) == sorted(everybody)


def test_a_mail_server_down_for_an_hour_delays_each_introduction_and_doubles_none(post):
    mentorship = a_match(hold_days=0)
    post.stop()
    now = timezone.now()
    for minute in range(0, 60, 5):
        deliver_due(clock=lambda minute=minute: now + timedelta(minutes=minute))
    assert set(Mail.objects.values_list("state", flat=True)) <= {Mail.State.QUEUED, Mail.State.RETRYING}

    post.start()
    for minute in (61, 62, 120):
        deliver_due(clock=lambda minute=minute: now + timedelta(minutes=minute))

    everybody = sorted(mentorship.members.values_list("person__email", flat=True))
    assert sorted(post.readers) == everybody


def test_an_introduction_that_may_have_left_is_never_repeated():
    assert [find(kind).is_at_most_once for kind in ("introduction", "group_introduction")] == [True, True]


def test_an_introduction_is_not_sent_once_the_other_person_has_left(post):
    mentorship = a_match(hold_days=0)
    mentorship.members.filter(part="mentor").update(left_at=timezone.now())

    assert post.arrived() == []
    assert set(Mail.objects.values_list("state", flat=True)) == {Mail.State.SKIPPED}


def test_a_group_is_introduced_with_everybodys_address_and_answers_go_to_the_lead(post):
    group = a_group(cohort=CohortFactory(hold_days=0))
    lead = mentor_in(group).person
    everybody = set(group.members.values_list("person__email", flat=True))

    mails = {mail["To"]: mail for mail in post.arrived()}

    assert mails.keys() == everybody
    for reader, mail in mails.items():
        assert {address for address in everybody if address in words_of(mail)} == everybody - {reader}
    answers = {reader: mail["Reply-To"] for reader, mail in mails.items() if reader != lead.email}
    assert set(answers.values()) == {lead.email}
    assert "You lead the group: propose a first meeting to everybody." in words_of(mails[lead.email])


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_introduce_each_pair_once():
    cohort = CohortFactory()
    publish_run(run_of(*((mentee_of(cohort), mentor_of(cohort)) for _ in range(4))), by=None, now=WEDNESDAY)

    at_once(*[lambda: introduce_due(MONDAY_AFTER)] * 3)

    assert set(Mentorship.objects.values_list("state", flat=True)) == {State.INTRODUCED}
    assert Mail.objects.filter(kind="introduction").count() == 8


def test_hours_are_those_people_keep_today_not_those_of_the_run(post):
    cohort = CohortFactory(hold_days=3, starts_on="2027-01-04", ends_on="2027-06-01")
    mentee, mentor = mentee_of(cohort), mentor_of(cohort)
    give_hours(mentee, {1: [18]})
    give_hours(mentor, {1: [18], 4: [9]})
    publish_run(run_of((mentee, mentor)), by=None, now=WEDNESDAY)
    Availability.objects.filter(application=mentee).delete()
    give_hours(mentee, {4: [9]})

    introduce_due(MONDAY_AFTER)

    words = [words_of(mail) for mail in post.arrived() if "introduction" in mail["Subject"]]
    assert ["Friday 09:00 to 10:00" in one for one in words] == [True, True]
    assert ["Tuesday" in one for one in words] == [False, False]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("kind", mails_mentorships.KINDS, ids=lambda kind: kind.name)
def test_every_mail_has_a_preview_that_reads_nobodys_data(kind, language, django_assert_num_queries):
    reader = PersonFactory.build(name="Samira Aziz", time_zone="Europe/Paris", organisation=None)

    # The one asks whether an admin has worded this kind anew.
    with django_assert_num_queries(1):
        rendering = render(kind.name, kind.sample(), person=reader, language=language)

    assert rendering.subject
    assert "Ngozi Okafor" in rendering.text + rendering.subject
    assert rendering.text.count("http://localhost") >= 1
    assert "{" not in rendering.text + rendering.subject
