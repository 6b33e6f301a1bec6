"""The path for large problems, on small ones: few candidates, then pricing, settling and joining."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import Problem, Stopped, candidates, canonical, solve, solver, total, verify
from matching.engine.problem import UNMATCHED

from .plain import best_objectives, cases


@pytest.fixture
def starved(monkeypatch):
    """Every problem counts as large and begins with one candidate for each mentee, so that nearly all
    pairs of the answer have to be found by pricing."""
    monkeypatch.setattr(solver, "SMALL", 0)
    monkeypatch.setattr(candidates, "PER_MENTEE", 2)
    monkeypatch.setattr(candidates, "GROUPS", 3)
    monkeypatch.setattr(candidates, "KEPT_PER_MENTEE", 1)
    monkeypatch.setattr(candidates, "SPARE_PER_MENTOR", 0)
    monkeypatch.setattr(total, "JOINING_PER_MENTEE", 1)
    monkeypatch.setattr(canonical, "KEPT_PER_MENTEE", 2)
    monkeypatch.setattr(canonical, "JOINING_PER_MENTEE", 1)


@pytest.fixture
def unsettled(starved, monkeypatch):
    """As above, and no mentee is settled by a chain of moves: every missing pair joins the flow."""
    monkeypatch.setattr(total, "FEW", 0)


def check(case, seed):
    scores, capacity, locks = case
    problem = Problem(scores, capacity)
    plan = solve(problem, seed=seed, locks=locks)
    verify(problem, plan)
    assert (plan.matched, plan.worst, plan.total) == best_objectives(scores, capacity, locks)


def test_no_plan_is_better_than_the_one_found_from_few_candidates(starved):
    short = []

    @settings(max_examples=700, deadline=None)
    @given(cases(least=4), st.integers(0, 3))
    def property_holds(case, seed):
        check(case, seed)
        short.append(_candidates_miss_a_pair(*case))

    property_holds()

    # In these the flow began without pairs that may be used, and pricing had to find what was missing.
    assert sum(short) >= len(short) / 2


def test_no_plan_is_better_than_the_one_found_by_joining_pairs_alone(unsettled):
    @settings(max_examples=300, deadline=None)
    @given(cases(least=4), st.integers(0, 3))
    def property_holds(case, seed):
        check(case, seed)

    property_holds()


def _candidates_miss_a_pair(scores, capacity, locks):
    """Whether the pool that `solve` begins with lacks some pair that may be used."""
    market = solver.Market.of(Problem(scores, capacity), locks)
    pool = solver.first_pool(market, solver.likeliest_reach(market))
    return len(pool.at(0)) < len(market.pairs().mentee)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.5, 0.8, 1.0, 1.3]), st.sampled_from([3, 40, 10_001]))
def test_the_fast_path_and_the_direct_path_give_the_same_plan(seed, places_per_mentee, score_range):
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, score_range, (120, 150)) // 2 + rng.integers(0, score_range, 150) // 2
    scores[rng.random(scores.shape) < 0.4] = -1
    capacity = rng.multinomial(int(120 * places_per_mentee), np.full(150, 1 / 150))
    problem = Problem(scores, capacity)
    assert scores.size <= solver.SMALL

    direct = solve(problem, seed=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solver, "SMALL", 0)
        fast = solve(problem, seed=1)

    verify(problem, fast)
    assert fast.mentor.tolist() == direct.mentor.tolist()


def test_a_cohort_of_a_thousand_is_solved_proved_and_kept_within_its_places():
    rng = np.random.default_rng(5)
    scores = rng.integers(0, 10_001, (1_000, 300)).astype(np.int16)
    scores[rng.random(scores.shape) < 0.37] = -20_000
    capacity = rng.integers(1, 7, 300)
    assert scores.size > solver.SMALL

    problem = Problem(scores, capacity)
    plan = solve(problem, seed=2, locks=[(0, int(scores[0].argmax()))])

    verify(problem, plan)
    assert plan.matched == 1_000
    load = np.bincount(plan.mentor[plan.mentor != UNMATCHED], minlength=300)
    assert (load <= capacity).all()


def test_a_long_run_gives_signs_of_life_between_its_steps_and_stops_at_any_of_them():
    rng = np.random.default_rng(6)
    # Everybody wants the same mentors: the limits fail, and every step there is has to be taken.
    scores = (rng.integers(0, 6_000, 200) + rng.integers(0, 4_000, (600, 200))).astype(np.int16)
    problem = Problem(scores, np.full(200, 3))
    told = []
    solve(problem, progress=lambda fraction, words: told.append((fraction, words)))

    for number in range(0, len(told), 7):
        heard = iter(range(number))

        def stop_after_so_many(fraction, words, heard=heard):
            if next(heard, None) is None:
                raise Stopped

        with pytest.raises(Stopped):
            solve(problem, progress=stop_after_so_many)
    assert told[-1] == (1.0, "done")
    assert len(told) > 10
