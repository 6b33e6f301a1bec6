from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from matching.engine import Plan, Problem, Stopped, verify
from matching.engine.features import Features
from matching.engine.policy import Policy
from matching.engine.scores import score_matrix
from matching.errors import CannotMatch, NotReady
from matching.models import Application, Cohort, MatchRun, Proposal
from matching.services import runs
from matching.services.at_work import SignsOfLife
from matching.services.publishing import publish_run
from matching.services.runs import (
    compute_run,
    compute_waiting_runs,
    fail_silent_runs,
    start_run,
    stop_run,
)
from matching.tasks import compute_waiting_runs as task
from tests.accounts.factories import OrganisationFactory, PersonFactory, TopicFactory
from tests.matching.at_once import at_once
from tests.matching.factories import CohortFactory
from tests.matching.mentorship_factories import mentee_of, mentor_of

pytestmark = pytest.mark.django_db

State = MatchRun.State


@pytest.fixture
def cohort():
    """Three mentees, of whom two need what one mentor offers, and two mentors with three places."""
    cohort = CohortFactory(slug="autumn")
    safety, data = TopicFactory(), TopicFactory(family="data")
    mentor_of(cohort, offers=[safety], capacity=2, person__name="Ngozi Okafor")
    mentor_of(cohort, offers=[data], capacity=1, person__name="Hana Suzuki")
    for name, need in (("Samira", safety), ("Piotr", safety), ("Ciara", data)):
        mentee_of(cohort, needs=[need], person__name=name)
    return cohort


def computed(cohort, **options) -> MatchRun:
    run = start_run(cohort, by=None, **options)
    compute_run(run)
    run.refresh_from_db()
    return run


def pairs(run) -> set[tuple[str, str | None]]:
    return set(run.proposals.values_list("mentee__person__name", "mentor__person__name"))


def test_a_run_proposes_the_best_pairs_with_scores_and_reasons(cohort):
    run = computed(cohort)

    assert (run.state, run.matched, run.worst, run.total) == (State.DONE, 3, 10000, 30000)
    assert pairs(run) == {("Samira", "Ngozi Okafor"), ("Piotr", "Ngozi Okafor"), ("Ciara", "Hana Suzuki")}
    assert set(run.proposals.values_list("score", flat=True)) == {10000}
    assert [reason["code"] for reason in run.proposals.first().reasons] == ["needs"]
    assert (run.progress, run.finished_at is not None) == (1, True)


def test_a_run_stores_what_it_takes_to_prove_it_again(cohort):
    run = computed(cohort, seed=3)

    scores = score_matrix(Features.from_dict(run.features["arrays"]), Policy.from_dict(run.policy))
    problem = Problem(scores, run.features["capacity"], run.features["mentees"], run.features["mentors"])
    verify(problem, Plan.from_dict(run.plan))
    assert run.seed == 3
    tampered = Plan.from_dict(run.plan | {"total": run.total + 1})
    with pytest.raises(Exception, match="claims"):
        verify(problem, tampered)


def test_the_same_seed_gives_the_same_pairs_and_ties_may_fall_otherwise_with_another(cohort):
    Application.objects.filter(part="mentee").first().needs.all().delete()

    assert pairs(computed(cohort, seed=5)) == pairs(computed(cohort, seed=5))


def test_who_has_no_mentor_has_a_proposal_that_says_why(cohort):
    lonely = mentee_of(cohort, needs=[TopicFactory(family="far-away")], person__name="Kwame")

    run = computed(cohort)

    proposal = run.proposals.get(mentee=lonely)
    assert (proposal.mentor, proposal.score) == (None, None)
    assert [reason["code"] for reason in proposal.reasons] == ["unmatched"]
    assert (run.matched, run.proposals.count()) == (3, 4)


def test_publishing_what_a_run_proposed_and_running_again_leaves_only_who_waits(cohort):
    publish_run(computed(cohort), by=None)
    Application.objects.filter(part="mentor").update(capacity=8)
    newcomer = mentee_of(cohort, person__name="Kwame")

    run = computed(cohort)

    assert [proposal.mentee for proposal in run.proposals.all()] == [newcomer]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda of: of(part="mentor").delete(), "This cohort has no accepted mentor."),
        (lambda of: of(part="mentee").delete(), "There is no accepted mentee without a mentor"),
        (lambda of: of(part="mentor").update(capacity=0), "No mentor of this cohort has a free place."),
    ],
)
def test_a_cohort_that_cannot_be_matched_ends_in_a_sentence(cohort, change, sentence):
    change(lambda **which: Application.objects.filter(cohort=cohort, **which))

    run = computed(cohort)

    assert run.state == State.FAILED
    assert run.words.startswith(sentence)
    assert not run.proposals.exists()


def test_a_cohort_of_one_organisation_ends_in_a_sentence(cohort):
    trust = OrganisationFactory()
    for application in Application.objects.all():
        application.person.organisation = trust
        application.person.save(update_fields=["organisation"])

    run = computed(cohort)

    assert (run.state, run.words) == (State.FAILED, runs.ONE_ORGANISATION)


def test_weights_that_make_no_policy_are_refused_before_anything_is_queued(cohort):
    Cohort.objects.update(policy={"role": 26})
    cohort.refresh_from_db()

    with pytest.raises(CannotMatch, match="The weights add up to 101"):
        start_run(cohort, by=None)

    assert not MatchRun.objects.exists()


def test_the_cohorts_weights_are_used_and_stored(cohort):
    Cohort.objects.update(policy={"role": 20, "stream": 10})
    cohort.refresh_from_db()

    run = computed(cohort)

    assert Policy.from_dict(run.policy) == Policy(role=20, stream=10)


# --- Being run away from the web --------------------------------------------------------------


def test_starting_a_run_only_queues_it(cohort):
    admin = PersonFactory(admin=True)

    run = start_run(cohort, by=admin)

    assert (run.state, run.created_by) == (State.QUEUED, admin)


def test_the_task_computes_whatever_waits_and_a_second_delivery_does_nothing(cohort):
    start_run(cohort, by=None), start_run(cohort, by=None)

    assert [task(), task()] == [2, 0]
    assert set(MatchRun.objects.values_list("state", flat=True)) == {State.DONE}


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_compute_a_run_once(cohort):
    run = start_run(cohort, by=None)

    at_once(*[lambda: compute_run(MatchRun.objects.get(pk=run.pk))] * 2)

    assert Proposal.objects.count() == 3
    assert MatchRun.objects.get().state == State.DONE


def test_progress_is_written_while_a_run_is_computed(cohort):
    run = start_run(cohort, by=None)
    MatchRun.objects.update(state=State.RUNNING)

    SignsOfLife(run).tell(0.4, "settling ties")

    run.refresh_from_db()
    assert (run.progress, run.words) == (0.4, "settling ties")
    assert timezone.now() - run.heard_from_at < timedelta(seconds=5)


def test_a_run_that_waits_is_stopped_at_once(cohort):
    run = start_run(cohort, by=None)

    stop_run(run)

    run.refresh_from_db()
    assert (run.state, run.words) == (State.STOPPED, runs.STOPPED)
    assert compute_waiting_runs() == 0


def test_a_run_at_work_hears_at_its_next_sign_of_life_that_it_should_stop(cohort):
    run = start_run(cohort, by=None)
    MatchRun.objects.update(state=State.RUNNING)

    stop_run(run)

    assert MatchRun.objects.get().state == State.STOPPING
    with pytest.raises(Stopped):
        SignsOfLife(run).tell(0.4, "settling ties")


def test_a_run_stopped_while_it_is_computed_keeps_nothing(cohort, monkeypatch):
    run = start_run(cohort, by=None)
    read = runs.encode

    def read_and_meanwhile_stop(cohort, **how):
        stop_run(run)
        return read(cohort, **how)

    monkeypatch.setattr(runs, "encode", read_and_meanwhile_stop)

    compute_run(run)

    run.refresh_from_db()
    assert (run.state, run.words) == (State.STOPPED, runs.STOPPED)
    assert not run.proposals.exists()


def test_a_run_that_has_ended_cannot_be_stopped(cohort):
    run = computed(cohort)

    with pytest.raises(NotReady, match="has ended already: it is ready to review"):
        stop_run(run)


def test_a_run_whose_worker_died_says_so(cohort):
    silent, busy = start_run(cohort, by=None), start_run(cohort, by=None)
    now = timezone.now()
    MatchRun.objects.filter(pk=silent.pk).update(
        state=State.RUNNING, heard_from_at=now - timedelta(minutes=3)
    )
    MatchRun.objects.filter(pk=busy.pk).update(state=State.RUNNING, heard_from_at=now)

    assert fail_silent_runs(now) == 1

    silent.refresh_from_db()
    assert (silent.state, silent.words) == (State.FAILED, runs.WORKER_DIED)


def test_a_worker_that_was_given_up_and_comes_back_stores_nothing(cohort, monkeypatch):
    run = start_run(cohort, by=None)
    prove = runs.verify

    def prove_too_late(problem, plan):
        MatchRun.objects.update(state=State.FAILED, words=runs.WORKER_DIED)
        prove(problem, plan)

    monkeypatch.setattr(runs, "verify", prove_too_late)

    compute_run(run)

    run.refresh_from_db()
    assert (run.state, run.words) == (State.FAILED, runs.WORKER_DIED)
    assert not Proposal.objects.exists()


def test_whatever_goes_wrong_a_run_never_stays_running(cohort, monkeypatch, caplog):
    def broken(*args, **options):
        raise MemoryError

    monkeypatch.setattr(runs, "problem_of", broken)

    run = computed(cohort)

    assert (run.state, run.words) == (State.FAILED, runs.WENT_WRONG)
    assert "MemoryError" in caplog.text


# --- On the command line ----------------------------------------------------------------------


def printed(*arguments) -> str:
    out = StringIO()
    call_command("match", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_prints_matched_worst_total_and_who_is_unmatched(cohort):
    mentee_of(cohort, needs=[TopicFactory(family="far-away")], person__name="Kwame")

    lines = printed("autumn").splitlines()

    assert lines[:4] == ["matched   3 of 4", "worst     10000", "total     30000", "unmatched 1"]
    assert lines[4].startswith("  Kwame: The rules leave no mentor for this mentee.")


def test_the_command_gives_the_same_pairs_twice(cohort):
    assert printed("autumn", "--seed", "7") == printed("autumn", "--seed", "7")


def test_the_command_takes_a_ready_made_policy(cohort):
    printed("autumn", "--preset", "hours")

    assert MatchRun.objects.get().policy["hours"] == [10, 20, 30]
    with pytest.raises(CommandError, match="invalid choice: 'luck'"):
        printed("autumn", "--preset", "luck")


def test_the_command_names_the_cohorts_that_there_are(cohort):
    with pytest.raises(CommandError, match="There is no cohort 'spring'"):
        printed("spring")


def test_the_command_says_why_it_cannot_match(cohort):
    Application.objects.filter(part="mentor").update(capacity=0)

    with pytest.raises(CommandError, match="No mentor of this cohort has a free place"):
        printed("autumn")


def test_the_command_computes_a_published_cohort_afresh_or_only_who_is_left(cohort):
    before = printed("autumn")
    publish_run(computed(cohort), by=None)
    mentee_of(cohort, person__name="Kwame")

    assert printed("autumn").splitlines()[0] == "matched   3 of 4"
    assert before.splitlines()[0] == "matched   3 of 3"
    with pytest.raises(CommandError, match="No mentor of this cohort has a free place"):
        printed("autumn", "--rest")
