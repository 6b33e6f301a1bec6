"""The checker accepts what is right and finds every way of tampering with it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from matching.engine import UNMATCHED, Problem, ProofFailed, solve, verify

from .plain import cases

SCORES = [[9_000, 4_000, 3_000], [8_000, 1_000, -1], [-1, 500, 2_000], [-1, -1, -1]]
CAPACITY = [1, 1, 2]


@pytest.fixture
def problem():
    return Problem(SCORES, CAPACITY)


@pytest.fixture
def plan(problem):
    return solve(problem)


def with_mentors(problem, plan, mentor):
    """The plan with other pairs and honest figures, so that only the pairs are at fault."""
    mentor = np.array(mentor)
    matched = np.flatnonzero(mentor != UNMATCHED)
    scores = problem.scores[matched, mentor[matched]].astype(int)
    return replace(
        plan, mentor=mentor, matched=len(matched), worst=int(scores.min()), total=int(scores.sum())
    )


def test_the_plan_is_what_the_tampering_starts_from(problem, plan):
    verify(problem, plan)

    assert plan.mentor.tolist() == [1, 0, 2, UNMATCHED]
    assert (plan.matched, plan.worst, plan.total) == (3, 2_000, 14_000)


def test_a_swapped_pair_is_found(problem, plan):
    with pytest.raises(ProofFailed, match=r"The cut does not show|may be worth up to"):
        verify(problem, with_mentors(problem, plan, [0, 1, 2, UNMATCHED]))


def test_a_swap_of_the_same_worst_score_is_found_by_its_total():
    problem = Problem([[900, 700, -1], [700, 800, -1], [-1, -1, 100]], [1, 1, 1])
    plan = solve(problem)

    verify(problem, plan)
    with pytest.raises(ProofFailed, match="may be worth up to 1800; this one is worth 1500"):
        verify(problem, with_mentors(problem, plan, [1, 0, 2]))


def test_an_overfilled_mentor_is_found(problem, plan):
    with pytest.raises(ProofFailed, match="Mentor 0 has 2 mentees and 1 places"):
        verify(problem, with_mentors(problem, plan, [0, 0, 2, UNMATCHED]))


def test_a_forbidden_pair_is_found(problem, plan):
    with pytest.raises(ProofFailed, match="Mentee 3 has mentor 2, a forbidden pair"):
        verify(problem, with_mentors(problem, plan, [1, 0, 2, 2]))


# A dearer first mentor would prove the plan too: the only mentee who must have that place has no other.
@pytest.mark.parametrize(("mentor", "change"), [(0, -1), (1, -1), (1, 1), (2, -1), (2, 1)])
def test_a_tampered_price_is_found(problem, plan, mentor, change):
    prices = plan.certificate.prices.copy()
    prices[mentor] += change

    with pytest.raises(ProofFailed, match=r"may be worth up to|negative price"):
        verify(problem, replace(plan, certificate=replace(plan.certificate, prices=prices)))


def test_a_worse_worst_is_found():
    problem = Problem([[9_000, 4_000], [8_000, 1_000]], [1, 1])
    plan = solve(problem)

    worse = with_mentors(problem, plan, [0, 1])

    assert (worse.matched, worse.worst) == (2, 1_000)
    with pytest.raises(ProofFailed, match="cannot rise above 1000"):
        verify(problem, worse)


def test_a_mentee_who_could_be_matched_is_missed(problem, plan):
    with pytest.raises(ProofFailed, match="nobody more can be matched"):
        verify(problem, with_mentors(problem, plan, [1, 0, UNMATCHED, UNMATCHED]))


@pytest.mark.parametrize("figure", ["matched", "worst", "total"])
def test_a_false_figure_is_found(problem, plan, figure):
    with pytest.raises(ProofFailed, match="its pairs give 3, 2000 and 14000"):
        verify(problem, replace(plan, **{figure: getattr(plan, figure) + 1}))


def test_a_lock_that_does_not_stand_is_found(problem, plan):
    with pytest.raises(ProofFailed, match="Mentee 0 was locked to mentor 0 and has 1"):
        verify(problem, replace(plan, certificate=replace(plan.certificate, locks=((0, 0),))))


def test_a_plan_of_another_size_is_found(problem, plan):
    with pytest.raises(ProofFailed, match="does not give each mentee"):
        verify(problem, replace(plan, mentor=plan.mentor[:-1]))


@settings(max_examples=300, deadline=None)
@given(cases(with_locks=False))
def test_no_other_figures_pass_with_the_same_certificate(case):
    scores, capacity, _ = case
    problem = Problem(scores, capacity)
    plan = solve(problem)
    for mentee in np.flatnonzero(plan.mentor != UNMATCHED):
        mentor = plan.mentor.copy()
        mentor[mentee] = UNMATCHED
        matched = np.flatnonzero(mentor != UNMATCHED)
        left = problem.scores[matched, mentor[matched]].astype(int)
        worst = int(left.min()) if len(left) else None
        with pytest.raises(ProofFailed):
            verify(
                problem,
                replace(plan, mentor=mentor, matched=len(matched), worst=worst, total=int(left.sum())),
            )
