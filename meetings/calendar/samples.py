"""Invented sessions, so that every mail about one can be looked at without anybody's data."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from accounts.models import Person
from meetings.calendar.letters import Letter, context_of
from meetings.models import Series, Session
from meetings.moments import span
from meetings.recurrence import days_of

AT, ZONE, MINUTES = time(17, 30), "Europe/London", 60
HOST = Person(pk=-1, name="Ngozi Okafor", email="ngozi@hospital.example")
READER = Person(pk=-2, name="Samira Haddad", email="samira.haddad@example.org")


def session(*, is_host: bool = False) -> dict:
    planned = Session(pk=0, **details())
    planned.starts_at, planned.ends_at = times_on(planned.day)
    return {**context_of(Letter(planned, READER, is_host, [])), "has_waited": False}


def series(*, is_host: bool = False) -> dict:
    planned = Series(
        pk=0,
        mentorship_id=0,
        every=Series.Every.FORTNIGHT,
        until=details()["day"] + timedelta(weeks=10),
        **details(),
    )
    sessions = [
        Session(pk=0, title=planned.title, starts_at=times_on(day)[0], ends_at=times_on(day)[1])
        for day in days_of(planned.day, planned.every, planned.until)
    ]
    return {**context_of(Letter(planned, READER, is_host, sessions)), "has_waited": False}


def offer() -> dict:
    until = timezone.now() + timedelta(hours=24)
    return session() | {"until": until, "take_url": link(), "let_go_url": link()}


def unsure() -> dict:
    return session(is_host=True) | {"about": READER}


def link() -> str:
    return session()["cannot_url"]


def details() -> dict:
    day = timezone.localdate() + timedelta(days=10)
    return {
        "title": "Digital nursing circle",
        "host": HOST,
        "day": day,
        "at": AT,
        "zone": ZONE,
        "minutes": MINUTES,
        "video_url": "https://video.example/circle",
        "seats": 5,
    }


def times_on(day: date) -> tuple[datetime, datetime]:
    return span(day, AT, ZONE, MINUTES)
