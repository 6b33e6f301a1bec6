"""What the clock asks between two meetings: have you met, do you still wish to, is all well?"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from matching.errors import Refused
from matching.models import Member, Mentorship
from meetings.models import FitCheck, MetElsewhere, Rhythm
from meetings.queries.rhythm import absent_twice, answered, membership, never_met, silent
from meetings.services.reminders import queue_new
from outbox.models import Mail
from outbox.services import draft_mail

FIRST_MEETING, STILL_WANTED, STALLED, MISSED = (
    "first_meeting",
    "still_wanted",
    "stalled",
    "missed_twice",
)
NUDGES = (7, 14)
REMATCH_OFFERED = 21
# A question that comes this much later than it should has lost its sense.
USEFUL_FOR = timedelta(days=7)


class NotInIt(Refused):
    """The mentorship is over, or this person has left it."""


def not_in_it() -> NotInIt:
    return NotInIt(_("This mentorship is over, or you are no longer in it, so nothing was changed."))


# --- After the introduction ---------------------------------------------------------------------


def nudge_first_meetings(*, now: datetime | None = None) -> int:
    """Days 7 and 14: ask whether people have met; day 21: offer a mentee another match. Returns how many mails."""
    return queue_new(first_meeting_drafts(now or timezone.now()))


def first_meeting_drafts(now: datetime) -> list[Mail]:
    recent = never_met(now).filter(
        since__lte=now - timedelta(days=NUDGES[0]),
        since__gt=now - timedelta(days=REMATCH_OFFERED) - USEFUL_FOR,
    )
    mentorships = list(recent)
    already = answered(one.pk for one in mentorships)
    return [draft for one in mentorships for draft in questions(one, now, already)]


def questions(mentorship: Mentorship, now: datetime, already: set) -> Iterator[Mail]:
    day = latest_mark(now - mentorship.since)
    if day == REMATCH_OFFERED:
        for member in mentees_alone(mentorship):
            if (mentorship.pk, member.person_id, FitCheck.Stage.START) not in already:
                yield question(STILL_WANTED, mentorship, member, day)
    else:
        for member in who_plans(mentorship):
            yield question(FIRST_MEETING, mentorship, member, day)


def latest_mark(age: timedelta) -> int:
    """The latest of the days 7, 14 and 21 that has come: after a pause of the clock one question is enough."""
    return max(day for day in (*NUDGES, REMATCH_OFFERED) if timedelta(days=day) <= age)


def question(kind: str, mentorship: Mentorship, member: Member, day: int) -> Mail:
    return draft_mail(
        kind,
        key=f"{kind}:{mentorship.pk}:{member.person_id}:{day}",
        person=member.person,
        context={"mentorship": mentorship.pk},
        expires_at=mentorship.since + timedelta(days=day) + USEFUL_FOR,
    )


def who_plans(mentorship: Mentorship) -> list[Member]:
    """Both of two; in a group, those who lead it."""
    if mentorship.kind == Mentorship.Kind.ONE_TO_ONE:
        return mentorship.active
    return [member for member in mentorship.active if member.part != Member.Part.MENTEE]


def mentees_alone(mentorship: Mentorship) -> Iterable[Member]:
    """A mentor is never asked: they would be told who is idle. A group is the admin's to look after."""
    if mentorship.kind == Mentorship.Kind.GROUP:
        return []
    return [member for member in mentorship.active if member.part == Member.Part.MENTEE]


# --- Later --------------------------------------------------------------------------------------


def ask_after_the_silent(*, now: datetime | None = None) -> int:
    """Ask softly where nothing was heard for one and a half rhythms, and who missed a group twice. Returns how many."""
    return queue_new(silence_drafts(now or timezone.now()))


def silence_drafts(now: datetime) -> list[Mail]:
    quiet = [one for one in silent(now) if now - one.quiet_since < USEFUL_FOR]
    missed = [one for one in absent_twice(now) if now - one.session.ends_at < USEFUL_FOR]
    asked = [ask_after(one, member) for one in quiet for member in who_plans(one)]
    return [*asked, *(say_missed(absence) for absence in missed)]


def ask_after(mentorship: Mentorship, member: Member) -> Mail:
    # Once for each silence: the next one begins with another meeting.
    return draft_mail(
        STALLED,
        key=f"{STALLED}:{mentorship.pk}:{member.person_id}:{mentorship.met_last:%Y%m%dT%H%MZ}",
        person=member.person,
        context={"mentorship": mentorship.pk, "met_last": mentorship.met_last.isoformat()},
        expires_at=mentorship.quiet_since + USEFUL_FOR,
    )


def say_missed(absence) -> Mail:
    return draft_mail(
        MISSED,
        key=f"{MISSED}:{absence.session.pk}:{absence.person.pk}",
        person=absence.person,
        context={"mentorship": absence.mentorship.pk, "session": absence.session.pk},
        expires_at=absence.session.ends_at + USEFUL_FOR,
    )


# --- What people say ----------------------------------------------------------------------------


def say_met(person: Person, mentorship_pk: int) -> None:
    """Note that they met without a session here. Twice a day changes nothing. Raises NotInIt."""
    member = membership(person, mentorship_pk)
    if member is None:
        raise not_in_it()
    MetElsewhere.objects.get_or_create(
        mentorship=member.mentorship, person=person, said_on=timezone.localdate()
    )


def agree_rhythm(mentorship: Mentorship, days: int) -> None:
    """Keep how often the people of a mentorship wish to meet; 0 means no fixed rhythm."""
    if days:
        Rhythm.objects.update_or_create(mentorship=mentorship, defaults={"days": days})
    else:
        Rhythm.objects.filter(mentorship=mentorship).delete()
