"""Who may read what is private to a mentorship or a session. Being an admin opens nothing."""

from dataclasses import dataclass

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Person
from matching.models import Member, Mentorship
from matching.queries.mentorships import STAYED, visible_to
from meetings.models import Seat, Session
from meetings.queries.sessions import runs_it

MET = [Mentorship.State.INTRODUCED, Mentorship.State.ENDED]


@dataclass(frozen=True)
class Access:
    """What one person may do with the private side of one session that they may read."""

    person: Person
    session: Session

    @property
    def is_member(self) -> bool:
        """Of its mentorship, or there at an open session. A substitute host is not: notes are closed to them."""
        return self.session.is_for_members

    @property
    def goes_on(self) -> bool:
        """What has ended can be read and no longer written."""
        mentorship = self.session.mentorship
        return mentorship is None or mentorship.state == Mentorship.State.INTRODUCED

    @property
    def may_raise(self) -> bool:
        return self.goes_on and not self.session.is_cancelled and timezone.now() < self.session.ends_at

    @property
    def may_order(self) -> bool:
        return self.goes_on and runs_it(self.person, self.session)

    @property
    def may_write_notes(self) -> bool:
        return self.goes_on and self.is_member


def sessions_open_to(person: Person) -> QuerySet[Session]:
    """Sessions whose needs this person may read.

    Those of their mentorships, now or until the end; the one that they host as a substitute; open ones in which they
    have a seat.
    """
    places = Member.objects.filter(mentorship=OuterRef("mentorship"), person=person)
    stays = Exists(places.filter(STAYED))
    has_seat = Exists(Seat.objects.filter(session=OuterRef("pk"), person=person, state=Seat.State.GOING))
    hosts = Q(host=person) | Q(cohost=person)
    # Whoever left a mentorship does not come back in as the host of an old session.
    substitutes = hosts & Q(mentorship__state=Mentorship.State.INTRODUCED) & ~Exists(places)
    is_open = Q(mentorship=None)
    return Session.objects.filter(
        Q(mentorship__state__in=MET) & stays | substitutes | is_open & (hosts | has_seat)
    ).annotate(is_for_members=ExpressionWrapper(is_open | Q(stays), output_field=BooleanField()))


def access_to(person: Person, session_pk: int) -> Access | None:
    """None where there is nothing for this person."""
    session = sessions_open_to(person).select_related("mentorship").filter(pk=session_pk).first()
    return session and Access(person, session)


def mentorships_open_to(person: Person) -> QuerySet[Mentorship]:
    """Mentorships whose notes, actions and shared goals this person may read."""
    return visible_to(person).filter(state__in=MET)


def people_of(session: Session) -> QuerySet[Person]:
    """Everybody who reads the needs of a session, and so could have raised one."""
    hosts = Q(pk__in=[session.host_id, session.cohost_id])
    if session.mentorship_id is None:
        going = Seat.objects.filter(session=session, state=Seat.State.GOING)
        return Person.objects.filter(hosts | Q(pk__in=going.values("person")))
    members = Member.objects.filter(mentorship=session.mentorship_id, left_at=None)
    return Person.objects.filter(hosts | Q(pk__in=members.values("person")))


def members_of(mentorship: Mentorship) -> QuerySet[Person]:
    members = Member.objects.filter(mentorship=mentorship, left_at=None)
    return Person.objects.filter(pk__in=members.values("person"))
