"""To whom an admin can write: those accepted into a cohort, its mentors, its mentees, a stream, a group."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from matching.models import Application, Cohort, Member, Mentorship, Stream
from outbox.audiences import Audience, register

Part = Application.Part


def register_audiences() -> None:
    for audience in AUDIENCES:
        register(audience)


def cohorts() -> Iterable[tuple[str, str]]:
    return [(str(cohort.pk), cohort.name) for cohort in Cohort.objects.all()]


def streams() -> Iterable[tuple[str, str]]:
    found = Stream.objects.select_related("cohort").order_by("-cohort__starts_on", "pk")
    return [(str(stream.pk), f"{stream.name} · {stream.cohort.name}") for stream in found]


def groups() -> Iterable[tuple[str, str]]:
    """Only those who have been introduced: before, nobody in it may know of the others."""
    found = Mentorship.objects.filter(
        kind=Mentorship.Kind.GROUP, state=Mentorship.State.INTRODUCED
    ).select_related("cohort")
    return [(str(group.pk), f"{group} · {group.cohort.name}") for group in found]


def accepted(**where) -> QuerySet[Person]:
    applications = Application.objects.filter(state=Application.State.ACCEPTED, **where)
    return Person.objects.filter(pk__in=applications.values("person"))


def in_group(pk: str) -> QuerySet[Person]:
    return Person.objects.filter(pk__in=Member.objects.filter(mentorship=pk, left_at=None).values("person"))


AUDIENCES = [
    Audience(
        "cohort",
        _("Everybody accepted into a cohort"),
        cohorts,
        lambda pk: accepted(cohort=pk),
        filters_the_log=True,
    ),
    Audience(
        "mentors", _("The mentors of a cohort"), cohorts, lambda pk: accepted(cohort=pk, part=Part.MENTOR)
    ),
    Audience(
        "mentees", _("The mentees of a cohort"), cohorts, lambda pk: accepted(cohort=pk, part=Part.MENTEE)
    ),
    Audience("stream", _("A stream"), streams, lambda pk: accepted(stream=pk)),
    Audience("mentorship", _("A group"), groups, in_group),
]
