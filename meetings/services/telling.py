"""Tell people about sessions: which mail goes to whom, and when.

Each function is called inside its caller's transaction, after the change. What still waits in the outbox says what is
true when it leaves, so nothing is queued beside it; whoever was never told of an event hears neither of its changes
nor of its end.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from accounts.models import Person
from meetings.models import Seat, Series, Session
from meetings.queries import invited, told
from meetings.queries.told import Matter, Story, matter_of
from outbox.models import Mail
from outbox.services import draft_mail, queue_mails

# What stands alone in a calendar is mailed so long before; the feed shows it at once.
AHEAD = timedelta(weeks=4)


def tell_planned(planned: Session | Series) -> None:
    """Invite whoever has a seat and the hosts; ask the others to book where seats are limited."""
    if isinstance(planned, Session):
        _plan_session(planned)
    elif planned.is_one_event:
        _invite(planned)
    else:
        _plan_booked_series(planned)


def tell_changed(changed: Session | Series) -> None:
    """One update to everybody who knows of it; their first invitation to those who come in with the change."""
    if isinstance(changed, Series) and not changed.is_one_event:
        for session in invited.to_come(changed):
            tell_changed(session)
        return
    if _is_over(changed):
        return
    matter = matter_of(changed)
    _raise_number_of_the_whole(matter)
    _invite(changed, is_change=True)


def tell_cancelled(cancelled: Session | Series) -> None:
    """Take it out of every calendar that has it, or may have it; tell those who waited for a seat."""
    if isinstance(cancelled, Series) and not cancelled.is_one_event:
        for session in cancelled.sessions.filter(ends_at__gt=timezone.now()):
            tell_cancelled(session)
        return
    matter = matter_of(cancelled)
    _raise_number_of_the_whole(matter)
    kind = "series_cancelled" if isinstance(cancelled, Series) else "session_cancelled"
    holders = [person for person, story in told.stories(matter).items() if story.may_be_in_the_calendar]
    drafts = _drafts(kind, matter, Person.objects.filter(pk__in=holders), expires_at=_ends(cancelled))
    if isinstance(cancelled, Session):
        drafts += _cancelled_for_the_queue(cancelled, matter)
    queue_mails(drafts)


def tell_seat(seat: Seat) -> None:
    """A seat became this person's for sure: the event, with the link."""
    session, person = seat.session, seat.person
    if _is_over(session):
        return
    matter = matter_of(session)
    if matter.is_occurrence and not _story(person, matter_of(session.series)).holds_it:
        return _invite_to_all(session.series, person)
    if _has_no_need_of(seat, _story(person, matter)):
        return
    if seat.answered_at is None and not matter.is_occurrence:
        return _invite(session, only=person)
    _raise_number(matter)
    if matter.is_occurrence:
        # A calendar may not take back the one date that it has let go of; the whole as it is now it surely takes.
        matter = matter_of(session.series)
    queue_mails(_drafts("seat_given", matter, [person], expires_at=session.ends_at, for_session=session.pk))


def tell_offer(seat: Seat) -> None:
    """A seat is this person's if they take it in time: one click in the mail takes it, or lets it go."""
    until = seat.offer_expires_at
    queue_mails(
        [
            draft_mail(
                "seat_offer",
                # Somebody who let an offer lapse may get another one later.
                key=f"seat_offer:{seat.session_id}:{seat.person_id}:{until:%Y%m%dT%H%M%S}",
                person=seat.person,
                context={"session": seat.session_id, "until": until.isoformat()},
                expires_at=until,
            )
        ]
    )


def tell_seat_gone(seat: Seat) -> None:
    """This person alone does not come any more: their calendar lets go of it."""
    session, person = seat.session, seat.person
    if _is_over(session):
        return
    matter, kind = matter_of(session), "seat_gone"
    if matter.is_occurrence and not _is_still_in(session.series, person):
        matter, kind = matter_of(session.series), "series_left"
    story = _story(person, matter)
    if not story.may_be_in_the_calendar:
        return
    _raise_number(matter)
    queue_mails(_drafts(kind, matter, [person], expires_at=session.ends_at))


# --- First mails ----------------------------------------------------------------------------------


def _plan_session(session: Session) -> None:
    if _is_over(session):
        return
    _invite(session)
    if session.seats is not None:
        _ask_to_book(session, invited.asked_to_book(session))


def _plan_booked_series(series: Series) -> None:
    """One mail with all dates now; later dates ask again four weeks ahead, of those who have not answered by then."""
    sessions, now = list(invited.to_come(series)), timezone.now()
    people = list(invited.asked_to_book(series))
    queue_mails(
        draft_mail(
            "series_book",
            key=f"series_book:{series.pk}:{person.pk}",
            person=person,
            context={"series": series.pk},
            expires_at=_ends(series),
        )
        for person in people
    )
    for session in sessions:
        _invite(session)
        if session.starts_at - AHEAD > now:
            _ask_to_book(session, people)


def _invite_to_all(series: Series, person: Person) -> None:
    """Somebody new in the mentorship, or back in it: all of its sessions in one event."""
    if _story(person, matter_of(series)).mails:
        _raise_number(matter_of(series))
    _invite(series, only=person)


def _ask_to_book(session: Session, people: Iterable[Person]) -> None:
    queue_mails(
        draft_mail(
            "session_book",
            key=f"session_book:{session.pk}:{person.pk}",
            person=person,
            context={"session": session.pk},
            not_before=_four_weeks_before(session),
            expires_at=session.starts_at,
        )
        for person in people
    )


# --- Invitations and updates ----------------------------------------------------------------------


def _invite(planned: Session | Series, *, is_change: bool = False, only: Person | None = None) -> None:
    """Bring the calendars of all whom it concerns, or of one, to what is planned now."""
    matter = matter_of(planned)
    people = [only] if only else list(invited.people_of(planned))
    stories = told.stories(matter, [only.pk] if only else None)
    hosts = {planned.host_id, planned.cohost_id}
    drafts: list[Mail] = []
    for person in people:
        story, is_host = stories.get(person.pk, Story(matter)), person.pk in hosts
        if story.waiting:
            _postpone(story.waiting, planned)
        elif is_change or not story.holds_it:
            kind = _kind(planned, story, is_host=is_host)
            drafts += _drafts(kind, matter, [person], is_host=is_host, **_when(planned, kind))
    drafts += _taken_out(planned, matter, stories, besides={person.pk for person in people}, only=only)
    queue_mails(drafts)


def _kind(planned: Session | Series, story: Story, *, is_host: bool) -> str:
    what = "series" if isinstance(planned, Series) else "session"
    if story.holds_it and not (is_host and not story.was_host):
        return f"{what}_changed"
    if is_host and what == "session" and (story.matter.is_occurrence or story.holds_it or _is_told(planned)):
        return "substitute"
    return f"{what}_host" if is_host else f"{what}_planned"


def _is_told(session: Session) -> bool:
    """Whether others have heard of it, so that its host now stands in for somebody."""
    return told.mails_about(matter_of(session).uid).filter(state__in=told.MAY_BE_READ).exists()


def _when(planned: Session | Series, kind: str) -> dict:
    waits = isinstance(planned, Session) and kind in {"session_planned", "session_host"}
    not_before = _four_weeks_before(planned) if waits else None
    return {"not_before": not_before, "expires_at": _ends(planned)}


def _postpone(waiting: Iterable[Mail], planned: Session | Series) -> None:
    """What still waits goes by the new date."""
    for mail in waiting:
        times = {name: moment for name, moment in _when(planned, mail.kind).items() if moment}
        Mail.objects.filter(pk=mail.pk).update(**times)


def _taken_out(
    planned: Session | Series, matter: Matter, stories: dict[int, Story], *, besides: set[int], only
) -> list[Mail]:
    """Cancels for those who have it in their calendar and are no part of it any more."""
    if only:
        return []
    gone = [pk for pk, story in stories.items() if pk not in besides and story.may_be_in_the_calendar]
    if isinstance(planned, Session):
        # They were told when they gave it back; a series' invitation that left since does without it.
        cannot = Seat.objects.filter(session=planned, person__in=gone, state=Seat.State.CANNOT)
        gone = set(gone) - set(cannot.values_list("person", flat=True))
    kind = "series_left" if isinstance(planned, Series) else "seat_gone"
    return _drafts(kind, matter, Person.objects.filter(pk__in=gone), expires_at=_ends(planned))


def _cancelled_for_the_queue(session: Session, matter: Matter) -> list[Mail]:
    waiting = [Seat.State.WAITING, Seat.State.OFFERED]
    people = Person.objects.filter(seats__session=session, seats__state__in=waiting)
    return _drafts("session_cancelled", matter, people, waited=True, expires_at=session.ends_at)


def _drafts(
    kind: str,
    matter: Matter,
    people: Iterable[Person],
    *,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    **more,
) -> list[Mail]:
    number = told.number_of(matter)
    context = {"session": matter.session, "series": matter.series, "number": number} | more
    return [
        draft_mail(
            kind,
            key=told.key(matter, person.pk, number, kind),
            person=person,
            context=context,
            not_before=not_before,
            expires_at=expires_at,
        )
        for person in people
    ]


# --- Numbers and times ----------------------------------------------------------------------------


def _raise_number(matter: Matter) -> None:
    """Calendars heed only what has a higher number than what they know."""
    if matter.series:
        Series.objects.filter(pk=matter.series).update(sequence=F("sequence") + 1)
    else:
        Session.objects.filter(pk=matter.session).update(sequence=F("sequence") + 1)


def _raise_number_of_the_whole(matter: Matter) -> None:
    # All mails of a series count by one number, or an update of one date could look older than the series itself.
    if matter.is_occurrence:
        _raise_number(matter)


def _story(person: Person, matter: Matter) -> Story:
    return told.stories(matter, [person.pk])[person.pk]


def _has_no_need_of(seat: Seat, story: Story) -> bool:
    """Whether the calendar has this event without another mail."""
    if not story.holds_it or story.waiting:
        return story.holds_it
    # The series may have been told while this person could not come to this session of it.
    return seat.answered_at is None or bool(story.of_the_occurrence) or not story.matter.is_occurrence


def _is_still_in(series: Series, person: Person) -> bool:
    return person.pk in {series.host_id, series.cohost_id} or invited.is_member(person, series)


def _four_weeks_before(session: Session) -> datetime:
    return max(session.starts_at - AHEAD, timezone.now())


def _ends(planned: Session | Series) -> datetime | None:
    if isinstance(planned, Session):
        return planned.ends_at
    return planned.sessions.order_by("ends_at").values_list("ends_at", flat=True).last()


def _is_over(planned: Session | Series) -> bool:
    ends_at = _ends(planned)
    return ends_at is not None and ends_at <= timezone.now()
