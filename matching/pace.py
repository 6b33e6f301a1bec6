"""How the mentorships of a cohort go on. The apps that know of meetings say so, each in its `ready()`."""

from collections.abc import Callable
from dataclasses import dataclass

from matching.models import Cohort


@dataclass(frozen=True)
class Pace:
    """Mentorships by primary key: those that have met, and those under way of which nothing is heard.

    `absent` are people of groups who missed the last sessions: (mentorship, person).
    """

    met: frozenset[int] = frozenset()
    quiet: frozenset[int] = frozenset()
    absent: frozenset[tuple[int, int]] = frozenset()


_tellers: list[Callable[[Cohort], Pace]] = []


def register(tell: Callable[[Cohort], Pace]) -> None:
    """Add a function that says which mentorships of a cohort have met, and which have gone quiet."""
    _tellers.append(tell)


def pace_of(cohort: Cohort) -> Pace:
    told = [tell(cohort) for tell in _tellers]
    return Pace(
        met=frozenset().union(*(one.met for one in told)),
        quiet=frozenset().union(*(one.quiet for one in told)),
        absent=frozenset().union(*(one.absent for one in told)),
    )
