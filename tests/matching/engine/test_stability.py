"""Pairs who would both score higher together, and plans without them."""

import numpy as np
from hypothesis import given, settings

from matching.engine import UNMATCHED, Problem, Regret, blocking_pairs, cost_of_stability, solve
from matching.engine.market import Market
from matching.engine.stability import stable_matching

from .plain import cases


def blocking(scores, capacity, mentor):
    """Every blocking pair, by looking at each."""
    found = []
    for i, row in enumerate(scores):
        for j, score in enumerate(row):
            theirs = [scores[k][j] for k in range(len(scores)) if mentor[k] == j]
            mine = scores[i][mentor[i]] if mentor[i] != UNMATCHED else -1
            has_room = len(theirs) < capacity[j]
            if score > mine and (has_room or (theirs and score > min(theirs))):
                found.append((i, j))
    return found


def test_a_plan_for_everybody_may_leave_two_who_would_rather_be_together():
    problem = Problem([[900, 800], [800, 100]], [1, 1])
    plan = solve(problem)

    found = blocking_pairs(problem, plan)

    assert plan.mentor.tolist() == [1, 0]
    assert (found.count, found.pairs) == (1, ((0, 0),))
    assert cost_of_stability(problem, plan) == Regret(matched=0, worst=-700, total=-600)


def test_only_so_many_pairs_are_listed_though_all_are_counted():
    problem = Problem([[900, 800, 500], [800, 100, -1], [850, -1, 100]], [1, 1, 1])
    plan = solve(problem, locks=[(1, 1)])

    assert blocking_pairs(problem, plan, limit=0).pairs == ()
    assert blocking_pairs(problem, plan, limit=0).count == blocking_pairs(problem, plan).count == 1


@settings(max_examples=250, deadline=None)
@given(cases(with_locks=False))
def test_blocking_pairs_are_those_that_looking_at_each_pair_finds(case):
    scores, capacity, _ = case
    problem = Problem(scores, capacity)
    plan = solve(problem)

    found = blocking_pairs(problem, plan)

    expected = blocking(scores.tolist(), capacity, plan.mentor)
    assert sorted(found.pairs) == expected
    assert found.count == len(expected)


@settings(max_examples=250, deadline=None)
@given(cases(with_locks=False))
def test_a_stable_matching_has_no_blocking_pair(case):
    scores, capacity, _ = case

    mentor = stable_matching(Market.of(Problem(scores, capacity)))

    matched = np.flatnonzero(mentor != UNMATCHED)
    assert (scores[matched, mentor[matched]] >= 0).all()
    assert (np.bincount(mentor[matched], minlength=len(capacity)) <= capacity).all()
    assert blocking(scores.tolist(), capacity, mentor) == []
