"""Doing one thing from a mail without signing in.

A link names the action, the person and the thing, is signed, and ends. Mail gateways open every link, so opening
one shows a page with a button and changes nothing; the button acts, and acts the same however often it is pressed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.core import signing
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person

SALT = "one-click"


class LinkRefused(Exception):
    """Damaged, too old, for something else, or of somebody whose account is closed. Which of them is nobody's business."""


@dataclass(frozen=True)
class Question:
    """What the page asks before anything happens."""

    title: str
    sentence: str
    button: str


@dataclass(frozen=True)
class Action:
    """One thing that a link may do for one person, about the row with this primary key.

    `ask` gives the question, or None where there is nothing left to do. `act` does it, idempotently, and returns
    the sentence that says what happened; it raises `matching.errors.Refused`, whose text is shown.
    """

    name: str
    ask: Callable[[Person, int], Question | None]
    act: Callable[[Person, int], str]


@dataclass(frozen=True)
class Click:
    """What a good link carries."""

    action: Action
    person: Person
    pk: int

    def question(self) -> Question | None:
        return self.action.ask(self.person, self.pk)

    def act(self) -> str:
        return self.action.act(self.person, self.pk)


_actions: dict[str, Action] = {}


def register(action: Action) -> None:
    if action.name in _actions:
        raise ImproperlyConfigured(
            f"The action {action.name!r} is registered twice. Give one of the two another name."
        )
    _actions[action.name] = action


def link(action: str, *, person: Person, pk: int, until: datetime) -> str:
    """The address under which this person, and nobody else, may do this one thing until then."""
    token = signing.dumps([action, person.pk, pk, int(until.timestamp())], salt=SALT)
    return settings.PUBLIC_URL + reverse("meetings:one_click", args=[token])


def read(token: str, *, now: datetime | None = None) -> Click:
    """What a link is good for. Raises LinkRefused."""
    try:
        name, person_pk, pk, until = signing.loads(token, salt=SALT)
    except signing.BadSignature as damaged:
        raise LinkRefused from damaged
    person = Person.objects.filter(pk=person_pk, is_active=True).first()
    if (
        name not in _actions
        or person is None
        or datetime.fromtimestamp(until, UTC) <= (now or timezone.now())
    ):
        raise LinkRefused
    return Click(_actions[name], person, pk)
