"""Bars as the server draws them: shares of a picture's breadth, so that its words keep their size on every screen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Beside the bar stands its number.
WIDEST = 82


@dataclass(frozen=True)
class Bar:
    """`kind` is a class of the style sheet; `after` is where the number stands."""

    label: str
    count: int
    kind: str
    y: int
    width: str
    after: str

    @property
    def middle(self) -> int:
        return self.y + HEIGHT // 2

    @property
    def above(self) -> int:
        return self.y - GAP_OF_A_LABEL


HEIGHT = 14
GAP_OF_A_LABEL = 7
STEP = 44
FIRST = 22
# Two bars of one label touch almost.
STEP_OF_A_PAIR = 62
BESIDE = HEIGHT + 4


@dataclass(frozen=True)
class Chart:
    bars: list[Bar]
    height: int


def single(rows: Iterable[tuple[str, int, str]], *, most: int) -> Chart:
    """One bar for each (label, count, kind), the label above it; `most` is as broad as a bar can be."""
    bars = [
        bar(label, count, kind, y=FIRST + place * STEP, most=most)
        for place, (label, count, kind) in enumerate(rows)
    ]
    return Chart(bars, height=len(bars) * STEP)


def paired(rows: Sequence[tuple[str, int, int]], *, kinds: tuple[str, str]) -> Chart:
    """Two bars for each (label, first, second), the label above both."""
    most = max((max(first, second) for _label, first, second in rows), default=0)
    bars = []
    for place, (label, first, second) in enumerate(rows):
        y = FIRST + place * STEP_OF_A_PAIR
        bars.append(bar(label, first, kinds[0], y=y, most=most))
        bars.append(bar("", second, kinds[1], y=y + BESIDE, most=most))
    return Chart(bars, height=len(rows) * STEP_OF_A_PAIR)


def bar(label: str, count: int, kind: str, *, y: int, most: int) -> Bar:
    share = WIDEST * count / most if most else 0
    # With a point in every language: it is read by a browser.
    return Bar(label, count, kind, y, f"{share:.2f}%", f"{share:.2f}%")
