"""Which cohort a visitor can join, and which one a person is in."""

from django.utils import timezone

from matching.models import Application, Cohort

State = Application.State
HOPEFUL = [State.DRAFT, State.SUBMITTED, State.WAITING, State.ACCEPTED]


def open_cohort() -> Cohort | None:
    """The cohort that takes applications now; of several, the one that closes first."""
    now = timezone.now()
    is_open = Cohort.objects.filter(opens_at__lte=now, closes_at__gt=now)
    return is_open.select_related("programme").order_by("closes_at", "pk").first()


def coming_cohort() -> Cohort | None:
    """The next cohort whose applications have not opened yet."""
    return Cohort.objects.filter(opens_at__gt=timezone.now()).order_by("opens_at", "pk").first()


def cohort_of(person) -> Cohort | None:
    """The cohort that a person is in or asks to join: the one under way, else the one that starts next."""
    mine = Cohort.objects.filter(
        applications__person=person, applications__state__in=HOPEFUL, ends_on__gte=timezone.localdate()
    )
    return mine.order_by("starts_on", "pk").first()


def week_of(cohort: Cohort) -> tuple[int, int] | None:
    """Which week of how many the cohort is in, both counted from 1; None before it starts and after it ends."""
    today = timezone.localdate()
    if not cohort.starts_on <= today <= cohort.ends_on:
        return None
    return (today - cohort.starts_on).days // 7 + 1, (cohort.ends_on - cohort.starts_on).days // 7 + 1
