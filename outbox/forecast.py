"""What the clock would queue by some moment, though it is no row yet: reminders, introductions after a hold.

The app that computes a mail from its data tells here what it would compute; nothing is written or sent.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet


@dataclass(frozen=True)
class Expected:
    """One mail that is to be: of what kind, to whom, when, under which key. `context` as its row would have it."""

    kind: str
    key: str
    person: object
    due: datetime
    context: dict = field(default_factory=dict)
    expires_at: datetime | None = None


Teller = Callable[[QuerySet, datetime], Iterable[Expected]]

_tellers: list[Teller] = []


def register(tell: Teller) -> None:
    """`tell(people, until)`: what these people would be sent by then. Its causes are taken to stand by that time."""
    _tellers.append(tell)


def expected(people: QuerySet, until: datetime) -> list[Expected]:
    return [one for tell in _tellers for one in tell(people, until)]
