"""Plan and change sessions by the services that pages use, so that the right people are told."""

from dataclasses import replace
from datetime import date, time, timedelta

from django.utils import timezone

from meetings.models import Seat, Series, Session
from meetings.queries.planning import Audience
from meetings.services.planning import Details, details_of, version
from meetings.services.series import Scope, cancel_series, change_series, plan_series
from meetings.services.sessions import change_session, plan_session
from tests.meetings.factories import introduced, join, mentor_of

WEEK = timedelta(weeks=1)
TITLE, VIDEO = "The circle", "https://video.example/circle"


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def details(group, *, day: date, **changes) -> Details:
    values = {
        "title": TITLE,
        "day": day,
        "at": time(18),
        "zone": "Europe/London",
        "minutes": 60,
        "host": mentor_of(group),
        "video_url": VIDEO,
    }
    return Details(**values | changes)


def a_session(group=None, *, days: int = 7, **changes) -> Session:
    group = group or introduced(mentees=2)
    return plan_session(Audience(group), details(group, day=in_days(days), **changes))


def a_series(
    group=None, *, days: int = 7, every: str = Series.Every.WEEK, weeks: int = 5, **changes
) -> Series:
    group = group or introduced(mentees=2)
    day = in_days(days)
    return plan_series(
        Audience(group), details(group, day=day, **changes), every=every, until=day + weeks * WEEK
    )


def change(session: Session, *, scope: str = Scope.ONE, **changes) -> Session:
    session.refresh_from_db()
    new, seen = replace(details_of(session), **changes), version(session)
    if session.series_id:
        return change_series(session, new, scope=scope, seen=seen)
    return change_session(session, new, seen=seen)


def cancel(session: Session, *, scope: str = Scope.ONE) -> None:
    session.refresh_from_db()
    cancel_series(session, scope=scope)


def nth(series: Series, number: int) -> Session:
    return series.sessions.select_related("series").order_by("starts_at")[number]


def newcomer(group):
    return join(group).person


def seat_of(session: Session, person) -> Seat:
    return Seat.objects.get(session=session, person=person)


def planned_for(person) -> list[tuple]:
    """What the rows say that this person comes to or hosts: start, end and title."""
    mine = Session.objects.filter(state=Session.State.PLANNED)
    rows = {
        *mine.filter(host=person).values_list("starts_at", "ends_at", "title"),
        *mine.filter(cohost=person).values_list("starts_at", "ends_at", "title"),
        *mine.filter(places__person=person, places__state=Seat.State.GOING).values_list(
            "starts_at", "ends_at", "title"
        ),
    }
    return sorted(rows)
