"""The seats of a session as its people see them, and which of them wait for the clock."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Person
from matching.models import Application, Member, Mentorship
from meetings.models import Seat, Session
from meetings.queries.sessions import runs_it, visible_to

State = Seat.State
HELD = [State.GOING, State.OFFERED, State.WAITING]
# Neither a seat nor an answer: an offer lapsed, or somebody left and is back.
SAID_NOTHING = Q(state=State.CANNOT, answered_at=None)


def is_open(session: Session, now: datetime | None = None) -> bool:
    """Whether seats can still be booked and given back."""
    return not session.is_cancelled and session.starts_at > (now or timezone.now())


# --- What the page of a session shows ---------------------------------------------------------


@dataclass(frozen=True)
class SeatsPart:
    """The seats of one session through the eyes of `person`."""

    session: Session
    person: Person
    runs_it: bool
    seats: list[Seat]

    @cached_property
    def mine(self) -> Seat | None:
        return next((seat for seat in self.seats if seat.person_id == self.person.pk), None)

    @property
    def is_open(self) -> bool:
        return is_open(self.session)

    @property
    def has_begun(self) -> bool:
        return self.session.starts_at <= timezone.now()

    @property
    def is_host(self) -> bool:
        return self.person.pk in {self.session.host_id, self.session.cohost_id}

    @property
    def is_going(self) -> bool:
        return self._am(State.GOING)

    @property
    def is_kept(self) -> bool:
        """A seat is mine without my having said anything."""
        return self.is_going and self.mine.answered_at is None

    @property
    def is_offered(self) -> bool:
        return self._am(State.OFFERED) and self.mine.offer_expires_at > timezone.now()

    @property
    def is_waiting(self) -> bool:
        return self._am(State.WAITING)

    @property
    def said_no(self) -> bool:
        return self._am(State.CANNOT) and self.mine.answered_at is not None

    @property
    def offer_lapsed(self) -> bool:
        return self._am(State.CANNOT) and self.mine.answered_at is None and self.mine.queue_no is not None

    @cached_property
    def place_in_queue(self) -> int:
        return 1 + [seat.person_id for seat in self.waiting].index(self.person.pk)

    @cached_property
    def free(self) -> int | None:
        """Seats that can be booked at once; None where there is one for everybody."""
        if self.session.seats is None:
            return None
        return 0 if self.waiting else max(self.session.seats - len(self._in(State.GOING, State.OFFERED)), 0)

    @property
    def must_wait(self) -> bool:
        return self.free == 0

    @property
    def going(self) -> list[Seat]:
        return self._in(State.GOING)

    @property
    def waiting(self) -> list[Seat]:
        return sorted(self._in(State.WAITING), key=lambda seat: seat.queue_no)

    @property
    def offered(self) -> list[Seat]:
        return self._in(State.OFFERED)

    @property
    def cannot(self) -> list[Seat]:
        return [seat for seat in self._in(State.CANNOT) if seat.answered_at]

    @property
    def shows_names(self) -> bool:
        """People of a mentorship know each other; who comes to an open session is its hosts' to know."""
        return self.runs_it or self.session.mentorship_id is not None

    @property
    def may_note_attendance(self) -> bool:
        return self.runs_it and self.has_begun and not self.session.is_cancelled

    @property
    def in_words(self) -> str:
        return seats_in_words(self.free, len(self.going), len(self.waiting))

    def _am(self, state: str) -> bool:
        return self.mine is not None and self.mine.state == state

    def _in(self, *states: str) -> list[Seat]:
        return [seat for seat in self.seats if seat.state in states]


def part_for(session: Session, person: Person) -> SeatsPart:
    seats = session.places.select_related("person").order_by("person__sort_key", "pk")
    return SeatsPart(session, person, runs_it(person, session), list(seats))


def seats_in_words(free: int | None, going: int, waiting: int) -> str:
    if free is None:
        return ngettext("%(going)s person has a seat", "%(going)s people have a seat", going) % {
            "going": going
        }
    if free:
        return ngettext("%(free)s place left", "%(free)s places left", free) % {"free": free}
    if waiting:
        return ngettext("Full, %(waiting)s person waits", "Full, %(waiting)s people wait", waiting) % {
            "waiting": waiting
        }
    return _("Full")


# --- Who is to have a seat --------------------------------------------------------------------


def without_their_seat(session: Session) -> QuerySet[Person]:
    """Members for whom a seat is to be kept and who have none; never those who said that they cannot."""
    if session.seats is not None or session.mentorship_id is None:
        return Person.objects.none()
    placed = Seat.objects.exclude(SAID_NOTHING).filter(session=session)
    members = members_of(session.mentorship_id).exclude(person__in=placed.values("person"))
    return Person.objects.filter(
        pk__in=members.exclude(person__in=hosts_of(session)).values("person")
    ).order_by("pk")


def without_their_session(session: Session) -> QuerySet[Seat]:
    """Seats of people who are no longer in the mentorship, cohort or stream."""
    return seats_of_leavers(Seat.objects.filter(session=session)).select_related("person").order_by("pk")


def sessions_to_reseat(now: datetime) -> QuerySet[Session]:
    """Sessions to come in which a member has no seat, or somebody has one who left."""
    placed = Seat.objects.exclude(SAID_NOTHING).filter(
        session=OuterRef(OuterRef("pk")), person=OuterRef("person")
    )
    # Coalesce: nothing is unequal to a host who is not there.
    newcomers = members_of(OuterRef("mentorship")).filter(
        ~Exists(placed),
        ~Q(person_id=Coalesce(OuterRef("host_id"), Value(0))),
        ~Q(person_id=Coalesce(OuterRef("cohost_id"), Value(0))),
    )
    leavers = seats_of_leavers(Seat.objects.filter(session=OuterRef("pk")))
    to_come = Session.objects.filter(state=Session.State.PLANNED, starts_at__gt=now)
    return to_come.filter(Q(Exists(newcomers), seats=None) | Q(Exists(leavers))).order_by("pk")


def members_of(mentorship) -> QuerySet[Member]:
    return Member.objects.filter(
        mentorship=mentorship, mentorship__state=Mentorship.State.INTRODUCED, left_at=None
    )


def seats_of_leavers(seats: QuerySet[Seat]) -> QuerySet[Seat]:
    member = members_of(OuterRef("session__mentorship")).filter(person=OuterRef("person"))
    accepted = Application.objects.filter(
        cohort=OuterRef("session__cohort"), person=OuterRef("person"), state=Application.State.ACCEPTED
    )
    of_the_stream = accepted.filter(stream=OuterRef("session__stream"))
    return seats.filter(state__in=HELD).filter(
        ~Exists(member),
        ~(Q(session__stream=None) & Exists(accepted)),
        ~(Q(session__stream__isnull=False) & Exists(of_the_stream)),
    )


def hosts_of(session: Session) -> list[int]:
    return [pk for pk in (session.host_id, session.cohost_id) if pk]


# --- What waits for the clock -----------------------------------------------------------------


def sessions_to_settle(now: datetime) -> QuerySet[Session]:
    """Sessions with an offer that has lapsed, or with a free seat and somebody who waits for it."""
    lapsed = Seat.objects.filter(session=OuterRef("pk"), state=State.OFFERED, offer_expires_at__lte=now)
    waiting = Seat.objects.filter(session=OuterRef("pk"), state=State.WAITING)
    has_room = Q(seats=None) | Q(taken__lt=F("seats"))
    to_come = Q(state=Session.State.PLANNED, starts_at__gt=now)
    due = Q(Exists(lapsed)) | to_come & has_room & Q(Exists(waiting))
    return Session.objects.filter(due).order_by("pk")


# --- Attendance -------------------------------------------------------------------------------


def attendance_can_be_noted(session: Session) -> bool:
    """Whether there is anything to note yet."""
    return not session.is_cancelled and session.starts_at <= timezone.now()


def may_have_come(session: Session) -> QuerySet[Person]:
    """The members, or everybody accepted in the cohort or stream; the hosts were there anyway."""
    if session.mentorship_id:
        rows = Member.objects.filter(mentorship=session.mentorship_id, left_at=None)
    else:
        rows = Application.objects.filter(cohort=session.cohort_id, state=Application.State.ACCEPTED)
        rows = rows.filter(stream=session.stream_id) if session.stream_id else rows
    return Person.objects.filter(pk__in=rows.values("person")).exclude(pk__in=hosts_of(session))


def expected_at(session: Session) -> QuerySet[Person]:
    """Who stands in the list: everybody with a word on the session, and every member of a mentorship."""
    wanted = Q(seats__session=session)
    if session.mentorship_id:
        wanted |= Q(pk__in=may_have_come(session).values("pk"))
    return (
        Person.objects.filter(wanted).exclude(pk__in=hosts_of(session)).distinct().order_by("sort_key", "pk")
    )


def missing_twice(mentorships: QuerySet[Mentorship]) -> list[tuple[int, int]]:
    """(mentorship, person) of members who were not at the last two sessions whose attendance was noted for them."""
    noted = Seat.objects.filter(
        session__mentorship__in=mentorships,
        session__attendance_noted_at__isnull=False,
        attended__isnull=False,
        person__memberships__mentorship=F("session__mentorship"),
        person__memberships__left_at=None,
    )
    latest = noted.annotate(
        back=Window(
            RowNumber(),
            partition_by=["session__mentorship", "person"],
            order_by=["-session__starts_at", "-session"],
        )
    ).filter(back__lte=2)
    missed: dict[tuple[int, int], int] = {}
    for mentorship, person, attended in latest.values_list("session__mentorship", "person", "attended"):
        missed[mentorship, person] = missed.get((mentorship, person), 0) + (not attended)
    return sorted(key for key, times in missed.items() if times == 2)


def next_session_of(session: Session, person: Person) -> Session | None:
    """The next one to come of the same mentorship, cohort or stream that this person may see."""
    alike = {"mentorship": session.mentorship_id, "cohort": session.cohort_id, "stream": session.stream_id}
    to_come = visible_to(person).filter(state=Session.State.PLANNED, starts_at__gt=timezone.now(), **alike)
    return to_come.order_by("starts_at").first()
