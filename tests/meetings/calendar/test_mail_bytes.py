"""Ten checks on the bytes of every mail that brings an event, as a real mail server received them."""

import re
from datetime import time

import icalendar
import pytest
from django.conf import settings

from meetings.models import Series
from meetings.services.seats import say_cannot
from meetings.services.series import Scope
from meetings.services.sessions import replace_host
from tests.meetings.calendar.planning import a_series, a_session, cancel, change, nth
from tests.meetings.calendar.reading import calendar_part, events_in, method_of
from tests.meetings.factories import introduced, mentees_of, mentor_of

pytestmark = pytest.mark.django_db

LONG = "Élan vital, 東京; a\\b, “quotes” and\na second line; " * 8


@pytest.fixture
def arrived(post, mailbox, settings):
    """(raw bytes, message) of every mail with an event from the life of a session and of a series."""
    settings.INBOX_URL = "imap://reader:secret@mail.example/INBOX"
    group = introduced(mentees=2)
    one, other = mentees_of(group)
    one.name = 'Zoë "Zo", née O’Brien; 李'
    one.save(update_fields=["name"])
    session = a_session(group, title="Café; salle 2, étage\\3", expect=LONG)
    series = a_series(group, days=8, every=Series.Every.FORTNIGHT, weeks=30)
    post()
    change(session, at=time(9))
    change(nth(series, 1), at=time(9))
    say_cannot(nth(series, 2), one)
    replace_host(nth(series, 3), other)
    post()
    change(nth(series, 4), scope=Scope.FOLLOWING, title="Another circle")
    cancel(nth(series, 3))
    post()
    cancel(session)
    cancel(nth(series, 0), scope=Scope.ALL)
    post()
    pairs = zip((raw for _, raw in mailbox.received), mailbox.messages, strict=True)
    found = [(raw, message) for raw, message in pairs if calendar_part(message)]
    assert {method_of(message) for _, message in found} == {"REQUEST", "CANCEL"}
    assert len(found) > 15
    return found


def test_ten_checks_on_every_mail(arrived):
    problems = [
        (check.__name__, message["Subject"])
        for raw, message in arrived
        for check in CHECKS
        if not check(raw, message)
    ]

    assert problems == []


def entries(message) -> list:
    return icalendar.Calendar.from_ical(events_in(message)).walk("VEVENT")


def the_event_is_the_last_alternative(raw, message):
    alternative = next(part for part in message.walk() if part.get_content_type() == "multipart/alternative")
    kinds = [part.get_content_type() for part in alternative.iter_parts()]
    return kinds == ["text/plain", "text/html", "text/calendar"]


def the_method_is_said_twice_and_alike(raw, message):
    calendar = icalendar.Calendar.from_ical(events_in(message))
    part = calendar_part(message)
    return part.get_param("method") == calendar["method"] and part.get_content_charset() == "utf-8"


def the_same_bytes_are_attached(raw, message):
    files = [part for part in message.walk() if part.get_filename() == "invite.ics"]
    return [part.get_payload(decode=True) for part in files] == [
        calendar_part(message).get_payload(decode=True)
    ]


def every_line_ends_and_folds_as_the_standard_says(raw, message):
    content = calendar_part(message).get_payload(decode=True)
    lines = content.split(b"\r\n")
    return lines[-1] == b"" and b"\n" not in b"".join(lines) and max(map(len, lines)) <= 75


def its_text_comes_back_as_it_was_written(raw, message):
    for entry in entries(message):
        description = str(entry["description"])
        if str(entry["summary"]).startswith("Café"):
            return str(entry["summary"]) == "Café; salle 2, étage\\3" and LONG.strip() in description
    return True


def the_organiser_is_the_sender_and_not_the_reader(raw, message):
    address = settings.DEFAULT_FROM_EMAIL.partition("<")[2].strip(">")
    return all(
        str(entry["organizer"]) == f"mailto:{address}"
        and address in message["From"]
        and str(entry["attendee"]) != str(entry["organizer"])
        for entry in entries(message)
    )


def the_reader_is_the_one_attendee(raw, message):
    others = re.findall(r"[\w.+-]+@[\w.-]+", re.sub(r"\r\n[ \t]", "", events_in(message)))
    sender = settings.DEFAULT_FROM_EMAIL.partition("<")[2].strip(">")
    return all(str(entry["attendee"]) == f"mailto:{message['To']}" for entry in entries(message)) and set(
        others
    ) <= {message["To"], sender}


def it_has_what_calendars_need(raw, message):
    needed = {"uid", "dtstamp", "sequence", "dtstart", "dtend", "summary", "status", "organizer", "attendee"}
    status = "CANCELLED" if method_of(message) == "CANCEL" else "CONFIRMED"
    return all(needed <= {name.lower() for name in entry} for entry in entries(message)) and all(
        str(entry["status"]) == status for entry in entries(message)
    )


def its_times_are_by_a_zone_that_it_brings_along(raw, message):
    text = re.sub(r"\r\n[ \t]", "", events_in(message))
    named = set(re.findall(r"TZID=\"?([^\":;]+)", text))
    return named == set(re.findall(r"^TZID:(.+?)\r?$", text, re.MULTILINE)) and "RDATE" not in text


def it_asks_for_an_answer_where_one_is_read(raw, message):
    asked = {str(entry["attendee"].params["RSVP"]) for entry in entries(message)}
    return asked == {"TRUE" if method_of(message) == "REQUEST" else "FALSE"}


CHECKS = [
    the_event_is_the_last_alternative,
    the_method_is_said_twice_and_alike,
    the_same_bytes_are_attached,
    every_line_ends_and_folds_as_the_standard_says,
    its_text_comes_back_as_it_was_written,
    the_organiser_is_the_sender_and_not_the_reader,
    the_reader_is_the_one_attendee,
    it_has_what_calendars_need,
    its_times_are_by_a_zone_that_it_brings_along,
    it_asks_for_an_answer_where_one_is_read,
]


def test_numbers_rise_with_every_mail_about_an_event(arrived):
    told: dict[tuple, int] = {}
    fallen = []
    for _, message in arrived:
        for entry in entries(message):
            key = message["To"], str(entry["uid"])
            if entry["sequence"] < told.get(key, -1):
                fallen.append(message["Subject"])
        told |= {(message["To"], str(entry["uid"])): entry["sequence"] for entry in entries(message)}

    assert fallen == []


def test_no_answer_is_asked_for_where_nobody_reads_one(post):
    a_session()

    assert all("RSVP=FALSE" in re.sub(r"\r\n[ \t]", "", events_in(message)) for message in post())


def test_the_link_of_the_call_is_in_the_invitation_and_not_in_the_offer_of_a_seat(post):
    group = introduced(mentees=2)
    a_session(group, seats=1)

    texts = {message["To"]: message.get_body(("plain",)).get_content() for message in post()}

    mentees = {person.email for person in mentees_of(group)}
    assert {to: "https://video.example/circle" in text for to, text in texts.items()} == {
        **dict.fromkeys(mentees, False),
        mentor_of(group).email: True,
    }
