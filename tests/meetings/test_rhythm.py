"""Between two meetings: who is asked what and when, and who is left in peace."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import personal_data
from matching.models import Member, Mentorship
from meetings.models import FitCheck, MetElsewhere, Rhythm, Seat, Session
from meetings.one_click import link
from meetings.queries.rhythm import stalled
from meetings.services.fit_checks import answer_fit_check
from meetings.services.rhythm import agree_rhythm, ask_after_the_silent, nudge_first_meetings, say_met
from outbox.delivery import deliver_due
from outbox.models import Mail
from tests.accounts.factories import PersonFactory
from tests.meetings.factories import SessionFactory, introduced, join, mentees_of, mentor_of

pytestmark = pytest.mark.django_db


def introduced_days_ago(days: float, **fields) -> Mentorship:
    mentorship = introduced(**fields)
    Mentorship.objects.filter(pk=mentorship.pk).update(introduced_at=timezone.now() - timedelta(days=days))
    mentorship.refresh_from_db()
    return mentorship


def met(mentorship: Mentorship, *, days_ago: float, **fields) -> Session:
    """A session of an hour that ended so long ago."""
    ended = timezone.now() - timedelta(days=days_ago)
    session = SessionFactory(mentorship=mentorship, **fields)
    Session.objects.filter(pk=session.pk).update(starts_at=ended - timedelta(hours=1), ends_at=ended)
    session.refresh_from_db()
    return session


def plan(mentorship: Mentorship, *, in_days: float = 5) -> Session:
    return met(mentorship, days_ago=-in_days)


def asked() -> set[tuple[str, int]]:
    return {(mail.kind, mail.person_id) for mail in Mail.objects.all()}


def everybody(mentorship: Mentorship) -> set[int]:
    return {mentor_of(mentorship).pk, *(one.pk for one in mentees_of(mentorship))}


# --- after the introduction ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "kind"),
    [(6.9, None), (7.1, "first_meeting"), (14.1, "first_meeting"), (21.1, "still_wanted"), (28.1, None)],
)
def test_one_two_and_three_weeks_on_somebody_asks_once(days, kind):
    mentorship = introduced_days_ago(days)

    counts = [nudge_first_meetings() for _ in range(2)]

    assert {mail.kind for mail in Mail.objects.all()} == ({kind} if kind else set())
    assert counts[1] == 0
    if kind == "first_meeting":
        assert {mail.person_id for mail in Mail.objects.all()} == everybody(mentorship)


def test_another_match_is_offered_to_the_mentee_alone():
    mentorship = introduced_days_ago(22)

    nudge_first_meetings()

    assert asked() == {("still_wanted", mentees_of(mentorship)[0].pk)}


def test_in_a_group_those_who_lead_are_asked_and_nobody_is_offered_another():
    mentorship = introduced_days_ago(8, mentees=3, cofacilitators=1)
    leads = mentorship.members.exclude(part=Member.Part.MENTEE).values_list("person", flat=True)

    nudge_first_meetings()
    assert asked() == {("first_meeting", pk) for pk in leads}

    Mail.objects.all().delete()
    Mentorship.objects.update(introduced_at=timezone.now() - timedelta(days=22))
    assert nudge_first_meetings() == 0


@pytest.mark.parametrize(
    "something",
    [
        lambda mentorship: plan(mentorship),
        lambda mentorship: met(mentorship, days_ago=1),
        lambda mentorship: say_met(mentor_of(mentorship), mentorship.pk),
    ],
    ids=["booked", "met", "met elsewhere"],
)
def test_who_met_or_booked_is_left_in_peace(something, mailbox):
    mentorship = introduced_days_ago(8)
    something(mentorship)

    assert nudge_first_meetings() == 0


def test_who_books_before_the_question_leaves_does_not_get_it(mailbox):
    mentorship = introduced_days_ago(8)
    nudge_first_meetings()

    plan(mentorship)
    deliver_due()

    assert mailbox.messages == []
    assert set(Mail.objects.values_list("state", flat=True)) == {Mail.State.SKIPPED}


def test_a_cancelled_session_books_nothing():
    plan(mentorship := introduced_days_ago(8))
    Session.objects.update(state="cancelled", cancelled_at=timezone.now())

    assert nudge_first_meetings() == len(everybody(mentorship))


@pytest.mark.parametrize("pairs", [1, 3])
def test_asking_costs_the_same_however_many_there_are(pairs, django_assert_num_queries):
    for _ in range(pairs):
        introduced_days_ago(8)

    with django_assert_num_queries(7):
        nudge_first_meetings()

    assert Mail.objects.count() == 2 * pairs


# --- one click ----------------------------------------------------------------------------------


def click(client, action, person, mentorship):
    address = link(action, person=person, pk=mentorship.pk, until=timezone.now() + timedelta(hours=1))
    return client.post(address.partition("/do/")[1] + address.partition("/do/")[2])


def test_one_click_notes_that_they_met_elsewhere(client):
    mentorship = introduced_days_ago(8)
    mentee = mentees_of(mentorship)[0]

    answers = [click(client, "met_elsewhere", mentee, mentorship).status_code for _ in range(2)]

    assert answers == [200, 200]
    assert MetElsewhere.objects.get().person == mentee
    assert nudge_first_meetings() == 0


def test_one_click_keeps_the_mentor(client):
    mentorship = introduced_days_ago(22)
    mentee = mentees_of(mentorship)[0]

    click(client, "still_wanted", mentee, mentorship)

    assert FitCheck.objects.get().answer == "good"
    assert nudge_first_meetings() == 0


def test_keeping_the_mentor_from_an_old_mail_undoes_no_later_answer(client):
    mentorship = introduced_days_ago(22)
    mentee = mentees_of(mentorship)[0]
    answer_fit_check(mentee, mentorship.pk, answer="not_a_fit")

    click(client, "still_wanted", mentee, mentorship)

    assert FitCheck.objects.get().answer == "not_a_fit"


@pytest.mark.parametrize("action", ["met_elsewhere", "still_wanted"])
def test_a_click_about_a_mentorship_that_is_over_changes_nothing(client, action):
    mentorship = introduced_days_ago(22)
    mentee = mentees_of(mentorship)[0]
    Member.objects.filter(person=mentee).update(left_at=timezone.now())

    response = click(client, action, mentee, mentorship)

    assert response.status_code == 409
    assert not MetElsewhere.objects.exists()
    assert not FitCheck.objects.exists()


# --- who fell silent ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rhythm", "days_ago", "is_asked"),
    [(0, 44, False), (0, 46, True), (7, 10, False), (7, 11, True), (30, 44, False), (30, 46, True)],
)
def test_one_and_a_half_rhythms_without_a_word_are_worth_a_question(rhythm, days_ago, is_asked):
    mentorship = introduced_days_ago(100)
    met(mentorship, days_ago=days_ago)
    agree_rhythm(mentorship, rhythm)

    counts = [ask_after_the_silent() for _ in range(2)]

    assert counts == [2 if is_asked else 0, 0]
    assert [one.mentorship for one in stalled(timezone.now())] == ([mentorship] if is_asked else [])


def test_never_while_a_session_is_booked():
    mentorship = introduced_days_ago(100)
    met(mentorship, days_ago=60)
    plan(mentorship)

    assert ask_after_the_silent() == 0
    assert stalled(timezone.now()) == []


def test_a_session_to_which_nobody_came_is_no_meeting():
    mentorship = introduced_days_ago(30)
    session = met(mentorship, days_ago=5, attendance_noted_at=timezone.now())
    Seat.objects.create(
        session=session, person=mentees_of(mentorship)[0], state=Seat.State.GOING, attended=False
    )

    assert [one.since for one in stalled(timezone.now())] == [mentorship.introduced_at]


def test_meeting_elsewhere_breaks_the_silence():
    mentorship = introduced_days_ago(100)
    met(mentorship, days_ago=50)
    say_met(mentor_of(mentorship), mentorship.pk)

    assert stalled(timezone.now()) == []


def test_an_admin_learns_of_a_first_meeting_that_never_was():
    mentorship = introduced_days_ago(22)
    introduced_days_ago(20)

    assert [one.mentorship for one in stalled(timezone.now())] == [mentorship]


def miss(session: Session, person, *, attended: bool | None = False, state=Seat.State.GOING) -> None:
    Session.objects.filter(pk=session.pk).update(attendance_noted_at=session.ends_at)
    Seat.objects.create(session=session, person=person, state=state, attended=attended)


def a_circle(first, second) -> tuple[Mentorship, Session, Session]:
    """A group in which everybody but the last mentee came; that one did as told."""
    mentorship = introduced_days_ago(60, mentees=3)
    sessions = [met(mentorship, days_ago=days) for days in (16, 2)]
    *came, last = mentees_of(mentorship)
    for session, how in zip(sessions, (first, second), strict=True):
        for person in came:
            miss(session, person, attended=True)
        miss(session, last, **how)
    return mentorship, *sessions


@pytest.mark.parametrize(
    ("first", "second", "is_asked"),
    [
        ({"attended": False}, {"attended": False}, True),
        ({"attended": False}, {"state": "cannot", "attended": None}, True),
        ({"attended": True}, {"attended": False}, False),
        ({"attended": False}, {"attended": True}, False),
    ],
)
def test_who_misses_a_group_twice_in_a_row_is_asked_softly(first, second, is_asked):
    mentorship, *_ = a_circle(first, second)
    last = mentees_of(mentorship)[-1]

    counts = [ask_after_the_silent() for _ in range(2)]

    assert counts == [int(is_asked), 0]
    assert asked() == ({("missed_twice", last.pk)} if is_asked else set())
    assert [one.person for one in stalled(timezone.now())] == ([last] if is_asked else [])


def test_who_has_promised_to_come_next_time_is_not_asked():
    mentorship, *_ = a_circle({"attended": False}, {"attended": False})
    Seat.objects.create(
        session=plan(mentorship),
        person=mentees_of(mentorship)[-1],
        state=Seat.State.GOING,
        answered_at=timezone.now(),
    )

    assert ask_after_the_silent() == 0


def test_a_corrected_attendance_stops_the_question(mailbox):
    _mentorship, _first, second = a_circle({"attended": False}, {"attended": False})
    ask_after_the_silent()

    Seat.objects.filter(session=second).update(attended=True)
    deliver_due()

    assert mailbox.messages == []


@pytest.mark.parametrize("groups", [1, 3])
def test_looking_after_them_costs_the_same_however_many_there_are(groups, django_assert_num_queries):
    for _ in range(groups):
        a_circle({"attended": False}, {"attended": False})
        met(introduced_days_ago(100), days_ago=50)

    with django_assert_num_queries(4):
        assert len(stalled(timezone.now())) == 2 * groups


# --- the pages ----------------------------------------------------------------------------------


def test_the_people_of_a_mentorship_agree_on_a_rhythm(signed_in_client):
    mentorship = introduced()
    page = reverse("meetings:rhythm", args=[mentorship.pk])

    signed_in_client(mentor_of(mentorship)).post(page, {"how_often": "14"})
    assert Rhythm.objects.get().days == 14

    signed_in_client(mentees_of(mentorship)[0]).post(page, {"how_often": "other", "other_days": "10"})
    assert Rhythm.objects.get().days == 10

    signed_in_client(mentor_of(mentorship)).post(page, {"how_often": "0", "other_days": "10"})
    assert not Rhythm.objects.exists()


@pytest.mark.parametrize("typed", ["", "0", "121", "often"])
def test_another_number_of_days_must_be_one(signed_in_client, typed):
    mentorship = introduced()

    answer = signed_in_client(mentor_of(mentorship)).post(
        reverse("meetings:rhythm", args=[mentorship.pk]), {"how_often": "other", "other_days": typed}
    )

    assert answer.status_code == 200
    assert not Rhythm.objects.exists()


@pytest.mark.parametrize("name", ["rhythm", "fit_check", "fit_check_done"])
@pytest.mark.parametrize("who", ["stranger", "admin", "left", "held"])
def test_nobody_else_finds_the_pages_of_a_mentorship(signed_in_client, name, who):
    mentorship = introduced(mentees=2)
    people = {
        "stranger": PersonFactory(),
        "admin": PersonFactory(admin=True),
        "left": join(mentorship).person,
        "held": mentees_of(mentorship)[0],
    }
    Member.objects.filter(person=people["left"]).update(left_at=timezone.now())
    if who == "held":
        Mentorship.objects.update(state=Mentorship.State.HELD, hold_ends_at=timezone.now())

    answer = signed_in_client(people[who]).get(reverse(f"meetings:{name}", args=[mentorship.pk]))

    assert answer.status_code == 404


def test_the_page_of_a_mentorship_says_how_it_goes(signed_in_client):
    mentorship = introduced()
    agree_rhythm(mentorship, 14)

    page = (
        signed_in_client(mentor_of(mentorship)).get(reverse("matching:mentorship", args=[mentorship.pk])).text
    )

    assert "You meet every two weeks." in page
    assert "We met elsewhere" in page


def test_the_button_on_the_page_notes_a_meeting(signed_in_client):
    mentorship = introduced()

    signed_in_client(mentor_of(mentorship)).post(reverse("meetings:met", args=[mentorship.pk]))

    assert MetElsewhere.objects.get().mentorship == mentorship


def test_the_button_is_for_members_only(signed_in_client):
    mentorship = introduced()

    answer = signed_in_client(PersonFactory()).post(reverse("meetings:met", args=[mentorship.pk]))

    assert answer.status_code == 404
    assert not MetElsewhere.objects.exists()


# --- one's own data -----------------------------------------------------------------------------


def part():
    return next(one for one in personal_data.registered() if one.name == "rhythm")


def test_an_export_holds_ones_own_words_and_nobody_elses():
    mentorship = introduced()
    mentee, mentor = mentees_of(mentorship)[0], mentor_of(mentorship)
    answer_fit_check(mentee, mentorship.pk, answer="unsure", words="We talk past each other")
    say_met(mentor, mentorship.pk)

    mine, theirs = part().export(mentee), part().export(mentor)

    assert mine["fit_checks"][0]["words"] == "We talk past each other"
    assert mine["met_elsewhere_said_on"] == []
    assert theirs["fit_checks"] == []
    assert len(theirs["met_elsewhere_said_on"]) == 1


def test_erasing_takes_ones_own_and_leaves_what_others_said():
    mentorship = introduced()
    mentee, mentor = mentees_of(mentorship)[0], mentor_of(mentorship)
    for person in (mentee, mentor):
        answer_fit_check(person, mentorship.pk, answer="good")
        say_met(person, mentorship.pk)

    part().erase(mentee)

    assert FitCheck.objects.get().person == mentor
    assert MetElsewhere.objects.get().person == mentor
