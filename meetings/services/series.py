"""Series: plan one, change or cancel a session and all that follow it, or all to come.

A series that was changed or cut in the middle ends there; the rest becomes a series of its own, so that what has
taken place stays as it was, in our rows and in people's calendars.
"""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import models, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matching.models import Member
from meetings.errors import CannotChange, CannotPlan
from meetings.models import Seat, Series, Session
from meetings.models.session import new_uid
from meetings.moments import instant, span
from meetings.queries.planning import Audience, audience_of
from meetings.recurrence import LAST, days_of, week_of_month
from meetings.services.planning import (
    TIME_FIELDS,
    Details,
    details_of,
    differences,
    problems,
    refuse,
    series_problems,
    too_few_seats,
)
from meetings.services.seats import seat_members
from meetings.services.sessions import (
    RAISED,
    as_seen,
    cancel_session,
    change_session,
    refuse_clash,
    why_not,
)
from meetings.services.telling import tell_cancelled, tell_changed, tell_planned

BATCH = 200

Every = Series.Every
State = Session.State


class Scope(models.TextChoices):
    ONE = "one", gettext_lazy("this session alone")
    FOLLOWING = "following", gettext_lazy("this one and all that follow")
    ALL = "all", gettext_lazy("all sessions to come")


# --- Plan -------------------------------------------------------------------------------------


@transaction.atomic
def plan_series(
    audience: Audience, details: Details, *, every: str, until: date, now: datetime | None = None
) -> Series:
    """Plan a series with a row for each of its sessions, and invite its people. Raises CannotPlan."""
    refuse(
        [
            *problems(audience, details, now=now or timezone.now()),
            *series_problems(details.day, every, until),
        ]
    )
    refuse_clash(audience, details)
    series = Series.objects.create(
        mentorship=audience.mentorship,
        cohort=audience.cohort,
        stream=audience.stream,
        every=meant(details.day, every),
        until=until,
        **details.values,
    )
    seat_everybody(add_sessions(series, days_of(details.day, every, until)))
    tell_planned(series)
    return series


def meant(day: date, every: str) -> str:
    """Not every month has a fifth Monday: whoever starts on one means the last."""
    is_last = every == Every.MONTH and week_of_month(day, every) == LAST
    return Every.LAST if is_last else every


def add_sessions(series: Series, days: Iterable[date]) -> list[Session]:
    return Session.objects.bulk_create([session_on(series, day) for day in days], batch_size=BATCH)


def session_on(series: Series, day: date) -> Session:
    details = replace(details_of(series), day=day)
    starts_at, ends_at = details.span()
    return Session(
        series=series,
        mentorship=series.mentorship,
        cohort=series.cohort,
        stream=series.stream,
        original_day=day,
        starts_at=starts_at,
        ends_at=ends_at,
        **details.values,
    )


def seat_everybody(sessions: list[Session]) -> None:
    """What `seats.seat_members` does for one session, for all new ones of a series at once."""
    kept = [session for session in sessions if session.seats is None]
    if not kept:
        return
    members = Member.objects.filter(mentorship=kept[0].mentorship, left_at=None, person__is_active=True)
    people = list(members.values_list("person", flat=True))
    seats = [
        Seat(session=session, person_id=person, state=Seat.State.GOING)
        for session in kept
        for person in people
        if person not in {session.host_id, session.cohost_id}
    ]
    Seat.objects.bulk_create(seats, batch_size=1000, ignore_conflicts=True)


# --- The part of a series that a change is about ---------------------------------------------


@dataclass(frozen=True)
class Rest:
    """The sessions of a series from one on, none of which has begun; in order. All rows are locked."""

    series: Series
    sessions: list[Session]
    is_whole: bool

    @property
    def first(self) -> Session:
        return self.sessions[0]

    @property
    def rows(self) -> QuerySet[Session]:
        return Session.objects.filter(pk__in=[row.pk for row in self.sessions])


def rest_of(session: Session, scope: str, *, now: datetime) -> Rest:
    """Raises CannotChange where the session is over or cancelled, or a later one has taken place."""
    # The series first, as everybody does who changes its sessions or their seats: nobody waits in a circle.
    series = Series.objects.select_for_update(no_key=True).get(pk=session.series_id)
    rows = list(with_day_of(series).select_for_update(no_key=True).order_by("original_day"))
    this = next((row for row in rows if row.pk == session.pk), None)
    if this is None or this.is_cancelled or this.starts_at <= now:
        raise why_not(session, now=now)
    last_begun = max((row.original_day for row in rows if row.starts_at <= now), default=date.min)
    if this.original_day <= last_begun:
        raise CannotChange(
            _("A later session of this series has taken place already. Change this one alone.")
        )
    since = this.original_day if scope == Scope.FOLLOWING else last_begun + timedelta(days=1)
    rest = [row for row in rows if row.original_day >= since]
    return Rest(series, rest, is_whole=len(rest) == len(rows))


def with_day_of(series: Series) -> QuerySet[Session]:
    # One that the rule has no day for any more was cancelled then.
    return series.sessions.filter(original_day__isnull=False)


# --- Change -----------------------------------------------------------------------------------


@transaction.atomic
def change_series(
    session: Session, details: Details, *, scope: str, seen: str, now: datetime | None = None
) -> Session:
    """Change a session, it and all that follow, or all to come; what did not change stays as each session has it.

    A new time puts every one of them on the rule again, those that had been moved too; cancelled ones stay cancelled.
    Raises CannotPlan, CannotChange.
    """
    now = now or timezone.now()
    if scope == Scope.ONE or not session.series_id:
        return change_session(session, details, seen=seen, now=now)
    rest = rest_of(session, scope, now=now)
    session = as_seen(session, seen)
    changes = differences(session, details)
    if not changes:
        return session
    refuse(problems(audience_of(session), details, now=now, before=session))
    refuse_too_few_seats(rest, details)
    series = rest.series if rest.is_whole else split(rest)
    say_anew(series, rest, {name: value for name, value in changes.items() if name not in TIME_FIELDS})
    if changes.keys() & set(TIME_FIELDS):
        realign(series, rest, details, shift=details.day - session.day, now=now)
    change_seats(rest, changes, now=now)
    tell_anew(series, was_split=not rest.is_whole)
    session.refresh_from_db()
    return session


def refuse_too_few_seats(rest: Rest, details: Details) -> None:
    taken = max(row.taken for row in rest.sessions)
    if details.seats is not None and taken > details.seats:
        raise CannotPlan([too_few_seats(taken)])


def split(rest: Rest) -> Series:
    """The rest as a series of its own; the one before ends on the day before."""
    before, first = rest.series, rest.first
    end_before(before, first.original_day)
    after = copy(before)
    after.pk, after.uid, after.sequence, after.continues = None, new_uid(), 0, before
    after.day = first.original_day
    after._state.adding = True
    after.save()
    # Its calendar event begins anew; the numbers of its sessions go on.
    rest.rows.update(series=after)
    return after


def end_before(series: Series, day: date) -> None:
    """Calendars that hold it as one event are told, while it still has its sessions to come: its people are theirs."""
    Series.objects.filter(pk=series.pk).update(until=day - timedelta(days=1), **RAISED)
    if series.is_one_event:
        tell_changed(series)


def realign(series: Series, rest: Rest, details: Details, *, shift: timedelta, now: datetime) -> None:
    """Put every session of the rest on the rule as it is now; what it has too many is cancelled, too few is added."""
    day = rest.first.original_day + shift
    if instant(day, details.at, details.zone) <= now:
        raise CannotPlan([("day", _("This would move the first session of the series into the past."))])
    series.day, series.at, series.zone, series.minutes = day, details.at, details.zone, details.minutes
    series.every, series.until = meant(day, series.every), series.until + shift
    series.save(update_fields=["day", "at", "zone", "minutes", "every", "until"])
    days = days_of(day, series.every, series.until)
    # Two sessions never have the same day of a series, not even while they are being moved.
    rest.rows.update(original_day=None)
    for row, new_day in zip(rest.sessions, days, strict=False):
        put_on(row, new_day, series)
    Session.objects.bulk_update(
        rest.sessions[: len(days)],
        ["day", "original_day", "at", "zone", "minutes", "starts_at", "ends_at"],
        batch_size=BATCH,
    )
    drop(rest.sessions[len(days) :], now=now)
    seat_everybody(add_sessions(series, days[len(rest.sessions) :]))


def put_on(row: Session, day: date, series: Series) -> None:
    row.day = row.original_day = day
    row.at, row.zone, row.minutes = series.at, series.zone, series.minutes
    row.starts_at, row.ends_at = span(day, row.at, row.zone, row.minutes)


def drop(rows: list[Session], *, now: datetime) -> None:
    """A month without such a day has one session fewer."""
    for row in rows:
        if not row.is_cancelled:
            cancel_session(row, now=now)


def say_anew(series: Series, rest: Rest, changes: dict) -> None:
    Series.objects.filter(pk=series.pk).update(**changes, **RAISED)
    rest.rows.update(**changes, **RAISED)
    series.refresh_from_db()


def change_seats(rest: Rest, changes: dict, *, now: datetime) -> None:
    if not {"host", "cohost", "seats"} & changes.keys():
        return
    for row in rest.rows.filter(state=State.PLANNED):
        seat_members(row, now=now)


def tell_anew(series: Series, *, was_split: bool) -> None:
    if was_split and series.is_one_event:
        tell_planned(series)
    else:
        tell_changed(series)


# --- Cancel -----------------------------------------------------------------------------------


@transaction.atomic
def cancel_series(session: Session, *, scope: str, now: datetime | None = None) -> None:
    """Cancel a session, it and all that follow, or all to come, and tell their people. Raises CannotChange."""
    now = now or timezone.now()
    if scope == Scope.ONE or not session.series_id:
        cancel_session(session, now=now)
        return
    rest = rest_of(session, scope, now=now)
    planned = [row for row in rest.sessions if not row.is_cancelled]
    rest.rows.filter(state=State.PLANNED).update(state=State.CANCELLED, cancelled_at=now, **RAISED)
    if rest.is_whole:
        Series.objects.filter(pk=rest.series.pk).update(cancelled_at=now, **RAISED)
        tell_cancelled(rest.series)
        return
    end_before(rest.series, rest.first.original_day)
    if not rest.series.is_one_event:
        for row in planned:
            row.refresh_from_db()
            tell_cancelled(row)
