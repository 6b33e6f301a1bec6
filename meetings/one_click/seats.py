"""What a link in a mail may do about a seat, without signing in."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Person
from matching.errors import Refused
from meetings.models import Seat, Session
from meetings.one_click import Action, Question, register
from meetings.queries.seats import is_open
from meetings.queries.sessions import visible_to
from meetings.seat_words import booked
from meetings.services import seats

State = Seat.State


class NotYours(Refused):
    """The person left the mentorship or the cohort since the mail was written."""


def register_actions() -> None:
    for action in ACTIONS:
        register(action)


def ask_going(person: Person, pk: int) -> Question | None:
    session, state, has_answered = standing(person, pk)
    if session is None or state == State.WAITING or (state == State.GOING and has_answered):
        return None
    button = _("I am going") if session.seats is None else _("Book a seat")
    return Question(_("Do you come?"), in_words(session), button)


def ask_cannot(person: Person, pk: int) -> Question | None:
    session, state, has_answered = standing(person, pk)
    if session is None or (state == State.CANNOT and has_answered):
        return None
    return Question(_("Can you not come?"), in_words(session), _("I cannot come"))


def ask_take_seat(person: Person, pk: int) -> Question | None:
    session, state, _has_answered = standing(person, pk)
    if session is None or state != State.OFFERED:
        return None
    return Question(_("A seat is free for you"), in_words(session), _("Take the seat"))


def ask_leave_waiting(person: Person, pk: int) -> Question | None:
    session, state, _has_answered = standing(person, pk)
    if session is None or state not in (State.WAITING, State.OFFERED):
        return None
    if state == State.OFFERED:
        return Question(_("Let the seat go?"), in_words(session), _("Let it go"))
    return Question(_("Leave the waiting list?"), in_words(session), _("Leave the waiting list"))


def go(person: Person, pk: int) -> str:
    return booked(seats.book_seat(found(person, pk), person))


def say_cannot(person: Person, pk: int) -> str:
    seats.say_cannot(found(person, pk), person)
    return _("Thank you for saying so. If that changes, you can come after all.")


def take_seat(person: Person, pk: int) -> str:
    seat = Seat.objects.filter(session=found(person, pk), person=person).first()
    if seat is None:
        raise seats.offer_over()
    return booked(seats.take_offer(seat))


def leave_waiting(person: Person, pk: int) -> str:
    """Never a seat that one has by now: the link says "leave the list", not "give back"."""
    session = found(person, pk)
    if seats.leave_waiting(session, person):
        return _("Done. The next one in line is asked. Thank you for letting us know.")
    return _("You have a seat by now, and it is still yours. To give it back, open the session’s page.")


def standing(person: Person, pk: int) -> tuple[Session | None, str, bool]:
    """The session while its seats can change, with this person's state and whether they said something."""
    session = visible_to(person).filter(pk=pk).first()
    if session is None or not is_open(session) or person.pk in {session.host_id, session.cohost_id}:
        return None, "", False
    seat = Seat.objects.filter(session=session, person=person).first()
    return session, seat.state if seat else "", bool(seat and seat.answered_at)


def found(person: Person, pk: int) -> Session:
    session = visible_to(person).filter(pk=pk).first()
    if session is None:
        raise NotYours(_("This session is no longer one of yours, so there is nothing to change."))
    return session


def in_words(session: Session) -> str:
    starts = timezone.localtime(session.starts_at)
    return _("%(title)s, %(day)s at %(time)s") % {
        "title": session.title,
        "day": date_format(starts, "l j F"),
        "time": date_format(starts, "H:i"),
    }


ACTIONS = [
    Action("going", ask_going, go),
    Action("cannot", ask_cannot, say_cannot),
    Action("take_seat", ask_take_seat, take_seat),
    Action("leave_waiting", ask_leave_waiting, leave_waiting),
]
