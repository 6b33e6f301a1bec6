"""What is held about a person's sessions: for their export, and what leaving the programme does to the others."""

from django.utils import timezone

from accounts import personal_data
from accounts.models import Person
from meetings.models import Seat, Session
from meetings.queries.coming import hosted_by, seats_of
from meetings.services.hosts import step_down
from meetings.services.seats import leave_sessions


def register_personal_data() -> None:
    personal_data.register("sessions", export=export, erase=erase)


def export(person: Person) -> dict:
    return {
        "sessions_hosted": [in_words(session) for session in hosted_by(person)],
        "seats": [seat_in_words(seat) for seat in seats_of(person)],
    }


def in_words(session: Session) -> dict:
    return {
        "title": session.title,
        "what_to_expect": session.expect,
        "starts_at": session.starts_at,
        "minutes": session.minutes,
        "video_url": session.video_url,
        "room": session.room,
        "state": session.state,
    }


def seat_in_words(seat: Seat) -> dict:
    return {
        "session": seat.session.title,
        "starts_at": seat.session.starts_at,
        "state": seat.state,
        "answered_at": seat.answered_at,
        "attended": seat.attended,
    }


def erase(person: Person) -> None:
    """Others lead what they were to host, and their seats are free."""
    now = timezone.now()
    step_down(person, now=now)
    leave_sessions(person, now=now)
