"""What a run finds out beside its plan: how groups of mentees fare, and where one more place would help most.

It is computed once, by the worker, and stored small, so that pages only read it. Topics and situations that a
catalogue marks as sensitive are no part of it, and no group so small that it would point at somebody.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from itertools import zip_longest
from typing import Protocol

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from matching.engine import UNMATCHED, PlacePrices, Plan, Problem, fairness, one_more_place, place_prices
from matching.engine.features import NONE, Features, Flags
from matching.hours import to_wall
from matching.queries.runs import groups_of, sensitive_topics

FEWEST_TO_BREAK_OUT = 5
EXAMPLES = 15
NEARLY_ALL = 0.8
FRIDAY = 4
SLOTS_IN_A_DAY = 48
# From half past five on.
EVENING = 35


class HasFeatures(Protocol):
    features: Features
    topics: list[str]
    roles: list[str]
    disciplines: list[str]
    week: date


def findings_of(
    encoded: HasFeatures, mentees: Sequence[int], mentors: Sequence[int], problem: Problem, plan: Plan
) -> dict:
    """mentees, mentors: the numbers of their applications, by row."""
    scores = scores_of(problem, plan)
    scores = scores[scores >= 0]
    return {
        "median": int(np.median(scores)) if len(scores) else None,
        "unused": int(problem.capacity.sum()) - plan.matched,
        "places": int(problem.capacity.sum()),
        "fairness": fairness_of(mentees, problem, plan),
        "recruit": recruit_of(encoded, mentees, mentors, problem, plan),
    }


def fairness_of(mentees: Sequence[int], problem: Problem, plan: Plan) -> dict[str, list[dict]]:
    """How each group of five mentees or more fares. Who belongs to two groups counts in both."""
    return {
        grouping: [
            asdict(row)
            for slug, members in sorted(groups.items())
            if len(members) >= FEWEST_TO_BREAK_OUT
            for row in fairness(problem, plan, {"": [slug if pk in members else None for pk in mentees]})[""]
        ]
        for grouping, groups in groups_of(mentees).items()
    }


def recruit_of(
    encoded: HasFeatures, mentees: Sequence[int], mentors: Sequence[int], problem: Problem, plan: Plan
) -> dict:
    """What one more place would add, by role, discipline and topic of the mentors there are, and some examples."""
    prices = place_prices(problem, plan)
    labelled = labels_of(encoded)
    recruit = {kind: worth_by_label(labels, prices) for kind, labels in labelled.items()}
    examples = [
        {
            "kind": kind,
            "slug": slug,
            **example(encoded, mentees, mentors, problem, plan, dearest(labelled[kind], slug, prices)),
        }
        for kind, slug in worth_an_example(recruit)
    ]
    return recruit | {"examples": examples, "unserved": unserved(encoded)}


def labels_of(encoded: HasFeatures) -> dict[str, list[list[str]]]:
    """For each catalogue, the slugs of each mentor that may be printed."""
    features, hidden = encoded.features, sensitive_topics()
    return {
        "roles": slugs_of(features.roles, encoded.roles),
        "disciplines": slugs_of(features.mentor_disciplines, encoded.disciplines),
        "topics": [
            [slug for slug in slugs if slug not in hidden]
            for slugs in slugs_of(features.offers, encoded.topics)
        ],
    }


def slugs_of(flags: Flags, catalogue: Sequence[str]) -> list[list[str]]:
    return [[catalogue[number] for number in np.flatnonzero(row)] for row in flags]


def worth_by_label(labels: list[list[str]], prices: PlacePrices) -> dict[str, dict]:
    """For each label that one more place would help: its mentors, how many of whom would match somebody more, the points."""
    mentors = Counter(slug for slugs in labels for slug in slugs)
    matching = Counter(slug for row in np.flatnonzero(prices.matched) for slug in labels[row])
    return {
        slug: {"mentors": mentors[slug], "matching": matching[slug], "points": points}
        for slug, points in prices.summed_by(labels).items()
        if points or matching[slug]
    }


def worth_an_example(recruit: dict[str, dict[str, dict]]) -> list[tuple[str, str]]:
    """The labels whose places are dearest on average, in turn of one catalogue after the other."""
    ranked = [
        [(kind, slug) for slug in sorted(found, key=lambda slug: by_worth(found[slug]), reverse=True)]
        for kind, found in recruit.items()
    ]
    return [entry for turn in zip_longest(*ranked) for entry in turn if entry][:EXAMPLES]


def by_worth(found: dict) -> tuple[float, float]:
    return found["matching"] / found["mentors"], found["points"] / found["mentors"]


def dearest(labels: list[list[str]], slug: str, prices: PlacePrices) -> int:
    """The mentor of this label where one more place would add most."""
    rows = [row for row, slugs in enumerate(labels) if slug in slugs]
    return max(rows, key=lambda row: (prices.matched[row], prices.points[row]))


def example(
    encoded: HasFeatures,
    mentees: Sequence[int],
    mentors: Sequence[int],
    problem: Problem,
    plan: Plan,
    row: int,
) -> dict:
    """What one more place like this mentor's would change, and for whom."""
    change = one_more_place(problem, plan, row)
    found = {"mentor": mentors[row], "matched": [], "lifted": [], "lowered": [], "total": change.total}
    found["when"] = when_free(encoded, row)
    for mentee, before, after in change.moves:
        rise = score_at(problem, mentee, after) - score_at(problem, mentee, before)
        if before == UNMATCHED:
            found["matched"].append(mentees[mentee])
        elif rise:
            found["lifted" if rise > 0 else "lowered"].append(mentees[mentee])
    return found


def when_free(encoded: HasFeatures, row: int) -> str:
    """evening, weekend or day: when nearly all of a mentor's hours are; empty where they are mixed or vary."""
    if encoded.features.mentor_varies[row]:
        return ""
    half_hours = np.flatnonzero(encoded.features.mentor_hours[row]).tolist()
    wall = to_wall(half_hours, settings.TIME_ZONE, encoded.week)
    counts = Counter(part_of_week(half_hour) for half_hour in wall)
    part, count = counts.most_common(1)[0] if counts else ("", 0)
    return part if counts and count >= NEARLY_ALL * counts.total() else ""


def part_of_week(half_hour: int) -> str:
    day, slot = divmod(half_hour, SLOTS_IN_A_DAY)
    if day > FRIDAY:
        return "weekend"
    return "evening" if slot >= EVENING else "day"


def score_at(problem: Problem, mentee: int, mentor: int) -> int:
    return 0 if mentor == UNMATCHED else int(problem.scores[mentee, mentor])


def scores_of(problem: Problem, plan: Plan) -> NDArray[np.int64]:
    """(mentees,) the score of each with the mentor proposed, -1 without one."""
    scores = np.full(problem.mentees, -1, dtype=np.int64)
    matched = np.flatnonzero(plan.mentor != UNMATCHED)
    scores[matched] = problem.scores[matched, plan.mentor[matched]]
    return scores


def unserved(encoded: HasFeatures) -> dict[str, int]:
    """Topics that mentees need and no mentor offers, with how many need them."""
    features, hidden = encoded.features, sensitive_topics()
    asked = Counter(features.needs[features.needs != NONE].tolist())
    offered = features.offers.any(axis=0)
    found = {encoded.topics[topic]: count for topic, count in asked.most_common() if not offered[topic]}
    return {slug: count for slug, count in found.items() if slug not in hidden}
