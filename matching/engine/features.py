"""What people said, as arrays: everything that scores are made of, and nothing else about them.

Shapes: n mentees, m mentors; catalogues count T topics, R roles, D disciplines, L languages, S streams,
X situations. A set of catalogue entries is a row of bools; one entry is its number, -1 for none.
Half-hours: 336 in a week, in UTC; number 0 begins Monday 00:00. Pairs: (k, 2) of mentee and mentor rows.
Choices: (k, 3) of mentee row, mentor row and rank, where mentees could name mentors.
"""

import base64
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

HALF_HOURS = 336
NEEDS = 3
CHOICES = 5
NONE = -1
NO_MATTER, SAME, DIFFERENT = 0, 1, 2
UNKNOWN_SIDE, NHS, INDUSTRY = 0, 1, 2

Flags = NDArray[np.bool_]
Numbers = NDArray[np.int32]


@dataclass(frozen=True, kw_only=True)
class Mentee:
    """One mentee in plain numbers. needs: topics, most wanted first; only three count. discipline_wish:
    NO_MATTER, SAME or DIFFERENT. half_hours: those of the week in UTC. side: NHS, INDUSTRY or UNKNOWN_SIDE.
    situations: only those that the person consented to be matched on. has_floor: False where an admin
    lifted the floor for this person."""

    needs: Sequence[int] = ()
    aims: Iterable[int] = ()
    disciplines: Iterable[int] = ()
    discipline_wish: int = NO_MATTER
    half_hours: Iterable[int] = ()
    varies: bool = False
    languages: Iterable[int] = ()
    preferred_language: int = NONE
    wants_bridge: bool = False
    side: int = UNKNOWN_SIDE
    streams: Iterable[int] = ()
    organisation: int = NONE
    region: int = NONE
    situations: Iterable[int] = ()
    has_floor: bool = True


@dataclass(frozen=True, kw_only=True)
class Mentor:
    """One mentor in plain numbers. offers: topics. roles: held now or before, titled or not; the rest
    as for a mentee."""

    offers: Iterable[int] = ()
    roles: Iterable[int] = ()
    disciplines: Iterable[int] = ()
    half_hours: Iterable[int] = ()
    varies: bool = False
    languages: Iterable[int] = ()
    side: int = UNKNOWN_SIDE
    streams: Iterable[int] = ()
    organisation: int = NONE
    region: int = NONE
    situations: Iterable[int] = ()


@dataclass(frozen=True)
class Catalogues:
    """Sizes of the catalogues, and the family of each topic and role as a number."""

    topic_family: Sequence[int]
    role_family: Sequence[int]
    disciplines: int = 0
    languages: int = 0
    streams: int = 0
    situations: int = 0


@dataclass(frozen=True)
class BarredPairs:
    """Pairs of (mentee row, mentor row) that a rule of their own forbids."""

    same_person: Sequence[tuple[int, int]] = ()
    line_management: Sequence[tuple[int, int]] = ()
    blocked: Sequence[tuple[int, int]] = ()
    paired_before: Sequence[tuple[int, int]] = ()


@dataclass(frozen=True, eq=False, kw_only=True)
class Features:
    """All mentees and mentors of a run. Build one with `Features.build`; arrays are not to be changed."""

    topic_family: Numbers  # (T,)
    role_family: Numbers  # (R,)

    needs: Numbers  # (n, 3) topics by rank
    aims: Flags  # (n, R)
    mentee_disciplines: Flags  # (n, D)
    discipline_wish: Numbers  # (n,)
    mentee_hours: Flags  # (n, 336)
    mentee_varies: Flags  # (n,)
    mentee_languages: Flags  # (n, L)
    preferred_language: Numbers  # (n,)
    wants_bridge: Flags  # (n,)
    mentee_side: Numbers  # (n,)
    mentee_streams: Flags  # (n, S)
    mentee_organisation: Numbers  # (n,)
    mentee_region: Numbers  # (n,)
    mentee_situations: Flags  # (n, X)
    has_floor: Flags  # (n,)

    offers: Flags  # (m, T)
    roles: Flags  # (m, R)
    mentor_disciplines: Flags  # (m, D)
    mentor_hours: Flags  # (m, 336)
    mentor_varies: Flags  # (m,)
    mentor_languages: Flags  # (m, L)
    mentor_side: Numbers  # (m,)
    mentor_streams: Flags  # (m, S)
    mentor_organisation: Numbers  # (m,)
    mentor_region: Numbers  # (m,)
    mentor_situations: Flags  # (m, X)

    same_person: Numbers = field(default_factory=lambda: _pairs(()))  # (k, 2), as the three below
    line_management: Numbers = field(default_factory=lambda: _pairs(()))
    blocked: Numbers = field(default_factory=lambda: _pairs(()))
    paired_before: Numbers = field(default_factory=lambda: _pairs(()))

    choices: Numbers = field(default_factory=lambda: _choices(()))  # (k, 3), ranks from 1

    @property
    def mentees(self) -> int:
        return len(self.needs)

    @property
    def mentors(self) -> int:
        return len(self.offers)

    @classmethod
    def build(
        cls,
        mentees: Sequence[Mentee],
        mentors: Sequence[Mentor],
        catalogues: Catalogues,
        barred: BarredPairs | None = None,
        choices: Sequence[tuple[int, int, int]] = (),
    ) -> "Features":
        """Arrays from plain Python. Raises ValueError when a number is outside its catalogue."""
        barred = barred or BarredPairs()
        return cls(
            topic_family=_numbers(catalogues.topic_family),
            role_family=_numbers(catalogues.role_family),
            **_mentee_arrays(mentees, catalogues),
            **_mentor_arrays(mentors, catalogues),
            same_person=_pairs(barred.same_person),
            line_management=_pairs(barred.line_management),
            blocked=_pairs(barred.blocked),
            paired_before=_pairs(barred.paired_before),
            choices=_choices(choices),
        )

    def as_dict(self) -> dict:
        """Ready for JSON and small: each array packed, compressed and in base 64."""
        return {entry.name: _packed(getattr(self, entry.name)) for entry in fields(self)}

    @classmethod
    def from_dict(cls, data: Mapping) -> "Features":
        """The features of `as_dict`, or of one written before mentees could choose."""
        known = [entry.name for entry in fields(cls) if entry.name != "choices" or "choices" in data]
        return cls(**{name: _unpacked(data[name]) for name in known})


def _mentee_arrays(people: Sequence[Mentee], catalogues: Catalogues) -> dict[str, NDArray]:
    topics, roles = len(catalogues.topic_family), len(catalogues.role_family)
    return {
        "needs": _ranked([person.needs for person in people], topics),
        "aims": _flags([person.aims for person in people], roles, "role"),
        "mentee_disciplines": _flags([p.disciplines for p in people], catalogues.disciplines, "discipline"),
        "discipline_wish": _numbers([person.discipline_wish for person in people]),
        "mentee_hours": _flags([person.half_hours for person in people], HALF_HOURS, "half-hour"),
        "mentee_varies": np.array([person.varies for person in people], dtype=bool),
        "mentee_languages": _flags([p.languages for p in people], catalogues.languages, "language"),
        "preferred_language": _numbers([person.preferred_language for person in people]),
        "wants_bridge": np.array([person.wants_bridge for person in people], dtype=bool),
        "mentee_side": _numbers([person.side for person in people]),
        "mentee_streams": _flags([person.streams for person in people], catalogues.streams, "stream"),
        "mentee_organisation": _numbers([person.organisation for person in people]),
        "mentee_region": _numbers([person.region for person in people]),
        "mentee_situations": _flags([p.situations for p in people], catalogues.situations, "situation"),
        "has_floor": np.array([person.has_floor for person in people], dtype=bool),
    }


def _mentor_arrays(people: Sequence[Mentor], catalogues: Catalogues) -> dict[str, NDArray]:
    topics, roles = len(catalogues.topic_family), len(catalogues.role_family)
    return {
        "offers": _flags([person.offers for person in people], topics, "topic"),
        "roles": _flags([person.roles for person in people], roles, "role"),
        "mentor_disciplines": _flags([p.disciplines for p in people], catalogues.disciplines, "discipline"),
        "mentor_hours": _flags([person.half_hours for person in people], HALF_HOURS, "half-hour"),
        "mentor_varies": np.array([person.varies for person in people], dtype=bool),
        "mentor_languages": _flags([p.languages for p in people], catalogues.languages, "language"),
        "mentor_side": _numbers([person.side for person in people]),
        "mentor_streams": _flags([person.streams for person in people], catalogues.streams, "stream"),
        "mentor_organisation": _numbers([person.organisation for person in people]),
        "mentor_region": _numbers([person.region for person in people]),
        "mentor_situations": _flags([p.situations for p in people], catalogues.situations, "situation"),
    }


def _numbers(values: Sequence[int]) -> Numbers:
    return np.array(values, dtype=np.int32).reshape(len(values))


def _pairs(pairs: Sequence[tuple[int, int]]) -> Numbers:
    return np.array(pairs, dtype=np.int32).reshape(len(pairs), 2)


def _choices(choices: Sequence[tuple[int, int, int]]) -> Numbers:
    array = np.array(choices, dtype=np.int32).reshape(len(choices), 3)
    if ((array[:, 2] < 1) | (array[:, 2] > CHOICES)).any():
        raise ValueError(f"Somebody named a mentor at a rank outside 1 to {CHOICES}. Check the ranks.")
    if len({(mentee, mentor) for mentee, mentor, _rank in choices}) < len(choices):
        raise ValueError("Somebody named a mentor twice. Name each one once.")
    return array


def _flags(sets: Sequence[Iterable[int]], size: int, what: str) -> Flags:
    flags = np.zeros((len(sets), size), dtype=bool)
    for row, members in zip(flags, sets, strict=True):
        chosen = list(members)
        if chosen and not (min(chosen) >= 0 and max(chosen) < size):
            raise ValueError(
                f"Somebody has a {what} numbered outside 0 to {size - 1}. Check the catalogue's numbers."
            )
        row[chosen] = True
    return flags


def _ranked(needs: Sequence[Sequence[int]], topics: int) -> Numbers:
    ranked = np.full((len(needs), NEEDS), NONE, dtype=np.int32)
    for row, wanted in zip(ranked, needs, strict=True):
        # A topic named twice would count twice.
        chosen = list(dict.fromkeys(wanted))[:NEEDS]
        if any(not 0 <= topic < topics for topic in chosen):
            raise ValueError(f"Somebody needs a topic numbered outside 0 to {topics - 1}. Check the numbers.")
        row[: len(chosen)] = chosen
    return ranked


def _packed(array: NDArray) -> dict:
    flags = array.dtype == bool
    raw = np.packbits(array).tobytes() if flags else array.astype("<i4").tobytes()
    packed = base64.b64encode(zlib.compress(raw, 6)).decode("ascii")
    return {"kind": "flags" if flags else "numbers", "shape": list(array.shape), "data": packed}


def _unpacked(packed: Mapping) -> NDArray:
    raw = zlib.decompress(base64.b64decode(packed["data"]))
    shape = tuple(packed["shape"])
    if packed["kind"] == "numbers":
        return np.frombuffer(raw, dtype="<i4").astype(np.int32).reshape(shape)
    size = int(np.prod(shape))
    return np.unpackbits(np.frombuffer(raw, dtype=np.uint8), count=size).astype(bool).reshape(shape)
