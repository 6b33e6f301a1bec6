"""Invented cohorts: people who look like applicants, from a seed, at any size."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.engine.features import HALF_HOURS, Features

TOPICS, TOPIC_FAMILIES = 72, 10
ROLES, ROLE_FAMILIES = 40, 8
DISCIPLINES, LANGUAGES, STREAMS, REGIONS = 24, 8, 6, 12
# Hours of the week at which people in work can meet: early, lunch and evening of five days.
MEETING_HOURS = np.array([day * 24 + hour for day in range(5) for hour in (7, 8, 12, 13, 16, 17, 18, 19, 20)])


@dataclass(frozen=True, eq=False)
class Cohort:
    """Features of a cohort and the places of its mentors."""

    features: Features
    capacity: NDArray[np.int64]


def cohort(mentees: int, mentors: int, *, seed: int = 0, places_per_mentee: float = 1.2) -> Cohort:
    """A seeded cohort: about a third of the pairs forbidden, and this many places for each mentee."""
    rng = np.random.default_rng([seed, mentees, mentors])
    organisations = max(8, (mentees + mentors) // 60)
    features = Features(
        topic_family=np.arange(TOPICS, dtype=np.int32) % TOPIC_FAMILIES,
        role_family=np.arange(ROLES, dtype=np.int32) % ROLE_FAMILIES,
        **_mentees(rng, mentees, organisations),
        **_mentors(rng, mentors, organisations),
        blocked=_few_pairs(rng, mentees, mentors),
        paired_before=_few_pairs(rng, mentees, mentors),
    )
    return Cohort(features, _places(rng, mentors, round(mentees * places_per_mentee)))


def _mentees(rng: np.random.Generator, size: int, organisations: int) -> dict[str, NDArray]:
    needs = _popular(rng, (size, 3), TOPICS)
    # Some name one need, some two; a topic named twice counts once.
    needs[np.arange(3) >= rng.choice([1, 2, 3], (size, 1), p=[0.15, 0.25, 0.6])] = -1
    needs[(needs[:, 1] == needs[:, 0]), 1] = -1
    needs[(needs[:, 2] == needs[:, 0]) | (needs[:, 2] == needs[:, 1]), 2] = -1
    return {
        "needs": needs,
        "aims": _some(rng, size, ROLES, 1, empty=0.2),
        "mentee_disciplines": _some(rng, size, DISCIPLINES, 1),
        "discipline_wish": rng.choice([0, 1, 2], size, p=[0.5, 0.35, 0.15]).astype(np.int32),
        "mentee_hours": _hours(rng, size),
        "mentee_varies": rng.random(size) < 0.15,
        "mentee_languages": _languages(rng, size),
        "preferred_language": rng.choice([-1, 0, 1], size, p=[0.5, 0.45, 0.05]).astype(np.int32),
        "wants_bridge": rng.random(size) < 0.2,
        "mentee_side": rng.choice([0, 1, 2], size, p=[0.05, 0.75, 0.2]).astype(np.int32),
        "mentee_streams": _some(rng, size, STREAMS, 1, empty=0.1),
        "mentee_organisation": _popular(rng, size, organisations),
        "mentee_region": rng.integers(0, REGIONS, size).astype(np.int32),
        "mentee_situations": np.zeros((size, 0), dtype=bool),
        "has_floor": np.ones(size, dtype=bool),
    }


def _mentors(rng: np.random.Generator, size: int, organisations: int) -> dict[str, NDArray]:
    return {
        "offers": _some(rng, size, TOPICS, 6),
        "roles": _some(rng, size, ROLES, 2),
        "mentor_disciplines": _some(rng, size, DISCIPLINES, 2),
        "mentor_hours": _hours(rng, size),
        "mentor_varies": rng.random(size) < 0.1,
        "mentor_languages": _languages(rng, size),
        "mentor_side": rng.choice([0, 1, 2], size, p=[0.05, 0.7, 0.25]).astype(np.int32),
        "mentor_streams": _some(rng, size, STREAMS, 2),
        "mentor_organisation": _popular(rng, size, organisations),
        "mentor_region": rng.integers(0, REGIONS, size).astype(np.int32),
        "mentor_situations": np.zeros((size, 0), dtype=bool),
    }


def _popular(rng: np.random.Generator, shape: int | tuple[int, ...], size: int) -> NDArray[np.int32]:
    """Numbers below size, the low ones oftener."""
    return (size * rng.random(shape) ** 1.6).astype(np.int32)


def _some(
    rng: np.random.Generator, people: int, size: int, most: int, *, empty: float = 0.0
) -> NDArray[np.bool_]:
    flags = np.zeros((people, size), dtype=bool)
    for _ in range(most):
        flags[np.arange(people), _popular(rng, people, size)] = True
    flags[rng.random(people) < empty] = False
    return flags


def _hours(rng: np.random.Generator, people: int) -> NDArray[np.bool_]:
    free = np.zeros((people, HALF_HOURS // 2), dtype=bool)
    free[:, MEETING_HOURS] = rng.random((people, len(MEETING_HOURS))) < rng.uniform(0.08, 0.4, (people, 1))
    return np.repeat(free, 2, axis=1)


def _languages(rng: np.random.Generator, people: int) -> NDArray[np.bool_]:
    flags = _some(rng, people, LANGUAGES, 1)
    flags[:, 0] |= rng.random(people) < 0.95
    return flags


def _few_pairs(rng: np.random.Generator, mentees: int, mentors: int) -> NDArray[np.int32]:
    size = mentees // 10
    return np.column_stack([rng.integers(0, mentees, size), rng.integers(0, mentors, size)]).astype(np.int32)


def _places(rng: np.random.Generator, mentors: int, places: int) -> NDArray[np.int64]:
    """One to eight places each, adding up to the number asked for where that can be."""
    capacity = np.ones(mentors, dtype=np.int64)
    for _ in range(max(0, min(places, 8 * mentors) - mentors)):
        open_to_more = rng.integers(0, mentors)
        while capacity[open_to_more] == 8:
            open_to_more = rng.integers(0, mentors)
        capacity[open_to_more] += 1
    return capacity
