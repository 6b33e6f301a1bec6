"""What a run finds out beside its plan, by hand."""

import pytest

from matching.models import MatchRun
from matching.presets import OWN, PRESETS, policy_for
from matching.queries.intake import intake_of
from matching.services.runs import compute_run, start_run
from matching.weights import parts_of
from tests.accounts.factories import (
    DisciplineFactory,
    PersonRoleFactory,
    RoleFactory,
    SectorFactory,
    SituationFactory,
    TopicFactory,
)
from tests.matching.factories import CohortFactory, give_hours
from tests.matching.mentorship_factories import mentee_of, mentor_of

pytestmark = pytest.mark.django_db


def done(cohort, **options) -> MatchRun:
    run = start_run(cohort, by=None, **options)
    compute_run(run)
    run.refresh_from_db()
    assert run.state == MatchRun.State.DONE, run.words
    return run


@pytest.fixture
def run():
    """Six mentees for four places: three need what Ngozi offers wholly, three only nearly."""
    cohort = CohortFactory()
    topic, near = TopicFactory(slug="safety", family="safety"), TopicFactory(slug="near", family="safety")
    ngozi = mentor_of(cohort, offers=[topic], capacity=4, person__name="Ngozi")
    PersonRoleFactory(person=ngozi.person, role=RoleFactory(slug="cso"), how="untitled")
    ngozi.person.disciplines.add(DisciplineFactory(slug="nursing"))
    acute, industry = SectorFactory(slug="acute"), SectorFactory(slug="industry")
    carer, hidden = SituationFactory(slug="carer"), SituationFactory(slug="hidden", sensitive=True)
    for number in range(6):
        mentee = mentee_of(cohort, needs=[topic if number < 3 else near], person__region="wales")
        mentee.person.sectors.add(acute if number < 5 else industry)
        mentee.person.situations.add(carer, hidden)
    return done(cohort)


def test_groups_are_compared_and_small_ones_left_out(run):
    fairness = run.findings["fairness"]

    assert [(row["label"], row["mentees"]) for row in fairness["sector"]] == [("acute", 5)]
    assert fairness["region"] == [
        {"label": "wales", "mentees": 6, "matched": 4, "worst": 5000, "median": 10000}
    ]


def test_a_sensitive_situation_is_no_group(run):
    assert [row["label"] for row in run.findings["fairness"]["situation"]] == ["carer"]


def test_one_more_place_is_worth_what_it_would_add(run):
    recruit = run.findings["recruit"]

    # A fifth place with Ngozi takes one of the two who are left, at half a fit.
    assert recruit["roles"] == {
        "cso": {"mentors": 1, "matching": 1, "points": recruit["roles"]["cso"]["points"]}
    }
    assert set(recruit["disciplines"]) == {"nursing"}
    assert set(recruit["topics"]) == {"safety"}
    [example] = [one for one in recruit["examples"] if one["kind"] == "roles"]
    left = set(run.proposals.filter(mentor=None).values_list("mentee", flat=True))
    assert (len(example["matched"]), example["total"]) == (1, 5000)
    assert set(example["matched"]) <= left
    assert (example["lifted"], example["lowered"]) == ([], [])


def test_what_a_run_keeps_of_its_places_and_fits(run):
    assert {name: run.findings[name] for name in ("median", "unused", "places")} == {
        "median": 10000,
        "unused": 0,
        "places": 4,
    }


def test_whom_a_better_seat_would_lift_is_named():
    cohort = CohortFactory()
    topic, near = TopicFactory(family="safety"), TopicFactory(family="safety")
    mentor_of(cohort, offers=[topic], capacity=1)
    mentor_of(cohort, offers=[near], capacity=2)
    for _ in range(2):
        mentee_of(cohort, needs=[topic])

    run = done(cohort)

    lifted = run.proposals.get(score=5000).mentee_id
    [example] = run.findings["recruit"]["examples"]
    assert (example["slug"], example["lifted"], example["matched"]) == (topic.slug, [lifted], [])
    assert example["total"] == 5000


def test_an_example_says_when_a_mentor_is_free():
    cohort = CohortFactory(starts_on="2026-12-07", ends_on="2027-06-01")
    topic = TopicFactory()
    give_hours(mentor_of(cohort, offers=[topic], capacity=1), {0: [18, 19], 2: [20]})
    for _ in range(2):
        give_hours(mentee_of(cohort, needs=[topic]), {0: [18]})

    assert done(cohort).findings["recruit"]["examples"][0]["when"] == "evening"


def test_every_proposal_says_how_it_compares(run):
    best = run.proposals.filter(score=10000).first()
    left = run.proposals.filter(mentor=None).first()

    assert best.standing == {"options": 1, "better": 0, "best": 10000}
    assert left.standing == {"options": 1, "better": 1, "best": 5000}


def test_topics_that_nobody_offers_are_counted_and_sensitive_ones_left_out():
    cohort = CohortFactory()
    offered, missing, hidden = TopicFactory(), TopicFactory(), TopicFactory(sensitive=True)
    mentor_of(cohort, offers=[offered], capacity=3)
    mentee_of(cohort, needs=[offered, missing, hidden]), mentee_of(cohort, needs=[missing, offered])

    assert done(cohort).findings["recruit"]["unserved"] == {missing.slug: 2}


# --- Ready-made policies ------------------------------------------------------------------------


@pytest.mark.parametrize("preset", PRESETS)
def test_a_presets_weights_make_100_and_fill_the_picture(preset):
    parts = parts_of(policy_for(CohortFactory(), preset))

    assert sum(part.points for part in parts) == 100
    assert parts[-1].start + parts[-1].points == 100


def test_a_preset_keeps_the_rules_of_the_cohort():
    cohort = CohortFactory(policy={"has_floor": False, "choice": 30, "role": 20, "stream": 10})

    policy = policy_for(cohort, "hours")

    assert (policy.has_floor, policy.choice, policy.role) == (False, 30, 18)
    assert policy_for(cohort, OWN).role == 20


def met(run) -> set[tuple[str, str]]:
    return set(run.proposals.values_list("mentee__person__name", "mentor__person__name"))


def test_the_preset_of_hours_prefers_who_is_free_together():
    cohort = CohortFactory()
    topic, near = TopicFactory(family="safety"), TopicFactory(family="safety")
    late = mentor_of(cohort, offers=[near], capacity=1, person__name="Same hours")
    give_hours(late, {1: [18, 19, 20]})
    give_hours(mentor_of(cohort, offers=[topic], capacity=1, person__name="Same need"), {1: [20]})
    give_hours(mentee_of(cohort, needs=[topic], person__name="Samira"), {1: [18, 19, 20]})

    assert met(done(cohort)) == {("Samira", "Same need")}
    assert met(done(cohort, preset="hours")) == {("Samira", "Same hours")}


def test_the_preset_of_the_bridge_prefers_the_other_side_also_for_who_did_not_ask():
    cohort = CohortFactory()
    topic, near = TopicFactory(family="safety"), TopicFactory(family="safety")
    acute, industry = SectorFactory(slug="nhs-acute"), SectorFactory(slug="industry")
    people = {
        "Colleague": mentor_of(cohort, offers=[topic], capacity=1, person__name="Colleague"),
        "Across": mentor_of(cohort, offers=[near], capacity=1, person__name="Across"),
        "Samira": mentee_of(cohort, needs=[topic], person__name="Samira"),
    }
    for name, sector in (("Colleague", acute), ("Across", industry), ("Samira", acute)):
        people[name].person.sectors.add(sector)

    assert met(done(cohort)) == {("Samira", "Colleague")}
    across = done(cohort, preset="bridge")
    assert met(across) == {("Samira", "Across")}
    assert "across" in {reason["code"] for reason in across.proposals.get().reasons}


# --- What a run works on -------------------------------------------------------------------------


def test_who_can_meet_nobody_is_counted_before_a_run():
    cohort = CohortFactory()
    topic = TopicFactory(family="safety")
    mentor_of(cohort, offers=[topic], capacity=2, person__spoken_languages=["en"])
    mentor_of(cohort, offers=[TopicFactory(family="data")], capacity=0)
    mentee_of(cohort, needs=[TopicFactory(family="safety")], person__spoken_languages=["en", "fr"])
    mentee_of(cohort, needs=[TopicFactory(family="data")], person__spoken_languages=["en"])
    mentee_of(cohort, needs=[TopicFactory(family="data")], is_floor_lifted=True)
    mentee_of(cohort, needs=[topic], person__spoken_languages=["cy"])
    mentee_of(cohort, person__spoken_languages=[])

    intake = intake_of(cohort)

    assert (intake.mentees, intake.mentors, intake.places, intake.full) == (5, 1, 2, 1)
    assert (intake.far_from_all, intake.unheard, intake.short) == (1, 1, 3)
