"""Which cohorts an admin works on now, and what waits in each."""

from django.utils import timezone

from matching.attention import Matter, matters_of
from matching.models import Cohort


def cohorts_under_way() -> list[tuple[Cohort, list[Matter]]]:
    """Cohorts that are not over, the soonest to start first, with what waits in each."""
    cohorts = list(
        Cohort.objects.filter(ends_on__gte=timezone.localdate())
        .select_related("programme")
        .order_by("starts_on", "pk")
    )
    matters = matters_of(cohorts)
    return [(cohort, matters.get(cohort.pk, [])) for cohort in cohorts]
