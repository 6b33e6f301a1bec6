"""What will happen, drawn from a seed before anything starts: the same seed, the same faults."""

import hashlib
import random
from dataclasses import dataclass, fields

VICTIMS = ["child", "worker", "broker", "database", "beat", "sink"]
SECONDS_BETWEEN_KILLS = (0.3, 3.0)
SECONDS_DOWN = (0.1, 3.0)
SECONDS_TO_START = 4  # a worker's own, roughly: no use in killing what is not there yet
WIPED = 0.4  # of the broker's restarts
FIRST_KILL = 2.0
SECONDS_WITHOUT_KILLS = 60.0

INTRODUCTIONS = 0.3
BURST, BURSTS = 40, 0.5  # half of the mails fall due forty at a time, as reminders of the same hour do
AHEAD = 0.5  # stored long before they are due; the others are queued as they fall due
CANCELLED, EXPIRING = 0.08, 0.08

# What the sink does at the first attempt of a mail; at any later one it is well.
WHIMS = {
    "put off the reader": 0.015,
    "put off the mail": 0.01,
    "close the connection": 0.005,
    "nobody there": 0.01,
    "refuse the mail": 0.01,
    "be slow": 0.015,
    "be slow to say so": 0.005,
    "cut before it is kept": 0.004,
    "cut after it is kept": 0.003,
}


@dataclass(frozen=True)
class Kill:
    at: float
    victim: str
    pick: float  # which of the children
    seconds_down: float
    wipes: bool


@dataclass(frozen=True)
class Planned:
    """One mail: all times are seconds since the beginning."""

    number: int
    is_introduction: bool
    queued: float
    due: float
    cancelled: float | None
    expires: float | None

    @property
    def key(self) -> str:
        return f"{'introduction' if self.is_introduction else 'reminder'}:{self.number}"

    @property
    def address(self) -> str:
        return f"p{self.number}@trust{self.number % 40}.example"


@dataclass(frozen=True)
class Schedule:
    seed: int
    kills: list[Kill]
    mails: list[Planned]

    @property
    def seconds(self) -> float:
        return max(mail.due for mail in self.mails)

    def digest(self) -> str:
        whims = [whim(self.seed, mail.address) for mail in self.mails]
        rows = [[getattr(row, field.name) for field in fields(row)] for row in [*self.kills, *self.mails]]
        return hashlib.sha256(repr([rows, whims]).encode()).hexdigest()[:16]


def draw(seed: int, *, kills: int, due: int, seconds: float = SECONDS_WITHOUT_KILLS) -> Schedule:
    dice = random.Random(f"faults {seed}")  # noqa: S311
    struck = draw_kills(dice, kills)
    ends = struck[-1].at if struck else seconds
    return Schedule(seed=seed, kills=struck, mails=draw_mails(dice, due, ends))


def draw_kills(dice: random.Random, count: int) -> list[Kill]:
    at, up_again, kills = FIRST_KILL, dict.fromkeys(VICTIMS, 0.0), []
    while len(kills) < count:
        at += dice.uniform(*SECONDS_BETWEEN_KILLS)
        standing = [victim for victim in VICTIMS if up_again[victim] <= at]
        if not standing:
            continue
        victim, down = dice.choice(standing), dice.uniform(*SECONDS_DOWN)
        kills.append(Kill(at, victim, dice.random(), down, wipes=dice.random() < WIPED))
        up_again[victim] = at + down + (SECONDS_TO_START if victim in {"worker", "beat"} else 1)
        if victim == "worker":
            up_again["child"] = up_again["worker"]
    return kills


def draw_mails(dice: random.Random, count: int, ends: float) -> list[Planned]:
    moments: list[float] = []
    while len(moments) < count:
        moment = dice.uniform(1, ends)
        moments += [moment] * (BURST if dice.random() < BURSTS / BURST * 2 else 1)
    return [draw_mail(dice, number, due) for number, due in enumerate(moments[:count])]


def draw_mail(dice: random.Random, number: int, due: float) -> Planned:
    cancelled = expires = None
    lot = dice.random()
    if lot < CANCELLED:
        # Some before they are due, some while they wait for a deliverer.
        cancelled = max(0.5, due + dice.uniform(-10, 5))
    elif lot < CANCELLED + EXPIRING:
        expires = due + dice.uniform(0.2, 15)
    return Planned(
        number=number,
        is_introduction=dice.random() < INTRODUCTIONS,
        queued=0.0 if dice.random() < AHEAD else due,
        due=due,
        cancelled=cancelled,
        expires=expires,
    )


def whim(seed: int, address: str) -> str:
    """What the sink does to the first attempt at this address; "" where it just keeps it."""
    lot = random.Random(f"whim {seed} {address}").random()  # noqa: S311
    for name, share in WHIMS.items():
        if lot < share:
            return name
        lot -= share
    return ""
