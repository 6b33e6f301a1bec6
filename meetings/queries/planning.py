"""Who may plan sessions for whom, and who may lead them."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import Person
from matching.models import Application, Cohort, Member, Mentorship, Stream
from meetings.models import Session
from meetings.queries.sessions import LEADS

Part = Member.Part


@dataclass(frozen=True)
class Audience:
    """For whom a session is: the people of a mentorship, or everybody of a cohort or of one of its streams."""

    mentorship: Mentorship | None = None
    cohort: Cohort | None = None
    stream: Stream | None = None

    @property
    def is_group(self) -> bool:
        return self.mentorship is not None and self.mentorship.kind == Mentorship.Kind.GROUP


def audience_of(session: Session) -> Audience:
    return Audience(session.mentorship, session.cohort, session.stream)


def possible_hosts(audience: Audience) -> QuerySet[Person]:
    """Everybody in the mentorship; of an open session the mentors of the cohort and the programme's admins."""
    if audience.mentorship:
        return people_in(audience.mentorship)
    may = Q(Exists(mentors_of(audience.cohort).filter(person=OuterRef("pk")))) | Q(is_staff=True)
    return Person.objects.filter(may, is_active=True)


def possible_substitutes(session: Session) -> QuerySet[Person]:
    """Who could step in for the host: the others of the mentorship, and every mentor of the cohort."""
    cohort = session.mentorship.cohort if session.mentorship else session.cohort
    mentor = Q(Exists(mentors_of(cohort).filter(person=OuterRef("pk"))))
    member = Q(pk__in=people_in(session.mentorship).values("pk")) if session.mentorship else Q()
    left = Q(Exists(Member.objects.filter(mentorship=session.mentorship_id, person=OuterRef("pk"))))
    allowed = member | mentor & ~left if session.mentorship else mentor
    return Person.objects.filter(allowed, is_active=True).exclude(pk=session.host_id)


def people_in(mentorship: Mentorship) -> QuerySet[Person]:
    here = Member.objects.filter(mentorship=mentorship, left_at=None)
    return Person.objects.filter(pk__in=here.values("person"), is_active=True)


def mentors_of(cohort: Cohort) -> QuerySet[Application]:
    return Application.objects.filter(
        cohort=cohort, part=Application.Part.MENTOR, state=Application.State.ACCEPTED
    )


def cohorts_to_plan_for(person: Person) -> QuerySet[Cohort]:
    """Cohorts under way or to come whose open sessions this person may plan."""
    current = Cohort.objects.filter(ends_on__gte=timezone.localdate())
    if person.is_staff:
        return current
    mine = Application.objects.filter(
        cohort=OuterRef("pk"),
        person=person,
        part=Application.Part.MENTOR,
        state=Application.State.ACCEPTED,
    )
    return current.filter(Exists(mine))


# --- Sessions whose host is gone --------------------------------------------------------------


def to_come(now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(state=Session.State.PLANNED, starts_at__gt=now)


def without_host(now: datetime) -> QuerySet[Session]:
    """Sessions to come whose host closed the account, left the mentorship or the programme, or was erased."""
    places = Member.objects.filter(mentorship=OuterRef("mentorship"), person=OuterRef("host"))
    is_member, was_member = Exists(places.filter(left_at=None)), Exists(places)
    is_mentor = Exists(
        Application.objects.filter(
            cohort=Coalesce(OuterRef("mentorship__cohort"), OuterRef("cohort")),
            person=OuterRef("host"),
            part=Application.Part.MENTOR,
            state=Application.State.ACCEPTED,
        )
    )
    of_mentorship = Q(mentorship__isnull=False)
    gone = (
        Q(host=None)
        | Q(host__is_active=False)
        | of_mentorship & ~Q(is_member) & (Q(was_member) | ~Q(is_mentor))
        | ~of_mentorship & ~Q(is_mentor) & Q(host__is_staff=False)
    )
    return to_come(now).filter(gone)


def of_mentorships_that_are_over(now: datetime) -> QuerySet[Session]:
    over = [Mentorship.State.ENDED, Mentorship.State.CANCELLED]
    return to_come(now).filter(mentorship__state__in=over)


def successor(session: Session, *, besides: Person | None = None) -> Person | None:
    """Who takes over: the co-host, else the mentor, else a co-facilitator; of an open session the co-host alone."""
    allowed = possible_hosts(audience_of(session))
    gone = {session.host_id, besides.pk if besides else None}
    if session.cohost_id and session.cohost_id not in gone:
        cohost = Person.objects.filter(pk=session.cohost_id, is_active=True).first()
        if cohost:
            return cohost
    if not session.mentorship:
        return None
    leads = Member.objects.filter(
        mentorship=session.mentorship, left_at=None, part__in=LEADS, person__in=allowed
    ).select_related("person")
    staying = [lead for lead in leads if lead.person_id not in gone]
    staying.sort(key=lambda lead: (lead.part != Part.MENTOR, lead.pk))
    return staying[0].person if staying else None
