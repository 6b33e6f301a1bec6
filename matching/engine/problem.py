"""What goes into the engine and what comes out: plain arrays, checked once, never modified."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

MAX_SCORE = 10_000
UNMATCHED = -1

Pair = tuple[int, int]
Progress = Callable[[float, str], None]


class Stopped(Exception):
    """Raised by a progress function to end a run; nothing of the run is kept."""


class ProofFailed(Exception):
    """A plan does not keep what it promises; the text says which promise."""


@dataclass(frozen=True, eq=False)
class Problem:
    """Mentees, mentors, their scores and the places on offer.

    scores: (mentees, mentors) whole numbers, 0 to 10000; a negative score forbids the pair, so a veto
    is a negative score. capacity: (mentors,) places, 0 for a mentor who takes nobody now.
    mentee_keys, mentor_keys: identities that outlive a change of row order and break ties; without
    them the row and column numbers serve. An int16 matrix is used as it stands, without a copy, and is
    never written to.

    Raises ValueError with advice when shapes disagree, nobody is there, or a number is out of range.
    """

    scores: NDArray[np.int16]
    capacity: NDArray[np.int64]
    mentee_keys: tuple[str, ...] | None = None
    mentor_keys: tuple[str, ...] | None = None

    def __init__(
        self,
        scores: ArrayLike,
        capacity: ArrayLike,
        mentee_keys: Sequence[Hashable] | None = None,
        mentor_keys: Sequence[Hashable] | None = None,
    ) -> None:
        checked = _checked_scores(scores)
        mentees, mentors = checked.shape
        object.__setattr__(self, "scores", checked)
        object.__setattr__(self, "capacity", _checked_capacity(capacity, mentors))
        object.__setattr__(self, "mentee_keys", _checked_keys(mentee_keys, mentees, "mentee"))
        object.__setattr__(self, "mentor_keys", _checked_keys(mentor_keys, mentors, "mentor"))

    @property
    def mentees(self) -> int:
        return self.scores.shape[0]

    @property
    def mentors(self) -> int:
        return self.scores.shape[1]


@dataclass(frozen=True, eq=False)
class Certificate:
    """Why no plan is better: checked by `verify` against every pair, without trusting `solve`.

    prices: (mentors,) the price of a place, in points. unmatched_price: what leaving a mentee without a
    mentor costs; it weighs only where somebody is unmatched. matched_cut, worst_cut: (mentors,) bool,
    the mentors of the two Hall cuts: why nobody more can be matched, and why the worst score cannot
    rise. locks: the pairs that had to stand.
    """

    prices: NDArray[np.int64]
    unmatched_price: int
    matched_cut: NDArray[np.bool_]
    worst_cut: NDArray[np.bool_]
    locks: tuple[Pair, ...] = ()


@dataclass(frozen=True, eq=False)
class Plan:
    """One matching, its three objectives and the certificate that nothing better exists.

    mentor: (mentees,) the mentor's column, -1 where unmatched. matched: how many have a mentor.
    worst: the lowest score among them, None where nobody is matched. total: the sum of their scores.
    """

    mentor: NDArray[np.int64]
    matched: int
    worst: int | None
    total: int
    certificate: Certificate
    seed: int = 0

    def as_dict(self) -> dict:
        """Plain lists and numbers, ready for JSON; `from_dict` brings the plan back."""
        proof = self.certificate
        return {
            "mentor": self.mentor.tolist(),
            "matched": self.matched,
            "worst": self.worst,
            "total": self.total,
            "seed": self.seed,
            "prices": proof.prices.tolist(),
            "unmatched_price": proof.unmatched_price,
            "matched_cut": np.flatnonzero(proof.matched_cut).tolist(),
            "worst_cut": np.flatnonzero(proof.worst_cut).tolist(),
            "locks": [list(pair) for pair in proof.locks],
        }

    @classmethod
    def from_dict(cls, data: dict) -> "Plan":
        prices = np.array(data["prices"], dtype=np.int64)
        certificate = Certificate(
            prices=prices,
            unmatched_price=data["unmatched_price"],
            matched_cut=_mask(data["matched_cut"], len(prices)),
            worst_cut=_mask(data["worst_cut"], len(prices)),
            locks=tuple((mentee, mentor) for mentee, mentor in data["locks"]),
        )
        mentor = np.array(data["mentor"], dtype=np.int64)
        return cls(mentor, data["matched"], data["worst"], data["total"], certificate, data["seed"])


@dataclass(frozen=True)
class Regret:
    """The exact change of the three objectives: 0 or less each in turn, since the plan was the best.

    matched: mentees more or fewer. worst: points on the lowest score; None when afterwards nobody is
    matched. total: points on the sum. moves: (mentee, mentor before, mentor after) of whoever would
    change, -1 for no mentor. After a drop in an earlier objective a later one may well rise.
    """

    matched: int
    worst: int | None
    total: int
    moves: tuple[tuple[int, int, int], ...] = field(default=(), compare=False)


def checked_locks(problem: Problem, locks: Iterable[Pair]) -> tuple[Pair, ...]:
    """The locks as plain pairs, in order. Raises ValueError when they cannot all stand."""
    pairs = tuple(sorted({(int(mentee), int(mentor)) for mentee, mentor in locks}))
    places = problem.capacity.copy()
    locked: set[int] = set()
    for mentee, mentor in pairs:
        check_pair(problem, mentee, mentor)
        if mentee in locked:
            raise ValueError(f"Mentee {mentee} is locked to two mentors. Keep one of the two locks.")
        locked.add(mentee)
        places[mentor] -= 1
        if places[mentor] < 0:
            raise ValueError(
                f"More mentees are locked to mentor {mentor} than the {problem.capacity[mentor]} places offered. "
                f"Remove a lock or raise the mentor's capacity."
            )
    return pairs


def check_pair(problem: Problem, mentee: int, mentor: int) -> None:
    """Raise ValueError unless the pair exists and may meet."""
    if not (0 <= mentee < problem.mentees and 0 <= mentor < problem.mentors):
        raise ValueError(
            f"There is no pair ({mentee}, {mentor}): mentees are numbered 0 to {problem.mentees - 1} "
            f"and mentors 0 to {problem.mentors - 1}. Use numbers within these."
        )
    if problem.scores[mentee, mentor] < 0:
        raise ValueError(
            f"Mentee {mentee} and mentor {mentor} may not meet: a rule or a veto forbids the pair. "
            f"Lift it first, or choose another mentor."
        )


def _mask(columns: Sequence[int], size: int) -> NDArray[np.bool_]:
    mask = np.zeros(size, dtype=bool)
    mask[list(columns)] = True
    return mask


def _whole(values: NDArray, what: str) -> NDArray:
    if values.dtype.kind in "iub":
        return values
    if values.dtype.kind != "f":
        raise ValueError(f"{what} must be whole numbers, not {values.dtype}. Convert them first.")
    if np.isnan(values).any():
        raise ValueError(f"{what} hold a NaN (not a number). Give a forbidden pair a negative score instead.")
    if not (np.isfinite(values).all() and (values == np.floor(values)).all()):
        raise ValueError(f"{what} must be whole numbers. Round them first.")
    return values


def _checked_scores(scores: ArrayLike) -> NDArray[np.int16]:
    values = np.asarray(scores)
    if values.ndim != 2:
        raise ValueError(f"Scores must be a table of mentees by mentors, not {values.ndim}-dimensional.")
    if 0 in values.shape:
        raise ValueError(
            "Matching needs at least one mentee and one mentor. Accept an application on each side."
        )
    values = _whole(values, "Scores")
    if values.max() > MAX_SCORE:
        raise ValueError(
            f"Scores run from 0 to {MAX_SCORE} and the highest is {values.max()}. "
            f"Scale them down, or use a negative score to forbid a pair."
        )
    if values.dtype != np.int16:
        values = np.maximum(values, -1).astype(np.int16)
    view = values.view()
    view.flags.writeable = False
    return view


def _checked_capacity(capacity: ArrayLike, mentors: int) -> NDArray[np.int64]:
    values = np.asarray(capacity)
    if values.shape != (mentors,):
        raise ValueError(
            f"Capacity has the shape {values.shape} but the scores have {mentors} mentors. "
            f"Give one number of places for each mentor."
        )
    values = _whole(values, "Capacities").astype(np.int64)
    if values.min() < 0:
        raise ValueError("A capacity is negative. Use 0 for a mentor who takes nobody now.")
    values.flags.writeable = False
    return values


def _checked_keys(keys: Sequence[Hashable] | None, size: int, who: str) -> tuple[str, ...] | None:
    if keys is None:
        return None
    names = tuple(str(key) for key in keys)
    if len(names) != size:
        raise ValueError(f"There are {len(names)} {who} keys for {size} {who}s. Give each {who} one key.")
    if len(set(names)) != size:
        raise ValueError(
            f"Two {who}s share a key, so ties between them cannot be settled. Give each their own."
        )
    return names
