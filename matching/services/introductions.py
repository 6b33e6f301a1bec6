"""The hold ends, or an admin releases it, and people are introduced."""

import logging
from datetime import datetime

from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from matching.errors import NotOnHold
from matching.models import Member, Mentorship
from matching.services.telling import tell_introduced

log = logging.getLogger(__name__)


def introduce_due(now: datetime | None = None) -> int:
    """Introduce everybody whose hold has ended; returns how many mentorships that were."""
    now = now or timezone.now()
    due = Mentorship.objects.filter(state=Mentorship.State.HELD, hold_ends_at__lte=now)
    return sum(introduced(pk, now) for pk in due.order_by("hold_ends_at", "pk").values_list("pk", flat=True))


def introduced(pk: int, now: datetime) -> bool:
    """One mentorship of the sweep. One that fails must not keep the others waiting: the next sweep tries it again."""
    try:
        return introduce(pk, now=now)
    except DatabaseError:
        log.exception("Mentorship %s could not be introduced; the next sweep tries again.", pk)
        return False


def release_hold(mentorship: Mentorship, *, by: Person, now: datetime | None = None) -> None:
    """Introduce people before their hold ends, as an admin asked. Raises NotOnHold."""
    if not introduce(mentorship.pk, now=now or timezone.now()):
        raise NotOnHold(
            _("%(mentorship)s is no longer on hold: somebody was quicker. Nothing was sent twice.")
            % {"mentorship": mentorship}
        )


def introduce_together(mentorships: list[Mentorship], members: list[Member], *, now: datetime) -> None:
    """Introduce the people of mentorships that were made in this very transaction, so that nobody can be quicker."""
    pks = [one.pk for one in mentorships]
    Mentorship.objects.filter(pk__in=pks).update(state=Mentorship.State.INTRODUCED, introduced_at=now)
    tell_introduced(members)


@transaction.atomic
def introduce(pk: int, *, now: datetime) -> bool:
    """Introduce the people of one mentorship, unless it is no longer on hold."""
    on_hold = Mentorship.objects.filter(pk=pk, state=Mentorship.State.HELD)
    if not on_hold.update(state=Mentorship.State.INTRODUCED, introduced_at=now):
        return False
    members = Member.objects.filter(mentorship=pk, left_at=None).select_related("person")
    tell_introduced(list(members))
    return True
