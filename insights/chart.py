"""One's own pulses as a small drawing: two lines, confidence and belonging, over the three stages."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import mean

from django.utils.translation import gettext as _

from insights.models import Pulse
from insights.questions import BELONGING, CONFIDENCE, LEAST, MOST, QUESTIONS

WIDTH, HEIGHT = 320, 160
LEFT, RIGHT, TOP, BOTTOM = 28, 300, 16, 124


@dataclass(frozen=True)
class Point:
    x: int
    y: int
    value: float


@dataclass(frozen=True)
class Line:
    name: str
    label: str
    points: list[Point]

    @property
    def path(self) -> str:
        return " ".join(f"{point.x},{point.y}" for point in self.points)


@dataclass(frozen=True)
class Row:
    question: str
    values: list[int | None]


def lines(pulses: dict[str, Pulse]) -> list[Line]:
    return [
        Line("confidence", _("Confidence"), points(pulses, CONFIDENCE)),
        Line("belonging", _("Belonging"), points(pulses, BELONGING)),
    ]


def points(pulses: dict[str, Pulse], questions: Iterable[str]) -> list[Point]:
    found = []
    for place, stage in enumerate(Pulse.Stage.values):
        if answers := answers_of(pulses, stage):
            value = mean(answers[number] for number in questions)
            found.append(Point(across(place), up(value), value))
    return found


def answers_of(pulses: dict[str, Pulse], stage: str) -> dict[str, int] | None:
    return pulses[stage].answers if stage in pulses else None


def across(place: int) -> int:
    return round(LEFT + 24 + place * (RIGHT - LEFT - 48) / (len(Pulse.Stage) - 1))


def up(value: float) -> int:
    return round(BOTTOM - (value - LEAST) * (BOTTOM - TOP) / (MOST - LEAST))


def rows(pulses: dict[str, Pulse]) -> list[Row]:
    """The numbers behind the drawing, question by question."""
    return [
        Row(question, [(answers_of(pulses, stage) or {}).get(number) for stage in Pulse.Stage.values])
        for number, question in QUESTIONS.items()
    ]


def grid() -> list[tuple[int, int]]:
    return [(up(value), value) for value in range(LEAST, MOST + 1)]


def stages() -> list[tuple[int, str]]:
    return [(across(place), stage.label) for place, stage in enumerate(Pulse.Stage)]


def sentence(pulses: dict[str, Pulse]) -> str:
    """What the drawing shows, without a judgement."""
    by_stage = [answers for stage in Pulse.Stage.values if (answers := answers_of(pulses, stage))]
    if len(by_stage) < 2:
        return _("So far there is one set of answers. The next one shows what has changed.")
    first, last = by_stage[0], by_stage[-1]
    higher = sum(last[number] > first[number] for number in QUESTIONS)
    lower = sum(last[number] < first[number] for number in QUESTIONS)
    return _(
        "Since your first answers, %(higher)s of five are higher, %(lower)s lower and %(same)s the same."
    ) % {
        "higher": higher,
        "lower": lower,
        "same": len(QUESTIONS) - higher - lower,
    }
