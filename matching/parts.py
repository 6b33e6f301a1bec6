"""Cards that higher apps put on a mentorship's page. Each registers its own in its `ready()`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import chain

from matching.encounters import Encounter


@dataclass(frozen=True)
class Part:
    """A card; the template finds the context as `part`, and `encounter`. Those that are `wide` stand on the left."""

    order: int
    template: str
    context: dict = field(default_factory=dict)
    wide: bool = False


_tellers: list[Callable[[Encounter], Iterable[Part]]] = []


def register(tell: Callable[[Encounter], Iterable[Part]]) -> None:
    """Add what an app shows of a mentorship to the member who looks at it."""
    _tellers.append(tell)


def parts_of(encounter: Encounter) -> list[Part]:
    found = chain.from_iterable(tell(encounter) for tell in _tellers)
    return sorted(found, key=lambda part: part.order)
