"""Find a time together: propose up to three, say which one can, book the winner."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Person
from matching.encounters import Encounter
from matching.errors import Refused
from matching.models import Member, Mentorship
from meetings.errors import CannotPlan
from meetings.models import Session, TimeOption, TimePoll, TimeVote
from meetings.models.polls import MOST_TIMES
from meetings.moments import UnclearTime, exact_instant, wall_clock
from meetings.queries.planning import Audience
from meetings.queries.polls import everybody_has_answered, members_to_ask, suggestions
from meetings.services.planning import Details
from meetings.services.sessions import plan_session
from outbox.services import draft_mail, queue_mail, queue_mails

State = TimePoll.State
TO_BE_BOOKED = [State.OPEN, State.CLOSED]
OPEN_FOR = timedelta(days=5)
FIRST_MEETING_MINUTES = 60


class CannotPropose(Refused):
    """The times cannot be asked about, or somebody asks already."""


class PollOver(Refused):
    """The poll closed, was withdrawn, or somebody has booked."""


# --- Propose ----------------------------------------------------------------------------------


@transaction.atomic
def propose_times(
    mentorship: Mentorship,
    person: Person,
    times: Sequence[tuple[date, time]],
    *,
    title: str,
    minutes: int,
    now: datetime | None = None,
) -> TimePoll:
    """Ask everybody in a mentorship which of these times they can; the clock on the wall is the proposer's.

    Raises CannotPropose.
    """
    now = now or timezone.now()
    starts = starts_of(times, person.zone.key, now)
    close_due(TimePoll.objects.filter(mentorship=mentorship), now)
    poll = open_poll(
        mentorship=mentorship,
        asked_by=person,
        title=title,
        minutes=minutes,
        zone=person.zone.key,
        closes_at=min(now + OPEN_FOR, max(starts.values())),
    )
    options = [TimeOption(poll=poll, day=day, at=at, starts_at=starts[day, at]) for day, at in starts]
    TimeOption.objects.bulk_create(options)
    # Who proposes a time can come then.
    write_votes(poll, person, {option.pk: True for option in options}, now)
    ask_everybody_else(poll)
    return poll


def starts_of(
    times: Sequence[tuple[date, time]], zone: str, now: datetime
) -> dict[tuple[date, time], datetime]:
    """The instant of each time, in their order. Raises CannotPropose."""
    times = sorted(set(times))
    if not 1 <= len(times) <= MOST_TIMES:
        raise CannotPropose(
            ngettext(
                "Propose one to %(most)s different times; %(count)s is chosen.",
                "Propose one to %(most)s different times; %(count)s are chosen.",
                len(times),
            )
            % {"most": MOST_TIMES, "count": len(times)}
        )
    try:
        starts = {(day, at): exact_instant(day, at, zone) for day, at in times}
    except UnclearTime as unclear:
        raise CannotPropose(str(unclear)) from unclear
    for moment in starts.values():
        if moment <= now:
            raise CannotPropose(
                _("%(time)s is in the past. Choose times that are still to come.")
                % {"time": in_words(moment)}
            )
    return starts


def open_poll(**fields) -> TimePoll:
    """One at a time: the database decides between two who ask at once. Raises CannotPropose."""
    try:
        with transaction.atomic():
            return TimePoll.objects.create(**fields)
    except IntegrityError as taken:
        raise CannotPropose(
            _("Somebody is asking for a time already. Answer there, or let it be withdrawn first.")
        ) from taken


def ask_everybody_else(poll: TimePoll) -> None:
    queue_mails(
        draft_mail(
            "time_poll",
            key=f"time_poll:{poll.pk}:{person.pk}",
            person=person,
            context={"poll": poll.pk},
            expires_at=poll.closes_at,
        )
        for person in members_to_ask(poll)
    )


# --- Answer -----------------------------------------------------------------------------------


@transaction.atomic
def answer_times(
    poll: TimePoll, person: Person, can: dict[int, bool], *, now: datetime | None = None
) -> None:
    """Say of each time (by its primary key) whether one can come; it may be changed until the poll closes.

    Raises PollOver.
    """
    now = now or timezone.now()
    if not TimePoll.objects.filter(pk=poll.pk, state=State.OPEN, closes_at__gt=now).exists():
        raise PollOver(_("This poll is closed, so answers can no longer be changed."))
    write_votes(poll, person, can, now)
    if everybody_has_answered(poll):
        tell_ready(poll)


def write_votes(poll: TimePoll, person: Person, can: dict[int, bool], now: datetime) -> None:
    asked = set(poll.options.values_list("pk", flat=True))
    TimeVote.objects.bulk_create(
        [
            TimeVote(option_id=pk, person=person, can=answer, answered_at=now)
            for pk, answer in can.items()
            if pk in asked
        ],
        update_conflicts=True,
        unique_fields=["option", "person"],
        update_fields=["can", "answered_at"],
    )


def tell_ready(poll: TimePoll) -> None:
    """Whoever asked can book: everybody has answered, or nobody can any more."""
    if poll.asked_by:
        queue_mail(
            "time_poll_ready",
            key=f"time_poll_ready:{poll.pk}",
            person=poll.asked_by,
            context={"poll": poll.pk},
        )


def close_polls(*, now: datetime | None = None) -> int:
    """Close what is over and tell whoever asked; returns how many."""
    return close_due(TimePoll.objects.all(), now or timezone.now())


def close_due(polls, now: datetime) -> int:
    due = polls.filter(state=State.OPEN, closes_at__lte=now).select_related("asked_by").order_by("pk")
    return sum(close(poll) for poll in due)


@transaction.atomic
def close(poll: TimePoll) -> bool:
    closed = TimePoll.objects.filter(pk=poll.pk, state=State.OPEN).update(state=State.CLOSED)
    if closed:
        tell_ready(poll)
    return bool(closed)


@transaction.atomic
def withdraw_poll(poll: TimePoll) -> None:
    """Nobody is asked any more. Twice changes nothing. Raises PollOver once a time is booked."""
    open_ones = TimePoll.objects.filter(pk=poll.pk, state__in=TO_BE_BOOKED)
    if not open_ones.update(state=State.WITHDRAWN):
        poll.refresh_from_db()
        if poll.state == State.BOOKED:
            raise PollOver(booked_already(poll))


# --- Book -------------------------------------------------------------------------------------


@transaction.atomic
def book_time(option: TimeOption, person: Person, *, now: datetime | None = None) -> Session:
    """Make a session of one of the times; its people are invited. Two clicks make one session.

    Raises PollOver, CannotPlan.
    """
    poll = TimePoll.objects.select_related("mentorship").get(pk=option.poll_id)
    if not TimePoll.objects.filter(pk=poll.pk, state__in=TO_BE_BOOKED).update(state=State.BOOKED):
        poll.refresh_from_db()
        if poll.session and poll.session.starts_at == option.starts_at:
            return poll.session
        raise PollOver(booked_already(poll))
    details = Details(
        title=poll.title,
        day=option.day,
        at=option.at,
        zone=poll.zone,
        minutes=poll.minutes,
        host=host_of(poll.mentorship, person),
    )
    session = plan_session(Audience(poll.mentorship), details, now=now)
    TimePoll.objects.filter(pk=poll.pk).update(session=session)
    return session


@transaction.atomic
def book_first_session(encounter: Encounter, moment: datetime, *, now: datetime | None = None) -> Session:
    """Plan the first session at one of the hours in common. Two clicks, or two people's, make one session.

    Raises CannotPlan.
    """
    now = now or timezone.now()
    # Whoever else books waits here, and then finds that a session is planned.
    Mentorship.objects.select_for_update(no_key=True).get(pk=encounter.mentorship.pk)
    if moment not in [one.starts_at for one in suggestions(encounter, now=now)]:
        raise CannotPlan(
            [("", _("This time can no longer be booked. Look at the page as it is now, and choose again."))]
        )
    person = encounter.me.person
    wall = wall_clock(moment, person.zone.key)
    details = Details(
        title=_("First meeting"),
        day=wall.date(),
        at=wall.time(),
        zone=person.zone.key,
        minutes=FIRST_MEETING_MINUTES,
        host=host_of(encounter.mentorship, person),
    )
    return plan_session(Audience(encounter.mentorship), details, now=now)


def host_of(mentorship: Mentorship, person: Person) -> Person:
    """The mentor, whoever clicks."""
    lead = (
        mentorship.members.filter(part=Member.Part.MENTOR, left_at=None)
        .select_related("person")
        .order_by("pk")
        .first()
    )
    return lead.person if lead else person


# --- Words ------------------------------------------------------------------------------------


def booked_already(poll: TimePoll) -> str:
    if poll.session:
        return _("A time is booked already: %(time)s.") % {"time": in_words(poll.session.starts_at)}
    return _("This poll was withdrawn, so there is nothing to book.")


def in_words(moment: datetime) -> str:
    there = timezone.localtime(moment)
    return _("%(day)s at %(time)s") % {
        "day": date_format(there, "l j F"),
        "time": date_format(there, "H:i"),
    }
