"""Who goes without and why, what a place is worth, how groups fare."""

import numpy as np
from hypothesis import given, settings

from matching.engine import (
    UNMATCHED,
    Problem,
    Shortage,
    explain_unmatched,
    fairness,
    one_more_place,
    place_prices,
    solve,
)
from matching.engine.explain import FairnessRow

from .plain import best_objectives, cases


def rule(*pairs, shape):
    table = np.zeros(shape, dtype=bool)
    for pair in pairs:
        table[pair] = True
    return lambda mentees: table[mentees]


def test_people_who_can_only_meet_too_few_mentors_are_named_together():
    problem = Problem([[5, -1, -1], [6, -1, -1], [7, -1, -1], [8, 8, 8]], [2, 1, 1])
    plan = solve(problem)

    (shortage,) = explain_unmatched(problem, plan)

    assert shortage == Shortage(mentees=(0, 1, 2), mentors=(0,), places=2, unmatched=(0,))


def test_two_separate_shortages_are_told_apart():
    problem = Problem([[5, -1], [6, -1], [-1, 7], [-1, 8], [-1, -1]], [1, 1])

    shortages = explain_unmatched(problem, solve(problem))

    assert [(part.mentees, part.mentors, part.places) for part in shortages] == [
        ((0, 1), (0,), 1),
        ((2, 3), (1,), 1),
        ((4,), (), 0),
    ]


def test_nobody_unmatched_needs_no_explanation():
    problem = Problem([[5]], [1])

    assert explain_unmatched(problem, solve(problem)) == ()


def test_the_rule_that_would_help_most_is_named_with_how_many():
    scores = [[5, -1, -1], [6, -1, -1], [7, -1, -1]]
    problem = Problem(scores, [1, 1, 1])
    rules = {
        "same_organisation": rule((0, 1), shape=(3, 3)),
        "no_common_hour": rule((0, 2), (1, 2), (1, 1), (2, 2), shape=(3, 3)),
    }

    (shortage,) = explain_unmatched(problem, solve(problem), rules)

    assert (shortage.best_rule, shortage.helped) == ("no_common_hour", 2)


def test_a_rule_does_not_open_a_pair_that_another_bars_too():
    problem = Problem([[-1, -1]], [1, 1])
    rules = {"floor": rule((0, 0), shape=(1, 2)), "blocked": rule((0, 0), (0, 1), shape=(1, 2))}

    (shortage,) = explain_unmatched(problem, solve(problem), rules)

    assert (shortage.best_rule, shortage.helped) == (None, 0)


@settings(max_examples=250, deadline=None)
@given(cases())
def test_a_shortage_is_always_true(case):
    scores, capacity, locks = case
    problem = Problem(scores, capacity)
    plan = solve(problem, locks=locks)
    left = capacity - np.bincount([mentor for _, mentor in locks], minlength=len(capacity)).astype(int)

    shortages = explain_unmatched(problem, plan)

    named = sorted(mentee for part in shortages for mentee in part.unmatched)
    assert named == np.flatnonzero(plan.mentor == UNMATCHED).tolist()
    for part in shortages:
        mentees, mentors = list(part.mentees), list(part.mentors)
        outside = np.setdiff1d(np.flatnonzero(left > 0), mentors)
        assert (scores[mentees][:, outside] < 0).all()
        assert part.places == left[mentors].sum() == len(mentees) - len(part.unmatched)


@settings(max_examples=150, deadline=None)
@given(cases())
def test_lifting_the_named_rule_helps_as_many_as_promised(case):
    scores, capacity, locks = case
    problem = Problem(scores, capacity)
    plan = solve(problem, locks=locks)
    halves = np.add.outer(np.arange(len(scores)), np.arange(len(capacity))) % 2 == 0
    barred = {"floor": (scores < 0) & halves, "no_common_hour": (scores < 0) & ~halves}
    rules = {name: lambda mentees, table=table: table[mentees] for name, table in barred.items()}

    for part in explain_unmatched(problem, plan, rules):
        helped = {}
        for name, table in barred.items():
            lifted = scores.copy()
            rows = list(part.mentees)
            lifted[rows] = np.where(table[rows], 0, lifted[rows])
            helped[name] = best_objectives(lifted, capacity, locks)[0] - plan.matched
        assert part.helped == max(helped.values())
        assert part.helped == helped.get(part.best_rule, 0)


@settings(max_examples=250, deadline=None)
@given(cases())
def test_the_price_of_a_place_is_what_one_more_would_add(case):
    scores, capacity, locks = case
    problem = Problem(scores, capacity)
    plan = solve(problem, locks=locks)
    if plan.worst is None:
        return

    prices = place_prices(problem, plan)

    # A locked pair below the others keeps its place, whatever the threshold.
    kept = scores >= plan.worst
    for mentor in range(len(capacity)):
        more = capacity.copy()
        more[mentor] += 1
        assert prices.matched[mentor] == (best_objectives(scores, more, locks)[0] > plan.matched)
        matched, worst, total = best_objectives(np.where(kept, scores, -1), more, locks)
        # Where one more place lifts the worst score too, the best plan trades some of the points for that.
        if (matched, worst) == (plan.matched, plan.worst):
            assert prices.points[mentor] == total - plan.total


@settings(max_examples=300, deadline=None)
@given(cases())
def test_one_more_place_is_worth_what_trying_everything_finds(case):
    scores, capacity, locks = case
    problem = Problem(scores, capacity)
    plan = solve(problem, locks=locks)
    if plan.worst is None:
        return

    kept = scores >= plan.worst
    for mentor in range(len(capacity)):
        change = one_more_place(problem, plan, mentor)
        more = capacity.copy()
        more[mentor] += 1
        matched, worst, total = best_objectives(np.where(kept, scores, -1), more, locks)
        assert change.matched == matched - plan.matched
        if worst == plan.worst:
            assert change.total == total - plan.total
        after = plan.mentor.copy()
        for mentee, before, place in change.moves:
            assert after[mentee] == before
            after[mentee] = place
        people = np.flatnonzero(after != UNMATCHED)
        assert (np.bincount(after[people], minlength=len(more)) <= more).all()
        assert scores[people, after[people]].sum() == plan.total + change.total


def test_one_more_place_says_who_is_matched_and_who_follows():
    problem = Problem([[900, 500], [800, -1], [700, -1]], [1, 1])
    plan = solve(problem)

    change = one_more_place(problem, plan, 0)

    assert plan.mentor.tolist() == [1, 0, UNMATCHED]
    assert (change.matched, change.total, change.moves) == (1, 700, ((2, UNMATCHED, 0),))
    assert one_more_place(problem, plan, 1).moves == ()


def test_prices_are_summed_where_mentors_share_a_role():
    problem = Problem([[900, 500], [900, 100]], [1, 2])

    prices = place_prices(problem, solve(problem))

    assert prices.points.tolist() == [800 - 400, 0] or prices.points.tolist() == [400, 0]
    assert prices.summed_by([["ccio", "cnio"], ["cnio"]]) == {"ccio": 400, "cnio": 400}


def test_a_fairness_table_shows_each_group_and_leaves_out_the_unknown():
    problem = Problem([[900], [700], [500], [300], [-1]], [4])
    plan = solve(problem)

    table = fairness(problem, plan, {"sector": ["acute", "acute", "acute", None, "industry"]})

    assert table == {
        "sector": (
            FairnessRow("acute", mentees=3, matched=3, worst=500, median=700),
            FairnessRow("industry", mentees=1, matched=0, worst=None, median=None),
        )
    }
