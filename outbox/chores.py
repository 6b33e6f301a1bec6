"""Work that the clock asks for and that must be done even while the broker is away."""

from collections.abc import Callable

Chore = Callable[[], object]

_chores: list[Chore] = []


def register(chore: Chore) -> None:
    """Have a service called, without arguments, whenever the clock's own task does not come. Safe to call often."""
    _chores.append(chore)


def every() -> list[Chore]:
    return list(_chores)
