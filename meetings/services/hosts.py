"""When a host is gone, the next one takes over; where nobody can, the programme is told. Nothing is left standing."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import Person
from meetings.models import Series, Session
from meetings.queries.planning import of_mentorships_that_are_over, successor, to_come, without_host
from meetings.queries.sessions import with_people
from meetings.services.seats import seat_members
from meetings.services.sessions import RAISED, cancel_session, hand_over
from meetings.services.telling import tell_changed
from outbox.services import queue_mail

NO_HOST = "host_missing"


def keep_hosts(*, now: datetime | None = None) -> int:
    """Cancel what a mentorship that is over had planned, and give each session without a host another one."""
    now = now or timezone.now()
    return cancel_what_is_over(now) + replace_gone_hosts(now)


def cancel_what_is_over(now: datetime) -> int:
    over = list(of_mentorships_that_are_over(now).order_by("pk"))
    for session in over:
        cancel_session(session, now=now)
    return len(over)


def replace_gone_hosts(now: datetime) -> int:
    return find_hosts(list(with_people(without_host(now)).order_by("pk")), now=now)


@transaction.atomic
def step_down(person: Person, *, now: datetime | None = None) -> None:
    """Somebody leaves the programme: others lead what they were to host."""
    now = now or timezone.now()
    to_come(now).filter(cohost=person).update(cohost=None, **RAISED)
    find_hosts(list(with_people(to_come(now).filter(host=person)).order_by("pk")), besides=person, now=now)


def find_hosts(orphans: list[Session], *, besides: Person | None = None, now: datetime) -> int:
    """A series changes hands as one, so that its people get one mail of it."""
    of_series: dict[tuple[int, int | None], list[Session]] = {}
    for session in orphans:
        if session.series_id and session.series.is_one_event:
            of_series.setdefault((session.series_id, session.host_id), []).append(session)
        else:
            take_over(session, besides=besides, now=now)
    for sessions in of_series.values():
        take_over_series(sessions, besides=besides, now=now)
    return len(orphans)


@transaction.atomic
def take_over(session: Session, *, besides: Person | None = None, now: datetime) -> None:
    """The next host of one session; without one the programme is told."""
    host = successor(session, besides=besides)
    if host:
        hand_over(session, host=host, cohost=other_than(host, session.cohost), now=now)
        tell_changed(session)
    else:
        tell_programme(session)


@transaction.atomic
def take_over_series(sessions: list[Session], *, besides: Person | None = None, now: datetime) -> None:
    first = sessions[0]
    host = successor(first, besides=besides)
    if not host:
        tell_programme(first)
        return
    Series.objects.select_for_update(no_key=True).get(pk=first.series_id)
    rows = to_come(now).filter(pk__in=[session.pk for session in sessions], host=first.host_id)
    new = {"host": host, "cohost": other_than(host, first.cohost)}
    rows.update(**new, **RAISED)
    Series.objects.filter(pk=first.series_id).update(**new, **RAISED)
    for session in to_come(now).filter(pk__in=[session.pk for session in sessions]):
        seat_members(session, now=now)
    tell_changed(Series.objects.get(pk=first.series_id))


def other_than(host: Person, cohost: Person | None) -> Person | None:
    return None if cohost is None or cohost.pk == host.pk or not cohost.is_active else cohost


def tell_programme(session: Session) -> None:
    """Each admin once for each time at which it is planned."""
    for admin in Person.objects.filter(is_staff=True, is_active=True):
        queue_mail(
            NO_HOST,
            key=f"{NO_HOST}:{session.pk}:{session.starts_at:%Y%m%dT%H%M}:{admin.pk}",
            person=admin,
            context={"session": session.pk},
            expires_at=session.starts_at,
        )
