"""A second and a third mentor, from places that are left when everybody who can have a first has one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matching.engine.problem import UNMATCHED, Plan, Problem, Progress
from matching.engine.solver import solve
from matching.engine.verify import verify


@dataclass(frozen=True, eq=False)
class FurtherMentors:
    """Mentors by rank, and the problem and plan of each rank after the first, for `verify`.

    mentor: (mentees, ranks) the first mentor, then the second, ...; -1 where there is none.
    rounds: for rank 2, 3, ...: what was left to share out, and the best way to do it.
    """

    mentor: NDArray[np.int64]
    rounds: tuple[tuple[Problem, Plan], ...]


def further_mentors(
    problem: Problem,
    first: Plan,
    families: ArrayLike,
    wanted: ArrayLike,
    seed: int = 0,
    progress: Progress | None = None,
) -> FurtherMentors:
    """Share spare places out as second mentors, then as third, and so on, always from other families.

    first: the plan of first mentors, as `solve` gives it. families: bool (mentors, families), the discipline
    families of each mentor; no two mentors of a mentee share one, and a mentor of none is nobody's
    further mentor. wanted: int (mentees,), how many mentors each is willing to have.

    Each rank is the same problem again on what is left: most mentees, then the best worst score, then the
    highest total. So nobody has a second mentor before everybody who can have a first has one, nor a third
    before a second. Raises ValueError when shapes disagree, ProofFailed when first is not a best plan.
    """
    families, wanted = _checked(problem, families, wanted)
    verify(problem, first)
    mentors, rounds = [first.mentor], []
    ranks = int(wanted.max())
    for rank in range(2, ranks + 1):
        left = _left(problem, mentors, families, wanted >= rank)
        plan = solve(left, seed=seed, progress=_of_rank(progress, rank, ranks))
        if not plan.matched:
            break
        rounds.append((left, plan))
        mentors.append(plan.mentor)
    return FurtherMentors(np.stack(mentors, axis=1), tuple(rounds))


def _left(problem, mentors, families, willing):
    """The problem of the next rank: places to spare, and pairs of willing mentees with families not met."""
    met = np.zeros((problem.mentees, families.shape[1]), dtype=bool)
    capacity = problem.capacity.copy()
    for mentor in mentors:
        has = mentor != UNMATCHED
        met[has] |= families[mentor[has]]
        capacity -= np.bincount(mentor[has], minlength=problem.mentors)
    scores = problem.scores.copy()
    # A mentor of the same family twice; a mentor whose family is not known; a mentee who waits or declined.
    scores[met.astype(np.float32) @ families.T.astype(np.float32) > 0] = -1
    scores[:, ~families.any(axis=1)] = -1
    scores[~willing | (mentors[-1] == UNMATCHED)] = -1
    return Problem(scores, capacity, problem.mentee_keys, problem.mentor_keys)


def _checked(problem, families, wanted):
    families, wanted = np.asarray(families), np.asarray(wanted)
    if families.ndim != 2 or len(families) != problem.mentors or families.dtype.kind not in "bu":
        raise ValueError(
            f"Families must be a table of true and false with one row for each of {problem.mentors} mentors."
        )
    if wanted.shape != (problem.mentees,) or wanted.dtype.kind not in "iu" or wanted.min() < 0:
        raise ValueError(
            f"Wanted must say for each of {problem.mentees} mentees how many mentors they are willing to have: "
            f"whole numbers, 1 for just the first."
        )
    return families.astype(bool), wanted


def _of_rank(progress, rank, ranks):
    if progress is None:
        return None
    done, share = (rank - 2) / (ranks - 1), 1 / (ranks - 1)
    return lambda fraction, words: progress(done + share * fraction, words)
