"""The best group of one lead at given prices: against every group, one by one."""

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine.groups import group_value
from matching.engine.groups.pricing import Pricer
from tests.matching.engine.test_groups import allowed, easy, problems


def best_left(problem, lead, prices):
    """The most that any allowed group of this lead is worth after its members' prices; 0 for none."""
    return max(
        (
            group_value(problem, lead, members) - int(prices[list(members)].sum())
            for size in range(problem.smallest, problem.largest + 1)
            for members in combinations(range(problem.mentees), size)
            if allowed(problem, lead, members)
        ),
        default=0,
    )


@settings(max_examples=300, deadline=None)
@given(problems(), st.integers(0, 2**32), st.sampled_from([1, 6_000, 12_000]))
def test_no_group_of_a_lead_leaves_more_than_the_best_one_found(problem, seed, dearest):
    prices = np.random.default_rng(seed).integers(0, dearest, size=problem.mentees)

    for lead in range(problem.leads):
        best = Pricer(problem, lead).best(prices)

        assert best.limit == max(0, best_left(problem, lead, prices))
        for group in best.groups[:1]:
            assert group.value - prices[list(group.members)].sum() == best.limit


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
def test_many_needs_are_weighed_in_pairs_without_missing_the_best(seed):
    random = np.random.default_rng(seed)
    problem = easy(mentees=9, leads=1, seed=seed, needs=random.random((9, 12)) < 0.25, smallest=2, largest=4)
    prices = random.integers(3_000, 9_000, size=9)

    best = Pricer(problem, 0).best(prices)

    assert best.limit == max(0, best_left(problem, 0, prices))


def test_a_floor_that_nothing_beats_is_returned_as_the_limit():
    problem = easy(mentees=6, leads=1)

    best = Pricer(problem, 0).best(np.zeros(6, dtype=np.int64), floor=10**6)

    assert best.limit == 10**6
    assert best.groups == []
