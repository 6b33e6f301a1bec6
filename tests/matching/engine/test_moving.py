"""Room for one more by moving as few others as possible: by hand, then against trying everything."""

from itertools import permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matching.engine.moving import fewest_moves
from matching.engine.problem import UNMATCHED, Problem


def moves(scores, capacity, standing, newcomer, worth=None):
    worth = np.array(worth or [0] * len(standing), dtype=np.int64)
    return fewest_moves(Problem(scores, capacity), np.array(standing, dtype=np.int64), worth, newcomer)


def test_a_spare_place_moves_nobody_and_the_best_one_is_taken():
    assert moves([[5000, 7000]], [1, 1], [UNMATCHED], 0) == ((0, UNMATCHED, 1),)


def test_somebody_who_can_go_elsewhere_makes_room():
    # Mentee 0 may only meet mentor 0, whom mentee 1 holds; mentee 1 may also meet mentor 1, who is free.
    assert moves([[5000, -1], [-1, 4000]], [0, 1], [UNMATCHED, 0], 0, worth=[0, 6000]) == (
        (0, UNMATCHED, 0),
        (1, 0, 1),
    )


def test_of_two_who_could_move_the_one_who_loses_less_does():
    found = moves([[5000, -1], [-1, 4000], [-1, 5500]], [0, 1], [UNMATCHED, 0, 0], 0, worth=[0, 6000, 6000])

    assert found == ((0, UNMATCHED, 0), (2, 0, 1))


def test_one_move_that_costs_much_is_better_than_two_that_cost_nothing():
    scores = [[9000, 9000, -1], [-1, 9000, 100], [-1, -1, 9000]]

    assert moves(scores, [0, 0, 1], [UNMATCHED, 0, 1], 0, worth=[0, 9000, 9000]) == (
        (0, UNMATCHED, 1),
        (2, 1, 2),
    )


def test_where_no_chain_leads_to_a_spare_place_there_is_none():
    assert moves([[5000, -1], [-1, -1]], [0, 1], [UNMATCHED, 0], 0) is None


def test_where_the_rules_leave_nobody_there_is_none():
    assert moves([[-1, -1]], [1, 1], [UNMATCHED], 0) is None


def cost_of(chain, scores, worth):
    """As the search counts: the number of others who move, then the points that all of them gain together."""
    gained = sum(scores[one][after] - (worth[one] if before >= 0 else 0) for one, before, after in chain)
    return len(chain) - 1, -gained


def every_chain(scores, capacity, standing, newcomer):
    mentees, mentors = range(len(scores)), range(len(capacity))
    others = [one for one in mentees if standing[one] >= 0]
    for length in range(len(others) + 1):
        for order in permutations(others, length):
            places = [standing[one] for one in order]
            if len(set(places)) < len(places):
                continue
            for last in mentors:
                ends = [*places, last]
                chain = [
                    (one, standing[one] if one != newcomer else -1, after)
                    for one, after in zip([newcomer, *order], ends, strict=True)
                ]
                if (
                    capacity[last]
                    and last not in places
                    and all(scores[one][after] >= 0 for one, _, after in chain)
                ):
                    yield chain


@st.composite
def situations(draw):
    mentees, mentors = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    score = st.sampled_from([-1, -1, 0, 1000, 4000, 9000])
    scores = [[draw(score) for _ in range(mentors)] for _ in range(mentees)]
    capacity = [draw(st.integers(0, 1)) for _ in range(mentors)]
    standing = [UNMATCHED, *(draw(st.integers(0, mentors - 1)) for _ in range(mentees - 1))]
    worth = [0, *(draw(st.sampled_from([0, 2000, 8000])) for _ in range(mentees - 1))]
    return scores, capacity, standing, worth


@given(situations())
def test_no_chain_of_all_there_are_is_cheaper(situation):
    scores, capacity, standing, worth = situation

    found = moves(scores, capacity, standing, 0, worth=worth)

    costs = [cost_of(chain, scores, worth) for chain in every_chain(scores, capacity, standing, 0)]
    assert (cost_of(found, scores, worth) if found else None) == (min(costs) if costs else None)
