from collections.abc import Collection

from django.utils import timezone

from meetings.models import MetElsewhere, Session
from meetings.queries.planning import to_come


def mentorships_begun(mentorships: Collection[int]) -> set[int]:
    """Those in which a session is planned, or was, or somebody said that they met elsewhere."""
    planned = Session.objects.filter(mentorship__in=mentorships, state=Session.State.PLANNED)
    elsewhere = MetElsewhere.objects.filter(mentorship__in=mentorships)
    return set(
        planned.order_by()
        .values_list("mentorship", flat=True)
        .union(elsewhere.order_by().values_list("mentorship", flat=True))
    )


def mentorships_booked(mentorships: Collection[int]) -> set[int]:
    """Those in which a session is still to come."""
    return set(
        to_come(timezone.now()).filter(mentorship__in=mentorships).values_list("mentorship", flat=True)
    )
