"""Plan, change and cancel one session, or have somebody else lead it. Sessions that have begun are never altered."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Person
from meetings.errors import CannotChange, CannotPlan
from meetings.models import Session
from meetings.queries.planning import Audience, audience_of, possible_substitutes, to_come
from meetings.queries.sessions import with_people
from meetings.services.planning import (
    Details,
    Problem,
    clash_problems,
    details_of,
    differences,
    problems,
    refuse,
    too_few_seats,
    version,
)
from meetings.services.seats import add_seats, held, seat_members
from meetings.services.telling import tell_cancelled, tell_changed, tell_planned

RAISED = {"sequence": F("sequence") + 1}
CHANGED_MEANWHILE = gettext_lazy(
    "Somebody changed this session while you were editing it. Look at it as it is now, then change it again."
)


@transaction.atomic
def plan_session(audience: Audience, details: Details, *, now: datetime | None = None) -> Session:
    """Plan a session and invite its people. Raises CannotPlan."""
    refuse(problems(audience, details, now=now or timezone.now()))
    refuse_clash(audience, details)
    session = create(audience, details)
    seat_members(session)
    tell_planned(session)
    return session


@transaction.atomic
def plan_sessions(
    audience: Audience, several: Sequence[Details], *, now: datetime | None = None
) -> list[Session]:
    """Plan sessions on irregular dates, all or none. Raises CannotPlan, whose fields begin with the place in the list."""
    refuse(problems_of_several(audience, several, now=now or timezone.now()))
    return [plan_session(audience, details, now=now) for details in several]


def problems_of_several(audience: Audience, several: Sequence[Details], *, now: datetime) -> list[Problem]:
    found, starts = [], set()
    for place, details in enumerate(several):
        wrong = list(problems(audience, details, now=now))
        if not wrong and (begins := details.span()[0]) in starts:
            wrong = [("day", _("This date is in the list twice. Keep one of the two."))]
        elif not wrong:
            starts.add(begins)
        found += [(f"{place}-{field}", sentence) for field, sentence in wrong]
    return found


def refuse_clash(audience: Audience, details: Details) -> None:
    """Whoever plans for the same people waits here, so that a form sent twice is found out. Raises CannotPlan."""
    held = audience.mentorship or audience.cohort
    type(held).objects.select_for_update(no_key=True).get(pk=held.pk)
    refuse(clash_problems(audience, details))


def create(audience: Audience, details: Details) -> Session:
    starts_at, ends_at = details.span()
    return Session.objects.create(
        mentorship=audience.mentorship,
        cohort=audience.cohort,
        stream=audience.stream,
        starts_at=starts_at,
        ends_at=ends_at,
        **details.values,
    )


@transaction.atomic
def change_session(session: Session, details: Details, *, seen: str, now: datetime | None = None) -> Session:
    """Change one session and tell its people; nothing changed tells nobody. `seen`: the version that was edited.

    Raises CannotPlan, CannotChange.
    """
    now = now or timezone.now()
    held(session)
    session = as_seen(session, seen)
    changes = differences(session, details)
    if not changes:
        return session
    refuse(problems(audience_of(session), details, now=now, before=session))
    write(session, changes, details, now=now)
    if {"host", "cohost"} & changes.keys():
        seat_members(session, now=now)
    if "seats" in changes:
        add_seats(session, now=now)
    tell_changed(session)
    return session


def as_seen(session: Session, seen: str) -> Session:
    """The session as it is now. Raises CannotChange where that is not what the editor saw."""
    session = with_people(Session.objects.all()).get(pk=session.pk)
    if version(session) != seen:
        raise CannotChange(CHANGED_MEANWHILE)
    return session


def write(session: Session, changes: dict, details: Details, *, now: datetime) -> None:
    """One conditional update decides between two people who change it at once. Raises CannotPlan, CannotChange."""
    starts_at, ends_at = details.span()
    changeable = to_come(now).filter(pk=session.pk, **details_of(session).values)
    if details.seats is not None:
        changeable = changeable.filter(taken__lte=details.seats)
    if not changeable.update(**changes, starts_at=starts_at, ends_at=ends_at, **RAISED):
        raise why_not(session, now=now, seats=details.seats)
    session.refresh_from_db()


@transaction.atomic
def cancel_session(session: Session, *, now: datetime | None = None) -> None:
    """Cancel one session and tell its people. Raises CannotChange."""
    now = now or timezone.now()
    held(session)
    cancelled = {"state": Session.State.CANCELLED, "cancelled_at": now}
    if not to_come(now).filter(pk=session.pk).update(**cancelled, **RAISED):
        raise why_not(session, now=now)
    session.refresh_from_db()
    tell_cancelled(session)


@transaction.atomic
def replace_host(session: Session, substitute: Person, *, now: datetime | None = None) -> Session:
    """Somebody of the mentorship, or another mentor of the cohort, leads this one session.

    Raises CannotPlan, CannotChange.
    """
    now = now or timezone.now()
    if not possible_substitutes(session).filter(pk=substitute.pk).exists():
        raise CannotPlan([("substitute", cannot_step_in(substitute))])
    cohost = None if session.cohost_id == substitute.pk else session.cohost
    hand_over(session, host=substitute, cohost=cohost, now=now)
    tell_changed(session)
    return session


def hand_over(session: Session, *, host: Person | None, cohost: Person | None, now: datetime) -> None:
    """Another host; the one before keeps a seat, if still a member. Raises CannotChange."""
    as_it_was = to_come(now).filter(pk=session.pk, host=session.host_id, cohost=session.cohost_id)
    held(session)
    if not as_it_was.update(host=host, cohost=cohost, **RAISED):
        raise why_not(session, now=now)
    session.refresh_from_db()
    seat_members(session, now=now)


def cannot_step_in(person: Person) -> str:
    return _(
        "%(name)s cannot step in: choose somebody of the mentorship, or another mentor of the cohort."
    ) % {"name": person}


def why_not(before: Session, *, now: datetime, seats: int | None = None) -> CannotChange | CannotPlan:
    """Why an update found nothing to change, `before` being what its caller had read."""
    session = Session.objects.filter(pk=before.pk).first()
    if session is None:
        return CannotChange(_("This session is no longer there."))
    if session.is_cancelled:
        return CannotChange(_("This session was cancelled already. Nothing was changed."))
    if session.starts_at <= now:
        return CannotChange(
            _("This session began on %(when)s, so it can no longer be changed.")
            % {"when": date_format(timezone.localtime(session.starts_at), "l j F, H:i")}
        )
    if seats is not None and session.taken > seats:
        return CannotPlan([too_few_seats(session.taken)])
    return CannotChange(CHANGED_MEANWHILE)
