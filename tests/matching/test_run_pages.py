import re
import time
from datetime import timedelta
from itertools import pairwise

import pytest
from django.urls import reverse
from django.utils import timezone

from matching.models import Cohort, MatchRun, Ruling
from matching.services import runs
from matching.services.runs import compute_run, start_run
from tests.accounts.factories import (
    DisciplineFactory,
    PersonFactory,
    PersonRoleFactory,
    RoleFactory,
    TopicFactory,
)
from tests.matching.factories import CohortFactory
from tests.matching.mentorship_factories import mentee_of, mentor_of
from tests.mentoring.second_factor import add_totp

pytestmark = pytest.mark.django_db

State = MatchRun.State
# Queries of each page, sign-in and frame included.
COMPARING, LISTING, STARTING, RECRUITING = 21, 17, 25, 20


@pytest.fixture
def admin(client):
    admin = PersonFactory(admin=True, name="Adaeze Bright")
    add_totp(admin)
    client.force_login(admin)
    return admin


def page(client, name, *arguments, **query) -> str:
    response = client.get(reverse(f"admin:{name}", args=arguments), query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def done(cohort, **options) -> MatchRun:
    run = start_run(cohort, by=None, **options)
    compute_run(run)
    run.refresh_from_db()
    assert run.state == State.DONE, run.words
    return run


@pytest.fixture
def cohort():
    """Two mentees, one of whom needs what nobody offers; one mentor with one place."""
    cohort = CohortFactory()
    safety = TopicFactory(en="Clinical safety", family="safety")
    mentor_of(cohort, offers=[safety], capacity=1, person__name="Ngozi Okafor")
    mentee_of(cohort, needs=[safety], person__name="Samira Haddad")
    mentee_of(cohort, needs=[TopicFactory(en="Robotics", family="far")], person__name="Kwame Mensah")
    return cohort


# --- Starting ---------------------------------------------------------------------------------


def test_the_start_page_says_what_the_run_works_on_and_what_will_go_wrong(client, admin, cohort):
    text = page(client, "matching_start_run", cohort.pk)

    assert "There is 1 place too few" in text
    assert "1 mentee can meet nobody, because no mentor with a free place offers anything close" in text
    assert text.count("<dd>2</dd>") == 1
    assert text.count("<dd>1</dd>") == 2


def test_the_start_page_says_who_is_left_out(client, admin, cohort):
    mentor_of(cohort, capacity=0)
    mentee_of(cohort, state="submitted")
    mentee_of(cohort, person__is_active=False)

    text = page(client, "matching_start_run", cohort.pk)

    assert "1 application is not decided yet." in text
    assert "1 mentor has no free place." in text
    assert "1 accepted person has closed their account." in text


def test_a_preset_is_chosen_and_stored_with_its_weights(client, admin, cohort):
    client.post(reverse("admin:matching_start_run", args=[cohort.pk]), {"preset": "hours", "seed": 4})

    run = MatchRun.objects.get()
    assert (run.preset, run.seed, run.policy["hours"]) == ("hours", 4, [10, 20, 30])


def test_a_cohorts_own_weights_are_offered_and_chosen_first(client, admin, cohort):
    Cohort.objects.update(policy={"role": 20, "stream": 10})

    assert "This cohort&#x27;s own weights" in page(client, "matching_start_run", cohort.pk)
    client.post(reverse("admin:matching_start_run", args=[cohort.pk]), {"preset": "", "seed": 0})

    run = MatchRun.objects.get()
    assert (run.preset, run.policy["role"]) == ("", 20)


def test_whoever_starts_is_told_of_a_run_under_way_and_may_start_all_the_same(client, admin, cohort):
    start_run(cohort, by=PersonFactory(admin=True, name="Tomos Pritchard"))

    assert "is under way, started by Tomos Pritchard" in page(client, "matching_start_run", cohort.pk)
    client.post(reverse("admin:matching_start_run", args=[cohort.pk]), {"preset": "balanced", "seed": 0})

    assert MatchRun.objects.count() == 2


def test_decisions_of_the_last_run_are_offered_and_carried_over(client, admin, cohort):
    run = done(cohort)
    pair = run.proposals.get(mentor__isnull=False)
    Ruling.objects.create(run=run, mentee=pair.mentee, mentor=pair.mentor, kind="forbid", by=admin)

    text = page(client, "matching_start_run", cohort.pk)
    client.post(
        reverse("admin:matching_start_run", args=[cohort.pk]),
        {"preset": "balanced", "seed": 0, "keeps_rulings": "on"},
    )

    assert f"1 pair was locked or forbidden in run {run.pk}" in text
    again = MatchRun.objects.first()
    assert again.rulings.get().by == admin
    compute_run(again)
    again.refresh_from_db()
    assert (again.state, again.matched) == (State.DONE, 0)


def test_a_decision_that_cannot_be_kept_to_is_dropped_and_told(client, admin, cohort):
    run = done(cohort)
    pair = run.proposals.get(mentor__isnull=False)
    Ruling.objects.create(run=run, mentee=pair.mentee, mentor=pair.mentor, kind="lock", by=admin)
    pair.mentee.needs.all().delete()
    pair.mentee.needs.create(rank=1, topic=TopicFactory(family="elsewhere"))

    again = done(cohort, keep=run)

    assert not again.rulings.exists()
    assert "Samira Haddad with Ngozi Okafor, locked" in page(client, "matching_matchrun_change", again.pk)


def test_a_lock_that_is_carried_over_stands(cohort):
    other = mentor_of(cohort, offers=[TopicFactory(family="safety")], capacity=1)
    run = done(cohort)
    samira = run.proposals.get(mentee__person__name="Samira Haddad")
    assert samira.mentor != other
    Ruling.objects.create(run=run, mentee=samira.mentee, mentor=other, kind="lock")

    again = done(cohort, keep=run)

    assert again.proposals.get(mentee=samira.mentee).mentor == other


def test_the_weights_page_begins_with_a_preset_where_asked(client, admin, cohort):
    text = page(client, "matching_weights", cohort.pk, **{"from": "bridge"})

    assert "The boxes hold the weights of “Between NHS and industry”." in text
    assert "Needs count most, with 32 points of 100; then NHS and industry, with 25." in text


# --- Being computed ---------------------------------------------------------------------------


def test_a_page_of_a_run_without_a_worker_says_so(client, admin, cohort):
    run = start_run(cohort, by=admin)
    assert "No worker has taken this run yet" not in page(client, "matching_run_progress", run.pk)

    MatchRun.objects.update(created_at=timezone.now() - timedelta(minutes=1))

    assert "No worker has taken this run yet" in page(client, "matching_run_progress", run.pk)


def test_a_page_gives_up_a_run_whose_worker_died(client, admin, cohort):
    run = start_run(cohort, by=admin)
    heard = timezone.now() - timedelta(minutes=3)
    MatchRun.objects.update(state=State.RUNNING, heard_from_at=heard)

    assert "The worker that computed this run stopped answering." in page(
        client, "matching_matchrun_change", run.pk
    )


def test_a_worker_that_falls_silent_is_told_before_it_is_given_up(client, admin, cohort):
    run = start_run(cohort, by=admin)
    MatchRun.objects.update(state=State.RUNNING, heard_from_at=timezone.now() - timedelta(seconds=40))

    told = page(client, "matching_run_progress", run.pk)
    assert re.search(r"has not been heard for 4\d seconds", told)


def test_a_finished_run_says_how_long_it_took(client, admin, cohort):
    run = done(cohort)

    assert run.findings["seconds"] >= 0
    assert "took 1 second" in page(client, "matching_matchrun_change", run.pk)


@pytest.mark.django_db(transaction=True)
def test_a_step_that_takes_long_does_not_silence_a_run(cohort, monkeypatch):
    run = start_run(cohort, by=None)
    heard = []
    slow = runs.verify

    def prove_slowly(problem, plan):
        for _ in range(8):
            time.sleep(0.3)
            heard.append(MatchRun.objects.get().heard_from_at)
        slow(problem, plan)

    monkeypatch.setattr(runs, "verify", prove_slowly)

    compute_run(run)

    moments = sorted(set(heard))
    assert len(moments) >= 3
    assert max(later - earlier for earlier, later in pairwise(moments)) < timedelta(seconds=1)


# --- Side by side -----------------------------------------------------------------------------


@pytest.fixture
def two_runs():
    """Samira fits Ngozi by need and Hana by discipline; Ciara is indifferent. The presets swap them."""
    cohort = CohortFactory()
    topic = TopicFactory(en="Clinical safety", family="safety")
    near = TopicFactory(family="safety")
    nursing, medicine = DisciplineFactory(), DisciplineFactory()
    ngozi = mentor_of(cohort, offers=[topic], capacity=1, person__name="Ngozi Okafor")
    hana = mentor_of(cohort, offers=[near], capacity=1, person__name="Hana Suzuki")
    samira = mentee_of(cohort, needs=[topic], person__name="Samira Haddad")
    ciara = mentee_of(cohort, needs=[topic, near], person__name="Ciara Byrne")
    for application, discipline in ((ngozi, nursing), (samira, nursing), (hana, medicine), (ciara, medicine)):
        application.person.disciplines.add(discipline)
    return cohort, done(cohort), done(cohort, preset="cross_discipline")


def test_a_preset_changes_who_meets_whom_as_it_says(two_runs):
    _cohort, balanced, across = two_runs

    def disciplines_cross(run):
        return [
            set(one.mentee.person.disciplines.all()).isdisjoint(one.mentor.person.disciplines.all())
            for one in run.proposals.all()
        ]

    assert disciplines_cross(balanced) == [False, False]
    assert disciplines_cross(across) == [True, True]
    assert "brings_discipline" in {reason["code"] for reason in across.proposals.first().reasons}


def test_runs_stand_side_by_side_with_who_would_meet_somebody_else(client, admin, two_runs):
    cohort, balanced, across = two_runs

    text = page(client, "matching_compare_runs", cohort.pk, run=[balanced.pk, across.pk])

    assert f"In run {across.pk}, 2 mentees of 2 have another mentor than in run {balanced.pk}" in text
    assert "These runs weigh pairs differently" in text
    assert "Another discipline counts for who does not mind" in text
    assert text.count("Samira Haddad") == 1


def test_runs_of_the_same_pairs_are_said_to_be_the_same(client, admin, cohort):
    first, second = done(cohort), done(cohort)

    text = page(client, "matching_compare_runs", cohort.pk, run=[first.pk, second.pk])

    assert f"Run {second.pk} proposes the same pairs as run {first.pk}." in text
    assert "Pairs that differ" not in text


@pytest.mark.parametrize("wanted", [[], ["7"], ["x", "y"]])
def test_whoever_chose_too_few_runs_chooses_again(client, admin, cohort, wanted):
    done(cohort), done(cohort)

    text = page(client, "matching_compare_runs", cohort.pk, run=wanted)

    assert "Choose from 2 to 4 runs" in text
    assert text.count('type="checkbox"') == 2


def test_runs_of_two_cohorts_are_not_compared(client, admin, cohort, two_runs):
    _other, balanced, _across = two_runs
    run = done(cohort)

    response = client.post(
        reverse("admin:matching_matchrun_changelist"),
        {"action": "compare_selected", "_selected_action": [run.pk, balanced.pk]},
        follow=True,
    )

    assert "Choose runs of one cohort" in response.content.decode()


def test_runs_ticked_in_the_list_are_compared(client, admin, two_runs):
    cohort, balanced, across = two_runs

    response = client.post(
        reverse("admin:matching_matchrun_changelist"),
        {"action": "compare_selected", "_selected_action": [balanced.pk, across.pk]},
    )

    assert response.url.startswith(reverse("admin:matching_compare_runs", args=[cohort.pk]))


@pytest.mark.parametrize("count", [1, 3])
def test_comparing_costs_the_same_however_many_mentees(client, admin, django_assert_num_queries, count):
    cohort = CohortFactory()
    topic, near = TopicFactory(family="safety"), TopicFactory(family="safety")
    mentor_of(cohort, offers=[topic], capacity=3), mentor_of(cohort, offers=[near], capacity=3)
    for _ in range(count):
        mentee_of(cohort, needs=[topic])
    first = done(cohort)
    for pair in first.proposals.all():
        Ruling.objects.create(run=first, mentee=pair.mentee, mentor=pair.mentor, kind="forbid")
    second = done(cohort, keep=first)
    url = reverse("admin:matching_compare_runs", args=[cohort.pk])

    with django_assert_num_queries(COMPARING):
        client.get(url, {"run": [first.pk, second.pk]})


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_runs_costs_the_same_however_many(
    client, admin, django_assert_num_queries, count, cohort
):
    for _ in range(count):
        start_run(cohort, by=admin)

    with django_assert_num_queries(LISTING):
        client.get(reverse("admin:matching_matchrun_changelist"))


@pytest.mark.parametrize("count", [1, 3])
def test_the_start_page_costs_the_same_however_many_apply(client, admin, django_assert_num_queries, count):
    cohort = CohortFactory()
    topic = TopicFactory()
    for _ in range(count):
        mentor_of(cohort, offers=[topic])
        mentee_of(cohort, needs=[topic])

    with django_assert_num_queries(STARTING):
        client.get(reverse("admin:matching_start_run", args=[cohort.pk]))


# --- Where to recruit -------------------------------------------------------------------------


def scarce(*, sensitive=False, count=2) -> MatchRun:
    """More mentees than places with the one mentor, a clinical safety officer."""
    cohort = CohortFactory()
    topic = TopicFactory(en="Clinical safety", family="safety", sensitive=sensitive)
    mentor = mentor_of(cohort, offers=[topic], capacity=1, person__name="Ngozi Okafor")
    PersonRoleFactory(person=mentor.person, role=RoleFactory(en="Clinical safety officer"), how="titled")
    for number in range(count):
        mentee_of(cohort, needs=[topic], person__name=f"Mentee {number}")
    return done(cohort)


def test_where_to_recruit_is_told_in_sentences(client, admin):
    run = scarce()

    text = page(client, "matching_recruit", run.pk)

    place = "One more place with a mentor who is or was Clinical safety officer"
    assert f"{place} would match 1 mentee more." in text
    assert "1 mentee of this run has no mentor." in text
    assert "1 mentee: Among 2 mentees who can only meet 1 mentor with 1 place between them." in text


def test_a_sensitive_topic_is_never_named_where_to_recruit(client, admin):
    run = scarce(sensitive=True)

    text = page(client, "matching_recruit", run.pk)

    assert "Clinical safety officer" in text
    assert "offers Clinical safety" not in text
    assert run.findings["recruit"]["topics"] == {}


def test_a_topic_that_becomes_sensitive_is_no_longer_named(client, admin, cohort):
    run = done(cohort)
    assert "Robotics" in page(client, "matching_recruit", run.pk)

    TopicFactory._meta.model.objects.update(sensitive=True)

    assert "Robotics" not in page(client, "matching_recruit", run.pk)


@pytest.mark.parametrize("count", [2, 5])
def test_where_to_recruit_costs_the_same_however_many(client, admin, django_assert_num_queries, count):
    run = scarce(count=count)

    with django_assert_num_queries(RECRUITING):
        client.get(reverse("admin:matching_recruit", args=[run.pk]))


@pytest.mark.parametrize("name", ["matching_recruit", "matching_compare_runs"])
def test_nobody_but_an_admin_sees_these_pages(client, cohort, name):
    run = done(cohort)
    client.force_login(PersonFactory())

    response = client.get(
        reverse(f"admin:{name}", args=[run.pk if name == "matching_recruit" else cohort.pk])
    )

    assert response.status_code in (302, 403, 404)
