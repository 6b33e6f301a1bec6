"""Who was there, as the hosts note it afterwards. It can be corrected, and is for the hosts and the person alone."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from matching.errors import Refused
from meetings.models import Seat, Session
from outbox.services import draft_mail, queue_mails

State = Seat.State
# Time to correct a slip of the finger before anybody is written to.
KIND_WORDS_AFTER = timedelta(hours=2)
KIND_WORDS_UNTIL = timedelta(days=3)


class NotYet(Refused):
    """The session has not begun, or was cancelled."""


@transaction.atomic
def note_attendance(
    session: Session,
    present: Collection[Person],
    *,
    sends_kind_words: bool = False,
    now: datetime | None = None,
) -> None:
    """Note who was there, with a seat or without; noted again, it is corrected. Raises NotYet."""
    now = now or timezone.now()
    held = Session.objects.select_for_update(no_key=True).get(pk=session.pk)
    refuse_too_early(held, now)
    seat_walk_ins(held, present)
    present_pks = [person.pk for person in present]
    expected = held.places.filter(counts_as_absent())
    expected.exclude(person__in=present_pks).update(attended=False)
    held.places.exclude(counts_as_absent()).exclude(person__in=present_pks).update(attended=None)
    held.places.filter(person__in=present_pks).update(attended=True)
    Session.objects.filter(pk=held.pk).update(attendance_noted_at=now)
    if sends_kind_words:
        send_kind_words(held, now)


def refuse_too_early(session: Session, now: datetime) -> None:
    if session.is_cancelled:
        raise NotYet(_("This session was cancelled, so nobody could be there."))
    if session.starts_at > now:
        raise NotYet(_("This session has not begun yet. Note who was there once it has."))


def counts_as_absent() -> Q:
    """Who had a seat, or said that they cannot come; who waited in vain or has left was not expected."""
    return Q(state=State.GOING) | Q(state=State.CANNOT, answered_at__isnull=False)


def seat_walk_ins(session: Session, present: Collection[Person]) -> None:
    """A row for whoever came without a seat. It takes none: the room was as full as it was."""
    rows = [Seat(session=session, person=person, state=State.CANNOT) for person in present]
    Seat.objects.bulk_create(rows, ignore_conflicts=True)


def send_kind_words(session: Session, now: datetime) -> None:
    """To whoever had a seat and was not there; once for each, however often it is noted."""
    missed = session.places.filter(state=State.GOING, attended=False, person__is_active=True)
    queue_mails(
        draft_mail(
            "after_session",
            key=f"after_session:{session.pk}:{seat.person_id}",
            person=seat.person,
            context={"seat": seat.pk},
            not_before=now + KIND_WORDS_AFTER,
            expires_at=now + KIND_WORDS_UNTIL,
        )
        for seat in missed.select_related("person").order_by("pk")
    )
