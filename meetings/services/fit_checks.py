"""Is this match right for you? Asked after the first meetings and half-way; private, and nobody's fault."""

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta

from django.utils import timezone

from accounts.models import Person
from matching.models import Mentorship
from matching.queries.mentorships import last_day_of
from meetings.models import FitCheck
from meetings.queries.rhythm import answered, membership, under_way
from meetings.services.reminders import queue_new
from meetings.services.rhythm import not_in_it
from outbox.models import Mail
from outbox.services import draft_mail

Stage, Answer = FitCheck.Stage, FitCheck.Answer
FIT = "fit_check"
AFTER_MEETING = timedelta(hours=48)
# Two questions within a fortnight would be one too many.
BETWEEN_STAGES = timedelta(days=14)
USEFUL_FOR = timedelta(days=14)


def ask_how_it_fits(*, now: datetime | None = None) -> int:
    """Ask everybody whose mentorship has come so far, once a stage; returns how many were asked."""
    return queue_new(fit_drafts(now or timezone.now()))


def fit_drafts(now: datetime) -> list[Mail]:
    begun = list(under_way(now).filter(meetings__gt=0, paused_at=None))
    already = answered(one.pk for one in begun)
    return [draft for one in begun for draft in drafts(one, now, already)]


def drafts(mentorship: Mentorship, now: datetime, already: set) -> Iterator[Mail]:
    for stage, due in dues(mentorship).items():
        if not due <= now < due + USEFUL_FOR:
            continue
        for member in mentorship.active:
            if (mentorship.pk, member.person_id, stage) not in already:
                yield draft_mail(
                    FIT,
                    key=f"{FIT}:{mentorship.pk}:{member.person_id}:{stage}",
                    person=member.person,
                    context={"mentorship": mentorship.pk, "stage": stage},
                    expires_at=due + USEFUL_FOR,
                )


def dues(mentorship: Mentorship) -> dict[str, datetime]:
    """When each stage is to be asked about, for those that can be said."""
    begun_at = first_impression(mentorship)
    if begun_at is None:
        return {}
    first = begun_at + AFTER_MEETING
    middle = halfway(mentorship)
    return {Stage.FIRST: first} | ({Stage.HALFWAY: middle} if middle >= first + BETWEEN_STAGES else {})


def first_impression(mentorship: Mentorship) -> datetime | None:
    """The end of the first meeting; of a group's second, since one evening tells little of seven people."""
    if mentorship.kind == Mentorship.Kind.GROUP:
        return mentorship.met_second
    known = [moment for moment in (mentorship.met_first, mentorship.said_first) if moment]
    return min(known, default=None)


def halfway(mentorship: Mentorship) -> datetime:
    ends = timezone.make_aware(datetime.combine(last_day_of(mentorship), time(12)))
    return mentorship.introduced_at + (ends - mentorship.introduced_at) / 2


def stage_now(mentorship: Mentorship, now: datetime) -> str:
    """What an answer given now is about."""
    known = dues(mentorship)
    if known.get(Stage.HALFWAY, now) < now:
        return Stage.HALFWAY
    return Stage.FIRST if mentorship.meetings else Stage.START


def answer_fit_check(
    person: Person,
    mentorship_pk: int,
    *,
    answer: str,
    words: str = "",
    may_be_written_to: bool = False,
    now: datetime | None = None,
) -> FitCheck:
    """Keep what somebody says of their match; later words on the same stage replace earlier ones. Raises NotInIt."""
    now = now or timezone.now()
    if membership(person, mentorship_pk) is None:
        raise not_in_it()
    stage = stage_now(under_way(now).get(pk=mentorship_pk), now)
    check, _is_new = FitCheck.objects.update_or_create(
        mentorship_id=mentorship_pk,
        person=person,
        stage=stage,
        defaults={
            "answer": answer,
            "words": words,
            # Who does not ask for another match is named to nobody.
            "may_be_written_to": may_be_written_to and answer == Answer.NOT_A_FIT,
            "answered_at": now,
        },
    )
    return check


def still_want(person: Person, mentorship_pk: int) -> None:
    """Say from a mail that one still wishes to meet this mentor; an answer given since stands. Raises NotInIt."""
    if membership(person, mentorship_pk) is None:
        raise not_in_it()
    FitCheck.objects.get_or_create(
        mentorship_id=mentorship_pk,
        person=person,
        stage=Stage.START,
        defaults={"answer": Answer.GOOD},
    )


def waiting_for(person: Person, *, now: datetime | None = None) -> list[Mentorship]:
    """Mentorships of this person that have come to a stage about which they have not said anything."""
    now = now or timezone.now()
    mine = under_way(now).filter(
        meetings__gt=0, paused_at=None, members__person=person, members__left_at=None
    )
    return unanswered(mine, person, now)


def unanswered(mine: Iterable[Mentorship], person: Person, now: datetime) -> list[Mentorship]:
    """Of these mentorships, read by `under_way`, those that ask this person for a word now."""
    due_now = [
        (one, stage)
        for one in mine
        for stage, due in dues(one).items()
        if one.meetings and due <= now < due + USEFUL_FOR
    ]
    already = answered(one.pk for one, _stage in due_now) if due_now else set()
    return [one for one, stage in due_now if (one.pk, person.pk, stage) not in already]
