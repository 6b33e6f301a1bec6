"""Whom an admin can write to: the people of one session."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from accounts.models import Person
from meetings.models import Session
from meetings.queries.sessions import participants
from outbox.audiences import Audience, register

# Long enough to write to people about what was said to come after it.
LOOKING_BACK = timedelta(days=28)


def register_audience() -> None:
    register(Audience("session", gettext_lazy("The people of a session"), choices, people))


def choices() -> list[tuple[str, str]]:
    """Sessions to come and those of the last weeks, the latest first."""
    found = Session.objects.filter(ends_at__gt=timezone.now() - LOOKING_BACK).order_by("-starts_at", "pk")
    return [(str(session.pk), f"{session.title} · {day_of(session)}") for session in found]


def day_of(session: Session) -> str:
    return date_format(timezone.localtime(session.starts_at), "DATE_FORMAT")


def people(pk: str) -> QuerySet[Person]:
    return participants(Session.objects.get(pk=pk))
