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


Tell = Callable[[Person], Iterable[NextStep | HomeCard]]
_tellers: list[Tell] = []
_patient: list[tuple[int, Tell]] = []


def register(tell: Tell) -> None:
    """Add what an app has to say: steps and cards from one function, so that it reads its rows once."""
    _tellers.append(tell)


def register_steps(tell: Tell, *, urgency: int) -> None:
    """Add steps of this urgency, which are asked for only where nothing more urgent stands on Home."""
    _patient.append((urgency, tell))


def home_of(person: Person) -> Home:
    found = list(chain.from_iterable(tell(person) for tell in _tellers))
    steps = [one for one in found if isinstance(one, NextStep)]
    cards = [one for one in found if isinstance(one, HomeCard)]
    return Home(
        step=_most_urgent(person, min(steps, key=_urgency, default=None)),
        cards=sorted(cards, key=lambda card: card.order),
    )


def _most_urgent(person: Person, step: NextStep | None) -> NextStep | None:
    for urgency, tell in sorted(_patient, key=lambda one: one[0]):
        if step and step.urgency <= urgency:
            break
        step = min(tell(person), key=_urgency, default=step)
    return step


def _urgency(step: NextStep) -> int:
    return step.urgency
