"""What the clock does about requests: remind, let them expire, and close those that nobody needs answered."""

from datetime import datetime, timedelta

from django.utils import timezone

from matching.models import Choice, Cohort
from matching.queries.choices import OPEN, left_on_lists, that_cannot_stand, that_nobody_can_accept
from matching.services.choices import drop_request, expire, let_go, stop_choosing
from matching.services.telling_choices import remind, reminder_key
from outbox.models import Mail

State = Choice.State
# Two reminders of the fourteen days.
REMIND_AFTER = [5, 10]


def keep_choices(now: datetime | None = None) -> int:
    """Bring all requests up to the moment; returns how many were closed or reminded of.

    Everything is read from the rows as they are, whoever changed them: a publication, an admin, somebody who left.
    """
    now = now or timezone.now()
    return close_unneeded(now) + expire_due(now) + remind_due(now)


def close_unneeded(now: datetime) -> int:
    with_people = ("mentee__person", "mentor__person")
    today = timezone.localdate(now)
    unneeded = that_cannot_stand(today).select_related(*with_people)
    closed = sum(drop_request(choice, now=now) for choice in unneeded.order_by("pk"))
    hopeless = that_nobody_can_accept().select_related(*with_people)
    closed += sum(let_go(choice, now=now) for choice in hopeless.order_by("asked_at", "pk"))
    return closed + left_on_lists().update(state=State.WITHDRAWN)


def expire_due(now: datetime) -> int:
    due = Choice.objects.filter(state=State.ASKED, expires_at__lte=now)
    return sum(
        expire(choice, now=now)
        for choice in due.select_related("mentee__person", "mentor__person").order_by("expires_at", "pk")
    )


def remind_due(now: datetime) -> int:
    """Remind mentors who have not answered: on days five and ten. Whoever is late for both is reminded once."""
    due = reminders_by(now)
    told = set(Mail.objects.filter(key__in=due).values_list("key", flat=True))
    for key in due.keys() - told:
        choice, days = due[key]
        remind(choice, days=days)
    return len(due.keys() - told)


def reminders_by(now: datetime) -> dict[str, tuple[Choice, int]]:
    """What each mentor is reminded of at this moment, by the key of the mail; who has had it is among them."""
    open_ones = Choice.objects.filter(
        state=State.ASKED, asked_at__lte=now - timedelta(days=REMIND_AFTER[0]), expires_at__gt=now
    ).select_related("mentor__person")
    found = {}
    for choice in open_ones.order_by("pk"):
        days = max(day for day in REMIND_AFTER if now - choice.asked_at >= timedelta(days=day))
        found[reminder_key(choice, days)] = (choice, days)
    return found


def switch_off(cohort: Cohort, *, now: datetime | None = None) -> int:
    """This cohort's mentees choose no longer: what is open is closed, and whoever waits is told. Returns how many were open."""
    Cohort.objects.filter(pk=cohort.pk).update(lets_mentees_choose=False)
    still_open = list(
        Choice.objects.filter(mentee__cohort=cohort, state__in=OPEN)
        .select_related("mentee__person", "mentor__person")
        # Who was asked first, so that the mail to a mentee is about that request.
        .order_by("mentee", "state", "rank")
    )
    stop_choosing(still_open, now=now or timezone.now())
    return len(still_open)
