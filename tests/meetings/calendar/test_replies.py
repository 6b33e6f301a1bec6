"""What people's calendars answer by mail is heeded for their own seat, and for nothing else."""

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import icalendar
import pytest
from django.utils import timezone

from meetings.models import CalendarReply, Seat
from meetings.services.replies import take
from meetings.services.seats import book_seat
from outbox import inbox
from outbox.models import Mail
from tests.meetings.calendar.planning import a_series, a_session, change, in_days, nth, seat_of
from tests.meetings.calendar.readers import by_icalendar
from tests.meetings.calendar.reading import events_in
from tests.meetings.factories import introduced, mentees_of, mentor_of

pytestmark = pytest.mark.django_db

GOING, CANNOT = Seat.State.GOING, Seat.State.CANNOT


@pytest.fixture
def group():
    return introduced(mentees=2)


@pytest.fixture
def mentee(group):
    return mentees_of(group)[0]


@pytest.fixture
def invited(post, mentee):
    """The event of the newest mail that this mentee got."""

    def read():
        texts = [events_in(message) for message in post() if message["To"] == mentee.email]
        return icalendar.Calendar.from_ical(texts[-1])

    return read


def answer(
    invitation, partstat: str, *, sender=None, without=(), seconds: int = 1, **changed
) -> EmailMessage:
    """The mail that a calendar sends when its owner presses a button, as Exchange writes it."""
    asked = next(entry for entry in invitation.walk("VEVENT") if "recurrence-id" not in entry)
    attendee = icalendar.vCalAddress(str(asked["attendee"]))
    attendee.params["PARTSTAT"] = partstat
    reply = icalendar.Event()
    for name in ("uid", "sequence", "dtstart", "dtend", "summary"):
        reply[name] = asked[name]
    reply.add("dtstamp", timezone.now() + timedelta(seconds=seconds))
    reply["attendee"] = attendee
    for name, value in changed.items():
        reply.pop(name.replace("_", "-"), None)
        reply.add(name.replace("_", "-"), value)
    for name in without:
        reply.pop(name)
    calendar = icalendar.Calendar()
    calendar.add("method", "REPLY")
    calendar.add_component(reply)
    message = EmailMessage()
    message["From"] = f"Somebody <{sender or str(attendee).removeprefix('mailto:')}>"
    message["Subject"] = "Accepted: The circle"
    message.set_content("")
    message.add_alternative(calendar.to_ical(), "text", "calendar", params={"method": "REPLY"})
    return message_from_bytes(message.as_bytes(), policy=policy.default)


def test_the_mailbox_offers_its_messages_to_this_handler():
    assert take in inbox._handlers


def test_accepting_is_an_answer(group, mentee, invited):
    session = a_session(group)
    before = seat_of(session, mentee).answered_at

    assert take(answer(invited(), "ACCEPTED"))

    seat = seat_of(session, mentee)
    assert (before, seat.state, seat.answered_at is not None) == (None, GOING, True)


def test_declining_frees_the_seat_and_costs_no_mail(group, mentee, invited, post):
    session = a_session(group, seats=1)
    book_seat(session, mentee)
    invitation = invited()

    assert take(answer(invitation, "DECLINED"))

    assert seat_of(session, mentee).state == CANNOT
    assert [message for message in post() if message["To"] == mentee.email] == []


def test_coming_after_all_invites_again(group, mentee, invited):
    session = a_session(group)
    take(answer(invited(), "DECLINED"))

    book_seat(session, mentee)

    assert invited()["method"] == "REQUEST"


def test_maybe_keeps_the_seat_and_tells_the_host(group, mentee, invited, post):
    session = a_session(group)

    assert take(answer(invited(), "TENTATIVE"))

    assert seat_of(session, mentee).state == GOING
    told = [(message["To"], message["Subject"].partition(":")[0]) for message in post()]
    assert told == [(mentor_of(group).email, f"{mentee.name} may not come")]


def test_coming_once_after_all_brings_the_series_back_with_that_session(group, mentee, invited):
    series = a_series(group)
    take(answer(invited(), "DECLINED"))

    book_seat(nth(series, 2), mentee)

    starts = [start for start, _ in by_icalendar(invited().to_ical().decode())]
    assert starts == [nth(series, 2).starts_at]


def test_one_answer_to_a_series_is_for_all_its_sessions(group, mentee, invited, post):
    series = a_series(group)

    assert take(answer(invited(), "DECLINED"))

    mine = Seat.objects.filter(person=mentee, session__series=series)
    assert set(mine.values_list("state", flat=True)) == {CANNOT}
    assert post() == []


def test_one_session_of_a_series_is_declined_alone(group, mentee, invited):
    series = a_series(group)
    second = nth(series, 1)

    assert take(answer(invited(), "DECLINED", recurrence_id=second.starts_at))

    states = Seat.objects.filter(person=mentee, session__series=series).order_by("session__starts_at")
    assert list(states.values_list("state", flat=True)) == [GOING, CANNOT, GOING, GOING, GOING, GOING]


def test_an_answer_to_a_day_that_the_series_does_not_have_is_left_to_a_person(group, mentee, invited):
    series = a_series(group)
    invitation = invited()
    between = nth(series, 1).starts_at + timedelta(days=1)

    assert not_heeded(answer(invitation, "DECLINED", recurrence_id=between), nth(series, 1))


def test_the_same_answer_twice_changes_nothing(group, mentee, invited):
    session = a_session(group)
    message = answer(invited(), "ACCEPTED")
    take(message)
    first = seat_of(session, mentee).answered_at

    assert take(message)

    assert seat_of(session, mentee).answered_at == first
    assert CalendarReply.objects.count() == 1


def test_an_older_answer_that_arrives_late_does_not_count(group, mentee, invited):
    session = a_session(group)
    invitation = invited()
    take(answer(invitation, "DECLINED", seconds=60))

    take(answer(invitation, "ACCEPTED", seconds=30))

    assert seat_of(session, mentee).state == CANNOT


def test_an_answer_to_the_time_before_it_moved_does_not_count(group, mentee, invited):
    session = a_session(group)
    before = invited()
    change(session, day=in_days(14))
    invited()

    assert not take(answer(before, "DECLINED"))
    assert seat_of(session, mentee).state == GOING


def not_heeded(message, session) -> bool:
    before = list(session.places.order_by("pk").values_list("state", "answered_at"))
    took = take(message)
    return not took and list(session.places.order_by("pk").values_list("state", "answered_at")) == before


def test_nobody_answers_for_somebody_else(group, mentee, invited):
    session = a_session(group)
    other = mentees_of(group)[1]
    invitation = invited()

    assert not_heeded(answer(invitation, "DECLINED", sender=other.email), session)
    assert not_heeded(answer(invitation, "DECLINED", sender="stranger@example.net"), session)


def test_nobody_gets_a_seat_by_answering_who_was_never_invited(group, mentee, invited):
    session = a_session(group, seats=1)
    book_seat(session, mentee)
    other = mentees_of(group)[1]
    address = icalendar.vCalAddress(f"mailto:{other.email}")
    address.params["PARTSTAT"] = "ACCEPTED"

    assert not_heeded(answer(invited(), "ACCEPTED", sender=other.email, attendee=address), session)


@pytest.mark.parametrize(
    "wrong",
    [
        {"uid": "of-another-programme"},
        {"sequence": -1},
        {"without": ["dtstamp"]},
        {"without": ["attendee"]},
    ],
)
def test_what_cannot_be_understood_is_left_to_a_person(wrong, group, mentee, invited):
    session = a_session(group)

    assert not_heeded(answer(invited(), "DECLINED", **wrong), session)


@pytest.mark.parametrize(
    "content", [b"", b"BEGIN:VCALENDAR", b"\xff\xfe\x00", b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n"]
)
def test_rubbish_is_no_answer(content):
    message = EmailMessage()
    message["From"] = "a@example.org"
    message.set_content("")
    message.add_attachment(content, "text", "calendar")

    assert not take(message)


def test_a_letter_without_a_calendar_is_none_of_its_business():
    message = EmailMessage()
    message["From"] = "a@example.org"
    message.set_content("I cannot come.")

    assert not take(message)


def test_the_host_asks_somebody_to_stand_in_instead(group, post):
    session = a_session(group)
    mentor = mentor_of(group)
    text = next(events_in(message) for message in post() if message["To"] == mentor.email)

    take(answer(icalendar.Calendar.from_ical(text), "DECLINED"))

    session.refresh_from_db()
    assert session.host == mentor
    assert Mail.objects.exclude(state=Mail.State.SENT).count() == 0
