"""The same questions answered slowly, with nothing of the engine's: what the engine is measured against."""

from itertools import product

import numpy as np
from hypothesis import strategies as st

# Few different scores make ties everywhere; many make every sum different.
SCORE_RANGES = [1, 3, 100, 10_001]


def best_objectives(scores, capacity, locks=()):
    """(matched, worst, total) of the best plan, worst None where nobody is matched; by trying everything."""
    wanted = dict(locks)
    scores = np.asarray(scores).tolist()
    seen = {}

    def best(mentee, places):
        """{(matched, worst): highest total} for the mentees from this one on."""
        if mentee == len(scores):
            return {(0, 10_001): 0}
        if (mentee, places) not in seen:
            found = {} if mentee in wanted else dict(best(mentee + 1, places))
            for mentor, score in enumerate(scores[mentee]):
                if score < 0 or not places[mentor] or wanted.get(mentee, mentor) != mentor:
                    continue
                left = (*places[:mentor], places[mentor] - 1, *places[mentor + 1 :])
                for (matched, worst), total in best(mentee + 1, left).items():
                    key = (matched + 1, min(worst, score))
                    found[key] = max(found.get(key, -1), total + score)
            seen[mentee, places] = found
        return seen[mentee, places]

    plans = best(0, tuple(int(number) for number in capacity))
    (matched, worst), total = max(plans.items())
    return matched, worst if matched else None, total


def every_plan(scores, capacity):
    """Every tuple of mentors, -1 for none, that keeps all rules."""
    mentors = range(-1, len(capacity))
    for plan in product(mentors, repeat=len(scores)):
        allowed = all(mentor < 0 or scores[mentee][mentor] >= 0 for mentee, mentor in enumerate(plan))
        if allowed and all(plan.count(mentor) <= places for mentor, places in enumerate(capacity)):
            yield plan


def objectives(scores, plan):
    values = [scores[mentee][mentor] for mentee, mentor in enumerate(plan) if mentor >= 0]
    return len(values), min(values, default=-1), sum(values)


@st.composite
def cases(draw, least=1, most_mentees=6, most_mentors=5, with_locks=True):
    """Scores, capacity and locks: 10 to 90% forbidden, empty rows, short and zero capacity, ties."""
    mentees = draw(st.sampled_from(range(least, most_mentees + 1)))
    mentors = draw(st.sampled_from(range(least, most_mentors + 1)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scores = rng.integers(0, draw(st.sampled_from(SCORE_RANGES)), (mentees, mentors))
    scores[rng.random(scores.shape) < draw(st.sampled_from([0.1, 0.3, 0.5, 0.7, 0.9]))] = -1
    scores[rng.random(mentees) < draw(st.sampled_from([0.0, 0.2]))] = -1
    capacity = rng.integers(0, draw(st.sampled_from([2, 3, 5])), mentors)
    locks = _locks(rng, scores, capacity) if with_locks and draw(st.booleans()) else ()
    return scores, capacity, locks


def _locks(rng, scores, capacity):
    left = capacity.copy()
    locks = []
    for mentee in rng.permutation(len(scores))[: rng.integers(1, 3)]:
        able = np.flatnonzero((scores[mentee] >= 0) & (left > 0))
        if len(able):
            mentor = int(rng.choice(able))
            left[mentor] -= 1
            locks.append((int(mentee), mentor))
    return tuple(locks)
