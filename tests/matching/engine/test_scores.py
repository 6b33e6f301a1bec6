"""Scores: the products against a plain reading of the rules, pair by pair."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine.breakdown import pair_breakdown, rule_masks
from matching.engine.features import (
    DIFFERENT,
    INDUSTRY,
    NHS,
    NO_MATTER,
    SAME,
    BarredPairs,
    Catalogues,
    Features,
    Mentee,
    Mentor,
)
from matching.engine.policy import Policy
from matching.engine.scores import score_matrix

CATALOGUES = Catalogues(
    topic_family=(0, 0, 1, 1, 2), role_family=(0, 0, 1), disciplines=3, languages=3, streams=2, situations=2
)


def plain_score(mentee: Mentee, mentor: Mentor, barred: bool, policy: Policy, rank: int = 0) -> int:  # noqa: C901
    """The table of weights, read line by line; nothing shared with the engine but the numbers."""
    stated = merit = others = 0.0
    topic_family, role_family = CATALOGUES.topic_family, CATALOGUES.role_family
    offered_families = {topic_family[topic] for topic in mentor.offers}
    for weight, topic in zip(policy.needs, list(dict.fromkeys(mentee.needs))[:3], strict=False):
        stated += weight
        if topic in mentor.offers:
            merit += weight
        elif topic_family[topic] in offered_families:
            merit += weight / 2
    if mentee.aims:
        stated += policy.role
        if set(mentee.aims) & set(mentor.roles):
            merit += policy.role
        elif {role_family[r] for r in mentee.aims} & {role_family[r] for r in mentor.roles}:
            merit += policy.adjacent_role
    wish = mentee.discipline_wish or (DIFFERENT if policy.mixes_disciplines else 0)
    if wish and mentee.disciplines:
        stated += policy.discipline
        same = bool(set(mentee.disciplines) & set(mentor.disciplines))
        if mentor.disciplines and same == (wish == SAME):
            others += policy.discipline
    common = set(mentee.half_hours) & set(mentor.half_hours)
    full_hour = any((half_hour + 1) % 336 in common for half_hour in common)
    hours = len(common) // 2 if full_hour else 0
    varies = mentee.varies or mentor.varies
    if mentee.half_hours or mentee.varies:
        stated += policy.hours[2]
        earned = (0, *policy.hours)[min(hours, 3)]
        others += max(earned, policy.varying_hours) if varies else earned
    if mentee.preferred_language >= 0:
        stated += policy.language
        others += policy.language * (mentee.preferred_language in mentor.languages)
    if (mentee.wants_bridge or policy.bridges_all) and mentee.side:
        stated += policy.bridge
        others += policy.bridge * (mentor.side not in (0, mentee.side))
    if mentee.streams:
        stated += policy.stream
        others += policy.stream * bool(set(mentee.streams) & set(mentor.streams))
    if mentee.region >= 0:
        stated += policy.region
        others += policy.region * (mentee.region == mentor.region)
    others += policy.situation * bool(set(mentee.situations) & set(mentor.situations))
    # The first is worth all of it, the fifth a fifth; rounded down to half a point.
    others += 2 * policy.choice * (6 - rank) // 5 / 2 if rank else 0

    forbidden = barred
    forbidden |= mentee.organisation >= 0 and mentee.organisation == mentor.organisation
    forbidden |= bool(mentee.languages and mentor.languages) and not set(mentee.languages) & set(
        mentor.languages
    )
    forbidden |= bool(mentee.half_hours and mentor.half_hours) and not varies and hours == 0
    asked = bool(mentee.needs or mentee.aims)
    forbidden |= policy.has_floor and mentee.has_floor and asked and merit == 0
    if forbidden:
        return -1
    if not stated:
        return 10_000
    return min(10_000, int(2 * (merit + others)) * 10_000 // int(2 * stated))


def sets(size: int, most: int = 3):
    return st.frozensets(st.integers(0, size - 1), max_size=most)


# Few half-hours, some beside each other and some across the end of the week, so that all cases meet.
HALF_HOURS = st.frozensets(st.sampled_from([0, 1, 2, 3, 4, 5, 100, 101, 335]), max_size=7)
SHARED = {
    "disciplines": sets(3, 2),
    "half_hours": HALF_HOURS,
    "varies": st.booleans(),
    "languages": sets(3, 2),
    "side": st.integers(0, 2),
    "streams": sets(2, 2),
    "organisation": st.integers(-1, 3),
    "region": st.integers(-1, 2),
    "situations": sets(2, 2),
}
MENTEES = st.builds(
    Mentee,
    needs=st.lists(st.integers(0, 4), max_size=4),
    aims=sets(3, 2),
    discipline_wish=st.integers(0, 2),
    preferred_language=st.integers(-1, 2),
    wants_bridge=st.booleans(),
    has_floor=st.booleans(),
    **SHARED,
)
MENTORS = st.builds(Mentor, offers=sets(5), roles=sets(3, 2), **SHARED)
POLICIES = st.sampled_from(
    [
        Policy(),
        Policy(has_floor=False, situation=9, choice=7),
        Policy(mixes_disciplines=True),
        Policy(bridges_all=True, mixes_disciplines=True, has_floor=False),
        Policy(needs=(15, 15, 5), role=20, adjacent_role=0, region=10, situation=3),
        Policy(needs=(100, 0, 0), role=0, adjacent_role=0, discipline=0, hours=(0, 0, 0), varying_hours=0,
               language=0, bridge=0, stream=0),
    ]
)  # fmt: skip


CHOICES = st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, 4)), st.integers(1, 5), max_size=4)


def among(choices: dict, mentees: list, mentors: list) -> dict:
    return {(i, j): rank for (i, j), rank in choices.items() if i < len(mentees) and j < len(mentors)}


def as_triples(choices: dict) -> list[tuple[int, int, int]]:
    return [(*pair, rank) for pair, rank in choices.items()]


@settings(max_examples=400, deadline=None)
@given(
    st.lists(MENTEES, min_size=1, max_size=5),
    st.lists(MENTORS, min_size=1, max_size=5),
    POLICIES,
    st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=3),
    CHOICES,
)
def test_every_score_is_what_a_plain_reading_of_the_rules_gives(mentees, mentors, policy, barred, choices):
    barred = [pair for pair in barred if pair[0] < len(mentees) and pair[1] < len(mentors)]
    choices = among(choices, mentees, mentors)
    features = Features.build(mentees, mentors, CATALOGUES, BarredPairs(blocked=barred), as_triples(choices))

    scores = score_matrix(features, policy)

    expected = [
        [plain_score(a, b, (i, j) in barred, policy, choices.get((i, j), 0)) for j, b in enumerate(mentors)]
        for i, a in enumerate(mentees)
    ]
    assert scores.tolist() == expected


@settings(max_examples=150, deadline=None)
@given(
    st.lists(MENTEES, min_size=1, max_size=3), st.lists(MENTORS, min_size=1, max_size=3), POLICIES, CHOICES
)
def test_a_pairs_breakdown_agrees_with_the_matrix(mentees, mentors, policy, choices):
    choices = among(choices, mentees, mentors)
    features = Features.build(mentees, mentors, CATALOGUES, choices=as_triples(choices))

    scores = score_matrix(features, policy)
    masks = rule_masks(features, policy, np.arange(len(mentees)))

    for i in range(len(mentees)):
        for j in range(len(mentors)):
            pair = pair_breakdown(features, policy, i, j)
            assert pair.score == scores[i, j]
            assert pair.choice == choices.get((i, j), 0)
            assert bool(pair.rules) == (scores[i, j] < 0)
            assert set(pair.rules) == {name for name, mask in masks.items() if mask[i, j]}


@settings(max_examples=50, deadline=None)
@given(st.lists(MENTEES, min_size=1, max_size=4), st.lists(MENTORS, min_size=1, max_size=4))
def test_features_survive_being_stored(mentees, mentors):
    features = Features.build(
        mentees, mentors, CATALOGUES, BarredPairs(paired_before=[(0, 0)]), choices=[(0, 0, 2)]
    )

    restored = Features.from_dict(json.loads(json.dumps(features.as_dict())))

    assert score_matrix(restored, Policy()).tolist() == score_matrix(features, Policy()).tolist()
    assert restored.paired_before.tolist() == [[0, 0]]
    assert restored.choices.tolist() == [[0, 0, 2]]


def test_features_stored_before_mentees_could_choose_are_read_as_without_choices():
    features = Features.build([Mentee(needs=[0])], [Mentor(offers=[0])], CATALOGUES)
    stored = features.as_dict()
    del stored["choices"]

    assert Features.from_dict(stored).choices.shape == (0, 3)


def test_who_was_named_first_gains_most_and_nobody_else_changes():
    people = [Mentee(needs=[0, 2], aims=[0])] * 60, [Mentor(offers=[1])] * 3
    plain = score_matrix(Features.build(*people, CATALOGUES), Policy())
    named = [(0, 1, 1), (50, 0, 1), (50, 2, 2)]

    scores = score_matrix(Features.build(*people, CATALOGUES, choices=named), Policy())

    changed = {(i, j): scores[i, j] - plain[i, j] for i, j in np.argwhere(scores != plain).tolist()}
    assert changed.keys() == {(0, 1), (50, 0), (50, 2)}
    assert changed[0, 1] == changed[50, 0] > changed[50, 2] > 0


def test_being_named_lifts_no_rule():
    people = [Mentee(needs=[0], organisation=1)], [Mentor(offers=[0], organisation=1), Mentor(offers=[4])]

    scores = score_matrix(Features.build(*people, CATALOGUES, choices=[(0, 0, 1), (0, 1, 2)]), Policy())

    assert scores.tolist() == [[-1, -1]]


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ([(0, 0, 0)], "at a rank outside 1 to 5"),
        ([(0, 0, 6)], "at a rank outside 1 to 5"),
        ([(0, 0, 1), (0, 0, 2)], "named a mentor twice"),
    ],
)
def test_choices_that_make_no_sense_are_refused(choices, sentence):
    with pytest.raises(ValueError, match=sentence):
        Features.build([Mentee()], [Mentor()], CATALOGUES, choices=choices)


def test_a_full_match_scores_10000_and_says_what_it_covers():
    mentee = Mentee(
        needs=[0, 2, 4], aims=[1], disciplines=[0], discipline_wish=DIFFERENT, half_hours=range(18, 24),
        languages=[0], preferred_language=0, wants_bridge=True, side=NHS, streams=[1], organisation=1,
    )  # fmt: skip
    mentor = Mentor(
        offers=[0, 2, 4], roles=[1], disciplines=[1], half_hours=range(18, 24), languages=[0], side=INDUSTRY,
        streams=[1], organisation=2,
    )  # fmt: skip

    pair = pair_breakdown(Features.build([mentee], [mentor], CATALOGUES), Policy(), 0, 0)

    assert pair.score == 10_000
    assert [(part.name, part.points, part.out_of) for part in pair.components] == [
        ("needs", 40, 40),
        ("role", 25, 25),
        ("discipline", 10, 10),
        ("hours", 10, 10),
        ("language", 5, 5),
        ("bridge", 5, 5),
        ("stream", 5, 5),
        ("region", 0, 0),
    ]
    assert (pair.needs_met, pair.roles_met, pair.missed) == ((0, 2, 4), (1,), ())


def test_a_pair_says_what_it_does_not_cover():
    mentee = Mentee(needs=[0, 2, 4], aims=[2], half_hours=[0, 1], wants_bridge=True, side=NHS)
    mentor = Mentor(offers=[1, 2], roles=[0], half_hours=[0, 1], side=NHS)

    pair = pair_breakdown(Features.build([mentee], [mentor], CATALOGUES), Policy(), 0, 0)

    assert (pair.needs_met, pair.needs_near, pair.needs_missed) == ((2,), (0,), (4,))
    assert (pair.roles_missed, pair.missed) == ((2,), ("role", "bridge"))
    # (12 + 10) for needs and 4 for the one hour, of 40 + 25 + 10 + 5 stated.
    assert pair.score == 26 * 10_000 // 80


def test_an_empty_form_matches_anybody_fully():
    features = Features.build([Mentee()], [Mentor(), Mentor(offers=[1], half_hours=[4, 5])], CATALOGUES)

    assert score_matrix(features, Policy()).tolist() == [[10_000, 10_000]]


def test_who_did_not_mind_is_moved_by_a_policy_that_mixes_disciplines_and_who_wished_is_heard():
    wishes = [
        Mentee(disciplines=[0], discipline_wish=wish, needs=[0]) for wish in (NO_MATTER, SAME, DIFFERENT)
    ]
    mentors = [Mentor(disciplines=[0], offers=[0]), Mentor(disciplines=[1], offers=[0])]
    features = Features.build(wishes, mentors, CATALOGUES)

    usual = score_matrix(features, Policy())
    mixed = score_matrix(features, Policy(mixes_disciplines=True))

    assert usual.tolist() == [[10000, 10000], [10000, 6666], [6666, 10000]]
    assert mixed.tolist() == [[6666, 10000], [10000, 6666], [6666, 10000]]


def test_who_asked_for_no_bridge_is_moved_by_a_policy_that_bridges_all():
    features = Features.build(
        [Mentee(needs=[0], side=NHS)],
        [Mentor(offers=[0], side=NHS), Mentor(offers=[0], side=INDUSTRY)],
        CATALOGUES,
    )

    assert score_matrix(features, Policy()).tolist() == [[10000, 10000]]
    assert score_matrix(features, Policy(bridges_all=True)).tolist() == [[8000, 10000]]


def test_a_rota_that_varies_lifts_the_rule_on_hours():
    fixed, varying = (
        Mentor(offers=[0], half_hours=[50, 51]),
        Mentor(offers=[0], half_hours=[50, 51], varies=True),
    )
    features = Features.build([Mentee(needs=[0], half_hours=[2, 3])], [fixed, varying], CATALOGUES)

    assert score_matrix(features, Policy()).tolist() == [[-1, 27 * 10_000 // 30]]


def test_two_lone_half_hours_are_no_hour():
    mentee = Mentee(needs=[0], half_hours=[2, 3, 40, 41])
    features = Features.build([mentee], [Mentor(offers=[0], half_hours=[3, 4, 41, 42])], CATALOGUES)

    assert pair_breakdown(features, Policy(), 0, 0).rules == ("no_common_hour",)
    assert score_matrix(features, Policy()).tolist() == [[-1]]


def test_an_admin_may_lift_the_floor_for_one_person():
    people = [
        Mentee(needs=[0], languages=[0], preferred_language=0, has_floor=floor) for floor in (True, False)
    ]
    features = Features.build(people, [Mentor(offers=[4], languages=[0])], CATALOGUES)

    assert score_matrix(features, Policy()).tolist() == [[-1], [2000]]


def test_a_number_outside_its_catalogue_is_refused():
    with pytest.raises(ValueError, match="topic numbered outside 0 to 4"):
        Features.build([Mentee(needs=[5])], [Mentor()], CATALOGUES)
    with pytest.raises(ValueError, match="role numbered outside 0 to 2"):
        Features.build([Mentee()], [Mentor(roles=[-1])], CATALOGUES)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"role": 30}, "The weights add up to 105. Change one of them"),
        ({"role": -1}, "The weight role is -1. Give a whole number from 0 to 100."),
        ({"stream": 2.5}, "The weight stream is 2.5. Give a whole number from 0 to 100."),
        ({"needs": (20, 20)}, "The weight needs needs three numbers, not 2."),
        ({"adjacent_role": 26}, "An adjacent role weighs more than the role itself."),
        ({"hours": (8, 4, 10)}, "More hours in common must not weigh less."),
    ],
)
def test_a_policy_refuses_weights_that_make_no_sense(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        Policy(**change)


def test_a_policy_survives_being_stored():
    policy = Policy(needs=(25, 10, 5), situation=4, has_floor=False, bridges_all=True)

    assert Policy.from_dict(json.loads(json.dumps(policy.as_dict()))) == policy
    with pytest.raises(ValueError, match="no weight called luck"):
        Policy.from_dict({"luck": 3})
