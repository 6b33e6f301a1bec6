"""Whom an admin may put into a group."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from matching.models import Application, Cohort, Member, Mentorship, Stream

Part = Application.Part


def candidates(cohort: Cohort) -> QuerySet[Application]:
    """Accepted people with the roles, disciplines and employer that the page shows."""
    return (
        Application.objects.filter(cohort=cohort, state=Application.State.ACCEPTED, person__is_active=True)
        .select_related("person__organisation", "stream")
        .prefetch_related("person__disciplines", "person__roles__role")
        .order_by("person__sort_key")
    )


def mentors_for_groups(cohort: Cohort) -> QuerySet[Application]:
    return candidates(cohort).filter(part=Part.MENTOR)


def mentees_for_groups(stream: Stream) -> QuerySet[Application]:
    """Mentees who chose this stream or none, and are in no group of the cohort yet."""
    in_a_group = Member.objects.filter(
        application=OuterRef("pk"), part=Member.Part.MENTEE, kind=Mentorship.Kind.GROUP, left_at=None
    )
    return candidates(stream.cohort).filter(
        Q(stream=stream) | Q(stream=None), ~Exists(in_a_group), part=Part.MENTEE
    )
