"""Bad input is answered with a sentence that says what to change."""

import numpy as np
import pytest

from matching.engine import Problem, solve


@pytest.mark.parametrize(
    ("scores", "capacity", "sentence"),
    [
        ([1, 2], [1], "Scores must be a table of mentees by mentors, not 1-dimensional."),
        (np.zeros((0, 3), int), [1, 1, 1], "Matching needs at least one mentee and one mentor. Accept an"),
        (np.zeros((3, 0), int), [], "Matching needs at least one mentee and one mentor. Accept an"),
        ([[1, 2]], [1], r"Capacity has the shape \(1,\) but the scores have 2 mentors. Give one number"),
        ([[1, 2]], [1, -1], "A capacity is negative. Use 0 for a mentor who takes nobody now."),
        ([[1, 2]], [1, 1.5], "Capacities must be whole numbers. Round them first."),
        ([[1, 10_001]], [1, 1], "Scores run from 0 to 10000 and the highest is 10001. Scale them down"),
        ([[1, float("nan")]], [1, 1], "Scores hold a NaN .* Give a forbidden pair a negative score instead."),
        ([[1, 2.5]], [1, 1], "Scores must be whole numbers. Round them first."),
        ([[1, float("inf")]], [1, 1], "Scores must be whole numbers. Round them first."),
        ([["a", "b"]], [1, 1], "Scores must be whole numbers, not <U1. Convert them first."),
    ],
)
def test_bad_numbers_are_refused_with_advice(scores, capacity, sentence):
    with pytest.raises(ValueError, match=sentence):
        Problem(scores, capacity)


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"mentee_keys": ["a"]}, "There are 1 mentee keys for 2 mentees. Give each mentee one key."),
        ({"mentee_keys": ["a", "a"]}, "Two mentees share a key, so ties between them cannot be settled."),
        ({"mentor_keys": [1, 2, 3]}, "There are 3 mentor keys for 2 mentors. Give each mentor one key."),
    ],
)
def test_bad_keys_are_refused_with_advice(keys, sentence):
    with pytest.raises(ValueError, match=sentence):
        Problem([[1, 2], [3, 4]], [1, 1], **keys)


@pytest.mark.parametrize(
    ("locks", "sentence"),
    [
        ([(0, 1)], "Mentee 0 and mentor 1 may not meet: a rule or a veto forbids the pair. Lift it first"),
        ([(0, 0), (1, 0)], "More mentees are locked to mentor 0 than the 1 places offered. Remove a lock"),
        ([(1, 0), (1, 1)], "Mentee 1 is locked to two mentors. Keep one of the two locks."),
        ([(2, 0)], r"There is no pair \(2, 0\): mentees are numbered 0 to 1 and mentors 0 to 1."),
        ([(-1, 0)], r"There is no pair \(-1, 0\)"),
    ],
)
def test_locks_that_cannot_stand_are_refused_with_advice(locks, sentence):
    with pytest.raises(ValueError, match=sentence):
        solve(Problem([[1, -1], [3, 4]], [1, 2]), locks=locks)


def test_whole_numbers_of_any_type_are_taken():
    by_float = Problem([[1.0, -5.0]], [1.0, 2.0])

    assert by_float.scores.tolist() == [[1, -1]]
    assert by_float.capacity.tolist() == [1, 2]


def test_a_matrix_of_int16_is_used_without_a_copy():
    scores = np.zeros((2, 2), dtype=np.int16)

    assert Problem(scores, [1, 1]).scores.base is scores
