"""Another mentor for somebody, without fault, while the rest of the cohort stays as it is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from matching.models import Application, Block, Mentorship, Turn
from matching.queries.repairs import mentees_with
from matching.repairs import Needs, assign
from matching.services.introductions import introduce_due
from matching.services.leaving import decline_match, leave_all
from matching.services.publishing import publish_run
from matching.services.rematching import (
    Change,
    Changed,
    NoPlace,
    NotPossible,
    options_for,
    rematch,
    rematch_together,
)
from matching.services.turns import Reason
from meetings.models import Note
from outbox.models import Mail
from tests.accounts.factories import PersonFactory, TopicFactory
from tests.matching.at_once import at_once
from tests.matching.conftest import words_of
from tests.matching.factories import CohortFactory
from tests.matching.mentorship_factories import mentee_in, mentee_of, mentor_in, mentor_of, run_of

pytestmark = pytest.mark.django_db

State, Because = Mentorship.State, Turn.Because
SECRET = "She told us why."


@pytest.fixture
def cohort():
    return CohortFactory(hold_days=3)


@pytest.fixture
def safety():
    return TopicFactory(en="Clinical safety", family="safety")


def matched(mentee, mentor, *, is_introduced=True) -> Mentorship:
    [mentorship] = publish_run(
        run_of((mentee, mentor)), by=None, now=timezone.now() - timedelta(days=20)
    ).mentorships
    if is_introduced:
        introduce_due(mentorship.hold_ends_at)
    mentorship.refresh_from_db()
    return mentorship


def by_needs(options) -> dict:
    return {
        needs: [option.mentor for option in options if option.needs == needs]
        for needs in Needs
        if any(option.needs == needs for option in options)
    }


def taken(mentor) -> int:
    return Application.objects.get(pk=mentor.pk).taken


# --- What could be done ---------------------------------------------------------------------------


def test_free_mentors_come_first_and_the_better_fit_before_the_others(cohort, safety):
    near = TopicFactory(family="safety")
    mentee = mentee_of(cohort, needs=[safety])
    less, best = mentor_of(cohort, offers=[near]), mentor_of(cohort, offers=[safety])
    full = mentor_of(cohort, offers=[safety], capacity=1)
    matched(mentee_of(cohort, needs=[safety]), full)

    options = options_for(mentee)

    assert [(option.mentor, option.needs) for option in options] == [
        (best, Needs.NOTHING),
        (less, Needs.NOTHING),
        (full, Needs.A_PLACE),
    ]
    assert options[0].sentences == [f"{best.person} offers what {mentee.person} needs: Clinical safety."]
    assert (options[0].fit, options[1].fit) == (100, 50)


def test_whom_the_rules_leave_out_is_no_option_and_neither_is_who_meets_groups_alone(cohort, safety):
    mentee = mentee_of(cohort, needs=[safety])
    mentor_of(cohort, offers=[TopicFactory(family="far-away")])
    mentor_of(cohort, offers=[safety], capacity=0)
    blocked = mentor_of(cohort, offers=[safety])
    Block.objects.create(person=blocked.person, typed=mentee.person.email)

    assert options_for(mentee) == []


@pytest.mark.parametrize("who", [mentee_in, mentor_in])
def test_whoever_said_no_the_two_are_never_offered_to_each_other_again(cohort, safety, who):
    mentee, mentor = mentee_of(cohort, needs=[safety]), mentor_of(cohort, offers=[safety])
    other = mentor_of(cohort, offers=[safety])

    decline_match(who(matched(mentee, mentor, is_introduced=False)))

    assert [option.mentor for option in options_for(mentee)] == [other]


def test_the_mentor_of_now_is_no_option_for_another_match(cohort, safety):
    mentee, mentor = mentee_of(cohort, needs=[safety]), mentor_of(cohort, offers=[safety])
    other = mentor_of(cohort, offers=[safety])
    matched(mentee, mentor)

    assert [option.mentor for option in options_for(mentee)] == [other]


def chain_of_holds(cohort):
    """Only `wanted` can meet the mentee, and has no place; who is on hold with them could meet `spare`."""
    one, both = TopicFactory(family="one"), TopicFactory(family="both")
    mentee = mentee_of(cohort, needs=[one])
    wanted = mentor_of(cohort, offers=[one, both], capacity=1)
    spare = mentor_of(cohort, offers=[both], capacity=1)
    mover = mentee_of(cohort, needs=[both])
    return mentee, wanted, spare, mover


def test_where_nobody_is_free_a_match_on_hold_can_make_room(cohort):
    mentee, wanted, spare, mover = chain_of_holds(cohort)
    on_hold = matched(mover, wanted, is_introduced=False)

    options = by_needs(options_for(mentee))
    [move] = options_for(mentee)[-1].moves

    assert options == {Needs.A_PLACE: [wanted], Needs.MOVES: [wanted]}
    assert (move.mentorship, move.mentee, move.before, move.after) == (on_hold, mover, wanted, spare)
    assert (move.fit_before, move.fit) == (100, 100)


def test_who_has_been_introduced_is_never_moved_to_make_room(cohort):
    mentee, wanted, _spare, mover = chain_of_holds(cohort)
    matched(mover, wanted)

    assert by_needs(options_for(mentee)) == {Needs.A_PLACE: [wanted]}


# --- One mentee anew -------------------------------------------------------------------------------


def test_a_match_that_does_not_fit_ends_and_another_begins_with_its_own_hold(cohort, safety):
    admin = PersonFactory(admin=True)
    mentee, before, after = (
        mentee_of(cohort, needs=[safety]),
        mentor_of(cohort, offers=[safety]),
        mentor_of(cohort, offers=[safety]),
    )
    old = matched(mentee, before)

    new = rematch(mentee, after, by=admin, because=Because.NO_FIT, words=SECRET, instead_of=old)

    old.refresh_from_db()
    assert (old.state, new.state, new.follows) == (State.ENDED, State.HELD, old)
    assert {member.application for member in new.members.all()} == {mentee, after}
    assert (taken(before), taken(after)) == (0, 1)
    turn = old.turns.get()
    assert (turn.what, turn.because, turn.words, turn.by) == ("rematched", Because.NO_FIT, SECRET, admin)


def test_both_sides_are_told_kindly_and_nobody_is_told_why(post, cohort, safety):
    mentee, before, after = (
        mentee_of(cohort, needs=[safety]),
        mentor_of(cohort, offers=[safety]),
        mentor_of(cohort, offers=[safety]),
    )
    old = matched(mentee, before)
    post.arrived()

    rematch(mentee, after, by=None, because=Because.NO_FIT, words=SECRET, instead_of=old)

    arrived = post.arrived()
    subjects = sorted((mail["To"], mail["Subject"]) for mail in arrived)
    assert subjects == sorted(
        [
            (mentee.person.email, f"A change: your mentorship with {before.person}"),
            (before.person.email, f"A change: your mentorship with {mentee.person}"),
            (mentee.person.email, f"Whom you would meet: {after.person}"),
            (after.person.email, f"Whom you would meet: {mentee.person}"),
        ]
    )
    said = " ".join(words_of(mail) for mail in arrived)
    assert SECRET not in said
    assert "not a fit" not in said
    to_before = next(mail for mail in arrived if mail["To"] == before.person.email)
    assert str(after.person) not in words_of(to_before)


def test_a_match_on_hold_is_called_off_and_who_was_told_is_told_so(post, cohort, safety):
    mentee, before, after = (
        mentee_of(cohort, needs=[safety]),
        mentor_of(cohort, offers=[safety]),
        mentor_of(cohort, offers=[safety]),
    )
    old = matched(mentee, before, is_introduced=False)
    post.arrived()

    rematch(mentee, after, by=None, instead_of=old)

    old.refresh_from_db()
    assert old.state == State.CANCELLED
    assert sorted(mail["Subject"] for mail in post.arrived() if mail["To"] == before.person.email) == [
        "A change: your match"
    ]


def test_notes_stay_with_what_was(cohort, safety):
    mentee, before, after = (
        mentee_of(cohort, needs=[safety]),
        mentor_of(cohort, offers=[safety]),
        mentor_of(cohort, offers=[safety]),
    )
    old = matched(mentee, before)
    note = Note.objects.create(mentorship=old, owner=mentee.person, body="Mine.", saved_at=timezone.now())

    new = rematch(mentee, after, by=None, instead_of=old)

    note.refresh_from_db()
    assert (note.mentorship, new.notes.count()) == (old, 0)


def test_without_a_hold_they_are_introduced_at_once(safety):
    cohort = CohortFactory(hold_days=0)
    mentee, mentor = mentee_of(cohort, needs=[safety]), mentor_of(cohort, offers=[safety])

    new = rematch(mentee, mentor, by=None)

    assert Mentorship.objects.get(pk=new.pk).state == State.INTRODUCED
    assert Mail.objects.filter(kind="introduction").count() == 2


def test_one_more_place_is_taken_only_where_the_mentor_agreed(cohort, safety):
    mentor = mentor_of(cohort, offers=[safety], capacity=1)
    matched(mentee_of(cohort, needs=[safety]), mentor)
    mentee = mentee_of(cohort, needs=[safety])

    with pytest.raises(NoPlace, match="no place left"):
        rematch(mentee, mentor, by=None)
    rematch(mentee, mentor, by=None, takes_one_more=True)

    mentor.refresh_from_db()
    assert (mentor.capacity, mentor.taken) == (2, 2)


def test_moving_a_match_on_hold_makes_room_in_one_go(cohort):
    mentee, wanted, spare, mover = chain_of_holds(cohort)
    on_hold = matched(mover, wanted, is_introduced=False)

    rematch(mentee, wanted, by=None, moves=[Change(mover, spare, on_hold, only_if_held=True)])

    assert (taken(wanted), taken(spare)) == (1, 1)
    held = {
        (mentee_in(one).application, mentor_in(one).application)
        for one in Mentorship.objects.filter(state=State.HELD)
    }
    assert held == {(mentee, wanted), (mover, spare)}


def test_a_move_is_refused_once_the_hold_is_over_and_nothing_is_changed(cohort):
    mentee, wanted, spare, mover = chain_of_holds(cohort)
    on_hold = matched(mover, wanted, is_introduced=False)
    introduce_due(on_hold.hold_ends_at)

    with pytest.raises(Changed, match="introduced"):
        rematch(mentee, wanted, by=None, moves=[Change(mover, spare, on_hold, only_if_held=True)])

    assert not mentee.memberships.exists()
    assert (taken(wanted), taken(spare)) == (1, 0)


def test_a_pair_that_a_rule_bars_is_refused_without_saying_which(cohort, safety):
    mentee, mentor = mentee_of(cohort, needs=[safety]), mentor_of(cohort, offers=[safety])
    Block.objects.create(person=mentee.person, typed=str(mentor.person))

    with pytest.raises(NotPossible) as refused:
        rematch(mentee, mentor, by=None)

    assert "The rules leave out" in str(refused.value)
    assert taken(mentor) == 0


def test_who_takes_no_part_any_more_is_refused(cohort, safety):
    mentee, mentor = mentee_of(cohort, needs=[safety]), mentor_of(cohort, offers=[safety])
    Application.objects.filter(pk=mentor.pk).update(state=Application.State.WITHDRAWN)

    with pytest.raises(NotPossible, match="No longer taking part"):
        rematch(mentee, mentor, by=None)


def test_what_changed_since_it_was_seen_is_refused(cohort, safety):
    mentee, before = mentee_of(cohort, needs=[safety]), mentor_of(cohort, offers=[safety])
    first, second = mentor_of(cohort, offers=[safety]), mentor_of(cohort, offers=[safety])
    old = matched(mentee, before)
    rematch(mentee, first, by=None, instead_of=Mentorship.objects.get(pk=old.pk))

    with pytest.raises(Changed, match="changed meanwhile"):
        rematch(mentee, second, by=None, instead_of=old)
    with pytest.raises(Changed, match="has a mentor by now"):
        rematch(mentee, second, by=None)

    assert taken(second) == 0


# --- A mentor leaves ---------------------------------------------------------------------------------


def test_all_mentees_of_a_mentor_who_leaves_are_matched_in_one_go(cohort, safety):
    leaving = mentor_of(cohort, offers=[safety], capacity=2)
    one, two = (mentee_of(cohort, needs=[safety]) for _ in range(2))
    olds = {mentee: matched(mentee, leaving) for mentee in (one, two)}
    mentor_of(cohort, offers=[safety], capacity=2)
    assert mentees_with(leaving) == [one, two]

    together = assign(cohort, [one, two], besides=[leaving.pk])
    new = rematch_together(
        [Change(option.mentee, option.mentor, olds[option.mentee]) for option in together.options],
        by=None,
        reason=Reason(Because.LEFT),
    )

    assert together.left == []
    assert {mentee_in(mentorship).application for mentorship in new} == {one, two}
    assert taken(leaving) == 0
    assert mentees_with(leaving) == []


def test_whose_mentor_closed_their_account_is_among_them(cohort, safety):
    leaving = mentor_of(cohort, offers=[safety])
    mentee = mentee_of(cohort, needs=[safety])
    matched(mentee, leaving)

    leave_all(leaving.person)

    assert mentees_with(leaving) == [mentee]


def test_where_places_are_short_as_many_as_possible_get_one(cohort, safety):
    mentees = [mentee_of(cohort, needs=[safety]) for _ in range(3)]
    mentor_of(cohort, offers=[safety], capacity=2)

    together = assign(cohort, mentees)

    assert (len(together.options), len(together.left)) == (2, 1)


def test_all_of_several_or_none(cohort, safety):
    mentees = [mentee_of(cohort, needs=[safety]) for _ in range(2)]
    mentor = mentor_of(cohort, offers=[safety], capacity=1)

    with pytest.raises(NoPlace):
        rematch_together([Change(mentee, mentor) for mentee in mentees], by=None)

    assert taken(mentor) == 0
    assert not Mentorship.objects.exists()


# --- At once -------------------------------------------------------------------------------------------

at_the_same_time = pytest.mark.django_db(transaction=True)


@at_the_same_time
def test_of_two_admins_who_match_one_mentee_anew_one_wins_and_the_other_is_told():
    cohort, safety = CohortFactory(), TopicFactory()
    mentee = mentee_of(cohort, needs=[safety])
    first, second = (mentor_of(cohort, offers=[safety], capacity=1) for _ in range(2))
    answers = []

    for _round in range(50):
        answers += at_once(
            *(lambda mentor=mentor: rematch(mentee, mentor, by=None) for mentor in (first, second))
        )
        assert taken(first) + taken(second) == 1
        wipe(cohort)

    assert sum(isinstance(answer, Mentorship) for answer in answers) == 50
    assert sum(isinstance(answer, Changed) for answer in answers) == 50


@at_the_same_time
def test_of_two_admins_who_give_a_mentors_last_place_one_wins_and_the_other_is_told():
    cohort, safety = CohortFactory(), TopicFactory()
    mentees = [mentee_of(cohort, needs=[safety]) for _ in range(2)]
    mentor = mentor_of(cohort, offers=[safety], capacity=1)
    answers = []

    for _round in range(50):
        answers += at_once(*(lambda mentee=mentee: rematch(mentee, mentor, by=None) for mentee in mentees))
        assert taken(mentor) == 1
        wipe(cohort)

    assert sum(isinstance(answer, Mentorship) for answer in answers) == 50
    assert sum(isinstance(answer, NoPlace) for answer in answers) == 50


def wipe(cohort) -> None:
    """As if nobody had been matched."""
    Mail.objects.all().delete()
    Mentorship.objects.filter(cohort=cohort).delete()
    Application.objects.filter(cohort=cohort).update(taken=0)
