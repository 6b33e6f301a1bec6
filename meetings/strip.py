"""The overlap of a week as a drawing, a sentence and a table; the drawing is plain SVG that the stylesheet colours."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from itertools import groupby

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from matching.hours import HALF_HOUR
from matching.reasons import listed
from meetings.queries.polls import Hours
from meetings.week import HalfHour

WIDTH, LABEL, ROW, GAP, AXIS = 320, 50, 20, 6, 16
HOURS_BETWEEN_MARKS = 3
MOST_NAMED = 3


@dataclass(frozen=True)
class Run:
    """Half hours on end in which the same number are free."""

    starts_at: datetime
    ends_at: datetime
    free: int
    is_busy: bool

    def __str__(self):
        starts, ends = timezone.localtime(self.starts_at), timezone.localtime(self.ends_at)
        return _("%(day)s %(starts)s to %(ends)s") % {
            "day": date_format(starts, "l"),
            "starts": f"{starts:%H:%M}",
            "ends": f"{ends:%H:%M}",
        }


@dataclass(frozen=True)
class Block:
    """A run as drawn: as high as the share of people who are free."""

    x: float
    y: float
    width: float
    height: float
    tone: str


@dataclass(frozen=True)
class Row:
    day: date
    y: int
    blocks: list[Block]

    @property
    def text_y(self) -> int:
        return self.y + ROW - 5


@dataclass(frozen=True)
class Mark:
    x: float
    words: str


@dataclass(frozen=True)
class Strip:
    """One week (`hours`) as its reader sees it; times are told in the zone that is active."""

    hours: Hours

    width = WIDTH
    label = LABEL
    inner = WIDTH - LABEL
    row = ROW

    @property
    def height(self) -> int:
        return AXIS + len(self.hours.week.days) * (ROW + GAP)

    @cached_property
    def column(self) -> float:
        first, last = self.hours.week.span
        return (WIDTH - LABEL) / (last - first)

    @property
    def marks(self) -> list[Mark]:
        first, last = self.hours.week.span
        step = HOURS_BETWEEN_MARKS * 2
        slots = range(-(-first // step) * step, last, step)
        return [
            Mark(round(LABEL + (slot - first) * self.column, 1), f"{time(slot // 2):%H}") for slot in slots
        ]

    @cached_property
    def rows(self) -> list[Row]:
        days = enumerate(self.hours.week.days)
        return [self.drawn(day, half_hours, AXIS + nth * (ROW + GAP)) for nth, (day, half_hours) in days]

    def drawn(self, day: date, half_hours: list[HalfHour | None], top: int) -> Row:
        blocks = []
        for begin, group in runs_of(half_hours):
            first = group[0]
            if first is None or not (first.free or first.is_busy):
                continue
            share = 1 if first.is_busy else first.free / max(self.hours.members, 1)
            blocks.append(
                Block(
                    x=round(LABEL + begin * self.column, 1),
                    y=round(top + ROW * (1 - share), 1),
                    width=round(len(group) * self.column, 1),
                    height=round(ROW * share, 1),
                    tone=self.tone(first),
                )
            )
        return Row(day, top, blocks)

    def tone(self, half_hour: HalfHour) -> str:
        if half_hour.is_busy:
            return "busy"
        return "all" if half_hour.free == self.hours.members else "some"

    # --- In words ---------------------------------------------------------------------------------

    @cached_property
    def runs(self) -> list[Run]:
        """What the table tells: times when somebody is free, and when somebody has a session."""
        return [
            Run(group[0].starts_at, group[-1].starts_at + HALF_HOUR, group[0].free, group[0].is_busy)
            for _day, half_hours in self.hours.week.days
            for _begin, group in runs_of(half_hours)
            if group[0] and (group[0].free or group[0].is_busy)
        ]

    @property
    def best(self) -> list[Run]:
        """The longest times in which most people are free, in the order of the week."""
        free = [run for run in self.runs if not run.is_busy and run.ends_at - run.starts_at > HALF_HOUR]
        most = max((run.free for run in free), default=0)
        longest = sorted(
            (run for run in free if run.free == most), key=lambda run: run.starts_at - run.ends_at
        )
        return sorted(longest[:MOST_NAMED], key=lambda run: run.starts_at)

    @property
    def sentence(self) -> str:
        if not self.hours.known:
            return _("Nobody’s usual hours are known, so nothing can be drawn.")
        if not self.best:
            return _("In this week there is no hour in which any of you is known to be free.")
        words = {
            "times": listed([str(run) for run in self.best]),
            "free": self.best[0].free,
            "members": self.hours.members,
        }
        if self.best[0].free == self.hours.members:
            return _("In this week all of you are usually free on %(times)s.") % words
        return _("In this week %(free)s of %(members)s are usually free on %(times)s.") % words

    @property
    def unknown(self) -> str:
        """Whom the drawing leaves out, by name."""
        names = [str(person) for person in self.hours.unknown]
        return (
            _("Not counted, since their rota varies or they did not say: %(names)s.")
            % {"names": listed(names)}
            if names
            else ""
        )


def runs_of(half_hours: list[HalfHour | None]) -> Iterator[tuple[int, list]]:
    """(place of the first, half hours alike)."""
    begin = 0
    for _same, group in groupby(half_hours, key=lambda one: one and (one.free, one.is_busy)):
        together = list(group)
        yield begin, together
        begin += len(together)
