"""The disciplines of a group as a row of small squares, one for each person, with their words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from matching.group_rules import discipline_mix
from matching.models import Application

SIDE, STEP = 14, 17
# Colours of the style sheet; with more disciplines than that the colours begin again, and the words still differ.
KINDS = 10
NOT_SAID = 0


@dataclass(frozen=True)
class Share:
    """`kind` is a colour of the style sheet."""

    label: str
    count: int
    kind: int


@dataclass(frozen=True)
class Mix:
    shares: list[Share]
    # (x, kind), one for each person.
    squares: list[tuple[int, int]]

    @property
    def width(self) -> int:
        return max(len(self.squares) * STEP - (STEP - SIDE), 1)

    @property
    def disciplines(self) -> int:
        return sum(share.kind != NOT_SAID for share in self.shares)


def mix_of(people: Sequence[Application], kinds: dict[str, int] | None = None) -> Mix:
    """The most frequent first, who named none last. kinds: the colour of each discipline, where two pictures share them."""
    kinds = kinds or kinds_of(people)
    shares = [Share(label, count, kinds[label]) for label, count in discipline_mix(people)]
    if unsaid := len(people) - sum(share.count for share in shares):
        shares.append(Share(_("not said"), unsaid, NOT_SAID))
    drawn = [share.kind for share in shares for _each in range(share.count)]
    return Mix(shares, [(place * STEP, kind) for place, kind in enumerate(drawn)])


def kinds_of(people: Iterable[Application]) -> dict[str, int]:
    return {label: place % KINDS + 1 for place, (label, _count) in enumerate(discipline_mix(people))}
