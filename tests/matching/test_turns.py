"""Pausing, resuming, extending and ending a mentorship: by an admin, or by the clock."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.services.my_data import delete_person
from matching.history.tracked import TABLES
from matching.models import Act, Application, Event, Mentorship, Turn
from matching.queries.mentorships import needing_a_match
from matching.services.introductions import introduce_due
from matching.services.turns import (
    NotThisTurn,
    Reason,
    end_mentorship,
    extend,
    keep_time,
    pause,
    resume,
)
from meetings.models import MetElsewhere, Session
from meetings.queries.rhythm import stalled
from meetings.services.hosts import keep_hosts
from meetings.services.rhythm import ask_after_the_silent, nudge_first_meetings
from outbox.models import Mail
from tests.accounts.factories import PersonFactory
from tests.matching.at_once import at_once
from tests.matching.conftest import html_of, words_of
from tests.matching.mentorship_factories import a_group, a_match, mentee_in, mentor_in

pytestmark = pytest.mark.django_db

State, What, Because = Mentorship.State, Turn.What, Turn.Because
SECRET = "He told us that he is ill."


@pytest.fixture
def admin():
    return PersonFactory(admin=True)


@pytest.fixture
def going_on():
    """Introduced a moment ago."""
    return under_way()


def under_way(introduced_at=None, **cohort) -> Mentorship:
    mentorship = a_match(timezone.now() - timedelta(days=20), **cohort)
    introduce_due(mentorship.hold_ends_at)
    Mail.objects.all().delete()
    if introduced_at:
        Mentorship.objects.filter(pk=mentorship.pk).update(introduced_at=introduced_at)
    mentorship.refresh_from_db()
    return mentorship


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def at_noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)


def mails(kind: str) -> int:
    return Mail.objects.filter(kind=kind).count()


# --- Pause and resume -----------------------------------------------------------------------------


def test_a_pause_is_told_to_both_with_its_day_and_without_its_reason(post, going_on, admin):
    reason = Reason(Because.TIME, SECRET)

    pause(going_on, until=in_days(30), by=admin, reason=reason)

    arrived = post.arrived()
    assert {mail["To"] for mail in arrived} == {member.person.email for member in going_on.members.all()}
    day = f"{in_days(30):%d}".lstrip("0")
    for mail in arrived:
        assert "is paused until" in words_of(mail)
        assert f" {day} " in words_of(mail)
        for words in (words_of(mail), html_of(mail), mail["Subject"]):
            assert SECRET not in words
            assert "no time for it" not in words


def test_the_reason_lies_sealed_and_stays_on_the_turn(going_on, admin):
    pause(going_on, until=in_days(30), by=admin, reason=Reason(Because.TIME, SECRET))

    turn = going_on.turns.get()
    assert (turn.what, turn.because, turn.words, turn.by) == (What.PAUSED, Because.TIME, SECRET, admin)
    with connection.cursor() as cursor:
        cursor.execute("select words from matching_turn")
        assert SECRET not in cursor.fetchone()[0]
    assert SECRET not in str(list(Mail.objects.values()))


@pytest.mark.parametrize("who", [mentee_in, mentor_in])
def test_what_was_written_of_somebody_goes_with_them(going_on, admin, who):
    other = under_way()
    for mentorship in (going_on, other):
        end_mentorship(mentorship, by=admin, reason=Reason(Because.TIME, SECRET))

    delete_person(who(going_on).person)

    assert [(turn.because, turn.words) for turn in going_on.turns.all()] == [(Because.TIME, "")]
    assert [turn.words for turn in other.turns.all()] == [SECRET]


def test_the_history_remembers_what_was_done_and_never_why(going_on, admin):
    pause(going_on, until=in_days(30), by=admin, reason=Reason(Because.NO_FIT, SECRET))
    end_mentorship(going_on, by=admin, reason=Reason(Because.NEVER_MET, SECRET))

    events = Event.objects.filter(mentorship=going_on.pk)
    remembered = str([*events.values(), *Act.objects.values()])

    assert "paused_at" in remembered
    assert State.ENDED in remembered
    assert not [why for why in (SECRET, Because.NO_FIT, Because.NEVER_MET) if why in remembered]
    assert Turn._meta.db_table not in TABLES


def test_places_stay_taken_in_a_pause(going_on):
    pause(going_on, until=in_days(30), by=None)

    assert mentor_in(going_on).application.taken == 1


@pytest.mark.parametrize("days", [-1, 0, 200])
def test_a_pause_ends_on_a_day_to_come_and_within_six_months(going_on, days):
    with pytest.raises(NotThisTurn, match="a day after today"):
        pause(going_on, until=in_days(days), by=None)

    assert not going_on.turns.exists()


def test_a_pause_cannot_outlast_the_mentorship():
    short = under_way(ends_on=in_days(50), starts_on=in_days(-100))

    with pytest.raises(NotThisTurn, match="Extend it first"):
        pause(short, until=in_days(60), by=None)


def test_what_is_paused_already_is_not_paused_again(going_on):
    pause(going_on, until=in_days(30), by=None)

    with pytest.raises(NotThisTurn, match="paused already"):
        pause(going_on, until=in_days(40), by=None)


def test_what_is_on_hold_cannot_be_paused():
    with pytest.raises(NotThisTurn, match="on hold"):
        pause(a_match(), until=in_days(30), by=None)


def test_an_admin_resumes_before_its_day(going_on, admin):
    pause(going_on, until=in_days(30), by=admin)

    resume(going_on, by=admin)

    going_on.refresh_from_db()
    assert (going_on.paused_at, going_on.paused_until) == (None, None)
    assert mails("mentorship_resumed") == 2


def test_it_resumes_by_itself_on_its_day_and_not_before(going_on):
    pause(going_on, until=in_days(30), by=None)

    keep_time(at_noon(in_days(29)))
    assert Mentorship.objects.get(pk=going_on.pk).paused_at
    keep_time(at_noon(in_days(30)))
    keep_time(at_noon(in_days(30)))

    assert Mentorship.objects.get(pk=going_on.pk).paused_at is None
    assert [turn.what for turn in going_on.turns.order_by("at")] == [What.PAUSED, What.RESUMED]
    assert mails("mentorship_resumed") == 2


def test_what_is_told_of_a_pause_that_is_over_by_then_is_not_sent(post, going_on):
    pause(going_on, until=in_days(30), by=None)
    resume(going_on, by=None)

    assert {mail["Subject"].split(":")[0] for mail in post.arrived()} == {"It goes on"}


# --- A pause is quiet ------------------------------------------------------------------------------


def test_nobody_is_asked_whether_they_met_in_a_pause():
    now = timezone.now()
    asked, left_alone = (under_way(now - timedelta(days=8)) for _ in range(2))
    pause(left_alone, until=in_days(30), by=None)

    nudge_first_meetings(now=now)

    found = Mail.objects.filter(kind="first_meeting").values_list("context__mentorship", flat=True)
    assert set(found) == {asked.pk}


def test_who_is_paused_is_neither_silent_nor_stalled_and_is_given_time_after_it():
    now = timezone.now()
    silent, quiet = (under_way(now - timedelta(days=100)) for _ in range(2))
    for mentorship in (silent, quiet):
        MetElsewhere.objects.create(
            mentorship=mentorship,
            person=mentee_in(mentorship).person,
            said_at=now - timedelta(days=47),
            said_on=(now - timedelta(days=47)).date(),
        )
    pause(quiet, until=in_days(2), by=None)

    ask_after_the_silent(now=now)
    assert [one.mentorship for one in stalled(now)] == [silent]
    keep_time(now + timedelta(days=2))
    ask_after_the_silent(now=now + timedelta(days=3))

    found = Mail.objects.filter(kind="stalled").values_list("context__mentorship", flat=True)
    assert set(found) == {silent.pk}


def test_a_question_that_waited_is_not_sent_into_a_pause(post):
    now = timezone.now()
    mentorship = under_way(now - timedelta(days=8))
    nudge_first_meetings(now=now)

    pause(mentorship, until=in_days(30), by=None)

    assert {mail["Subject"].split(":")[0] for mail in post.arrived()} == {"A pause"}


# --- Extend ------------------------------------------------------------------------------------------


def test_a_mentorship_is_given_a_later_day_than_its_cohort(going_on, admin):
    later = going_on.cohort.ends_on + timedelta(days=60)

    extend(going_on, until=later, by=admin, reason=Reason(Because.OTHER, SECRET))

    going_on.refresh_from_db()
    assert going_on.ends_on == later
    assert mails("mentorship_extended") == 2


def test_an_earlier_day_is_no_extension(going_on):
    with pytest.raises(NotThisTurn, match="Choose a later day"):
        extend(going_on, until=going_on.cohort.ends_on, by=None)


def test_of_two_who_extend_it_at_once_the_second_is_told(going_on):
    as_it_was = Mentorship.objects.get(pk=going_on.pk)
    extend(going_on, until=going_on.cohort.ends_on + timedelta(days=60), by=None)

    with pytest.raises(NotThisTurn, match="Look at it as it is now"):
        extend(as_it_was, until=going_on.cohort.ends_on + timedelta(days=90), by=None)


# --- End -----------------------------------------------------------------------------------------------


def test_an_end_frees_the_place_tells_both_and_cancels_their_sessions(post, going_on, admin):
    mentor = mentor_in(going_on)
    session = a_session(going_on, mentor.person, timezone.now() + timedelta(days=5))

    end_mentorship(going_on, by=admin, reason=Reason(Because.NO_FIT, SECRET))
    keep_hosts()

    going_on.refresh_from_db()
    session.refresh_from_db()
    assert (going_on.state, session.is_cancelled) == (State.ENDED, True)
    assert Application.objects.get(pk=mentor.application_id).taken == 0
    told = [mail for mail in post.arrived() if "has ended" in mail["Subject"]]
    assert len(told) == 2
    assert SECRET not in "".join(words_of(mail) for mail in told)


def a_session(mentorship, host, starts_at) -> Session:
    return Session.objects.create(
        mentorship=mentorship,
        host=host,
        day=starts_at.date(),
        at=starts_at.time(),
        zone="UTC",
        minutes=45,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=45),
    )


def test_who_reached_what_they_came_for_needs_no_other_match_and_others_do():
    done, left = under_way(), under_way()

    end_mentorship(done, by=None, reason=Reason(Because.DONE))
    end_mentorship(left, by=None, reason=Reason(Because.LEFT))

    assert list(needing_a_match()) == [left.members.get(part="mentee").application]


def test_a_group_ends_for_everybody():
    group = a_group(timezone.now() - timedelta(days=20))
    introduce_due(group.hold_ends_at)

    end_mentorship(group, by=None)

    assert mails("mentorship_ended") == group.members.count()
    assert not group.members.filter(left_at=None).exists()


def test_it_ends_by_itself_once_its_last_day_is_over(post):
    mentorship = under_way(ends_on=in_days(20), starts_on=in_days(-100))

    keep_time(at_noon(in_days(20)))
    assert Mentorship.objects.get(pk=mentorship.pk).state == State.INTRODUCED
    keep_time(at_noon(in_days(21)))
    keep_time(at_noon(in_days(21)))

    mentorship.refresh_from_db()
    assert mentorship.state == State.ENDED
    assert [(turn.what, turn.by) for turn in mentorship.turns.all()] == [(What.ENDED, None)]
    assert mails("mentorship_ended") == 2


def test_a_session_that_is_booked_is_waited_for():
    mentorship = under_way(ends_on=in_days(20), starts_on=in_days(-100))
    a_session(mentorship, mentor_in(mentorship).person, timezone.now() + timedelta(days=300))

    keep_time(at_noon(in_days(30)))

    assert Mentorship.objects.get(pk=mentorship.pk).state == State.INTRODUCED


def test_two_weeks_before_its_last_day_people_are_told_once_for_each_last_day():
    mentorship = under_way(timezone.now() - timedelta(days=60), ends_on=in_days(20), starts_on=in_days(-100))

    keep_time(at_noon(in_days(5)))
    assert mails("mentorship_ending") == 0
    for day in (6, 6, 7):
        keep_time(at_noon(in_days(day)))
    assert mails("mentorship_ending") == 2

    extend(mentorship, until=in_days(60), by=None)
    keep_time(at_noon(in_days(47)))
    assert mails("mentorship_ending") == 4


def test_what_is_extended_meanwhile_is_not_told_of_the_earlier_end(post):
    mentorship = under_way(timezone.now() - timedelta(days=60), ends_on=in_days(10), starts_on=in_days(-100))
    keep_time()

    extend(mentorship, until=in_days(60), by=None)

    assert {mail["Subject"].split(":")[0] for mail in post.arrived()} == {"More time"}


# --- At once -------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_who_turn_it_at_once_one_wins_and_the_other_is_told():
    mentorship = under_way()
    wins, told = [0, 0], 0

    for _round in range(50):
        answers = at_once(
            lambda: pause(
                Mentorship.objects.select_related("cohort").get(pk=mentorship.pk), until=in_days(9), by=None
            ),
            lambda: pause(
                Mentorship.objects.select_related("cohort").get(pk=mentorship.pk), until=in_days(8), by=None
            ),
        )
        for place, answer in enumerate(answers):
            wins[place] += answer is None
        told += sum(isinstance(answer, NotThisTurn) for answer in answers)
        resume(mentorship, by=None)

    assert (sum(wins), told) == (50, 50)
    assert mentorship.turns.filter(what=What.PAUSED).count() == 50
