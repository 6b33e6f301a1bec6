"""Sessions as pages, mail and calendars read them, and who may see and run them."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Person
from matching.models import Application, Member, Mentorship
from meetings.models import Seat, Session

LEADS = [Member.Part.MENTOR, Member.Part.COFACILITATOR]


def visible_to(person: Person) -> QuerySet[Session]:
    """Sessions of one's mentorships, open ones of one's cohorts and streams, and those that one leads.

    A substitute, who never was in the mentorship, sees that session alone; who has left it sees none.
    """
    mine = Member.objects.filter(
        mentorship=OuterRef("mentorship"),
        mentorship__state=Mentorship.State.INTRODUCED,
        person=person,
        left_at=None,
    )
    is_met = Q(mentorship=None) | Q(mentorship__state=Mentorship.State.INTRODUCED)
    was_in_it = Member.objects.filter(mentorship=OuterRef("mentorship"), person=person)
    accepted = Application.objects.filter(
        cohort=OuterRef("cohort"), person=person, state=Application.State.ACCEPTED
    )
    of_my_stream = accepted.filter(stream=OuterRef("stream"))
    return Session.objects.filter(
        Q(Exists(mine))
        | Q(stream=None) & Exists(accepted)
        | Q(stream__isnull=False) & Exists(of_my_stream)
        | is_met & ~Exists(was_in_it) & (Q(host=person) | Q(cohost=person))
    )


def runs_it(person: Person, session: Session) -> bool:
    """Whether this person may change the session, note who came and order its needs.

    The host and co-host; in a group also its mentor and co-facilitators; in a one-to-one both people.
    """
    if person.pk in {session.host_id, session.cohost_id}:
        return True
    return session.mentorship_id is not None and leads(person, session.mentorship)


def leads(person: Person, mentorship: Mentorship) -> bool:
    """Whether this person may plan sessions of a mentorship."""
    mine = Member.objects.filter(mentorship=mentorship, person=person, left_at=None)
    if mentorship.state != Mentorship.State.INTRODUCED:
        return False
    return (
        mine.exists()
        if mentorship.kind == Mentorship.Kind.ONE_TO_ONE
        else mine.filter(part__in=LEADS).exists()
    )


def participants(session: Session) -> QuerySet[Person]:
    """Host, co-host and everybody who has a seat for sure."""
    going = Seat.objects.filter(session=session, state=Seat.State.GOING)
    return Person.objects.filter(
        Q(pk__in=[session.host_id, session.cohost_id]) | Q(pk__in=going.values("person"))
    ).distinct()


def with_people(sessions: QuerySet[Session]) -> QuerySet[Session]:
    """With what a row of the list shows, in one query."""
    return sessions.select_related("mentorship__cohort", "cohort", "stream", "host", "cohost", "series")
