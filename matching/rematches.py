"""Mentorships under way that ask for another match. Higher apps know of them and register here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import chain

from accounts.models import Person
from matching.models import Mentorship


@dataclass(frozen=True)
class Wish:
    """The mentorship is read as in `for_review`. `person` only where they agreed to be named: of two people, an admin is not told which of them asks."""

    mentorship: Mentorship
    person: Person | None
    since: date


_tellers: list[Callable[[], Iterable[Wish]]] = []


def register(tell: Callable[[], Iterable[Wish]]) -> None:
    _tellers.append(tell)


def wishes() -> list[Wish]:
    """The longest waiting first."""
    return sorted(chain.from_iterable(tell() for tell in _tellers), key=lambda wish: wish.since)
