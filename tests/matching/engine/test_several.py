"""Several mentors for one mentee: by rank from spare places, and as many for each as were asked for."""

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import Problem, ProofFailed, Stopped, solve, verify
from matching.engine.several import check_several, further_mentors, most_each, solve_several


@st.composite
def cohorts(draw):
    """A problem with few or many places, families with overlaps, and mentees willing to have 0 to 3."""
    mentees, mentors = draw(st.integers(1, 7)), draw(st.integers(1, 6))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    scores = random.integers(-draw(st.sampled_from([0, 3000, 20_000])), 10_001, size=(mentees, mentors))
    if draw(st.booleans()):
        scores = scores // 4000 * 4000
    problem = Problem(scores, random.integers(0, 4, size=mentors))
    families = random.random((mentors, 3)) < 0.4
    return problem, families, random.integers(0, 4, size=mentees)


@settings(max_examples=200, deadline=None)
@given(cohorts())
def test_further_mentors_come_from_spare_places_and_new_families_by_rank(cohort):
    problem, families, wanted = cohort
    first = solve(problem)

    further = further_mentors(problem, first, families, wanted)

    ranks = further.mentor
    taken = np.bincount(ranks[ranks >= 0], minlength=problem.mentors)
    assert (taken <= problem.capacity).all()
    assert ranks[:, 0].tolist() == first.mentor.tolist()
    for mentee, row in enumerate(ranks):
        mentors = row[row >= 0]
        assert (row[: len(mentors)] >= 0).all(), "a rank is filled before the next"
        assert len(mentors) <= max(1, wanted[mentee])
        assert (problem.scores[mentee, mentors] >= 0).all()
        assert families[mentors].sum(axis=0).max(initial=0) <= 1 or len(mentors) == 1
    for left, plan in further.rounds:
        verify(left, plan)


@settings(max_examples=100, deadline=None)
@given(cohorts())
def test_nobody_who_could_have_a_further_mentor_is_passed_over(cohort):
    problem, families, wanted = cohort

    further = further_mentors(problem, solve(problem), families, wanted)

    spare = problem.capacity - np.bincount(further.mentor[further.mentor >= 0], minlength=problem.mentors)
    for mentee, row in enumerate(further.mentor):
        mentors = row[row >= 0]
        if 1 <= len(mentors) < wanted[mentee]:
            met = families[mentors].any(axis=0)
            fitting = (problem.scores[mentee] >= 0) & (spare > 0) & families.any(axis=1)
            assert not (fitting & ~(families & met).any(axis=1)).any()


def test_a_first_mentor_for_one_comes_before_a_second_for_another():
    # The second place of mentor 1 would give mentee 0 a better second than it gives mentee 1 a first.
    problem = Problem([[9000, 9000], [-1, 10]], [1, 1])

    further = further_mentors(problem, solve(problem), np.eye(2, dtype=bool), np.array([3, 3]))

    assert further.mentor.tolist() == [[0], [1]]


def test_a_second_mentor_is_from_another_family_though_the_score_is_lower():
    problem = Problem([[9000, 8000, 100]], [1, 1, 1])
    families = np.array([[True, False], [True, False], [False, True]])

    further = further_mentors(problem, solve(problem), families, np.array([2]))

    assert further.mentor.tolist() == [[0, 2]]


def test_a_plan_that_leaves_somebody_out_gives_no_second_mentors():
    problem = Problem([[5000, 5000], [5000, 5000]], [2, 2])
    plan = solve(problem)
    short = replace(plan, mentor=np.array([plan.mentor[0], -1]))

    with pytest.raises(ProofFailed):
        further_mentors(problem, short, np.eye(2, dtype=bool), np.array([2, 2]))


def test_families_and_wanted_must_fit_the_problem():
    problem = Problem([[5000, 5000]], [1, 1])
    plan = solve(problem)

    with pytest.raises(ValueError, match="one row for each of 2 mentors"):
        further_mentors(problem, plan, np.eye(3, dtype=bool), np.array([2]))
    with pytest.raises(ValueError, match="each of 1 mentees"):
        further_mentors(problem, plan, np.eye(2, dtype=bool), np.array([2, 2]))


@st.composite
def wishes(draw):
    """Small instances in which everybody can have as many mentors as they want."""
    mentees, mentors = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    scores = random.integers(
        -draw(st.sampled_from([0, 3, 30])), draw(st.sampled_from([3, 100])), size=(mentees, mentors)
    )
    capacity = random.integers(0, 4, size=mentors)
    wanted = random.integers(0, 4, size=mentees)
    while most_each(scores, capacity, wanted) < wanted.sum():
        wanted[random.integers(mentees)] = 0
    wanted[0] = wanted[0] if wanted.any() else 1
    if most_each(scores, capacity, wanted) < wanted.sum():
        scores[0, 0], capacity[0] = 1, 1
    return scores, capacity, wanted


def best_by_trying(scores, capacity, wanted):
    """The best (worst, total) of every way to give everybody what they want."""
    choices = [
        [
            pick
            for pick in combinations(range(scores.shape[1]), count)
            if (scores[mentee, list(pick)] >= 0).all()
        ]
        for mentee, count in enumerate(wanted)
    ]
    best = (-1, -1)
    for picks in product(*choices):
        load = np.bincount([mentor for pick in picks for mentor in pick], minlength=len(capacity))
        if (load <= capacity).all():
            sums = [int(scores[mentee, list(pick)].sum()) for mentee, pick in enumerate(picks)]
            best = max(best, (min(s for s, count in zip(sums, wanted, strict=True) if count), sum(sums)))
    return best


@settings(max_examples=500, deadline=None)
@given(wishes())
def test_several_each_is_the_best_of_all_ways(wish):
    plan = solve_several(*wish)

    check_several(*wish, plan)
    assert (plan.worst, plan.total) == best_by_trying(*wish)


def test_the_same_seed_gives_the_same_plan():
    random = np.random.default_rng(1)
    scores = random.integers(0, 3, size=(20, 9))

    first, second = (solve_several(scores, [8] * 9, [3] * 20, seed=4) for _ in range(2))

    assert first.mentor.tolist() == second.mentor.tolist()


def test_a_stopped_search_ends():
    def stop(fraction, words):
        raise Stopped

    with pytest.raises(Stopped):
        solve_several(np.ones((4, 4), dtype=int), [2] * 4, [2] * 4, progress=stop)


@pytest.mark.parametrize(
    ("scores", "capacity", "wanted", "says"),
    [
        ([[1, 2]], [1, 1], [3], "only 2 can be given"),
        ([[1, -1], [1, -1]], [1, 5], [1, 1], "only 1 can be given"),
        ([[1, 2]], [1], [1], "one number for each mentor"),
        ([[1, 2]], [1, -1], [1], "none negative"),
        ([[1, 2]], [1, 1], [0], "somebody must want"),
        ([[float("nan"), 2]], [1, 1], [1], "NaN"),
        ([[10**9 + 1, 2]], [1, 1], [1], "Scale them down"),
        (np.zeros((0, 2), dtype=int), [1, 1], [], "at least one mentee"),
    ],
)
def test_bad_input_says_what_to_change(scores, capacity, wanted, says):
    with pytest.raises(ValueError, match=says):
        solve_several(scores, capacity, wanted)


def test_a_plan_that_someone_tampered_with_is_rejected():
    wish = (np.array([[7, 5, 3], [4, 4, 9]]), np.array([2, 1, 1]), np.array([2, 1]))
    plan = solve_several(*wish)

    for broken, says in [
        (replace(plan, mentor=np.array([[0, 0], [2, -1]])), "one mentor twice"),
        (replace(plan, mentor=np.array([[0, 2], [2, -1]])), "more mentees than places"),
        (replace(plan, total=plan.total + 1), "its pairs give others"),
        (replace(plan, worst_limit=plan.worst_limit + 1), "the limit claimed"),
        (replace(plan, bound=plan.bound - 1), "do not prove"),
    ]:
        with pytest.raises(ProofFailed, match=says):
            check_several(*wish, broken)
