"""Who comes to a session: book a seat, give it back, take one that is offered, keep one for every member.

Whatever changes the seats of a session holds its row first, so that people are admitted one after the other and the
waiting list has the order in which they arrived; nobody holds two sessions, so nobody waits in a circle. Behind it
stand the trigger that counts the seats and the constraint that they are never more than there are.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import DatabaseError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Person
from matching.errors import Refused
from meetings.models import Seat, Series, Session
from meetings.queries.seats import (
    sessions_to_reseat,
    sessions_to_settle,
    without_their_seat,
    without_their_session,
)
from meetings.services.offers import count_again, settle
from meetings.services.telling import tell_seat, tell_seat_gone

log = logging.getLogger(__name__)
State = Seat.State


class SeatsClosed(Refused):
    """The session was cancelled or has begun."""


class NoSeatNeeded(Refused):
    """The host and co-host are there anyway."""


class OfferOver(Refused):
    """The offer lapsed, was let go, or never was."""


@transaction.atomic
def book_seat(session: Session, person: Person, *, now: datetime | None = None) -> Seat:
    """A seat where one is free and nobody waits for it, else a place on the waiting list. Twice changes nothing.

    Raises SeatsClosed, NoSeatNeeded.
    """
    now = now or timezone.now()
    session = hold(session, now)
    refuse_hosts(session, person)
    settle(session, now)
    seat = seat_of(session, person)
    if seat.state in (State.WAITING, State.GOING, State.OFFERED):
        return seat if seat.state == State.WAITING else sit_down(seat, now)
    return sit_down(seat, now) if has_room(session) else queue_up(seat, now)


@transaction.atomic
def give_back(session: Session, person: Person, *, now: datetime | None = None) -> None:
    """Give back a seat, let an offer go or leave the waiting list; the next one is offered. Twice changes nothing.

    Raises SeatsClosed.
    """
    now = now or timezone.now()
    session = hold(session, now)
    seat = seat_of(session, person)
    if seat.pk and seat.state != State.CANNOT:
        stand_up(seat, session, now)
    settle(session, now)


@transaction.atomic
def leave_waiting(session: Session, person: Person, *, now: datetime | None = None) -> bool:
    """Leave the waiting list or let an offer go; False where the person has a seat by now, and keeps it.

    Raises SeatsClosed.
    """
    now = now or timezone.now()
    session = hold(session, now)
    seat = seat_of(session, person)
    if seat.state in (State.WAITING, State.OFFERED):
        stand_up(seat, session, now)
        settle(session, now)
    return seat.state != State.GOING


@transaction.atomic
def say_cannot(session: Session, person: Person, *, now: datetime | None = None) -> None:
    """Say that one cannot come, with a seat or without; who had one gives it back. Raises SeatsClosed, NoSeatNeeded."""
    now = now or timezone.now()
    session = hold(session, now)
    refuse_hosts(session, person)
    seat = seat_of(session, person)
    if seat.state != State.CANNOT or not seat.answered_at:
        stand_up(seat, session, now)
    settle(session, now)


@transaction.atomic
def take_offer(seat: Seat, *, now: datetime | None = None) -> Seat:
    """Take the seat that is offered. Twice changes nothing. Raises SeatsClosed, OfferOver."""
    now = now or timezone.now()
    session = hold(seat.session, now)
    # Before anything lapses: a refusal takes back what was written with it.
    seat = seat_of(session, seat.person)
    if seat.state == State.OFFERED and seat.offer_expires_at <= now:
        raise offer_over()
    if seat.state not in (State.OFFERED, State.GOING):
        raise offer_over()
    return sit_down(seat, now)


def expire_offers(*, now: datetime | None = None) -> int:
    """Let offers lapse and offer what is free to the next ones; returns how many sessions that touched."""
    now = now or timezone.now()
    return one_by_one(sessions_to_settle(now), lambda session: move_on(session, now=now))


def add_seats(session: Session, *, now: datetime | None = None) -> None:
    """After a session got more seats, or one for everybody: they go to whoever waits."""
    move_on(session, now=now or timezone.now())


@transaction.atomic
def move_on(session: Session, *, now: datetime) -> None:
    settle(held(session), now)


# --- Kept seats -------------------------------------------------------------------------------


@transaction.atomic
def seat_members(session: Session, *, now: datetime | None = None) -> list[Seat]:
    """Keep a seat for every member who has none, where seats are without number; free those of people who left.

    Returns the new seats; the caller tells their people.
    """
    now = now or timezone.now()
    session = held(session)
    Seat.objects.filter(session=session, person__in=[session.host_id, session.cohost_id]).delete()
    for seat in without_their_session(session):
        see_out(seat)
    kept = [keep_seat(session, person) for person in without_their_seat(session)]
    count_again(session)
    settle(session, now)
    return kept


def seat_newcomers(*, now: datetime | None = None) -> int:
    """Sessions to come follow who is in a mentorship; returns how many changed."""
    now = now or timezone.now()
    return one_by_one(sessions_to_reseat(now), lambda session: reseat(session, now))


@transaction.atomic
def reseat(session: Session, now: datetime) -> None:
    for seat in seat_members(session, now=now):
        tell_seat(seat)


@transaction.atomic
def leave_sessions(person: Person, *, now: datetime | None = None) -> None:
    """Somebody leaves the programme: their seats in sessions to come are free for others."""
    now = now or timezone.now()
    theirs = Seat.objects.filter(
        person=person, session__starts_at__gt=now, session__state=Session.State.PLANNED
    ).exclude(state=State.CANNOT)
    # In one order for everybody, so that two who leave at once never wait for each other.
    for session in Session.objects.filter(places__in=theirs).order_by("series_id", "pk"):
        give_back(session, person, now=now)


def keep_seat(session: Session, person: Person) -> Seat:
    seat = seat_of(session, person)
    seat.state, seat.answered_at = State.GOING, None
    seat.save()
    return seat


def see_out(seat: Seat) -> None:
    """Who left the mentorship or the cohort has said nothing, so that coming back finds a seat again."""
    was_going = seat.state == State.GOING
    write(seat, State.CANNOT, answered_at=None)
    if was_going:
        tell_seat_gone(seat)


def one_by_one(sessions: Iterable[Session], act: Callable[[Session], object]) -> int:
    """Each in a transaction of its own. One that fails must not keep the others waiting: the next round tries it again."""
    done = 0
    for session in sessions:
        try:
            act(session)
            done += 1
        except DatabaseError:
            log.exception(
                "The seats of session %s could not be settled; the next round tries again.", session.pk
            )
    return done


# --- Under the lock ---------------------------------------------------------------------------


def hold(session: Session, now: datetime) -> Session:
    """The session as it is now, held until the transaction ends. Raises SeatsClosed."""
    session = held(session)
    if session.is_cancelled:
        raise SeatsClosed(_("This session was cancelled, so there is nothing to book or to give back."))
    if session.starts_at <= now:
        starts = date_format(timezone.localtime(session.starts_at), "l j F, H:i")
        raise SeatsClosed(
            _("This session began on %(when)s, so its seats can no longer be changed. Tell the host instead.")
            % {"when": starts}
        )
    return session


def held(session: Session) -> Session:
    """Its series first where calendars hold that as one event: mail about a seat raises the number of the series."""
    if session.series_id and session.seats is None:
        Series.objects.select_for_update(no_key=True).filter(pk=session.series_id).first()
    # Without the key: a row that refers to the session may still be written meanwhile.
    return Session.objects.select_for_update(no_key=True).get(pk=session.pk)


def refuse_hosts(session: Session, person: Person) -> None:
    if person.pk in {session.host_id, session.cohost_id}:
        raise NoSeatNeeded(
            _(
                "You lead this session, so you need no seat. If you cannot come, ask somebody to stand in for you."
            )
        )


def has_room(session: Session) -> bool:
    """Whether a seat is free; as everything free has just been offered, nobody waits for it."""
    return session.seats is None or session.taken < session.seats


def seat_of(session: Session, person: Person) -> Seat:
    """The person's seat, or one that is not written yet."""
    return Seat.objects.filter(session=session, person=person).first() or Seat(session=session, person=person)


def offer_over() -> OfferOver:
    return OfferOver(_("This offer is over, and the seat went on. You can book again on the session’s page."))


def sit_down(seat: Seat, now: datetime) -> Seat:
    was_going = seat.state == State.GOING
    write(seat, State.GOING, answered_at=now)
    if not was_going:
        tell_seat(seat)
    return seat


def queue_up(seat: Seat, now: datetime) -> Seat:
    last = Seat.objects.filter(session=seat.session).aggregate(last=Max("queue_no"))["last"] or 0
    seat.queue_no = last + 1
    write(seat, State.WAITING, answered_at=now)
    return seat


def stand_up(seat: Seat, session: Session, now: datetime) -> None:
    was_going = seat.state == State.GOING
    write(seat, State.CANNOT, answered_at=now)
    count_again(session)
    if was_going:
        tell_seat_gone(seat)


def write(seat: Seat, state: str, *, answered_at: datetime | None) -> None:
    seat.state, seat.answered_at, seat.offer_expires_at = state, answered_at, None
    seat.save()
