"""What waits for an admin's eye in a cohort. Each app that knows of something registers here in its `ready()`.

Every function is asked about all cohorts at once, so that a page about several costs as many queries as one about one.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from itertools import chain

from matching.models import Cohort


@dataclass(frozen=True)
class Matter:
    """One thing in a sentence, and where it is dealt with: `verb` is what one does there.

    `tone` is bad (it does harm while it waits), warn (somebody waits) or quiet (worth knowing).
    """

    order: int
    sentence: str
    url: str
    tone: str
    verb: str = ""


# Tells of each cohort, by its primary key.
Tell = Callable[[Collection[Cohort]], Iterable[tuple[int, Matter]]]

_tellers: list[Tell] = []


def register(tell: Tell) -> None:
    """Add a function that says what waits in the given cohorts: pairs of a cohort's key and a Matter."""
    _tellers.append(tell)


def matters_of(cohorts: Collection[Cohort]) -> dict[int, list[Matter]]:
    """What waits in each of these cohorts, the most pressing first."""
    found = defaultdict(list)
    if cohorts:
        for cohort, matter in chain.from_iterable(tell(cohorts) for tell in _tellers):
            found[cohort].append(matter)
    return {key: sorted(matters, key=lambda matter: matter.order) for key, matters in found.items()}
