"""Scores of all pairs as matrix products: 120 million pairs in about a second.

Points are counted in halves, since a need met only by its topic's family counts half, so every number
is a whole one and float32 is exact. Three products, block by block of mentees:

* merit: needs and role, kept apart because the floor asks whether it is nothing at all;
* the rest: discipline, language, bridge, stream, region, situation, where a rule is a large negative;
* hours in common, then the table from hours to points.

Mentors whom mentees named are few, so their points are added pair by pair.

A feature with an "any of" in it is no product by itself. It becomes a small table between the distinct
patterns of either side, looked up by the rows of one side and chosen by a one-hot of the other.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from matching.engine.features import CHOICES, DIFFERENT, NO_MATTER, NONE, SAME, UNKNOWN_SIDE, Features, Flags
from matching.engine.policy import Policy
from matching.engine.problem import MAX_SCORE

FORBIDDEN = -1
BLOCK_ROWS = 48
THREADS = 2
# The threads are ours: one BLAS thread in each, so that they do not fight for the cores.
BLAS = ThreadpoolController()
# In half-points: below any sum of points, and the sum of all rules is still exact in float32.
RULE = -(2.0**18)
# A score is rounded down. float32 errs by less than 0.002, and true fractions are 1/200 apart or more.
ROUNDING = 0.0025

Matrix = NDArray[np.float32]
# Points or RULE, (patterns, patterns), for flags of mentees against flags of mentors.
Table = Callable[[NDArray, NDArray], Matrix]


def score_matrix(features: Features, policy: Policy) -> NDArray[np.int16]:
    """(mentees, mentors) scores from 0 to 10000, rounded down; FORBIDDEN where a rule bars the pair.

    A score is the pair's points divided by the points of what that mentee stated. A mentee who stated
    nothing scores 10000 with everybody allowed: an empty form must not cap anybody's worst score.
    """
    parts = _Parts.of(features, policy)
    scores = np.empty((features.mentees, features.mentors), dtype=np.int16)

    def fill(start: int) -> None:
        scores[start : start + BLOCK_ROWS] = _block(features, policy, parts, slice(start, start + BLOCK_ROWS))

    with BLAS.limit(limits=1, user_api="blas"), ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(fill, range(0, features.mentees, BLOCK_ROWS)))
    for barred in (features.same_person, features.line_management, features.blocked, features.paired_before):
        scores[barred[:, 0], barred[:, 1]] = FORBIDDEN
    return scores


def stated_points(features: Features, policy: Policy) -> dict[str, NDArray[np.int64]]:
    """Points that each mentee's answers can earn at most, by component; each (mentees,)."""
    knows_discipline = features.mentee_disciplines.any(axis=1)
    hours = features.mentee_hours.any(axis=1) | features.mentee_varies
    stated = {
        "needs": ((features.needs != NONE) * np.array(policy.needs)).sum(axis=1),
        "role": features.aims.any(axis=1) * policy.role,
        "discipline": ((discipline_wishes(features, policy) != NO_MATTER) & knows_discipline)
        * policy.discipline,
        "hours": hours * policy.hours[-1],
        "language": (features.preferred_language != NONE) * policy.language,
        "bridge": (bridge_wishes(features, policy) & (features.mentee_side != UNKNOWN_SIDE)) * policy.bridge,
        "stream": features.mentee_streams.any(axis=1) * policy.stream,
        "region": (features.mentee_region != NONE) * policy.region,
    }
    return {name: points.astype(np.int64) for name, points in stated.items()}


def discipline_wishes(features: Features, policy: Policy) -> NDArray[np.int32]:
    """(mentees,) what each wishes of the mentor's discipline, as this policy hears it."""
    unheard = DIFFERENT if policy.mixes_disciplines else NO_MATTER
    return np.where(features.discipline_wish == NO_MATTER, unheard, features.discipline_wish)


def bridge_wishes(features: Features, policy: Policy) -> Flags:
    """(mentees,) for whom a mentor on the other side of NHS and industry counts."""
    return features.wants_bridge | policy.bridges_all


def choice_halves(policy: Policy, rank: NDArray[np.int32] | int) -> NDArray[np.int32] | int:
    """The bonus in half-points for a mentor whom the mentee named at this rank, rounded down."""
    return 2 * policy.choice * (CHOICES + 1 - rank) // CHOICES


def asks_merit(features: Features) -> Flags:
    """(mentees,) whether the floor can apply: who stated neither need nor role cannot fall below it."""
    return features.has_floor & ((features.needs != NONE).any(axis=1) | features.aims.any(axis=1))


@dataclass(frozen=True, eq=False)
class _Parts:
    """The factors of the products, and what is added per row or column."""

    merit: tuple[Matrix, Matrix]
    rest: tuple[Matrix, Matrix]
    hours: tuple[Matrix, Matrix]
    stretches: tuple[Matrix, Matrix] | None
    factor: Matrix
    empty: Flags
    floor: Flags
    hours_asked: Flags
    mentee_bound: Flags
    mentor_bound: Flags
    mentee_organisation: NDArray[np.int32]
    choices: NDArray[np.int32]

    @classmethod
    def of(cls, features: Features, policy: Policy) -> "_Parts":
        stated = sum(stated_points(features, policy).values())
        hours, stretches = _hour_factors(features)
        with np.errstate(divide="ignore"):
            factor = np.where(stated > 0, MAX_SCORE / (2 * stated), 0).astype(np.float32)
        return cls(
            merit=_side_by_side(_needs(features, policy), _roles(features, policy)),
            rest=_side_by_side(*_rest(features, policy)),
            hours=hours,
            stretches=stretches,
            factor=factor[:, None],
            empty=stated == 0,
            floor=asks_merit(features) & policy.has_floor,
            hours_asked=features.mentee_hours.any(axis=1) | features.mentee_varies,
            mentee_bound=features.mentee_hours.any(axis=1) & ~features.mentee_varies,
            mentor_bound=features.mentor_hours.any(axis=1) & ~features.mentor_varies,
            # No organisation is never the same as no organisation.
            mentee_organisation=np.where(
                features.mentee_organisation == NONE, NONE - 1, features.mentee_organisation
            ),
            choices=features.choices[np.argsort(features.choices[:, 0], kind="stable")],
        )


def _block(features: Features, policy: Policy, parts: _Parts, rows: slice) -> NDArray[np.int16]:
    merit = _product(parts.merit, rows)
    points = _product(parts.rest, rows)
    points += merit
    common = _hours_in_common(parts, rows)
    barred = points < 0
    barred |= _below_floor(parts, merit, rows)
    barred |= _no_common_hour(parts, common, rows)
    barred |= parts.mentee_organisation[rows, None] == features.mentor_organisation
    earned = _hour_points(features, policy, common, rows)
    earned[~parts.hours_asked[rows]] = 0
    points += earned
    # After the rules were read off the signs: a bonus never lifts one.
    _add_choices(points, parts.choices, policy, rows)
    points *= parts.factor[rows]
    points += np.float32(ROUNDING)
    points[parts.empty[rows]] = MAX_SCORE
    np.clip(points, 0, MAX_SCORE, out=points)
    scores = points.astype(np.int16)
    # All bits set is FORBIDDEN, and an "or" is ten times quicker than an assignment where the mask holds.
    scores |= -barred.view(np.int8)
    return scores


def _add_choices(points: Matrix, choices: NDArray[np.int32], policy: Policy, rows: slice) -> None:
    first, last = np.searchsorted(choices[:, 0], [rows.start, rows.stop])
    mentee, mentor, rank = choices[first:last].T
    points[mentee - rows.start, mentor] += choice_halves(policy, rank)


def _below_floor(parts: _Parts, merit: Matrix, rows: slice) -> Flags:
    below = merit == 0
    below[~parts.floor[rows]] = False
    return below


def _no_common_hour(parts: _Parts, common: NDArray[np.uint8], rows: slice) -> Flags:
    none = common == 0
    none &= parts.mentor_bound
    none[~parts.mentee_bound[rows]] = False
    return none


def _product(factors: tuple[Matrix, Matrix], rows: slice) -> Matrix:
    left, right = factors
    return left[rows] @ right.T


def _needs(features: Features, policy: Policy) -> tuple[Matrix, Matrix]:
    """A met need is its weight: one half for the topic's family, the other for the topic itself."""
    topics = len(features.topic_family)
    families = int(features.topic_family.max(initial=-1)) + 1
    wants = np.zeros((features.mentees, topics + families), dtype=np.float32)
    for rank, weight in enumerate(policy.needs):
        asked = np.flatnonzero(features.needs[:, rank] != NONE)
        topic = features.needs[asked, rank]
        np.add.at(wants, (asked, topic), weight)
        np.add.at(wants, (asked, topics + features.topic_family[topic]), weight)
    offers = np.hstack([features.offers, in_families(features.offers, features.topic_family)])
    return wants, offers.astype(np.float32)


def in_families(members: Flags, family: NDArray[np.int32]) -> Flags:
    """(people, families) whether each has a member of the family, from (people, members)."""
    families = np.zeros((len(members), int(family.max(initial=-1)) + 1), dtype=bool)
    for member, its_family in enumerate(family):
        families[:, its_family] |= members[:, member]
    return families


def _roles(features: Features, policy: Policy) -> tuple[Matrix, Matrix]:
    def points(aims: Flags, held: Flags) -> Matrix:
        family = features.role_family
        near = _share(in_families(aims, family), in_families(held, family))
        return np.where(_share(aims, held), 2 * policy.role, 2 * policy.adjacent_role * near)

    return _table(features.aims, features.roles, points)


def _rest(features: Features, policy: Policy) -> list[tuple[Matrix, Matrix]]:
    return [
        _disciplines(features, policy),
        _languages(features, policy),
        _bridge(features, policy),
        _table(
            features.mentee_streams, features.mentor_streams, lambda a, b: 2 * policy.stream * _share(a, b)
        ),
        _table(
            features.mentee_situations,
            features.mentor_situations,
            lambda a, b: 2 * policy.situation * _share(a, b),
        ),
        _table(
            features.mentee_region[:, None],
            features.mentor_region[:, None],
            lambda a, b: 2 * policy.region * ((a == b.T) & (a != NONE)),
        ),
    ]


def _disciplines(features: Features, policy: Policy) -> tuple[Matrix, Matrix]:
    def points(mentee: NDArray, mentor: Flags) -> Matrix:
        wish, own = mentee[:, :1], mentee[:, 1:].astype(bool)
        known = own.any(axis=1)[:, None] & mentor.any(axis=1)
        shared = _share(own, mentor)
        met = np.where(wish == SAME, shared, ~shared & (wish == DIFFERENT))
        return 2 * policy.discipline * (met & known)

    mentees = np.hstack([discipline_wishes(features, policy)[:, None], features.mentee_disciplines])
    return _table(mentees, features.mentor_disciplines, points)


def _languages(features: Features, policy: Policy) -> tuple[Matrix, Matrix]:
    def points(mentee: NDArray, mentor: Flags) -> Matrix:
        preferred, own = mentee[:, 0], mentee[:, 1:].astype(bool)
        spoken = np.hstack([mentor, np.zeros((len(mentor), 1), dtype=bool)])[:, preferred].T
        barred = own.any(axis=1)[:, None] & mentor.any(axis=1) & ~_share(own, mentor)
        return np.where(barred, RULE, 2 * policy.language * spoken)

    mentees = np.hstack([features.preferred_language[:, None], features.mentee_languages])
    return _table(mentees, features.mentor_languages, points)


def _bridge(features: Features, policy: Policy) -> tuple[Matrix, Matrix]:
    def points(mentee: NDArray, mentor: NDArray) -> Matrix:
        wants, side = mentee[:, :1] == 1, mentee[:, 1:]
        across = (side != mentor.T) & (side != UNKNOWN_SIDE) & (mentor.T != UNKNOWN_SIDE)
        return 2 * policy.bridge * (wants & across)

    mentees = np.column_stack([bridge_wishes(features, policy), features.mentee_side])
    return _table(mentees, features.mentor_side[:, None], points)


def _table(mentees: NDArray, mentors: NDArray, points: Table) -> tuple[Matrix, Matrix]:
    """Factors of a feature known only pattern by pattern; as many columns as the simpler side has patterns."""
    mine, my_pattern = _patterns(mentees)
    yours, your_pattern = _patterns(mentors)
    worth = np.asarray(points(mine, yours), dtype=np.float32)
    if not worth.any():
        return np.zeros((len(mentees), 0), np.float32), np.zeros((len(mentors), 0), np.float32)
    if len(mine) <= len(yours):
        return np.eye(len(mine), dtype=np.float32)[my_pattern], worth.T[your_pattern]
    return worth[my_pattern], np.eye(len(yours), dtype=np.float32)[your_pattern]


def _patterns(rows: NDArray) -> tuple[NDArray, NDArray[np.int64]]:
    """The distinct rows in order of appearance, and which of them each row is."""
    number: dict[bytes, int] = {}
    # A dictionary of raw bytes is ten times quicker here than np.unique over rows, which sorts.
    which = [number.setdefault(row.tobytes(), len(number)) for row in np.ascontiguousarray(rows)]
    _, first = np.unique(which, return_index=True)
    return rows[first], np.array(which, dtype=np.int64)


def _share(mine: Flags, yours: Flags) -> Flags:
    """(mine, yours) whether two sets have a member in common."""
    return mine.astype(np.float32) @ yours.T.astype(np.float32) > 0


def _side_by_side(*factors: tuple[Matrix, Matrix]) -> tuple[Matrix, Matrix]:
    left, right = (np.hstack(side).astype(np.float32) for side in zip(*factors, strict=True))
    return np.ascontiguousarray(left), np.ascontiguousarray(right)


def _hour_factors(features: Features) -> tuple[tuple[Matrix, Matrix], tuple[Matrix, Matrix] | None]:
    """Factors that count hours in common. Where everybody keeps whole hours, one product is enough.

    Otherwise the count is of half-hours, and a second product finds whether two of them ever follow
    each other: two lone half-hours are not an hour.
    """
    mine, yours = features.mentee_hours, features.mentor_hours
    if all((side[:, ::2] == side[:, 1::2]).all() for side in (mine, yours)):
        return _used(mine[:, ::2], yours[:, ::2]), None
    return _used(mine, yours), _used(mine & np.roll(mine, -1, axis=1), yours & np.roll(yours, -1, axis=1))


def _used(mine: Flags, yours: Flags) -> tuple[Matrix, Matrix]:
    both = mine.any(axis=0) & yours.any(axis=0)
    return mine[:, both].astype(np.float32), yours[:, both].astype(np.float32)


def _hours_in_common(parts: _Parts, rows: slice) -> NDArray[np.uint8]:
    """Whole hours in common; half-hours count in twos, and only where some full hour is in common."""
    if parts.stretches is None:
        return _product(parts.hours, rows).astype(np.uint8)
    hours = (_product(parts.hours, rows) * np.float32(0.5)).astype(np.uint8)
    hours[_product(parts.stretches, rows) == 0] = 0
    return hours


def _hour_points(
    features: Features, policy: Policy, common: NDArray[np.uint8], rows: slice
) -> NDArray[np.uint8]:
    """Half-points for hours in common; a rota that varies earns its own points at least."""
    points = np.zeros_like(common)
    before = 0
    for hours, weight in enumerate(policy.hours, start=1):
        points += (common >= hours).view(np.uint8) * np.uint8(2 * (weight - before))
        before = weight
    varying = np.uint8(2 * policy.varying_hours)
    np.maximum(points, features.mentor_varies.view(np.uint8) * varying, out=points)
    return np.maximum(points, features.mentee_varies[rows, None].view(np.uint8) * varying, out=points)
