"""What another decision would cost, against solving the whole problem again."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import (
    UNMATCHED,
    Problem,
    Regret,
    cost_of_forbidding,
    cost_of_forcing,
    solve,
)

from .plain import best_objectives, cases


def change(before, after):
    """From one (matched, worst, total) to another."""
    worst = None if after[1] is None or before[1] is None else after[1] - before[1]
    return Regret(after[0] - before[0], worst, after[2] - before[2])


def check_moves(problem, plan, regret):
    """The moves lead from the plan to a matching that keeps all rules and costs what was said."""
    mentor = plan.mentor.copy()
    for mentee, before, after in regret.moves:
        assert mentor[mentee] == before
        mentor[mentee] = after
    matched = np.flatnonzero(mentor != UNMATCHED)
    scores = problem.scores[matched, mentor[matched]].astype(int)
    assert (scores >= 0).all()
    assert (np.bincount(mentor[matched], minlength=problem.mentors) <= problem.capacity).all()
    assert (len(matched) - plan.matched, scores.sum() - plan.total) == (regret.matched, regret.total)
    return mentor


def forcible(problem, plan):
    locked = dict(plan.certificate.locks)
    taken = np.bincount(list(locked.values()), minlength=problem.mentors)
    return [
        (mentee, mentor)
        for mentee, mentor in np.argwhere(problem.scores >= 0).tolist()
        if mentee not in locked and taken[mentor] < problem.capacity[mentor]
    ]


@settings(max_examples=250, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_forcing_a_pair_costs_what_solving_anew_says(case, random):
    scores, capacity, locks = case
    problem = Problem(scores, capacity)
    plan = solve(problem, locks=locks)
    for mentee, mentor in random.sample(pairs := forcible(problem, plan), min(4, len(pairs))):
        regret = cost_of_forcing(problem, plan, mentee, mentor)

        before = (plan.matched, plan.worst, plan.total)
        after = best_objectives(scores, capacity, [*locks, (mentee, mentor)])
        assert regret == change(before, after)
        assert check_moves(problem, plan, regret)[mentee] == mentor


@settings(max_examples=250, deadline=None)
@given(cases())
def test_forbidding_a_pair_costs_what_solving_anew_says(case):
    scores, capacity, locks = case
    problem = Problem(scores, capacity)
    plan = solve(problem, locks=locks)
    locked = dict(locks)
    for mentee, mentor in enumerate(plan.mentor.tolist()):
        if mentor == UNMATCHED or mentee in locked:
            continue
        regret = cost_of_forbidding(problem, plan, mentee, mentor)

        vetoed = problem.scores.copy()
        vetoed[mentee, mentor] = -1
        before = (plan.matched, plan.worst, plan.total)
        assert regret == change(before, best_objectives(vetoed, capacity, locks))
        assert check_moves(problem, plan, regret)[mentee] != mentor


@pytest.mark.parametrize("seed", range(8))
def test_in_a_cohort_of_hundreds_chains_give_what_solving_anew_gives(seed):
    rng = np.random.default_rng(seed)
    scores = (rng.integers(0, 5_000, (150, 60)) + rng.integers(0, 5_000, 60)).astype(np.int16)
    scores[rng.random(scores.shape) < 0.5] = -1
    problem = Problem(scores, rng.multinomial((180, 150, 100)[seed % 3], np.full(60, 1 / 60)))
    plan = solve(problem)
    matched = np.flatnonzero(plan.mentor != UNMATCHED)
    pairs = forcible(problem, plan)

    for number in rng.choice(len(pairs), 13, replace=False):
        again = solve(problem, locks=[pairs[number]])
        assert cost_of_forcing(problem, plan, *pairs[number]) == difference(plan, again)
    for mentee in rng.choice(matched, 12, replace=False).tolist():
        vetoed = scores.copy()
        vetoed[mentee, plan.mentor[mentee]] = -1
        again = solve(Problem(vetoed, problem.capacity))
        assert cost_of_forbidding(problem, plan, mentee, int(plan.mentor[mentee])) == difference(plan, again)


def difference(before, after):
    return change((before.matched, before.worst, before.total), (after.matched, after.worst, after.total))


def test_a_chain_may_end_at_a_spare_place_and_leave_another_empty():
    # Forced to the first mentor, mentee 0 displaces mentee 1, who takes the third mentor's spare place;
    # nobody takes the place that mentee 0 left.
    problem = Problem([[500, 900, -1], [800, -1, 700]], [1, 1, 1])
    plan = solve(problem)

    regret = cost_of_forcing(problem, plan, 0, 0)

    assert plan.mentor.tolist() == [1, 0]
    assert regret == Regret(matched=0, worst=-300, total=-500)
    assert regret.moves == ((0, 1, 0), (1, 0, 2))


def test_forcing_a_pair_below_the_worst_score_says_how_far_the_worst_falls():
    problem = Problem([[900, 100], [900, 800]], [1, 1])
    plan = solve(problem)

    assert (plan.worst, plan.total) == (800, 1_700)
    assert cost_of_forcing(problem, plan, 0, 1) == Regret(matched=0, worst=-700, total=-700)


def test_forcing_a_pair_may_cost_somebody_a_mentor():
    problem = Problem([[900, 800], [700, -1]], [1, 1])
    plan = solve(problem)

    regret = cost_of_forcing(problem, plan, 0, 0)

    assert (plan.matched, plan.worst) == (2, 700)
    assert regret == Regret(matched=-1, worst=200, total=-600)
    assert regret.moves == ((0, 1, 0), (1, 0, UNMATCHED))


def test_forbidding_the_only_pair_leaves_nobody_matched():
    problem = Problem([[900]], [1])

    regret = cost_of_forbidding(problem, solve(problem), 0, 0)

    assert regret == Regret(matched=-1, worst=None, total=-900)


def test_a_proposed_pair_costs_nothing_to_force():
    problem = Problem([[900, 100], [900, 800]], [1, 1])

    assert cost_of_forcing(problem, solve(problem), 0, 0) == Regret(0, 0, 0)


def test_questions_without_an_answer_are_refused_with_advice():
    problem = Problem([[900, -1], [900, 800]], [1, 1])
    plan = solve(problem, locks=[(1, 1)])

    with pytest.raises(ValueError, match="Mentee 0 and mentor 1 may not meet"):
        cost_of_forcing(problem, plan, 0, 1)
    with pytest.raises(ValueError, match=r"Mentee 1 is locked to another mentor. Remove that lock first."):
        cost_of_forcing(problem, plan, 1, 0)
    with pytest.raises(ValueError, match="The plan does not propose mentor 1 to mentee 0"):
        cost_of_forbidding(problem, plan, 0, 1)
    with pytest.raises(ValueError, match=r"Mentee 1 is locked to mentor 1. Remove the lock first."):
        cost_of_forbidding(problem, plan, 1, 1)


def test_a_place_taken_by_a_lock_cannot_be_forced():
    problem = Problem([[900, 800], [900, 800]], [1, 1])
    plan = solve(problem, locks=[(0, 0)])

    with pytest.raises(ValueError, match=r"Mentor 0 has no place left beside the locked pairs."):
        cost_of_forcing(problem, plan, 1, 0)
