"""Whose calendar a session or a series belongs in, and whom to ask to book a seat."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Person
from matching.models import Application, Member
from meetings.models import Seat, Series, Session

GOING = Seat.State.GOING


def to_come(series: Series) -> QuerySet[Session]:
    return series.sessions.filter(state=Session.State.PLANNED, ends_at__gt=timezone.now()).order_by(
        "starts_at"
    )


def attended_by(person: Person, sessions: QuerySet[Session]) -> QuerySet[Session]:
    """Those that this person hosts or has a seat in for sure."""
    going = Seat.objects.filter(session=OuterRef("pk"), person=person, state=GOING)
    return sessions.filter(Q(host=person) | Q(cohost=person) | Exists(going))


def attends(person: Person, session: Session) -> bool:
    return attended_by(person, Session.objects.filter(pk=session.pk)).exists()


def people_of(planned: Session | Series) -> QuerySet[Person]:
    """Everybody whom it concerns: hosts, who has a seat, and where seats are not limited every member.

    Members count before their seat is kept, since planning and keeping happen in one transaction; who does not come
    after all is found out when the mail is about to leave.
    """
    seats = Seat.objects.filter(state=GOING, person=OuterRef("pk"))
    seats = (
        seats.filter(session__in=to_come(planned))
        if isinstance(planned, Series)
        else seats.filter(session=planned)
    )
    concerned = Q(pk__in=[planned.host_id, planned.cohost_id]) | Exists(seats)
    if planned.mentorship_id and planned.seats is None:
        concerned |= Q(pk__in=members_who_can(planned))
    return Person.objects.filter(concerned).order_by("pk")


def members_who_can(planned: Session | Series) -> QuerySet:
    members = members_of(planned)
    if isinstance(planned, Session):
        cannot = Seat.objects.filter(session=planned, state=Seat.State.CANNOT)
        members = members.exclude(person__in=cannot.values("person"))
    return members.values("person")


def members_of(planned: Session | Series) -> QuerySet[Member]:
    return Member.objects.filter(mentorship=planned.mentorship_id, left_at=None)


def is_member(person: Person, planned: Session | Series) -> bool:
    return members_of(planned).filter(person=person).exists()


def asked_to_book(planned: Session | Series) -> QuerySet[Person]:
    """Who may take one of its limited seats: the members, or everybody accepted in the cohort or stream."""
    if planned.mentorship_id:
        people = Person.objects.filter(pk__in=members_of(planned).values("person"))
    else:
        accepted = Application.objects.filter(cohort=planned.cohort_id, state=Application.State.ACCEPTED)
        if planned.stream_id:
            accepted = accepted.filter(stream=planned.stream_id)
        people = Person.objects.filter(pk__in=accepted.values("person"))
    return people.exclude(pk__in=[pk for pk in (planned.host_id, planned.cohost_id) if pk]).order_by("pk")
