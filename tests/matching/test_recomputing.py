import numpy as np
import pytest

from matching.engine import ProofFailed, verify
from matching.models import MatchRun, Ruling
from matching.recomputing import (
    changed_rows,
    findings_again,
    proposals_of,
    solve_again,
    stored,
    write_plan,
)
from matching.services.runs import compute_run, start_run
from tests.accounts.factories import PersonRoleFactory, RoleFactory, TopicFactory
from tests.matching.factories import CohortFactory
from tests.matching.mentorship_factories import mentee_of, mentor_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    """Each mentee fits one mentor wholly and the other only closely."""
    cohort = CohortFactory()
    near, far = TopicFactory(family="data"), TopicFactory(family="data")
    return {
        "Ngozi": mentor_of(cohort, offers=[near], capacity=1, person__name="Ngozi"),
        "Hana": mentor_of(cohort, offers=[far], capacity=2, person__name="Hana"),
        "Samira": mentee_of(cohort, needs=[near], person__name="Samira"),
        "Ciara": mentee_of(cohort, needs=[far], person__name="Ciara"),
    }


@pytest.fixture
def run(people):
    run = start_run(people["Samira"].cohort, by=None)
    compute_run(run)
    run.refresh_from_db()
    return run


def ruled(run, people, kind, mentee, mentor) -> Ruling:
    return Ruling.objects.create(run=run, kind=kind, mentee=people[mentee], mentor=people[mentor])


def pairs(run) -> set:
    return set(run.proposals.values_list("mentee__person__name", "mentor__person__name"))


def test_a_stored_run_is_what_the_worker_solved(run, people):
    again = stored(run)

    verify(again.problem, again.plan)
    assert again.row_of_mentee[people["Ciara"].pk] == again.encoded.mentees.index(people["Ciara"].pk)
    assert again.problem.scores[again.rows_of(people["Samira"], people["Ngozi"])] == 10000
    assert (again.locks, solve_again(again).total) == ((), run.total)


def test_what_applications_say_later_changes_nothing_of_a_run(run, people):
    people["Samira"].needs.all().delete()

    assert stored(run).problem.scores.tolist() == [[10000, 5000], [5000, 10000]]


def test_rulings_are_kept_to(run, people):
    ruled(run, people, "forbid", "Samira", "Ngozi")
    ruled(run, people, "lock", "Ciara", "Ngozi")

    again = stored(run)
    plan = solve_again(again)

    assert again.problem.scores[again.rows_of(people["Samira"], people["Ngozi"])] < 0
    assert again.locks == (again.rows_of(people["Ciara"], people["Ngozi"]),)
    assert [again.encoded.mentors[mentor] for mentor in plan.mentor] == [
        people["Hana"].pk,
        people["Ngozi"].pk,
    ]


def test_it_can_be_asked_as_if_other_rulings_stood(run, people):
    ruled(run, people, "forbid", "Samira", "Ngozi")

    assert stored(run, rulings=[]).problem.scores.min() == 5000


def test_a_veto_is_solved_and_proved_beside_the_stored_problem(run, people):
    again = stored(run)

    plan = solve_again(again, vetoes=[again.rows_of(people["Samira"], people["Ngozi"])])

    assert (plan.matched, plan.worst, plan.total) == (2, 5000, 15000)
    with pytest.raises(ProofFailed):
        verify(again.problem, plan)
    assert again.problem.scores.min() == 5000


def test_a_repair_is_written_with_reasons_standing_and_findings(run, people):
    ruled(run, people, "forbid", "Samira", "Ngozi")
    again = stored(run)
    plan = solve_again(again)
    rows = changed_rows(again.plan, plan)

    written = write_plan(
        run,
        plan,
        version=0,
        proposals=proposals_of(again, plan, rows),
        findings=findings_again(again, plan),
    )

    run.refresh_from_db()
    moved = run.proposals.get(mentee=people["Samira"])
    assert (written, run.version, run.worst, run.total) == (True, 1, 5000, 15000)
    assert pairs(run) == {("Samira", "Hana"), ("Ciara", "Hana")}
    assert [reason["code"] for reason in moved.reasons] == ["needs_near"]
    assert moved.standing == {"options": 1, "better": 0, "best": 5000}
    assert run.findings["median"] == 7500


def test_of_two_repairs_of_one_version_the_second_writes_nothing(run):
    again = stored(run)
    assert write_plan(run, again.plan, version=0, proposals=[], findings={})

    late = proposals_of(again, again.plan, [0])

    assert not write_plan(run, again.plan, version=0, proposals=late, findings={})
    assert (run.proposals.count(), MatchRun.objects.get().version) == (2, 1)


def test_a_published_run_is_never_rewritten(run):
    MatchRun.objects.update(state=MatchRun.State.PUBLISHED)

    assert not write_plan(run, stored(run).plan, version=0, proposals=[], findings={})


def test_a_role_held_without_the_title_is_told_after_a_repair_as_before(people):
    role = RoleFactory()
    PersonRoleFactory(person=people["Hana"].person, role=role, how="untitled")
    PersonRoleFactory(person=people["Samira"].person, role=role, how="aim")
    run = start_run(people["Samira"].cohort, by=None)
    compute_run(run)
    run.refresh_from_db()
    again = stored(run)

    [proposal] = proposals_of(again, again.plan, [again.row_of_mentee[people["Samira"].pk]])

    assert proposal.reasons == run.proposals.get(mentee=people["Samira"]).reasons
    assert proposal.reasons[0] == {"code": "role", "role": role.slug, "how": "untitled", "does_it": False}


def test_standing_counts_the_options_that_have_a_place(run, people):
    again = stored(run)
    rows = np.arange(2)

    [samira, _] = proposals_of(again, again.plan, rows)

    assert samira.standing == {"options": 2, "better": 0, "best": 10000}
