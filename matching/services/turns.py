"""An admin pauses, resumes, extends or ends a mentorship; the clock resumes and ends what is due.

Why it was done is kept sealed beside it and told to nobody in the mentorship: they hear what changes and no more.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from matching.booked import booked
from matching.errors import Refused
from matching.models import Member, Mentorship, Turn
from matching.queries.mentorships import last_day_of, paused, with_last_day
from matching.services.leaving import end
from matching.services.telling import tell_of_ending, tell_of_turn

State = Mentorship.State
What, Because = Turn.What, Turn.Because

LONGEST_PAUSE = timedelta(days=183)
TOLD_BEFORE_THE_END = timedelta(days=14)


class NotThisTurn(Refused):
    """The mentorship is not in a state in which this can be done."""


@dataclass(frozen=True)
class Reason:
    """Why an admin does something: one of a few, and words that stay sealed. Neither leaves the admin's page."""

    because: str = Because.UNSAID
    words: str = ""


UNSAID = Reason()


# --- What an admin does ---------------------------------------------------------------------------


@transaction.atomic
def pause(
    mentorship: Mentorship,
    *,
    until: date,
    by: Person | None,
    reason: Reason = UNSAID,
    now: datetime | None = None,
) -> None:
    """Nobody is asked how it goes until that day; places stay taken. Raises NotThisTurn."""
    now = now or timezone.now()
    refuse_pause(mentorship, until, timezone.localdate(now))
    going_on = Mentorship.objects.filter(pk=mentorship.pk, state=State.INTRODUCED, paused_at=None)
    if not going_on.update(paused_at=now, paused_until=until):
        raise why_not(mentorship)
    record(mentorship, What.PAUSED, by=by, reason=reason)


def refuse_pause(mentorship: Mentorship, until: date, today: date) -> None:
    last_day = last_day_of(mentorship)
    if not today < until <= today + LONGEST_PAUSE:
        raise NotThisTurn(_("Choose a day after today, and within six months: a pause ends by itself."))
    if until > last_day:
        raise NotThisTurn(
            _("The mentorship ends on %(day)s, before that. Extend it first, or end it.")
            % {"day": formats.date_format(last_day, "DATE_FORMAT")}
        )


@transaction.atomic
def resume(
    mentorship: Mentorship, *, by: Person | None, reason: Reason = UNSAID, now: datetime | None = None
) -> None:
    """It goes on from now; who has not met lately is given a whole rhythm before being asked. Raises NotThisTurn."""
    if not paused().filter(pk=mentorship.pk).update(paused_at=None, paused_until=None):
        raise why_not(mentorship, is_resumed=True)
    record(mentorship, What.RESUMED, by=by, reason=reason)


@transaction.atomic
def extend(mentorship: Mentorship, *, until: date, by: Person | None, reason: Reason = UNSAID) -> None:
    """Give a mentorship a later last day than it had, its cohort's included. Raises NotThisTurn."""
    last_day = last_day_of(mentorship)
    if until <= max(last_day, timezone.localdate()):
        raise NotThisTurn(
            _("It ends on %(day)s already. Choose a later day.")
            % {"day": formats.date_format(last_day, "DATE_FORMAT")}
        )
    # As it was seen: of two who extend it at once, the second is told.
    as_seen = Mentorship.objects.filter(pk=mentorship.pk, state=State.INTRODUCED, ends_on=mentorship.ends_on)
    if not as_seen.update(ends_on=until):
        raise why_not(mentorship)
    record(mentorship, What.EXTENDED, by=by, reason=reason)


@transaction.atomic
def end_mentorship(
    mentorship: Mentorship, *, by: Person | None, reason: Reason = UNSAID, now: datetime | None = None
) -> None:
    """It is over: places are free, sessions to come are cancelled by the clock, everybody in it is told.

    Raises NotThisTurn.
    """
    now = now or timezone.now()
    going_on = Mentorship.objects.select_for_update().filter(pk=mentorship.pk, state=State.INTRODUCED)
    if not going_on.exists():
        raise why_not(mentorship)
    record(mentorship, What.ENDED, by=by, reason=reason)
    end(Mentorship.objects.filter(pk=mentorship.pk), now=now)


def record(
    mentorship: Mentorship, what: str, *, by: Person | None, reason: Reason = UNSAID, tells: bool = True
) -> Turn:
    """Keep what was done and, unless another mail does, tell the people who are in it."""
    turn = Turn.objects.create(
        mentorship=mentorship, what=what, because=reason.because, words=reason.words.strip(), by=by
    )
    if tells:
        members = Member.objects.filter(mentorship=mentorship, left_at=None).select_related("person")
        tell_of_turn(turn, members)
    return turn


def forget_words(person: Person) -> None:
    """Somebody is erased: what was written beside what happened to their mentorships may be about them."""
    theirs = Member.objects.filter(person=person).values("mentorship")
    # One by one, as words are sealed to their row.
    for turn in Turn.objects.filter(mentorship__in=theirs):
        turn.words = ""
        turn.save(update_fields=["words"])


def why_not(before: Mentorship, *, is_resumed: bool = False) -> NotThisTurn:
    """Why an update found nothing to change, `before` being what its caller had read."""
    now = Mentorship.objects.get(pk=before.pk)
    if now.state != State.INTRODUCED:
        return NotThisTurn(
            _("This is %(state)s, so nothing was changed. Only what people have been introduced to can be.")
            % {"state": now.get_state_display()}
        )
    if is_resumed:
        return NotThisTurn(_("It is not paused: somebody was quicker, or its day came. Nothing was changed."))
    if now.paused_until:
        return NotThisTurn(
            _("It is paused already, until %(day)s. Nothing was changed.")
            % {"day": formats.date_format(now.paused_until, "DATE_FORMAT")}
        )
    return NotThisTurn(
        _("Somebody changed this mentorship meanwhile. Look at it as it is now, then try again.")
    )


# --- What the clock does --------------------------------------------------------------------------


def keep_time(now: datetime | None = None) -> int:
    """Resume what was paused until today, tell of what ends in a fortnight, end what has come to its end."""
    now = now or timezone.now()
    today = timezone.localdate(now)
    return resume_due(today) + tell_of_the_end(today) + end_due(now, today)


def resume_due(today: date) -> int:
    due = paused().filter(paused_until__lte=today).order_by("pk")
    return sum(done(resume, mentorship) for mentorship in due)


def tell_of_the_end(today: date) -> int:
    """Two weeks before its last day, so that whoever wishes for longer can say so. Once for each last day."""
    near = with_last_day(Mentorship.objects.filter(state=State.INTRODUCED)).filter(
        last_day__gt=today, last_day__lte=today + TOLD_BEFORE_THE_END
    )
    # Where it is so short that the fortnight began before it did, the introduction said enough.
    began_before = near.filter(introduced_at__date__lt=F("last_day") - 2 * TOLD_BEFORE_THE_END)
    return tell_ending(began_before)


def tell_ending(mentorships: QuerySet[Mentorship]) -> int:
    found = {one.pk: one for one in mentorships}
    members = Member.objects.filter(mentorship__in=found, left_at=None, person__is_active=True)
    return tell_of_ending(members.select_related("person"), {pk: one.last_day for pk, one in found.items()})


def end_due(now: datetime, today: date) -> int:
    """End what had its last day, unless its people have booked a session after it: then after that one."""
    over = with_last_day(Mentorship.objects.filter(state=State.INTRODUCED)).filter(last_day__lt=today)
    due = {one.pk: one for one in over.order_by("pk")}
    return sum(done(end_mentorship, due[pk], now=now) for pk in due.keys() - booked(due.keys()))


def done(turn, mentorship: Mentorship, **more) -> bool:
    """One of the clock's; where an admin was quicker there is nothing left to do."""
    try:
        turn(mentorship, by=None, **more)
    except NotThisTurn:
        return False
    return True
