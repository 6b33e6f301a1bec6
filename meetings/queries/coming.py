"""Sessions as lists show them: with my own seat, in one query."""

from datetime import datetime, timedelta

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Person
from meetings.models import Seat, Session
from meetings.queries.sessions import visible_to, with_people

# A session that was called off far ahead is no news for so long.
CANCELLED_SHOWN = timedelta(days=14)

GOING, OFFERED, WAITING = Seat.State.GOING, Seat.State.OFFERED, Seat.State.WAITING


def with_my_seat(sessions: QuerySet[Session], person: Person) -> QuerySet[Session]:
    """`my_state`, `my_answered_at`, `my_offer_expires_at`, `my_place` in the queue and how many are `waiting`."""
    mine = Seat.objects.filter(session=OuterRef("pk"), person=person)
    before_me = Seat.objects.filter(
        session=OuterRef("session"), state=WAITING, queue_no__lte=OuterRef("queue_no")
    )
    place = mine.filter(state=WAITING).annotate(place=Coalesce(count_of(before_me), 0))
    waiting = Seat.objects.filter(session=OuterRef("pk"), state=WAITING)
    return with_people(sessions).annotate(
        my_state=Subquery(mine.values("state")[:1]),
        my_answered_at=Subquery(mine.values("answered_at")[:1]),
        my_offer_expires_at=Subquery(mine.values("offer_expires_at")[:1]),
        my_place=Subquery(place.values("place")[:1]),
        waiting=Coalesce(count_of(waiting), 0),
    )


def count_of(seats: QuerySet[Seat]) -> Subquery:
    rows = seats.order_by().values("session").annotate(number=Count("pk")).values("number")
    return Subquery(rows, output_field=IntegerField())


def to_come_for(person: Person, now: datetime) -> QuerySet[Session]:
    """What has not ended yet, soonest first."""
    shown = Q(state=Session.State.PLANNED) | Q(starts_at__lt=now + CANCELLED_SHOWN)
    coming = visible_to(person).filter(shown, ends_at__gt=now)
    return with_my_seat(coming, person).order_by("starts_at", "pk")


def past_for(person: Person, now: datetime) -> QuerySet[Session]:
    """What was, latest first."""
    past = visible_to(person).filter(ends_at__lte=now, state=Session.State.PLANNED)
    return with_my_seat(past, person).order_by("-starts_at", "-pk")


def mine(sessions: QuerySet[Session], person: Person) -> QuerySet[Session]:
    """Of my mentorships, that I lead, or that I have asked for a seat in."""
    asked = Q(my_state__in=[GOING, OFFERED, WAITING])
    return sessions.filter(Q(mentorship__isnull=False) | Q(host=person) | Q(cohost=person) | asked)


def open_ones(sessions: QuerySet[Session]) -> QuerySet[Session]:
    return sessions.filter(mentorship=None)


def next_of(mentorship, person: Person, now: datetime, most: int) -> QuerySet[Session]:
    """The next sessions of one mentorship."""
    return to_come_for(person, now).filter(mentorship=mentorship)[:most]


def hosted_by(person: Person) -> QuerySet[Session]:
    return Session.objects.filter(Q(host=person) | Q(cohost=person)).order_by("starts_at", "pk")


def seats_of(person: Person) -> QuerySet[Seat]:
    return (
        Seat.objects.filter(person=person)
        .annotate(starts_at=F("session__starts_at"))
        .select_related("session")
        .order_by("starts_at", "pk")
    )
