"""Why a pair scores what it scores, one pair at a time, and which rules bar a pair.

The numbers are for admins; the facts behind them become sentences elsewhere.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.engine.features import DIFFERENT, NONE, SAME, UNKNOWN_SIDE, Features, Flags
from matching.engine.policy import Policy
from matching.engine.problem import MAX_SCORE
from matching.engine.scores import FORBIDDEN, asks_merit, choice_halves, discipline_wishes, stated_points

# Rules that an admin may weigh lifting. The others protect somebody, and no explanation hints at them.
RELAXABLE_RULES = ("same_organisation", "no_common_language", "no_common_hour", "paired_before", "floor")
RULES = ("same_person", "line_management", "blocked", *RELAXABLE_RULES)


@dataclass(frozen=True)
class Component:
    """One part of a pair's score. points of out_of; out_of is 0 where the mentee stated nothing."""

    name: str
    points: float
    out_of: int


@dataclass(frozen=True)
class PairBreakdown:
    """Facts of one pair, as catalogue numbers.

    score: as in the matrix, negative where a rule bars the pair. components: in the order of the policy.
    needs_met, needs_near, needs_missed: topics in the mentee's order; near means a topic of its family
    is offered. roles_met, roles_near, roles_missed: likewise for the roles aimed at. half_hours: those
    in common, of the week in UTC. varies: either one's rota does. languages, streams, disciplines,
    situations: those in common. rules: names of all the rules that bar the pair. missed: names of the
    components that the mentee stated and the pair earns nothing for. choice: at which rank the mentee
    named this mentor, 0 for not at all.
    """

    score: int
    components: tuple[Component, ...]
    needs_met: tuple[int, ...]
    needs_near: tuple[int, ...]
    needs_missed: tuple[int, ...]
    roles_met: tuple[int, ...]
    roles_near: tuple[int, ...]
    roles_missed: tuple[int, ...]
    half_hours: tuple[int, ...]
    varies: bool
    languages: tuple[int, ...]
    streams: tuple[int, ...]
    disciplines: tuple[int, ...]
    situations: tuple[int, ...]
    rules: tuple[str, ...]
    choice: int = 0

    @property
    def missed(self) -> tuple[str, ...]:
        return tuple(part.name for part in self.components if part.out_of and not part.points)


def pair_breakdown(features: Features, policy: Policy, mentee: int, mentor: int) -> PairBreakdown:
    """Points, facts and rules of one pair; its score equals the matrix's."""
    needs = [int(topic) for topic in features.needs[mentee] if topic != NONE]
    needs_met, needs_near, needs_missed = _graded(needs, features.offers[mentor], features.topic_family)
    aims = np.flatnonzero(features.aims[mentee]).tolist()
    roles_met, roles_near, roles_missed = _graded(aims, features.roles[mentor], features.role_family)
    stated = {name: int(points[mentee]) for name, points in stated_points(features, policy).items()}
    earned = _earned(features, policy, mentee, mentor)
    components = tuple(
        Component(name, earned[name] if out_of else 0, out_of) for name, out_of in stated.items()
    )
    rules = barring_rules(features, policy, mentee, mentor)
    choice = _choice(features, mentee, mentor)
    bonus = 2 * _situation(features, policy, mentee, mentor)
    bonus += choice_halves(policy, choice) if choice else 0
    return PairBreakdown(
        score=FORBIDDEN if rules else _score(components, bonus),
        components=components,
        needs_met=needs_met,
        needs_near=needs_near,
        needs_missed=needs_missed,
        roles_met=roles_met,
        roles_near=roles_near,
        roles_missed=roles_missed,
        half_hours=_shared(features.mentee_hours[mentee], features.mentor_hours[mentor]),
        varies=bool(features.mentee_varies[mentee] or features.mentor_varies[mentor]),
        languages=_shared(features.mentee_languages[mentee], features.mentor_languages[mentor]),
        streams=_shared(features.mentee_streams[mentee], features.mentor_streams[mentor]),
        disciplines=_shared(features.mentee_disciplines[mentee], features.mentor_disciplines[mentor]),
        situations=_shared(features.mentee_situations[mentee], features.mentor_situations[mentor]),
        rules=rules,
        choice=choice,
    )


def barring_rules(features: Features, policy: Policy, mentee: int, mentor: int) -> tuple[str, ...]:
    """Names of the rules that bar this pair, in the order of RULES; empty where it may meet."""
    masks = rule_masks(features, policy, np.array([mentee]))
    return tuple(name for name in RULES if masks[name][0, mentor])


def rule_masks(features: Features, policy: Policy, mentees: NDArray[np.int64]) -> dict[str, Flags]:
    """For each rule, (len(mentees), mentors) whether it bars the pair."""
    return {name: rule_mask(name, features, policy)(np.asarray(mentees)) for name in RULES}


def rule_mask(name: str, features: Features, policy: Policy) -> Callable[[NDArray[np.int64]], Flags]:
    """The mask of one rule as a function of mentees, as `explain_unmatched` wants it."""
    if name in ("same_person", "line_management", "blocked", "paired_before"):
        return lambda mentees: _listed(getattr(features, name), mentees, features.mentors)
    computed = {
        "same_organisation": _same_organisation,
        "no_common_language": _no_common_language,
        "no_common_hour": _no_common_hour,
        "floor": lambda features, mentees: _below_floor(features, policy, mentees),
    }[name]
    return lambda mentees: computed(features, mentees)


def _graded(
    wanted: list[int], offered: Flags, family: NDArray[np.int32]
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    families = set(family[offered].tolist())
    met = tuple(one for one in wanted if offered[one])
    near = tuple(one for one in wanted if not offered[one] and int(family[one]) in families)
    return met, near, tuple(one for one in wanted if one not in met and one not in near)


def _earned(features: Features, policy: Policy, mentee: int, mentor: int) -> dict[str, float]:
    region = features.mentee_region[mentee]
    preferred = features.preferred_language[mentee]
    sides = {int(features.mentee_side[mentee]), int(features.mentor_side[mentor])}
    return {
        "needs": _needs_points(features, policy, mentee, mentor),
        "role": _role_points(features, policy, mentee, mentor),
        "discipline": policy.discipline * _discipline_suits(features, policy, mentee, mentor),
        "hours": _hour_points(features, policy, mentee, mentor),
        "language": policy.language
        * bool(preferred != NONE and features.mentor_languages[mentor, preferred]),
        "bridge": policy.bridge * (len(sides) == 2 and UNKNOWN_SIDE not in sides),
        "stream": policy.stream
        * bool(_shared(features.mentee_streams[mentee], features.mentor_streams[mentor])),
        "region": policy.region * bool(region == features.mentor_region[mentor]),
    }


def _score(components: tuple[Component, ...], bonus: int) -> int:
    """bonus: in half-points."""
    out_of = sum(part.out_of for part in components)
    if not out_of:
        return MAX_SCORE
    # Halves make whole numbers of the points, and the division exact.
    halves = int(2 * sum(part.points for part in components)) + bonus
    return min(MAX_SCORE, halves * MAX_SCORE // (2 * out_of))


def _needs_points(features: Features, policy: Policy, mentee: int, mentor: int) -> float:
    offered = features.offers[mentor]
    families = set(features.topic_family[offered].tolist())
    points = 0.0
    for topic, weight in zip(features.needs[mentee], policy.needs, strict=True):
        if topic != NONE and offered[topic]:
            points += weight
        elif topic != NONE and int(features.topic_family[topic]) in families:
            points += weight / 2
    return points


def _role_points(features: Features, policy: Policy, mentee: int, mentor: int) -> int:
    aims = np.flatnonzero(features.aims[mentee]).tolist()
    met, near, _ = _graded(aims, features.roles[mentor], features.role_family)
    return policy.role if met else policy.adjacent_role if near else 0


def _discipline_suits(features: Features, policy: Policy, mentee: int, mentor: int) -> bool:
    wish, theirs = discipline_wishes(features, policy)[mentee], features.mentor_disciplines[mentor]
    shared = bool((features.mentee_disciplines[mentee] & theirs).any())
    return bool(theirs.any()) and ((wish == SAME and shared) or (wish == DIFFERENT and not shared))


def _hour_points(features: Features, policy: Policy, mentee: int, mentor: int) -> int:
    hours = _common_hours(features.mentee_hours[mentee], features.mentor_hours[mentor][None])[0]
    points = (0, *policy.hours)[min(int(hours), len(policy.hours))]
    varies = features.mentee_varies[mentee] or features.mentor_varies[mentor]
    return max(points, policy.varying_hours) if varies else points


def _common_hours(mine: Flags, theirs: Flags) -> NDArray[np.int64]:
    """(mentors,) whole hours that one mentee has in common with each; none without a full hour at a stretch."""
    common = mine & theirs
    return common.sum(axis=1) // 2 * _full_hours(common).any(axis=1)


def _situation(features: Features, policy: Policy, mentee: int, mentor: int) -> int:
    shared = features.mentee_situations[mentee] & features.mentor_situations[mentor]
    return policy.situation * bool(shared.any())


def _choice(features: Features, mentee: int, mentor: int) -> int:
    of_pair = (features.choices[:, 0] == mentee) & (features.choices[:, 1] == mentor)
    return int(features.choices[of_pair, 2].sum())


def _shared(mine: Flags, theirs: Flags) -> tuple[int, ...]:
    return tuple(np.flatnonzero(mine & theirs).tolist())


def _listed(pairs: NDArray[np.int32], mentees: NDArray[np.int64], mentors: int) -> Flags:
    mask = np.zeros((len(mentees), mentors), dtype=bool)
    for position, mentee in enumerate(mentees):
        mask[position, pairs[pairs[:, 0] == mentee, 1]] = True
    return mask


def _same_organisation(features: Features, mentees: NDArray[np.int64]) -> Flags:
    theirs = features.mentee_organisation[mentees, None]
    return (theirs == features.mentor_organisation) & (theirs != NONE)


def _no_common_language(features: Features, mentees: NDArray[np.int64]) -> Flags:
    mine, yours = features.mentee_languages[mentees], features.mentor_languages
    shared = mine.astype(np.float32) @ yours.T.astype(np.float32) > 0
    return mine.any(axis=1)[:, None] & yours.any(axis=1) & ~shared


def _no_common_hour(features: Features, mentees: NDArray[np.int64]) -> Flags:
    mine, yours = features.mentee_hours[mentees], features.mentor_hours
    bound = mine.any(axis=1) & ~features.mentee_varies[mentees]
    mentor_bound = yours.any(axis=1) & ~features.mentor_varies
    stretches = _full_hours(mine).astype(np.float32) @ _full_hours(yours).T.astype(np.float32)
    return bound[:, None] & mentor_bound & (stretches == 0)


def _full_hours(half_hours: Flags) -> Flags:
    """(people, 336) whether a full hour is free from each half-hour on."""
    return half_hours & np.roll(half_hours, -1, axis=1)


def _below_floor(features: Features, policy: Policy, mentees: NDArray[np.int64]) -> Flags:
    applies = asks_merit(features) & policy.has_floor
    mask = np.zeros((len(mentees), features.mentors), dtype=bool)
    for position, mentee in enumerate(mentees):
        if applies[mentee]:
            mask[position] = ~_has_merit(features, policy, mentee)
    return mask


def _has_merit(features: Features, policy: Policy, mentee: int) -> Flags:
    """(mentors,) whether each earns any point for this mentee's needs or role."""
    merit = np.zeros(features.mentors, dtype=bool)
    for topic, weight in zip(features.needs[mentee], policy.needs, strict=True):
        if topic != NONE and weight:
            kin = features.topic_family == features.topic_family[topic]
            merit |= features.offers[:, kin].any(axis=1)
    for role in np.flatnonzero(features.aims[mentee]) if policy.role else ():
        kin = features.role_family == features.role_family[role]
        kin &= bool(policy.adjacent_role) | (np.arange(len(kin)) == role)
        merit |= features.roles[:, kin].any(axis=1)
    return merit
