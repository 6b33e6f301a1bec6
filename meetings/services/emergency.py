"""Emergency access: somebody may be in danger, so an admin reads what is private, and its people learn of it.

The log only grows: each step is a line of its own, and what is to be done next follows from the lines there are.
"""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from matching.errors import Refused
from matching.models import Mentorship
from meetings.models import EmergencyEvent
from meetings.queries.emergency import opened, people_to_tell, to_be_told, words_of
from outbox.services import queue_mail

KIND = "emergency_access"
SHORTEST_REASON = 20
LONGEST_DELAY_DAYS = 30
What = EmergencyEvent.What


class NoReason(Refused):
    """The people are told the reason, so it must say something."""


class NotAnAdmin(Refused):
    """Only an admin with all rights may open what is private, or approve that telling waits."""


class CannotApprove(Refused):
    """There is no such delay to approve, or it is too late for it."""


@transaction.atomic
def open_mentorship(
    mentorship: Mentorship, *, by: Person, reason: str, delay_days: int = 0, now: datetime | None = None
) -> tuple[EmergencyEvent, list[str]]:
    """Log the access, see to it that its people are told, and return what is private. Raises NoReason, NotAnAdmin.

    They are told at once, or after `delay_days` if a second admin approves within a day.
    """
    now = now or timezone.now()
    refuse_unless_admin(by)
    if len(reason.strip()) < SHORTEST_REASON:
        raise NoReason(
            _("Say why in at least %(number)s characters: the people concerned will read it.")
            % {"number": SHORTEST_REASON}
        )
    days = min(delay_days, LONGEST_DELAY_DAYS)
    event = EmergencyEvent.objects.create(
        access=uuid4(),
        what=What.OPENED,
        at=now,
        mentorship_number=mentorship.pk,
        by=by.email,
        reason=reason.strip(),
        tell_at=now + timedelta(days=days) if days else None,
    )
    words = list(words_of(mentorship))
    tell_about_access(now=now)
    return event, words


@transaction.atomic
def approve_delay(access: UUID, *, by: Person, now: datetime | None = None) -> None:
    """A second admin agrees that telling waits. Twice is once. Raises NotAnAdmin, CannotApprove."""
    refuse_unless_admin(by)
    event = opened(access)
    if event is None or event.tell_at is None:
        raise CannotApprove(_("There is no access of this number whose telling waits."))
    if event.by.casefold() == by.email.casefold():
        raise CannotApprove(_("Somebody else must approve this: you opened it yourself."))
    if EmergencyEvent.objects.filter(access=access, what=What.TOLD).exists():
        raise CannotApprove(_("Its people have been told already."))
    note_step(event, What.DELAY_APPROVED, by=by.email, now=now or timezone.now())


def refuse_unless_admin(person: Person) -> None:
    if not (person.is_superuser and person.is_active):
        raise NotAnAdmin(_("Only an admin with all rights can do this."))


def tell_about_access(*, now: datetime | None = None) -> None:
    """Tell the people of every access whose time has come. Idempotent: the clock asks again and again."""
    now = now or timezone.now()
    for event in to_be_told(now):
        with transaction.atomic():
            # One clock of two writes the line, and the mails in the same transaction.
            if note_step(event, What.TOLD, now=now):
                for person in people_to_tell(event.mentorship_number):
                    tell(person, event)


def note_step(event: EmergencyEvent, what: str, *, now: datetime, by: str = "") -> bool:
    """Whether this line was not there before."""
    _step, is_new = EmergencyEvent.objects.get_or_create(
        access=event.access,
        what=what,
        defaults={"at": now, "mentorship_number": event.mentorship_number, "by": by},
    )
    return is_new


def tell(person: Person, event: EmergencyEvent) -> None:
    queue_mail(
        KIND,
        key=f"{KIND}:{event.access}:{person.pk}",
        person=person,
        context={"event": event.pk},
    )
