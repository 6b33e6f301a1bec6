"""Mentees name mentors in their order and ask the first; whoever is asked says yes or no.

Whatever concerns one mentee's list is done under a lock on that mentee's application, so that two clicks, a mentor's
answer and the clock follow each other. A yes locks the mentor's as well, in the order in which a publication does.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from matching.choosing import can_be_asked, choosable, reasons_between
from matching.errors import Refused
from matching.models import Application, Choice, Proposal
from matching.models.choice import MOST_CHOICES
from matching.queries.choices import list_of, may_choose
from matching.services.introductions import introduce
from matching.services.publishing import new_mentorship, seat
from matching.services.refusals import NoPlaceLeft, NotOpen
from matching.services.telling_choices import Passed, tell_asked, tell_over, tell_passed

State = Choice.State
ANSWER_WITHIN = timedelta(days=14)
AGREED = {"code": "agreed"}


# --- The mentee's list ------------------------------------------------------------------------


@transaction.atomic
def name_mentor(mentee: Application, mentor: Application, *, words: str = "") -> Choice:
    """Put a mentor at the end of a mentee's list; twice changes nothing. Raises NotOpen, or Refused where it is full."""
    mentee = lock_chooser(mentee)
    listed = list_of(mentee)
    if found := next((choice for choice in listed if choice.mentor_id == mentor.pk), None):
        return found
    if len(listed) >= MOST_CHOICES:
        raise Refused(
            _(
                "There are %(count)s mentors on your list, which is as many as there can be. Take one off first."
            )
            % {"count": MOST_CHOICES}
        )
    if mentor.pk not in choosable(mentee).mentors:
        raise Refused(_("This mentor cannot be chosen at the moment. Your list is as it was."))
    close_gaps(listed)
    return Choice.objects.create(mentee=mentee, mentor=mentor, rank=len(listed) + 1, words=words)


def close_gaps(listed: list[Choice]) -> None:
    """Number a list from one again. Upwards, since no two may stand at the same rank for a moment."""
    for rank, choice in enumerate(listed, start=1):
        if choice.rank != rank:
            Choice.objects.filter(pk=choice.pk).update(rank=rank)


@transaction.atomic
def move_choice(mentee: Application, choice: Choice, *, is_up: bool) -> None:
    """Let a mentor who is not asked yet change places with the one before or after. At the end, nothing changes."""
    lock_chooser(mentee)
    waiting = [one for one in list_of(mentee) if one.state == State.LISTED]
    place = next((place for place, one in enumerate(waiting) if one.pk == choice.pk), None)
    if place is None:
        raise NotOpen(_("This mentor is no longer waiting on your list, so nothing was moved."))
    other = place - 1 if is_up else place + 1
    if 0 <= other < len(waiting):
        swap(waiting[place], waiting[other])


def swap(one: Choice, other: Choice) -> None:
    # The unique rank holds at every moment, so one of the two steps off the list for as long as this takes.
    Choice.objects.filter(pk=one.pk).update(state=State.WITHDRAWN)
    Choice.objects.filter(pk=other.pk).update(rank=one.rank)
    Choice.objects.filter(pk=one.pk).update(rank=other.rank, state=State.LISTED)


@transaction.atomic
def write_words(mentee: Application, choice: Choice, words: str) -> None:
    """Keep the word to a mentor who is not asked yet. Raises NotOpen."""
    lock_chooser(mentee)
    if not Choice.objects.filter(pk=choice.pk, state=State.LISTED).update(words=words):
        raise NotOpen(_("This mentor was asked in the meantime, so the words stay as they were."))


@transaction.atomic
def drop_choice(mentee: Application, choice: Choice) -> None:
    """Take a mentor off the list who is not asked yet, of which nobody heard, or who did not answer. Raises NotOpen."""
    lock_chooser(mentee)
    Choice.objects.filter(pk=choice.pk, state=State.EXPIRED).update(state=State.WITHDRAWN)
    deleted, _rows = Choice.objects.filter(pk=choice.pk, state=State.LISTED).delete()
    if not deleted and Choice.objects.filter(pk=choice.pk, state=State.ASKED).exists():
        raise NotOpen(_("This mentor was asked in the meantime. You can take the request back."))


@transaction.atomic
def ask_first(mentee: Application, *, now: datetime | None = None) -> Choice:
    """Ask the first mentor of the list who can be asked; the others wait. Raises NotOpen or Refused."""
    mentee = lock_chooser(mentee)
    listed = list_of(mentee)
    if any(choice.state == State.ASKED for choice in listed):
        raise NotOpen(_("One mentor is asked already. Whoever is next on your list waits for that answer."))
    forget_what_is_over(listed)
    asked = ask_next(mentee, now=now or timezone.now())
    if asked is None:
        raise Refused(
            _("Nobody on your list can be asked at the moment. Name another mentor, or try again later.")
        )
    return asked


def forget_what_is_over(listed: list[Choice]) -> None:
    """A yes whose mentorship has ended, since this mentee has no mentor now, stands in nobody's way."""
    over = [choice.pk for choice in listed if choice.state == State.ACCEPTED]
    Choice.objects.filter(pk__in=over).update(state=State.WITHDRAWN)


def ask_next(mentee: Application, *, now: datetime) -> Choice | None:
    """The first of the list who can be asked is asked; None where there is nobody. The caller holds the lock."""
    waiting = [choice for choice in list_of(mentee) if choice.state == State.LISTED]
    free = can_be_asked(mentee, waiting) if waiting else set()
    for choice in waiting:
        if choice.mentor_id in free:
            Choice.objects.filter(pk=choice.pk).update(
                state=State.ASKED, asked_at=now, expires_at=now + ANSWER_WITHIN
            )
            choice.refresh_from_db()
            tell_asked(choice)
            return choice
    return None


@transaction.atomic
def take_back(choice: Choice, *, now: datetime | None = None) -> None:
    """The mentee no longer asks; the mentor, if told, is told. Nobody else is asked by this. Raises NotOpen."""
    lock(choice.mentee_id)
    if not close(choice, State.WITHDRAWN, now=now or timezone.now()):
        raise NotOpen(already(choice))
    tell_over(choice)


# --- The mentor's answer ----------------------------------------------------------------------


def accept_request(choice: Choice, *, now: datetime | None = None) -> None:
    """The mentor says yes: a place is taken, the two are introduced at once. Raises NoPlaceLeft or NotOpen.

    Whoever else asked this mentor, and is too late now, is told and their next choice asked.
    """
    now = now or timezone.now()
    try:
        bring_together(choice, now=now)
    except NotOpen:
        # It may stand open although these two can no longer meet; what was answered is left as it is.
        let_go(choice, now=now)
        raise
    finally:
        let_go_of_full(choice.mentor_id, now=now)


@transaction.atomic
def bring_together(choice: Choice, *, now: datetime) -> None:
    mentee, mentor = lock_both(choice)
    if not close(choice, State.ACCEPTED, now=now):
        raise NotOpen(already(choice))
    take_place(mentor)
    reasons = None
    if may_choose(timezone.localdate(now)).filter(pk=mentee.pk).exists():
        reasons = reasons_between(mentee, mentor)
    if reasons is None:
        raise NotOpen(_("This request is no longer open. Nothing is left for you to do."))
    pair = Proposal(mentee=mentee, mentor=mentor, reasons=[AGREED, *without_named(reasons)])
    mentorship = new_mentorship(pair, mentee.cohort, by=None, now=now)
    # Both said yes, so there is nothing to think over.
    mentorship.hold_ends_at = now
    mentorship.save()
    seat([mentorship], [pair])
    introduce(mentorship.pk, now=now)
    Choice.objects.filter(mentee=mentee, state=State.LISTED).update(state=State.WITHDRAWN)


def lock_both(choice: Choice) -> tuple[Application, Application]:
    rows = Application.objects.select_for_update(no_key=True, of=["self"])
    found = {
        row.pk: row
        for row in rows.filter(pk__in=[choice.mentee_id, choice.mentor_id])
        .select_related("person", "cohort")
        .order_by("pk")
    }
    return found[choice.mentee_id], found[choice.mentor_id]


def take_place(mentor: Application) -> None:
    """One place, if there is one. Raises NoPlaceLeft."""
    free = Application.objects.filter(
        pk=mentor.pk, state=Application.State.ACCEPTED, person__is_active=True, taken__lt=F("capacity")
    )
    if not free.update(taken=F("taken") + 1):
        raise NoPlaceLeft


def without_named(reasons: list[dict]) -> list[dict]:
    return [reason for reason in reasons if reason["code"] != "named"]


@transaction.atomic
def decline_request(choice: Choice, *, now: datetime | None = None) -> None:
    """The mentor says that it is not possible this time; the next choice is asked. Twice changes nothing. Raises NotOpen."""
    now = now or timezone.now()
    lock(choice.mentee_id)
    if close(choice, State.DECLINED, now=now):
        return pass_on(choice, Passed.DECLINED, now=now)
    choice.refresh_from_db(fields=["state"])
    if choice.state != State.DECLINED:
        raise NotOpen(already(choice))


# --- Closed by somebody else ------------------------------------------------------------------


@transaction.atomic
def expire(choice: Choice, *, now: datetime | None = None) -> bool:
    """There was no answer in time, or an admin waits no longer: the next choice is asked. False where it was answered."""
    now = now or timezone.now()
    lock(choice.mentee_id)
    if not close(choice, State.EXPIRED, now=now):
        return False
    tell_over(choice)
    pass_on(choice, Passed.EXPIRED, now=now)
    return True


def expire_for(choice: Choice, *, by: Person, now: datetime | None = None) -> None:
    """An admin waits no longer for an answer; the next choice is asked. Raises NotOpen, or Refused for one's own."""
    refuse_own(choice, by)
    if not expire(choice, now=now):
        raise NotOpen(closed_meanwhile())


def refuse_own(choice: Choice, by: Person) -> None:
    if by.pk in (choice.mentee.person_id, choice.mentor.person_id):
        raise Refused(_("An admin never decides about their own request. Ask a colleague to do it."))


def closed_meanwhile() -> str:
    return _("This request was answered or closed in the meantime. It was left as it is.")


@transaction.atomic
def withdraw_for(choice: Choice, *, by: Person, now: datetime | None = None) -> None:
    """An admin takes a request back; both are told, nobody else is asked. Raises NotOpen, or Refused for one's own."""
    refuse_own(choice, by)
    lock(choice.mentee_id)
    if not close(choice, State.WITHDRAWN, now=now or timezone.now()):
        raise NotOpen(closed_meanwhile())
    tell_over(choice)
    tell_passed(choice, Passed.BY_PROGRAMME)


def let_go_of_full(mentor: int, *, now: datetime) -> int:
    """Whoever asks a mentor without a place, or who left, is told, and their next choice asked."""
    asked = Choice.objects.filter(mentor=mentor, state=State.ASKED)
    full = asked.exclude(
        mentor__state=Application.State.ACCEPTED,
        mentor__person__is_active=True,
        mentor__taken__lt=F("mentor__capacity"),
    )
    return sum(let_go(choice, now=now) for choice in full.order_by("asked_at", "pk"))


@transaction.atomic
def let_go(choice: Choice, *, now: datetime, why: str = Passed.NOT_AVAILABLE) -> bool:
    """This mentor can no longer be asked: the rank is free again, the next choice is asked."""
    lock(choice.mentee_id)
    if not close(choice, State.WITHDRAWN, now=now):
        return False
    tell_over(choice)
    pass_on(choice, why, now=now)
    return True


@transaction.atomic
def drop_request(choice: Choice, *, now: datetime) -> bool:
    """Its mentee no longer needs an answer; the mentor is told, if they were told of the request."""
    lock(choice.mentee_id)
    if not close(choice, State.WITHDRAWN, now=now):
        return False
    tell_over(choice)
    return True


def leave_requests(person: Person, *, now: datetime | None = None) -> None:
    """Somebody leaves the programme: whoever asked them is told, whomever they asked is told, and their list is gone."""
    now = now or timezone.now()
    asked = Choice.objects.filter(state=State.ASKED).select_related("mentee__person", "mentor__person")
    for choice in asked.filter(mentor__person=person).order_by("mentee"):
        let_go(choice, why=Passed.LEFT, now=now)
    for choice in asked.filter(mentee__person=person):
        drop_request(choice, now=now)
    Choice.objects.filter(Q(mentee__person=person) | Q(mentor__person=person)).delete()


def stop_choosing(choices: Iterable[Choice], *, now: datetime) -> None:
    """Close open choices because their cohort no longer lets mentees choose; each mentee is told once."""
    told: set[int] = set()
    for choice in choices:
        with transaction.atomic():
            lock(choice.mentee_id)
            was_asked = close(choice, State.WITHDRAWN, now=now)
            if was_asked:
                tell_over(choice)
            was_listed = Choice.objects.filter(pk=choice.pk, state=State.LISTED).update(state=State.WITHDRAWN)
            if (was_asked or was_listed) and choice.mentee_id not in told:
                tell_passed(choice, Passed.SWITCHED_OFF)
                told.add(choice.mentee_id)


def pass_on(choice: Choice, why: str, *, now: datetime) -> None:
    """Tell the mentee kindly, and ask the next of their list if they may still choose. The caller holds the lock."""
    tell_passed(choice, why)
    mentee = may_choose(timezone.localdate(now)).filter(pk=choice.mentee_id).first()
    if mentee:
        ask_next(mentee, now=now)


def close(choice: Choice, state: str, *, now: datetime) -> bool:
    """End a request that is still open: of two at once, one wins."""
    asked = Choice.objects.filter(pk=choice.pk, state=State.ASKED)
    return bool(asked.update(state=state, answered_at=now))


def already(choice: Choice) -> str:
    choice.refresh_from_db(fields=["state"])
    if choice.state == State.ACCEPTED:
        return _("The answer to this request was yes, and you have been introduced.")
    return _("This request is no longer open. Nothing is left for you to do.")


# --- Locks ------------------------------------------------------------------------------------


def lock(mentee: int) -> None:
    Application.objects.select_for_update(no_key=True, of=["self"]).get(pk=mentee)


def lock_chooser(mentee: Application) -> Application:
    """Raises NotOpen where this mentee may not choose, or no longer."""
    lock(mentee.pk)
    current = may_choose(timezone.localdate()).filter(pk=mentee.pk).first()
    if current is None:
        raise NotOpen(
            _("Mentors can no longer be chosen here. What you need to do, if anything, stands on Home.")
        )
    return current
