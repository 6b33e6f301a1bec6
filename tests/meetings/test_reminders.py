"""Reminders of sessions: which are due when, on whose clock, and what becomes of them when something changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person
from meetings.lead_times import due_at
from meetings.models import ReminderChoice, Seat, Session
from meetings.queries.reminders import choice_of
from meetings.services.reminders import ask_for_needs, choose_reminders, remind_of_sessions
from outbox import forecast, kinds
from outbox.delivery import deliver_due
from outbox.models import Mail
from tests.accounts.factories import PersonFactory
from tests.matching.at_once import at_once
from tests.meetings.factories import SessionFactory, introduced, mentees_of, mentor_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet_at_night(settings):
    settings.QUIET_HOURS = (time(20), time(7, 30))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def a_session(day: str, at: str, *, mentees: int = 1, zone: str = "Europe/London", **fields) -> Session:
    """Planned long ago; everybody has a seat for sure."""
    fields.setdefault("mentorship", introduced(mentees=mentees))
    session = SessionFactory(day=date.fromisoformat(day), at=time.fromisoformat(at), zone=zone, **fields)
    session.refresh_from_db()
    known_since = session.starts_at - timedelta(days=60)
    Session.objects.filter(pk=session.pk).update(created_at=known_since)
    for person in mentees_of(session.mentorship):
        Seat.objects.create(session=session, person=person, state=Seat.State.GOING, answered_at=known_since)
    return session


def move(session: Session, *, minutes: int) -> None:
    starts_at = session.starts_at + timedelta(minutes=minutes)
    local = starts_at.astimezone(ZoneInfo(session.zone))
    Session.objects.filter(pk=session.pk).update(
        day=local.date(),
        at=local.time(),
        starts_at=starts_at,
        ends_at=session.ends_at + timedelta(minutes=minutes),
    )


def mentee_of(session: Session):
    [mentee] = mentees_of(session.mentorship)
    return mentee


def queued(person) -> list[tuple[str, int]]:
    mails = Mail.objects.filter(person=person).order_by("pk")
    return [(mail.kind, mail.context.get("minutes")) for mail in mails]


def remind_through(session: Session, *, hours: int = 50, step: int = 30) -> dict:
    """Let the clock ask every so many minutes until the start; who was reminded when, on the reader's clock."""
    now = session.starts_at - timedelta(hours=hours)
    seen, when = set(), {}
    while now < session.starts_at + timedelta(minutes=step):
        remind_of_sessions(now=now)
        for mail in Mail.objects.exclude(pk__in=seen).select_related("person"):
            seen.add(mail.pk)
            local = now.astimezone(mail.person.zone)
            when.setdefault(mail.person_id, []).append(f"{local:%d %H:%M}")
        now += timedelta(minutes=step)
    return when


# --- when ---------------------------------------------------------------------------------------


def test_a_day_and_an_hour_before_unless_one_chooses_otherwise():
    session = a_session("2027-03-10", "14:00")

    when = remind_through(session)

    assert when[mentee_of(session).pk] == ["09 14:00", "10 13:00"]
    assert queued(mentee_of(session)) == [("session_reminder", 1440), ("session_reminder", 60)]


def test_the_host_gets_the_agenda_a_day_before_in_place_of_the_reminder():
    session = a_session("2027-03-10", "14:00")

    remind_through(session)

    assert queued(session.host) == [("session_agenda", 1440), ("session_reminder", 60)]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ([], [("session_agenda", 1440)]),
        ([60], [("session_agenda", 1440), ("session_reminder", 60)]),
        ([120, 2880], [("session_reminder", 2880), ("session_agenda", 1440), ("session_reminder", 120)]),
        ([1440], [("session_reminder", 1440)]),
    ],
)
def test_each_person_may_choose_and_gets_one_mail_a_day_before(chosen, expected):
    session = a_session("2027-03-10", "14:00")
    choose_reminders(mentee_of(session), chosen)

    remind_through(session)

    assert queued(mentee_of(session)) == expected


@pytest.mark.parametrize(
    ("starts", "zone", "minutes", "due"),
    [
        # By day: exactly so long before.
        ("2027-03-10T14:00", "Europe/London", 60, "2027-03-10T13:00"),
        # A quarter to eight: the evening before.
        ("2027-03-10T07:45", "Europe/London", 60, "2027-03-09T19:30"),
        # Nine in the evening: an hour before would be the very beginning of the night.
        ("2027-03-10T21:00", "Europe/London", 60, "2027-03-10T19:30"),
        ("2027-03-10T20:59", "Europe/London", 60, "2027-03-10T19:59"),
        ("2027-03-10T08:30", "Europe/London", 60, "2027-03-10T07:30"),
        # A reader far away sleeps at other times: 14:00 in London is 01:00 in Sydney.
        ("2027-03-10T14:00", "Australia/Sydney", 60, "2027-03-10T08:30"),
        # The clocks go forward on 28 March at one: 24 hours before nine is eight o'clock the day before.
        ("2027-03-28T08:00", "Europe/London", 1440, "2027-03-27T08:00"),
        # 07:45 on the morning of the change is 06:45 UTC; the evening before has its old offset.
        ("2027-03-28T06:45", "Europe/London", 60, "2027-03-27T19:30"),
        # The clocks go back on 31 October: 07:45 is 07:45 UTC, and the evening before 18:30 UTC.
        ("2027-10-31T07:45", "Europe/London", 60, "2027-10-30T18:30"),
        ("2027-10-31T09:00", "Europe/London", 1440, "2027-10-30T09:00"),
        ("2027-11-07T13:00", "America/New_York", 1440, "2027-11-06T13:00"),
        ("2027-04-04T01:00", "Australia/Lord_Howe", 60, "2027-04-04T00:00"),
    ],
)
def test_a_reminder_is_due_so_long_before_or_in_the_evening(starts, zone, minutes, due):
    assert due_at(utc(starts), minutes, ZoneInfo(zone)) == utc(due)


@pytest.mark.parametrize("day", ["2027-03-28", "2027-10-31"])
def test_reminders_keep_their_distance_over_both_changes_of_the_clock(day):
    session = a_session(day, "14:00")
    before = date.fromisoformat(day) - timedelta(days=1)
    hour = "13:00" if day == "2027-03-28" else "15:00"

    when = remind_through(session)

    # 24 hours are 24 hours, so on the wall the first comes an hour earlier or later; the last stays an hour before.
    assert when[mentee_of(session).pk] == [f"{before:%d} {hour}", f"{day[-2:]} 13:00"]


def test_nobody_is_reminded_at_night():
    session = a_session("2027-03-10", "21:30", mentees=6)
    for person, zone in zip(
        mentees_of(session.mentorship),
        ["Europe/London", "Asia/Tokyo", "America/New_York", "Pacific/Auckland", "Asia/Kolkata", "UTC"],
        strict=True,
    ):
        person.time_zone = zone
        person.save(update_fields=["time_zone"])

    when = remind_through(session)

    times = [moment.split()[1] for moments in when.values() for moment in moments]
    assert len(when) == 7
    assert all("07:30" <= moment < "20:00" for moment in times)


def test_where_two_fall_on_one_evening_one_is_enough():
    session = a_session("2027-03-10", "07:45")
    choose_reminders(mentee_of(session), [60, 120])

    when = remind_through(session, hours=26, step=15)

    assert when[mentee_of(session).pk] == ["09 07:45", "09 19:30"]


# --- what changes -------------------------------------------------------------------------------


def test_a_session_moved_five_minutes_before_its_reminder_takes_the_reminder_along():
    session = a_session("2027-03-10", "14:00")
    remind_of_sessions(now=session.starts_at - timedelta(hours=24, minutes=5))

    move(session, minutes=7 * 24 * 60)

    assert remind_of_sessions(now=session.starts_at - timedelta(hours=24)) == 0
    assert remind_of_sessions(now=session.starts_at + timedelta(days=6)) == 2


def test_a_reminder_of_the_old_time_is_dropped_as_it_leaves(mailbox):
    session = a_session("2027-03-10", "14:00")
    at_its_time = session.starts_at - timedelta(hours=1)
    remind_of_sessions(now=at_its_time)
    Mail.objects.update(not_before=at_its_time)

    move(session, minutes=60)
    deliver_due(clock=lambda: at_its_time)

    assert mailbox.messages == []
    assert set(Mail.objects.values_list("note", flat=True)) == {
        "The session was moved; it has reminders of its own."
    }


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda s: Session.objects.update(state="cancelled", cancelled_at=timezone.now()),
            "The session was cancelled.",
        ),
        (
            lambda s: Seat.objects.update(state=Seat.State.CANNOT),
            "This person does not come to the session.",
        ),
        (lambda s: s.delete(), "The session was deleted."),
    ],
)
def test_a_reminder_whose_cause_has_gone_never_leaves(mailbox, change, reason):
    session = a_session("2027-03-10", "14:00")
    mentee, at_its_time = mentee_of(session), session.starts_at - timedelta(hours=1)
    remind_of_sessions(now=at_its_time)
    Mail.objects.exclude(person=mentee).delete()
    Mail.objects.update(not_before=at_its_time)

    change(session)
    deliver_due(clock=lambda: at_its_time)

    assert mailbox.messages == []
    assert Mail.objects.get().note == reason


@pytest.mark.parametrize(
    "fields", [{"cancelled": True}, {"day": date(2027, 3, 9)}, {"day": date(2027, 3, 20)}]
)
def test_no_reminder_of_what_is_cancelled_past_or_far(fields):
    SessionFactory(**{"day": date(2027, 3, 10), "at": time(14), **fields})

    assert remind_of_sessions(now=utc("2027-03-10T13:30")) == 0


@pytest.mark.parametrize("state", [Seat.State.WAITING, Seat.State.CANNOT, Seat.State.OFFERED])
def test_who_has_no_seat_for_sure_is_not_reminded(state):
    session = a_session("2027-03-10", "14:00")
    more = {Seat.State.WAITING: {"queue_no": 1}, Seat.State.OFFERED: {"offer_expires_at": session.starts_at}}
    Seat.objects.update(state=state, **more.get(state, {}))

    remind_through(session)

    assert queued(mentee_of(session)) == []


def test_who_moves_to_another_zone_is_reminded_on_the_new_clock():
    session = a_session("2027-03-10", "07:45")
    mentee = mentee_of(session)
    mentee.time_zone = "Asia/Kolkata"
    mentee.save(update_fields=["time_zone"])

    when = remind_through(session)

    # 07:45 in London is 13:15 in Kolkata: no longer the evening before.
    assert when[mentee.pk] == ["09 13:15", "10 12:15"]


# --- the clock ----------------------------------------------------------------------------------


def test_after_a_day_without_a_clock_what_is_useful_comes_once():
    session = a_session("2027-03-10", "14:00")

    sent = [remind_of_sessions(now=session.starts_at - timedelta(minutes=minutes)) for minutes in (40, 39, 5)]

    assert sent == [2, 0, 0]
    assert queued(mentee_of(session)) == [("session_reminder", 60)]


def test_after_a_day_without_a_clock_what_is_stale_does_not_come():
    session = a_session("2027-03-10", "14:00")

    assert remind_of_sessions(now=session.starts_at) == 0
    assert remind_of_sessions(now=session.starts_at + timedelta(minutes=10)) == 0


def test_a_reminder_that_the_post_could_not_take_in_time_does_not_come(mailbox):
    session = a_session("2027-03-10", "14:00")
    remind_of_sessions(now=session.starts_at - timedelta(minutes=30))
    Mail.objects.update(not_before=session.starts_at - timedelta(minutes=30))

    deliver_due(clock=lambda: session.starts_at)

    assert mailbox.messages == []
    assert set(Mail.objects.values_list("state", flat=True)) == {Mail.State.SKIPPED}


def test_who_booked_after_a_reminder_was_due_is_not_told_again():
    session = a_session("2027-03-10", "14:00")
    Seat.objects.update(answered_at=session.starts_at - timedelta(hours=10))

    remind_through(session)

    assert queued(mentee_of(session)) == [("session_reminder", 60)]


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_remind_once():
    session = a_session("2027-03-10", "14:00", mentees=3)
    now = session.starts_at - timedelta(hours=1)

    errors = [
        answer
        for answer in at_once(*[lambda: remind_of_sessions(now=now)] * 4)
        if isinstance(answer, Exception)
    ]

    assert errors == []
    assert Mail.objects.count() == 4


@pytest.mark.parametrize("sessions", [1, 3])
def test_the_clock_asks_few_questions_however_many_people_come(sessions, django_assert_num_queries):
    made = [a_session("2027-03-10", "14:00", mentees=4 * sessions) for _ in range(sessions)]

    # Sessions, seats, choices, known keys, the insert, and the two ends of the transaction.
    with django_assert_num_queries(7):
        remind_of_sessions(now=made[0].starts_at - timedelta(hours=1))

    assert Mail.objects.count() == sessions * (4 * sessions + 1)


# --- what it says -------------------------------------------------------------------------------


def arrived(mailbox, person):
    [mail] = [mail for mail in mailbox.messages if mail["To"] == person.email]
    return mail


def text_of(mail) -> str:
    return mail.get_body(("plain",)).get_content()


def send_at(now: datetime) -> None:
    remind_of_sessions(now=now)
    ask_for_needs(now=now)
    Mail.objects.update(not_before=now)
    deliver_due(clock=lambda: now)


def test_the_last_reminder_has_the_way_in_and_the_way_out(mailbox, settings):
    session = a_session("2027-03-10", "14:00", title="The circle", video_url="https://video.example/circle")

    send_at(session.starts_at - timedelta(hours=1))

    text = text_of(arrived(mailbox, mentee_of(session)))
    assert "https://video.example/circle" in text
    assert settings.PUBLIC_URL + reverse("meetings:needs", args=[session.pk]) in text
    assert f"{settings.PUBLIC_URL}/do/" in text
    assert "14:00–15:00" in text


def test_a_host_has_no_button_to_stay_away(mailbox, settings):
    session = a_session("2027-03-10", "14:00")

    send_at(session.starts_at - timedelta(hours=1))

    assert f"{settings.PUBLIC_URL}/do/" not in text_of(arrived(mailbox, session.host))


def test_the_way_in_is_not_in_the_mail_a_day_before(mailbox):
    session = a_session("2027-03-10", "14:00", video_url="https://video.example/circle")

    send_at(session.starts_at - timedelta(hours=24))

    assert "video.example" not in text_of(arrived(mailbox, mentee_of(session)))


def test_a_reminder_speaks_the_language_and_the_time_of_its_reader(mailbox):
    session = a_session("2027-03-10", "14:00", title="The circle")
    mentee = mentee_of(session)
    mentee.language, mentee.time_zone = "fr", "Europe/Paris"
    mentee.save(update_fields=["language", "time_zone"])

    send_at(session.starts_at - timedelta(hours=24))

    mail = arrived(mailbox, mentee)
    assert mail["Content-Language"] in (None, "fr")
    assert "mercredi 10 mars, 15:00–16:00" in text_of(mail)


def test_a_reminder_that_was_late_waits_for_the_morning_or_leaves_at_once_where_that_is_too_late(mailbox):
    early, late = a_session("2027-03-10", "07:45"), a_session("2027-03-10", "02:00")
    at_one = utc("2027-03-10T01:00")
    remind_of_sessions(now=at_one)
    Mail.objects.update(not_before=at_one)

    deliver_due(clock=lambda: at_one)

    assert {mail["To"] for mail in mailbox.messages} == {late.host.email, mentee_of(late).email}

    deliver_due(clock=lambda: utc("2027-03-10T07:31"))

    assert {mail["To"] for mail in mailbox.messages} >= {early.host.email, mentee_of(early).email}


@pytest.mark.parametrize("name", ["session_reminder", "session_agenda", "needs_prompt"])
def test_an_admin_cannot_read_links_that_act_for_somebody(name):
    assert kinds.find(name).is_private


# --- needs --------------------------------------------------------------------------------------


def test_who_comes_is_asked_five_days_before_what_they_need():
    session = a_session("2027-03-10", "14:00", mentees=3)

    asked = [
        ask_for_needs(now=session.starts_at - timedelta(**before))
        for before in ({"days": 5, "minutes": 1}, {"days": 5}, {"days": 4})
    ]

    assert asked == [0, 3, 0]
    assert {mail.person for mail in Mail.objects.all()} == set(mentees_of(session.mentorship))


def test_a_mentee_who_hosts_is_asked_and_the_mentor_is_not():
    mentorship = introduced()
    [mentee] = mentees_of(mentorship)
    session = SessionFactory(mentorship=mentorship, host=mentee, day=date(2027, 3, 10), at=time(14))
    Seat.objects.create(session=session, person=mentor_of(mentorship), state=Seat.State.GOING)

    ask_for_needs(now=session.starts_at - timedelta(days=5))

    assert [mail.person for mail in Mail.objects.all()] == [mentee]


def test_who_was_just_invited_is_asked_a_day_later_unless_it_is_too_near():
    session = a_session("2027-03-10", "14:00")
    Seat.objects.update(answered_at=session.starts_at - timedelta(days=3))

    assert ask_for_needs(now=session.starts_at - timedelta(days=3)) == 0
    assert ask_for_needs(now=session.starts_at - timedelta(days=2)) == 1

    Mail.objects.all().delete()
    Seat.objects.update(answered_at=session.starts_at - timedelta(days=2))

    assert ask_for_needs(now=session.starts_at - timedelta(days=1)) == 0


def test_the_question_what_one_needs_carries_the_link_and_nothing_else(mailbox, settings):
    session = a_session("2027-03-10", "14:00", video_url="https://video.example/circle")

    send_at(session.starts_at - timedelta(days=5))

    text = text_of(arrived(mailbox, mentee_of(session)))
    assert settings.PUBLIC_URL + reverse("meetings:needs", args=[session.pk]) in text
    assert "video.example" not in text


# --- the page -----------------------------------------------------------------------------------


def test_one_chooses_ones_own_reminders(signed_in_client):
    person, other = PersonFactory(), PersonFactory()

    signed_in_client(person).post(reverse("meetings:reminders"), {"minutes_before": ["60", "2880"]})

    assert choice_of(person) == [60, 2880]
    assert choice_of(other) == [1440, 60]


def test_choosing_none_is_a_choice(signed_in_client):
    person = PersonFactory()

    signed_in_client(person).post(reverse("meetings:reminders"), {})

    assert ReminderChoice.objects.get(person=person).minutes_before == []


def test_a_time_that_is_not_offered_is_refused(signed_in_client):
    person = PersonFactory()

    page = signed_in_client(person).post(reverse("meetings:reminders"), {"minutes_before": ["61"]})

    assert page.status_code == 200
    assert not ReminderChoice.objects.exists()


def test_the_page_needs_a_sign_in(client):
    assert client.get(reverse("meetings:reminders")).status_code == 302


# --- what would be sent ---------------------------------------------------------------------------


def test_a_dry_run_tells_what_the_clock_then_does():
    session = a_session(f"{timezone.localdate() + timedelta(days=1)}", "12:00", mentees=2)
    people = Person.objects.filter(pk__in=[mentee.pk for mentee in mentees_of(session.mentorship)])
    until = session.starts_at

    told = {
        (one.kind, one.key, one.due)
        for one in forecast.expected(people, until)
        if one.key.startswith("before")
    }

    assert not Mail.objects.exists()
    moments = sorted({due for _, _, due in told})
    for moment in moments:
        remind_of_sessions(now=moment)
    sent = Mail.objects.filter(person__in=people, key__in=[key for _, key, _ in told])
    assert sent.count() == len(told) > 0
