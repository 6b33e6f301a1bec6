"""The waiting list moves on by itself: what is free is offered to whoever waits longest, for so many hours."""

from datetime import datetime, timedelta

from accounts.models import Person
from meetings.models import Seat, Session
from meetings.queries.seats import is_open
from meetings.services.telling import tell_offer, tell_seat
from outbox.quiet import morning_after

OFFER_LASTS = timedelta(hours=24)
SOON = timedelta(days=3)
OFFER_LASTS_SOON = timedelta(hours=4)

State = Seat.State


def settle(session: Session, now: datetime) -> None:
    """Let what lapsed go, then offer what is free. The caller holds the session's row, and read `taken` with it."""
    let_lapse(session, now)
    if not is_open(session, now):
        return
    if session.seats is None:
        seat_everybody(session, now)
    elif session.taken < session.seats:
        offer_free_seats(session, now)


def let_lapse(session: Session, now: datetime) -> None:
    """Who did not answer leaves the list without having said no, and may book again."""
    lapsed = session.places.filter(state=State.OFFERED, offer_expires_at__lte=now)
    if lapsed.update(state=State.CANNOT, offer_expires_at=None, answered_at=None):
        count_again(session)


def offer_free_seats(session: Session, now: datetime) -> None:
    free = session.seats - session.taken
    for seat in waiting_in(session)[:free]:
        offer(seat, session, now)
    count_again(session)


def count_again(session: Session) -> None:
    """The trigger has counted; what was read before is old."""
    session.refresh_from_db(fields=["taken"])


def seat_everybody(session: Session, now: datetime) -> None:
    """Seats without number: nobody waits any longer."""
    for seat in session.places.filter(state__in=[State.WAITING, State.OFFERED]).select_related("person"):
        seat.state, seat.offer_expires_at, seat.answered_at = State.GOING, None, now
        seat.save(update_fields=["state", "offer_expires_at", "answered_at"])
        tell_seat(seat)


def waiting_in(session: Session):
    return session.places.filter(state=State.WAITING).select_related("person").order_by("queue_no")


def offer(seat: Seat, session: Session, now: datetime) -> None:
    seat.state, seat.offer_expires_at = State.OFFERED, offer_ends(session, seat.person, now)
    seat.save(update_fields=["state", "offer_expires_at"])
    tell_offer(seat)


def offer_ends(session: Session, person: Person, now: datetime) -> datetime:
    """A day; four hours shortly before the session, of which none pass in the reader's night; never past the start."""
    if session.starts_at - now > SOON:
        ends = now + OFFER_LASTS
    else:
        ends = (morning_after(now, person.zone) or now) + OFFER_LASTS_SOON
    return min(ends, session.starts_at)
