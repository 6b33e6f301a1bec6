"""In which mentorships people still meet. The apps that know of meetings say so, each in its `ready()`."""

from collections.abc import Callable, Collection

_tellers: list[Callable[[Collection[int]], set[int]]] = []


def register(tell: Callable[[Collection[int]], set[int]]) -> None:
    """Add a function that names those of the given mentorships in which a meeting is yet to come."""
    _tellers.append(tell)


def booked(mentorships: Collection[int]) -> set[int]:
    return set().union(*(tell(mentorships) for tell in _tellers)) if mentorships else set()
