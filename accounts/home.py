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


@dataclass(frozen=True)
class Home:
    step: NextStep | None
    cards: list[HomeCard]


_tellers: list[Callable[[Person], Iterable[NextStep | HomeCard]]] = []


def register(tell: Callable[[Person], Iterable[NextStep | HomeCard]]) -> None:
    """Add what an app has to say: steps and cards from one function, so that it reads its rows once."""
    _tellers.append(tell)


def home_of(person: Person) -> Home:
    found = list(chain.from_iterable(tell(person) for tell in _tellers))
    steps = [one for one in found if isinstance(one, NextStep)]
    cards = [one for one in found if isinstance(one, HomeCard)]
    return Home(
        step=min(steps, key=lambda step: step.urgency, default=None),
        cards=sorted(cards, key=lambda card: card.order),
    )
