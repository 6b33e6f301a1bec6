"""A group's sessions, in a real browser, with a real worker, clock, broker, database and mail server.

1. The mentor plans a series, every two weeks across the end of October, with five seats for six mentees.
2. Five book, the sixth waits. One gives the seat back; the sixth takes it from the mail, without signing in.
3. Three bring what they need, one anonymously; the mentor orders it.
4. The session is moved by a week, and another one cancelled: one mail each, and their calendars are right.
5. The day before, everybody gets the link to what people bring, and nothing of it.
6. Afterwards the mentor notes who was there, and writes shared notes.
7. No private sentence is in a dump of the database, in a log or in any mail.
"""

import logging
import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar
from playwright.sync_api import expect

from meetings.models import Seat, Session
from meetings.moments import span
from outbox.models import Mail
from tests.journeys import walking
from tests.journeys.walking import follow, link_to, mails_to, press, somebody, text_of, wait_for_mail
from tests.meetings.dumping import dump
from tests.meetings.factories import introduced, mentees_of, mentor_of

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("journeys"),
]

CIRCLE = "Nursing and midwifery circle"
LONDON = ZoneInfo("Europe/London")
A_MONTH_AGO = timezone.now() - timedelta(days=30)
NAMES = ["Samira Aziz", "Kwame Asante", "Ciara Doyle", "Piotr Kowalczyk", "Linh Tran", "Farhana Miah"]
VIDEO = "https://video.example/circle"
NOTES = "We agreed to bring the safety case to the quality committee together"
NEEDS = {
    "Samira Aziz": "How do I tell my board that the go-live has to wait",
    "Kwame Asante": "My safety case was ignored and I do not know whom to tell",
    "Ciara Doyle": "Whether to apply for the deputy post",
}


@pytest.fixture
def circle(db):
    circle = introduced(mentees=len(NAMES), name=CIRCLE)
    for person, name in zip(mentees_of(circle), NAMES, strict=True):
        rename(person, name)
    rename(mentor_of(circle), "Ngozi Okafor")
    return circle


def rename(person, name: str) -> None:
    person.name, person.email = name, name.lower().replace(" ", ".") + "@example.org"
    person.save(update_fields=["name", "email"])


def last_sunday_of_october() -> date:
    """The next one that is at least two weeks away."""
    today = timezone.localdate()
    ends = (date(year, 10, 31) for year in (today.year, today.year + 1))
    sundays = (day - timedelta(days=(day.weekday() + 1) % 7) for day in ends)
    return next(day for day in sundays if day > today + timedelta(weeks=2))


def test_a_group_meets_across_the_end_of_october(
    browser, live_server, worker, mailbox, circle, caplog, tmp_path
):
    caplog.set_level(logging.DEBUG)
    first_day = last_sunday_of_october() - timedelta(days=5)
    ngozi, mentees = mentor_of(circle), {one.name: one for one in mentees_of(circle)}

    with somebody(browser, live_server.url) as mentor, somebody(browser, live_server.url) as mentee:
        walking.be(mentor, ngozi)
        plan_series(mentor, circle, first_day)
        first, second, third = Session.objects.order_by("day")
        assert [row.starts_at.astimezone(LONDON).strftime("%H:%M") for row in (first, second, third)] == [
            "18:00"
        ] * 3
        assert second.starts_at - first.starts_at == timedelta(days=14, hours=1)

        book_all(mentee, first, mentees, mailbox)
        give_back_and_take_from_the_mail(mentee, first, mentees, mailbox)
        bring_needs(mentee, first, mentees)
        order_needs(mentor, first)
        move_by_a_week(mentor, first, mentees, mailbox)
        cancel_one(mentor, second, third, mentees, mailbox)
        agenda_the_day_before(first, mentees, mailbox)
        note_afterwards(mentor, first)

    places = {
        "the database": dump(tmp_path),
        "our log": caplog.text,
        "the worker's log": (tmp_path / "worker.log").read_text(),
        "mail": "".join(part for message in mailbox.messages for part in texts_of(message)),
    }
    assert CIRCLE in places["the database"]
    assert CIRCLE in places["mail"]
    private = [*NEEDS.values(), NOTES]
    assert [(name, words) for name, text in places.items() for words in private if words in text] == []


def plan_series(page, circle, day: date) -> None:
    page.goto(reverse("matching:mentorship", args=[circle.pk]))
    follow(page, "Plan a series")
    page.get_by_label("Title").fill(CIRCLE)
    page.get_by_label("Day", exact=True).fill(day.isoformat())
    page.get_by_label("Starts at").fill("18:00")
    page.get_by_label("every two weeks").check()
    page.get_by_label("Until").fill((day + timedelta(weeks=4)).isoformat())
    page.get_by_label("Link of the video call").fill(VIDEO)
    page.get_by_label("Seats").fill("5")
    press(page, "Plan the series")
    expect(page.get_by_role("heading", name=CIRCLE).first).to_be_visible()
    assert Session.objects.count() == 3


def book_all(page, session, mentees, mailbox) -> None:
    """Five find a seat; the sixth is told that they wait."""
    for name, person in mentees.items():
        (asked,) = wait_for_mail(mailbox, person.email, "Book your seats")
        assert VIDEO not in text_of(asked)
        walking.be(page, person)
        page.goto(reverse("meetings:session", args=[session.pk]))
        assert VIDEO not in page.content()
        is_last = name == NAMES[-1]
        press(page, "Join the waiting list" if is_last else "Book a seat")
        if is_last:
            expect(page.get_by_text("You are number 1 of 1 on the waiting list")).to_be_visible()
        else:
            expect(seats_of(page).get_by_text("You are going")).to_be_visible()
            (seat,) = wait_for_mail(mailbox, person.email, "Your seat:")
            assert VIDEO in text_of(seat)


def give_back_and_take_from_the_mail(page, session, mentees, mailbox) -> None:
    piotr, farhana = mentees["Piotr Kowalczyk"], mentees["Farhana Miah"]
    walking.be(page, piotr)
    page.goto(reverse("meetings:session", args=[session.pk]))
    press(page, "Give the seat back")
    (gone,) = wait_for_mail(mailbox, piotr.email, "Not in your calendar any more")
    assert method_of(gone) == "CANCEL"

    (offer,) = wait_for_mail(mailbox, farhana.email, "A seat is free")
    page.context.clear_cookies()
    link = link_to(offer, "/do/")
    page.goto(link)
    assert Seat.objects.get(session=session, person=farhana).state == Seat.State.OFFERED
    page.get_by_role("main").get_by_role("button").click()
    (seat,) = wait_for_mail(mailbox, farhana.email, "Your seat:")
    assert method_of(seat) == "REQUEST"
    assert starts(seat) == session.starts_at
    assert going(session) == {name for name in NAMES if name != "Piotr Kowalczyk"}


def bring_needs(page, session, mentees) -> None:
    for name, words in NEEDS.items():
        walking.be(page, mentees[name])
        page.goto(reverse("meetings:raise_need", args=[session.pk]))
        page.get_by_role("textbox").first.fill(words)
        if name == "Kwame Asante":
            page.get_by_label(re.compile("anonymous|without my name", re.IGNORECASE)).check()
        press(page, "Put it on the list")
        expect(page.get_by_text(words)).to_be_visible()


def order_needs(page, session) -> None:
    page.goto(reverse("meetings:needs", args=[session.pk]))
    board = page.locator("#needs li.need .need-body")
    expect(board).to_have_count(len(NEEDS))
    expect(page.locator("#needs")).not_to_contain_text("Kwame")
    last = board.last.inner_text()
    page.get_by_role("button", name="Move up").last.click()
    expect(board.nth(1)).to_have_text(last)


def move_by_a_week(page, session, mentees, mailbox) -> None:
    page.goto(reverse("meetings:edit_session", args=[session.pk]))
    page.get_by_label("Day", exact=True).fill((session.day + timedelta(weeks=1)).isoformat())
    page.get_by_label("this session alone").check()
    press(page, "Save the changes")
    session.refresh_from_db()
    for name in sorted(going(session)):
        (changed,) = wait_for_mail(mailbox, mentees[name].email, "Changed:")
        assert (method_of(changed), starts(changed)) == ("REQUEST", session.starts_at)
        assert sequence(changed) > sequence(mails_to(mailbox, mentees[name].email, "Your seat:")[-1])
    assert mails_to(mailbox, mentees["Piotr Kowalczyk"].email, "Changed:") == []


def cancel_one(page, session, kept, mentees, mailbox) -> None:
    """Linh has a seat in both of the others; one of them is called off."""
    linh = mentees["Linh Tran"]
    with somebody(page.context.browser, page.url.partition("/sessions")[0]) as other:
        walking.be(other, linh)
        for one in (session, kept):
            other.goto(reverse("meetings:session", args=[one.pk]))
            press(other, "Book a seat")
            expect(seats_of(other).get_by_text("You are going")).to_be_visible()
    wait_for_mail(mailbox, linh.email, "Your seat:", count=3)
    page.goto(reverse("meetings:cancel_session", args=[session.pk]))
    page.get_by_role("main").get_by_role("button").first.click()
    (cancelled,) = wait_for_mail(mailbox, linh.email, "Cancelled:")
    assert (method_of(cancelled), starts(cancelled)) == ("CANCEL", session.starts_at)
    assert in_the_calendar_of(linh, mailbox) == set(
        Session.objects.exclude(pk=session.pk).values_list("starts_at", flat=True)
    )


def agenda_the_day_before(session, mentees, mailbox) -> None:
    begin(session, timezone.now() + timedelta(hours=23))
    (agenda,) = wait_for_mail(mailbox, "ngozi.okafor@example.org", "what people bring", seconds=90)
    assert reverse("meetings:needs", args=[session.pk]) in text_of(agenda)
    for name in going(session):
        (reminder,) = wait_for_mail(mailbox, mentees[name].email, f": {CIRCLE}", count=1)[-1:]
        assert reverse("meetings:needs", args=[session.pk]) in text_of(reminder)
    assert mails_to(mailbox, mentees["Piotr Kowalczyk"].email, "at ") == []


def note_afterwards(page, session) -> None:
    begin(session, timezone.now() - timedelta(hours=2))
    page.goto(reverse("meetings:attendance", args=[session.pk]))
    page.get_by_label("Linh Tran").uncheck()
    press(page, "Keep this")
    assert set(Seat.objects.filter(session=session, attended=True).values_list("person__name", flat=True)) == {
        "Samira Aziz", "Kwame Asante", "Ciara Doyle", "Farhana Miah",
    }  # fmt: skip
    page.goto(reverse("meetings:notes", args=[session.pk]))
    page.get_by_role("textbox").first.fill(NOTES)
    press(page, "Save the shared notes")
    page.goto(reverse("meetings:session", args=[session.pk]))
    expect(page.get_by_text(NOTES)).to_be_visible()


def begin(session, moment: datetime) -> None:
    """Time passes until this session begins then; what was booked was booked long before."""
    Session.objects.filter(pk=session.pk).update(created_at=A_MONTH_AGO)
    Seat.objects.filter(session=session).update(created_at=A_MONTH_AGO, answered_at=A_MONTH_AGO)
    there = moment.astimezone(LONDON)
    starts_at, ends_at = span(there.date(), there.time(), "Europe/London", session.minutes)
    Session.objects.filter(pk=session.pk).update(
        day=there.date(), at=there.time(), starts_at=starts_at, ends_at=ends_at
    )
    # Mails about the day it had are of the past, too.
    Mail.objects.filter(state=Mail.State.QUEUED, not_before__gt=timezone.now()).delete()


def seats_of(page):
    return page.locator("#seats")


def going(session) -> set[str]:
    seats = Seat.objects.filter(session=session, state=Seat.State.GOING)
    return set(seats.values_list("person__name", flat=True))


# --- What a calendar program reads ----------------------------------------------------------------


def texts_of(message) -> list[str]:
    """Every part that is text, as a reader sees it."""
    return [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]


def event_in(message):
    part = next(part for part in message.walk() if part.get_content_type() == "text/calendar")
    calendar = Calendar.from_ical(part.get_content())
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def method_of(message) -> str:
    return str(event_in(message)[0]["METHOD"])


def starts(message) -> datetime:
    return event_in(message)[1].decoded("DTSTART")


def sequence(message) -> int:
    return int(event_in(message)[1]["SEQUENCE"])


def in_the_calendar_of(person, mailbox) -> set[datetime]:
    """What the mails leave there, in the order in which they came."""
    held = {}
    for message in mailbox.messages:
        if person.email in message["To"] and any(
            part.get_content_type() == "text/calendar" for part in message.walk()
        ):
            uid = str(event_in(message)[1]["UID"])
            if method_of(message) == "CANCEL":
                held.pop(uid, None)
            else:
                held[uid] = starts(message)
    return set(held.values())
