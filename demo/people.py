"""Draw a cohort of people from a seed. Pure: no database, so that tests and benchmarks can draw thousands."""

import random
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from demo.archetypes import (
    ARCHETYPES,
    LINES_ABOUT,
    ORGANISATIONS,
    SITUATIONS,
    STREAM_OF_DISCIPLINE,
    Archetype,
)
from demo.names import ORIGINS

REGIONS = (
    "london",
    "north-west",
    "midlands",
    "south-east",
    "scotland",
    "wales",
    "south-west",
    "north-east-yorkshire",
)
COMMON_NEEDS = (
    "confidence",
    "finding-my-path",
    "business-case",
    "public-speaking",
    "health-inequalities",
    "wellbeing",
)
EXTRA_OFFERS = (
    "confidence",
    "working-with-the-board",
    "business-case",
    "applications-interviews",
    "strategy",
)
MONDAY_TO_FRIDAY = range(5)


@dataclass(frozen=True)
class DemoPerson:
    name: str
    email: str
    part: str
    role: str
    how: str
    since: int
    aim: str
    official_title: str
    organisation: str
    disciplines: list[str]
    sector: str
    stream: str
    region: str
    situations: list[str]
    topics: list[str]
    capacity: int
    half_hours: list[int]
    varies: bool
    language: str
    spoken: list[str]
    discipline_wish: str
    wants_bridge: bool
    about: str


def draw_cohort(*, mentees: int, mentors: int, seed: int, unlike: Collection[str] = ()) -> list[DemoPerson]:
    """That many mentees, then that many mentors, always the same ones for a seed, none named as in `unlike`."""
    dice = random.Random(seed)  # noqa: S311  a generator of examples, not of secrets
    taken = set(unlike)
    parts = [("mentee", mentees), ("mentor", mentors)]
    return [_draw_person(dice, part, taken) for part, count in parts for _ in range(count)]


def _draw_person(dice: random.Random, part: str, taken: set[str]) -> DemoPerson:
    kind = dice.choices(ARCHETYPES, weights=[getattr(a, part + "s") for a in ARCHETYPES])[0]
    is_mentor = part == "mentor"
    name, email, origin = _draw_name(dice, taken)
    discipline = dice.choice(kind.disciplines)
    half_hours = _draw_half_hours(dice, kind)
    how = "titled" if dice.random() < (0.8 if is_mentor else 0.25) else "untitled"
    return DemoPerson(
        name=name,
        email=email,
        part=part,
        role=kind.role,
        how=how,
        since=dice.randint(2008, 2020) if is_mentor else dice.randint(2016, 2025),
        aim="" if is_mentor or dice.random() < 0.2 else dice.choice(kind.aims),
        official_title=dice.choice(kind.official_titles),
        organisation=dice.choices([o[0] for o in ORGANISATIONS], weights=[o[2] for o in ORGANISATIONS])[0],
        disciplines=list(dict.fromkeys([discipline, *_sometimes(dice, 0.25, "programme-change")])),
        sector=dice.choice(kind.sectors),
        stream=STREAM_OF_DISCIPLINE.get(discipline, "") if dice.random() < 0.85 else "",
        region=dice.choice(REGIONS),
        situations=[] if is_mentor or how == "titled" else dice.sample(SITUATIONS, dice.choice([0, 1, 1, 2])),
        topics=_draw_topics(dice, kind, is_mentor),
        capacity=dice.choices([0, 1, 2, 3, 4, 5], weights=[3, 8, 13, 11, 6, 3])[0] if is_mentor else 0,
        half_hours=half_hours,
        varies=not half_hours or dice.random() < 0.12,
        language="fr" if origin == "french" and dice.random() < 0.6 else "en",
        spoken=["en", *_sometimes(dice, 0.8, "fr")] if origin == "french" else ["en"],
        discipline_wish=dice.choices(["any", "same", "different"], weights=[6, 2, 2])[0],
        wants_bridge=not is_mentor and dice.random() < 0.12,
        about=dice.choice(LINES_ABOUT),
    )


def _draw_name(dice: random.Random, taken: set[str]) -> tuple[str, str, str]:
    origins = sorted(ORIGINS)
    while True:
        origin = dice.choice(origins)
        given, family = ORIGINS[origin]
        name = f"{dice.choice(given)} {dice.choice(family)}"
        if name not in taken:
            break
        # A cohort larger than the lists gets second family names rather than an endless search.
        if len(taken) > 400:
            name = f"{name}-{dice.choice(family)} {len(taken)}"
            break
    taken.add(name)
    return name, address_of(name), origin


def address_of(name: str) -> str:
    """A reserved example address: mail to it can reach nobody."""
    plain = unicodedata.normalize("NFKD", name.replace("Đ", "D").replace("ı", "i"))
    letters = "".join(c if c.isalnum() else "." for c in plain if not unicodedata.combining(c))
    return f"{letters.lower()}@example.org".replace("..", ".")


def _draw_topics(dice: random.Random, kind: Archetype, is_mentor: bool) -> list[str]:
    if is_mentor:
        wanted = [*kind.needs, *dice.sample(EXTRA_OFFERS, 2)]
        return list(dict.fromkeys(wanted))
    if dice.random() < 0.06:
        return []
    wanted = [*dice.sample(kind.needs, min(3, len(kind.needs))), *dice.sample(COMMON_NEEDS, 1)]
    dice.shuffle(wanted)
    return list(dict.fromkeys(wanted))


def _draw_half_hours(dice: random.Random, kind: Archetype) -> list[int]:
    hours: set[tuple[int, int]] = set()
    if dice.random() < 0.6:
        hours |= {(day, 12) for day in dice.sample(MONDAY_TO_FRIDAY, 3)}
    if dice.random() < 0.35:
        hours |= {(day, hour) for day in dice.sample(MONDAY_TO_FRIDAY, 2) for hour in (8, 9)}
    if dice.random() < kind.evenings:
        hours |= {(day, hour) for day in dice.sample(MONDAY_TO_FRIDAY, 3) for hour in (18, 19)}
    if dice.random() < 0.15:
        hours |= {(5, hour) for hour in (10, 11, 12)}
    return sorted(day * 48 + hour * 2 + half for day, hour in hours for half in (0, 1))


def _sometimes(dice: random.Random, chance: float, value: str) -> Sequence[str]:
    return [value] if dice.random() < chance else []
