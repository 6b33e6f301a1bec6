"""Groups: every hard rule on any instance, value and bound against every possible seating."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import Stopped
from matching.engine.groups import (
    GroupProblem,
    RuleBroken,
    check_groups,
    form_groups,
    group_value,
    price_bound,
)


@st.composite
def problems(draw, most_mentees=9):
    """Small instances of every kind: ties, strangers to every lead, empty weeks, teams, colleagues."""
    mentees, leads = draw(st.integers(1, most_mentees)), draw(st.integers(1, 3))
    helpers = draw(st.integers(0, 2))
    people = mentees + leads + helpers
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    fit = random.integers(-draw(st.sampled_from([0, 2000, 9000])), 10_001, size=(mentees, leads))
    if draw(st.booleans()):
        fit = fit // 5000 * 5000
    cofacilitators = np.full((leads, 2), -1)
    for helper in range(helpers):
        cofacilitators[random.integers(leads), helper] = mentees + leads + helper
    pairs = random.integers(0, people, size=(draw(st.integers(0, 4)), 2))
    smallest = draw(st.integers(1, 3))
    return GroupProblem(
        fit=fit,
        available=random.random((people, draw(st.integers(1, 4)))) < draw(st.sampled_from([0.4, 0.7, 1.0])),
        discipline=random.integers(-1, 4, size=people),
        # Teams are nobody's colleagues here, so that they can work together; mentees may be each other's.
        employer=np.r_[
            random.integers(-1, draw(st.sampled_from([3, 30])), size=mentees), -np.ones(leads + helpers)
        ],
        needs=random.random((mentees, draw(st.integers(0, 5)))) < 0.4,
        cofacilitators=cofacilitators,
        forbidden=[pair for pair in pairs if min(pair) < mentees and pair[0] != pair[1]],
        smallest=smallest,
        largest=smallest + draw(st.integers(0, 2)),
    )


def allowed(problem, lead, members):
    """The hard rules as the programme states them, read one by one."""
    everybody = [problem.mentees + lead, *members]
    everybody += [person for person in problem.cofacilitators[lead] if person >= 0]
    employers = [employer for employer in problem.employer[everybody] if employer >= 0]
    return (
        problem.smallest <= len(members) <= problem.largest
        and problem.available[everybody].all(axis=0).any()
        and (problem.fit[list(members), lead] >= 0).all()
        and len(employers) == len(set(employers))
        and not any(one in everybody and other in everybody for one, other in problem.forbidden)
    )


def best_value(problem):
    """The highest value of any seating, by trying every group of every lead."""

    def from_lead(lead, free):
        if lead == problem.leads:
            return 0
        best = from_lead(lead + 1, free)
        for size in range(problem.smallest, problem.largest + 1):
            for members in combinations(sorted(free), size):
                if members in worth[lead]:
                    best = max(best, worth[lead][members] + from_lead(lead + 1, free - set(members)))
        return best

    worth = [
        {
            members: group_value(problem, lead, members)
            for size in range(problem.smallest, problem.largest + 1)
            for members in combinations(range(problem.mentees), size)
            if allowed(problem, lead, members)
        }
        for lead in range(problem.leads)
    ]
    return from_lead(0, frozenset(range(problem.mentees)))


def easy(mentees=12, leads=2, seed=3, **changes):
    """Everybody free in every slot, no rule but size."""
    random = np.random.default_rng(seed)
    people = mentees + leads
    return GroupProblem(
        **{
            "fit": random.integers(0, 10_001, size=(mentees, leads)),
            "available": np.ones((people, 3), dtype=bool),
            "discipline": random.integers(0, 5, size=people),
            "needs": random.random((mentees, 6)) < 0.4,
            **changes,
        }
    )


def test_a_group_is_worth_its_fits_its_disciplines_and_the_members_its_focus_serves():
    problem = GroupProblem(
        fit=[[5000], [6000], [100], [7000]],
        available=np.ones((5, 1)).astype(bool),
        discipline=[0, 0, 1, -1, 2],
        needs=[[1, 0, 0], [0, 1, 0], [0, 1, 1], [0, 0, 1]],
    )

    value = group_value(problem, 0, [0, 1, 2, 3])

    # Disciplines 0 and 1 among mentees, 2 of the lead; two needs serve three of the four members.
    assert value == 5000 + 6000 + 100 + 7000 + 3 * 3000 + 3 * 1000


@settings(max_examples=300, deadline=None)
@given(problems())
def test_value_and_bound_enclose_the_best_of_all_seatings(problem):
    plan = form_groups(problem, steps=20)

    best = best_value(problem)

    check_groups(problem, plan)
    assert plan.value <= best <= plan.bound


@settings(max_examples=200, deadline=None)
@given(problems(most_mentees=30), st.integers(0, 3))
def test_no_hard_rule_is_ever_broken(problem, seed):
    plan = form_groups(problem, seed=seed, steps=5)

    for lead in range(problem.leads):
        members = tuple(np.flatnonzero(plan.group == lead))
        assert not members or allowed(problem, lead, members)
        assert not members or problem.available[[problem.mentees + lead, *members], plan.slot[lead]].all()


@settings(max_examples=200, deadline=None)
@given(problems(), st.integers(0, 2**32))
def test_any_prices_prove_a_bound(problem, seed):
    prices = np.random.default_rng(seed).integers(0, 15_000, size=problem.mentees)

    assert best_value(problem) <= price_bound(problem, prices)


@settings(max_examples=50, deadline=None)
@given(problems(most_mentees=20))
def test_the_bound_follows_from_the_prices_of_the_plan(problem):
    plan = form_groups(problem, steps=3)

    assert price_bound(problem, plan.prices) == plan.bound


def test_most_small_instances_are_solved_to_the_optimum():
    solved = 0
    for seed in range(20):
        problem = easy(mentees=8, leads=2, seed=seed, smallest=2, largest=4)
        solved += form_groups(problem, steps=20).value == best_value(problem)

    assert solved >= 18


def test_the_same_seed_and_steps_give_the_same_plan():
    problem = easy(mentees=40, leads=7)

    first, second = (form_groups(problem, seed=5, steps=10) for _ in range(2))

    assert first.group.tolist() == second.group.tolist()
    assert (first.value, first.bound, first.slot.tolist()) == (
        second.value,
        second.bound,
        second.slot.tolist(),
    )


def test_the_arrays_of_the_caller_are_left_as_they_were():
    fit, available = np.full((5, 1), 300), np.ones((6, 2), dtype=bool)

    form_groups(GroupProblem(fit=fit, available=available), steps=2)

    assert fit.flags.writeable
    assert fit.tolist() == [[300]] * 5
    assert available.all()


def test_too_few_mentees_for_one_group_are_all_left_without():
    plan = form_groups(easy(mentees=3, leads=2))

    assert plan.group.tolist() == [-1, -1, -1]
    assert (plan.value, plan.bound) == (0, 0)


def test_a_lead_who_shares_no_slot_with_a_co_facilitator_leads_no_group():
    available = np.ones((7, 2), dtype=bool)
    available[5], available[6] = [True, False], [False, True]
    problem = GroupProblem(fit=np.full((5, 1), 100), available=available, cofacilitators=[[6]])

    plan = form_groups(problem)

    assert plan.group.tolist() == [-1] * 5


def test_progress_rises_to_the_end_and_says_what_is_done():
    told = []

    form_groups(
        easy(mentees=30, leads=5), steps=5, progress=lambda fraction, words: told.append((fraction, words))
    )

    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert {words for _, words in told} >= {"Weighing possible groups", "Forming groups", "Groups formed"}


def test_a_progress_that_raises_stopped_ends_the_run():
    def stop(fraction, words):
        raise Stopped

    with pytest.raises(Stopped):
        form_groups(easy(), progress=stop)


@pytest.mark.parametrize("seconds", [0, 0.3])
def test_a_time_limit_still_gives_a_plan_that_keeps_the_rules(seconds):
    problem = easy(mentees=80, leads=13)

    plan = form_groups(problem, seconds=seconds)

    check_groups(problem, plan)
    assert plan.value > 0


def test_a_plan_that_someone_tampered_with_is_rejected():
    problem = easy()
    plan = form_groups(problem, steps=2)
    crowded = np.zeros_like(plan.group)

    for broken, says in [
        (replace(plan, group=crowded), "12 mentees"),
        (replace(plan, value=plan.value + 1), "is worth"),
        (replace(plan, bound=plan.value - 1), "more than its bound"),
        (replace(plan, slot=np.full(2, -1)), "cannot make"),
        (replace(plan, group=plan.group[:3]), "does not name"),
    ]:
        with pytest.raises(RuleBroken, match=says):
            check_groups(problem, broken)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"fit": np.zeros((0, 2))}, "at least one of each"),
        ({"fit": np.zeros(12)}, "1 dimension"),
        ({"fit": np.full((12, 2), np.nan)}, "NaN"),
        ({"fit": np.full((12, 2), 0.5)}, "Round it first"),
        ({"fit": np.full((12, 2), 10_001)}, "Scale fits to 0 to 10000"),
        ({"available": np.ones((13, 3), dtype=bool)}, "one row per person"),
        ({"available": np.ones((14, 0), dtype=bool)}, "at least one weekly slot"),
        ({"available": np.full((14, 3), 2)}, "boolean array"),
        ({"discipline": [1, 2]}, "2 people of 14"),
        ({"discipline": [-2] * 14}, "-1 for unknown"),
        ({"employer": [0] * 13}, "13 people of 14"),
        ({"needs": np.ones((11, 3), dtype=bool)}, "11 rows for 12 mentees"),
        ({"cofacilitators": [[13], [-1]]}, "is named as a co-facilitator but"),
        ({"cofacilitators": [[-1]]}, "one row per lead"),
        (
            {"available": np.ones((15, 3), dtype=bool), "discipline": None, "cofacilitators": [[14], [14]]},
            "two groups",
        ),
        ({"forbidden": [[1, 14]]}, "Number people 0 to 13"),
        ({"forbidden": [[1, 1]]}, "apart from themselves"),
        ({"smallest": 5, "largest": 4}, "cannot be formed"),
        ({"smallest": 0}, "at least 1"),
        ({"largest": 2.5}, "whole number"),
        ({"focus_bonus": -1}, "Give 0 to 10000"),
    ],
)
def test_bad_input_says_what_to_change(changes, says):
    with pytest.raises(ValueError, match=says):
        easy(**changes)


def test_a_team_that_must_not_meet_is_refused():
    with pytest.raises(ValueError, match="Name another co-facilitator"):
        GroupProblem(
            fit=np.zeros((4, 1)),
            available=np.ones((6, 1)).astype(bool),
            cofacilitators=[[5]],
            forbidden=[[4, 5]],
        )


@pytest.mark.parametrize("limit", [{"steps": -1}, {"seconds": -1}])
def test_negative_limits_are_refused(limit):
    with pytest.raises(ValueError, match="cannot be negative"):
        form_groups(easy(), **limit)
