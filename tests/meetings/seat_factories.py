"""Sessions with seats for tests of seats: rows alone, without the mails of planning them."""

from datetime import datetime, timedelta

from django.utils import timezone

from matching.models import Application, Mentorship
from matching.services.introductions import release_hold
from meetings.models import Seat, Session
from tests.accounts.factories import PersonFactory
from tests.matching.factories import ApplicationFactory, CohortFactory
from tests.matching.mentorship_factories import a_group, a_match

TITLE = "Safety cases together"


def introduced(mentorship: Mentorship) -> Mentorship:
    release_hold(mentorship, by=None)
    mentorship.refresh_from_db()
    return mentorship


def a_pair() -> Mentorship:
    return introduced(a_match())


def a_circle(*, mentees: int = 6, mentors: int = 2) -> Mentorship:
    return introduced(a_group(mentees=mentees, mentors=mentors))


def open_session(*, seats: int, host=None, starts_at: datetime | None = None, **fields) -> Session:
    """Open to a whole cohort."""
    cohort = fields.pop("cohort", None) or CohortFactory()
    host = host or ApplicationFactory(accepted=True, mentor=True, cohort=cohort).person
    return a_session(seats=seats, host=host, starts_at=starts_at, cohort=cohort, **fields)


def a_session(*, starts_at: datetime | None = None, minutes: int = 60, **fields) -> Session:
    """In ten days, unless told otherwise."""
    starts_at = starts_at or timezone.now() + timedelta(days=10)
    return Session.objects.create(
        title=fields.pop("title", TITLE),
        day=starts_at.date(),
        at=starts_at.time().replace(second=0, microsecond=0),
        zone="UTC",
        minutes=minutes,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        **fields,
    )


def in_the_cohort(session: Session, count: int, **fields) -> list:
    """People who may come to an open session."""
    cohort = session.cohort
    return [
        ApplicationFactory(accepted=True, cohort=cohort, person=PersonFactory(**fields)).person
        for _ in range(count)
    ]


def state_of(session: Session, person) -> str | None:
    return Seat.objects.filter(session=session, person=person).values_list("state", flat=True).first()


def taken_in(session: Session) -> int:
    return Session.objects.get(pk=session.pk).taken


def make_leave(person, mentorship: Mentorship) -> None:
    mentorship.members.filter(person=person).update(left_at=timezone.now())


def withdraw(person) -> None:
    Application.objects.filter(person=person).update(state=Application.State.WITHDRAWN)
