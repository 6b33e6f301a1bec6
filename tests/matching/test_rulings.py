"""Decisions about pairs of a run by hand: what they cost is what then happens, and nobody else's is overwritten."""

from functools import partial
from itertools import islice

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matching.engine import UNMATCHED, Plan, solve, verify
from matching.models import Application, Mentorship, Proposal, Ruling
from matching.recomputing import stored
from matching.services.publishing import publish_run
from matching.services.rulings import Change, What, apply, cost_of
from matching.services.rulings_refused import (
    ChangedMeanwhile,
    Contradicts,
    DecidedAlready,
    NoPlaceLeft,
    NothingToSwap,
    NotInThisRun,
    NotOpenToRulings,
    OwnPair,
    RulesForbid,
    RunOutOfDate,
    TakenBackAlready,
)
from matching.services.runs import compute_run, start_run
from tests.accounts.factories import PersonFactory, TopicFactory
from tests.matching.at_once import at_once
from tests.matching.factories import CohortFactory
from tests.matching.mentorship_factories import mentee_of, mentor_of

pytestmark = pytest.mark.django_db

ROUNDS = 50


def computed(cohort, **options):
    run = start_run(cohort, by=None, **options)
    compute_run(run)
    run.refresh_from_db()
    return run


@pytest.fixture
def cohort():
    """Samira and Piotr want what Ngozi alone offers in full; each of them could also meet Hana, who has two places."""
    cohort = CohortFactory(slug="autumn")
    safety, data, other = TopicFactory(family="one"), TopicFactory(family="one"), TopicFactory(family="two")
    mentor_of(cohort, offers=[safety, other], capacity=1, person__name="Ngozi")
    mentor_of(cohort, offers=[data], capacity=2, person__name="Hana")
    mentee_of(cohort, needs=[safety, other], person__name="Samira")
    mentee_of(cohort, needs=[safety], person__name="Piotr")
    mentee_of(cohort, needs=[data], person__name="Ciara")
    return cohort


@pytest.fixture
def run(cohort):
    return computed(cohort)


@pytest.fixture
def admin():
    return PersonFactory(admin=True, name="Priya")


def who(name: str) -> Application:
    return Application.objects.select_related("person").get(person__name=name)


def lock(mentee: str, mentor: str) -> Change:
    return Change(What.LOCK, who(mentee), who(mentor))


def forbid(mentee: str, mentor: str) -> Change:
    return Change(What.FORBID, who(mentee), who(mentor))


def swap(one: str, other: str) -> Change:
    return Change(What.SWAP, who(one), other=who(other))


def take_back(mentee: str, mentor: str) -> Change:
    return Change(What.DROP, who(mentee), who(mentor))


def do(run, change, by, version=None):
    run.refresh_from_db()
    cost = apply(run, change, version=run.version if version is None else version, by=by)
    run.refresh_from_db()
    return cost


def pairs(run) -> set[tuple[str, str | None]]:
    return set(run.proposals.values_list("mentee__person__name", "mentor__person__name"))


def check(run) -> None:
    """The stored plan proves itself, and the proposals, figures and rulings say the same as it."""
    again = stored(run)
    verify(again.problem, again.plan)
    assert again.plan.certificate.locks == again.locks
    assert (run.matched, run.worst, run.total) == (again.plan.matched, again.plan.worst, again.plan.total)
    mentor_of = dict(run.proposals.values_list("mentee", "mentor"))
    assert [mentor_of[pk] for pk in again.encoded.mentees] == [
        None if row == UNMATCHED else again.encoded.mentors[row] for row in again.plan.mentor.tolist()
    ]


# --- What a change does -----------------------------------------------------------------------


def test_the_run_proposes_the_best_at_first(run):
    assert pairs(run) == {("Samira", "Ngozi"), ("Piotr", "Hana"), ("Ciara", "Hana")}
    check(run)


def test_choosing_another_mentor_moves_whoever_has_to_make_room(run, admin):
    cost = do(run, lock("Piotr", "Ngozi"), admin)

    assert pairs(run) == {("Samira", "Hana"), ("Piotr", "Ngozi"), ("Ciara", "Hana")}
    assert cost.sentences[0] == "1 other mentee moves; nobody loses a mentor."
    assert [
        (str(move.mentee.person), str(move.before.person), str(move.after.person)) for move in cost.moves
    ] == [
        ("Piotr", "Hana", "Ngozi"),
        ("Samira", "Ngozi", "Hana"),
    ]
    assert list(run.rulings.values_list("kind", "by__name")) == [("lock", "Priya")]
    check(run)


def test_what_a_change_would_cost_is_told_and_nothing_is_written(run):
    cost = cost_of(run, lock("Piotr", "Ngozi"))

    assert cost.after.total < cost.before.total
    assert not Ruling.objects.exists()
    assert ("Samira", "Ngozi") in pairs(run)


def test_forbidding_a_proposed_pair_finds_the_next_best(run, admin):
    do(run, forbid("Samira", "Ngozi"), admin)

    assert pairs(run) == {("Samira", "Hana"), ("Piotr", "Ngozi"), ("Ciara", "Hana")}
    check(run)


def test_whoever_is_left_without_a_mentor_is_named(cohort):
    cohort.applications.filter(person__name="Ngozi").update(state="declined")
    cohort.applications.filter(person__name="Piotr").update(state="declined")
    run = computed(cohort)

    cost = cost_of(run, forbid("Ciara", "Hana"))

    assert (cost.before.matched, cost.after.matched, cost.tone) == (2, 1, "bad")
    assert cost.sentences[0] == "Nobody else moves; Ciara is left without a mentor."


def test_a_swap_locks_both_pairs(run, admin):
    do(run, swap("Samira", "Piotr"), admin)

    assert {("Samira", "Hana"), ("Piotr", "Ngozi")} <= pairs(run)
    assert run.rulings.filter(kind="lock").count() == 2
    check(run)


def test_a_lock_survives_what_is_forbidden_elsewhere(run, admin):
    do(run, lock("Piotr", "Ngozi"), admin)

    do(run, forbid("Ciara", "Hana"), admin)

    assert ("Piotr", "Ngozi") in pairs(run)
    check(run)


def test_a_second_lock_of_a_mentee_takes_the_place_of_the_first(run, admin):
    do(run, lock("Piotr", "Ngozi"), admin)

    do(run, lock("Piotr", "Hana"), admin)

    assert [(ruling.mentee.person.name, ruling.mentor.person.name) for ruling in run.rulings.all()] == [
        ("Piotr", "Hana")
    ]
    check(run)


def test_taking_a_decision_back_brings_back_what_was(run, admin):
    before, plan = pairs(run), run.plan
    do(run, lock("Piotr", "Ngozi"), admin)
    do(run, forbid("Ciara", "Hana"), admin)

    do(run, take_back("Ciara", "Hana"), admin)
    do(run, take_back("Piotr", "Ngozi"), admin)

    assert (pairs(run), run.plan) == (before, plan)
    assert not run.rulings.exists()
    assert not run.proposals.filter(standing__has_key="was").exists()
    check(run)


def test_who_meets_somebody_else_than_at_first_is_kept_with_the_pair(run, admin):
    do(run, lock("Piotr", "Ngozi"), admin)

    was = dict(
        run.proposals.filter(standing__has_key="was").values_list("mentee__person__name", "standing__was")
    )

    assert was == {"Piotr": who("Hana").pk, "Samira": who("Ngozi").pk}


# --- What is refused --------------------------------------------------------------------------


def test_what_contradicts_a_decision_is_refused_and_named(run, admin):
    do(run, lock("Piotr", "Ngozi"), admin)
    do(run, forbid("Ciara", "Ngozi") if may_meet(run, "Ciara", "Ngozi") else forbid("Samira", "Ngozi"), admin)

    with pytest.raises(Contradicts, match="Piotr is locked to Ngozi"):
        do(run, forbid("Piotr", "Ngozi"), admin)
    with pytest.raises(DecidedAlready, match="Piotr and Ngozi are locked already"):
        do(run, lock("Piotr", "Ngozi"), admin)
    forbidden = run.rulings.get(kind="forbid")
    with pytest.raises(Contradicts, match="were forbidden by hand"):
        do(run, Change(What.LOCK, forbidden.mentee, forbidden.mentor), admin)
    check(run)


def may_meet(run, mentee: str, mentor: str) -> bool:
    again = stored(run)
    return again.problem.scores[again.rows_of(who(mentee), who(mentor))] >= 0


def test_a_lock_that_overfills_a_mentor_names_whose_lock_is_in_the_way(run, admin):
    do(run, lock("Piotr", "Ngozi"), admin)

    with pytest.raises(NoPlaceLeft, match="The one place of Ngozi is locked for Piotr"):
        do(run, lock("Samira", "Ngozi"), admin)


def test_a_lock_that_the_rules_forbid_is_refused_without_saying_which(cohort, admin):
    mentor_of(cohort, offers=[TopicFactory(family="far")], capacity=2, person__name="Marcus")
    run = computed(cohort)

    with pytest.raises(RulesForbid, match="Marcus is not among the mentors whom Ciara can meet"):
        do(run, lock("Ciara", "Marcus"), admin)


def test_people_of_no_run_cannot_be_paired(run, admin):
    mentor_of(run.cohort, person__name="Late", capacity=1)

    with pytest.raises(NotInThisRun):
        do(run, lock("Piotr", "Late"), admin)


def test_a_swap_needs_two_mentors(run, admin):
    with pytest.raises(NothingToSwap):
        do(run, swap("Piotr", "Ciara"), admin)


def test_a_published_run_cannot_be_decided_about(run, admin):
    publish_run(run, by=admin)

    with pytest.raises(NotOpenToRulings, match="This run is published, so its pairs stand"):
        do(run, lock("Piotr", "Ngozi"), admin)
    assert Mentorship.objects.count() == 3
    assert not Ruling.objects.exists()


def test_a_run_whose_people_have_left_is_out_of_date(run, admin):
    Application.objects.filter(person__name="Ciara").update(state="withdrawn")

    with pytest.raises(RunOutOfDate, match="no longer to be matched here: Ciara"):
        do(run, lock("Piotr", "Ngozi"), admin)


def test_a_run_one_of_whose_people_was_erased_is_out_of_date(run, admin):
    who("Ciara").delete()

    with pytest.raises(RunOutOfDate, match="somebody who left the programme"):
        do(run, lock("Piotr", "Ngozi"), admin)


def test_nobody_decides_about_their_own_pair(run):
    person = who("Piotr").person

    with pytest.raises(OwnPair):
        do(run, lock("Piotr", "Ngozi"), person)
    assert not Ruling.objects.exists()


def test_what_was_taken_back_cannot_be_taken_back_twice(run, admin):
    with pytest.raises(TakenBackAlready):
        do(run, take_back("Piotr", "Ngozi"), admin)


# --- Two admins -------------------------------------------------------------------------------


def test_who_comes_second_is_told_what_the_first_one_did(run, admin):
    seen = run.version
    do(run, lock("Piotr", "Ngozi"), admin)

    with pytest.raises(
        ChangedMeanwhile, match=r"Priya has locked Piotr with Ngozi\. Nothing of yours was done\."
    ):
        apply(run, forbid("Ciara", "Hana"), version=seen, by=PersonFactory(admin=True))
    assert run.rulings.count() == 1
    check(run)


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_at_once_one_wins_and_the_other_is_told(run, admin):
    other = PersonFactory(admin=True, name="Robin")

    for round_ in range(ROUNDS):
        run.refresh_from_db()
        one, another = both_asked(run, round_)

        answers = at_once(
            partial(apply, run, one, version=run.version, by=admin),
            partial(apply, run, another, version=run.version, by=other),
        )

        refused = [answer for answer in answers if isinstance(answer, Exception)]
        assert [type(error) for error in refused] == [ChangedMeanwhile], (round_, answers)
        seen = run.version
        run.refresh_from_db()
        assert run.version == seen + 1
        check(run)


def both_asked(run, round_: int) -> tuple[Change, Change]:
    """Two changes that cannot both be made as they were seen."""
    ruling = run.rulings.select_related("mentee__person", "mentor__person").first()
    if not ruling:
        return lock("Piotr", "Ngozi"), forbid("Samira", "Ngozi")
    back = Change(What.DROP, ruling.mentee, ruling.mentor)
    return back, back


# --- Whatever the problem, the cost shown is what happens -------------------------------------


@st.composite
def decisions(draw):
    return draw(
        st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.sampled_from("lfds")), max_size=5)
    )


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    needs=st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=3, unique=True), min_size=3, max_size=6),
    offers=st.lists(
        st.tuples(st.lists(st.integers(0, 4), min_size=1, max_size=3, unique=True), st.integers(1, 2)),
        min_size=2,
        max_size=4,
    ),
    wanted=decisions(),
)
def test_the_cost_shown_is_what_happens_and_as_good_as_solving_anew(needs, offers, wanted):
    cohort = CohortFactory()
    topics = [TopicFactory(family=f"{cohort.pk}-{number // 2}") for number in range(5)]
    mentors = [
        mentor_of(cohort, offers=[topics[n] for n in some], capacity=places) for some, places in offers
    ]
    mentees = [mentee_of(cohort, needs=[topics[n] for n in some]) for some in needs]
    admin = PersonFactory(admin=True)
    run = computed(cohort)

    for one, other, kind in wanted:
        change = random_change(run, mentees[one % len(mentees)], mentors[other % len(mentors)], mentees, kind)
        try:
            shown = cost_of(run, change)
        except (Contradicts, DecidedAlready, NoPlaceLeft, RulesForbid, NothingToSwap, TakenBackAlready):
            continue

        done = do(run, change, admin)

        assert (done.before, done.after, done.moves) == (shown.before, shown.after, shown.moves)
        assert (run.matched, run.worst, run.total) == (
            shown.after.matched,
            shown.after.worst,
            shown.after.total,
        )
        check(run)
        again = stored(run)
        fresh = solve(again.problem, seed=run.seed, locks=again.locks)
        assert fresh.as_dict() == Plan.from_dict(run.plan).as_dict()


def random_change(run, mentee, mentor, mentees, kind) -> Change:
    if kind == "l":
        return Change(What.LOCK, mentee, mentor)
    if kind == "f":
        return Change(What.FORBID, mentee, mentor)
    if kind == "s":
        return Change(What.SWAP, mentee, other=next(islice((one for one in mentees if one != mentee), 1)))
    ruling = run.rulings.select_related("mentee__person", "mentor__person").first()
    return Change(What.DROP, ruling.mentee, ruling.mentor) if ruling else Change(What.DROP, mentee, mentor)


def test_each_mentee_keeps_one_proposal(run, admin):
    do(run, lock("Piotr", "Ngozi"), admin)
    do(run, forbid("Ciara", "Hana"), admin)

    assert Proposal.objects.filter(run=run).count() == 3
