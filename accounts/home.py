"""What stands on Home. Each app registers what it knows of a person in its `ready()`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import chain

from accounts.models import Person


@dataclass(frozen=True)
class NextStep:
    """One thing a person could do now. The lowest urgency is shown first."""

    urgency: int
    title: str
    why: str
    minutes: int | None
    url: str
    action: str


@dataclass(frozen=True)
class HomeCard:
    """A part of Home below the next step; the template finds the context as `card`, and `person`."""

    order: int
    template: str
    context: dict = field(default_factory=dict)


def none(person: Person) -> tuple:
    return ()


_steps: list[Callable[[Person], Iterable[NextStep]]] = []
_cards: list[Callable[[Person], Iterable[HomeCard]]] = []


def register(
    *,
    steps: Callable[[Person], Iterable[NextStep]] = none,
    cards: Callable[[Person], Iterable[HomeCard]] = none,
) -> None:
    _steps.append(steps)
    _cards.append(cards)


def next_step(person: Person) -> NextStep | None:
    found = chain.from_iterable(steps(person) for steps in _steps)
    return min(found, key=lambda step: step.urgency, default=None)


def cards(person: Person) -> list[HomeCard]:
    found = chain.from_iterable(cards(person) for cards in _cards)
    return sorted(found, key=lambda card: card.order)
