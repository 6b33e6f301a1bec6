"""The weights of a policy as a picture: one bar of 100 points, and in what two policies differ."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from matching.engine.policy import WHOLE, Policy

# So many points of the bar are about as wide as a number.
TWO_DIGITS = 5
NAMES = {
    "needs": lazy("Needs"),
    "role": lazy("Role"),
    "discipline": lazy("Discipline"),
    "hours": lazy("Hours in common"),
    "language": lazy("Language"),
    "bridge": lazy("NHS and industry"),
    "stream": lazy("Stream"),
    "region": lazy("Region"),
}


@dataclass(frozen=True)
class Part:
    """One part of the bar. start: points before it; middle: where its number stands."""

    key: str
    name: Promise
    points: int
    start: int

    @property
    def middle(self) -> float:
        return self.start + self.points / 2

    @property
    def has_room(self) -> bool:
        """Whether its number fits into it."""
        return self.points >= TWO_DIGITS


def parts_of(policy: Policy) -> list[Part]:
    """What a pair may earn points for, those without a weight left out."""
    parts, start = [], 0
    for key, points in points_of(policy).items():
        if points:
            parts.append(Part(key, NAMES[key], points, start))
        start += points
    return parts


def points_of(policy: Policy) -> dict[str, int]:
    """They add up to 100."""
    weights = policy.as_dict() | {"needs": sum(policy.needs), "hours": policy.hours[-1]}
    return {key: weights[key] for key in NAMES}


def sentence_of(policy: Policy) -> str:
    """What counts most, for who does not see the picture."""
    first, second, *_rest = [*sorted(parts_of(policy), key=lambda part: -part.points), None, None]
    if second is None:
        return _("Only one thing counts: %(first)s.") % {"first": first.name}
    return _(
        "%(first)s count most, with %(points)s points of %(whole)s; then %(second)s, with %(others)s."
    ) % {
        "first": first.name,
        "points": first.points,
        "second": second.name,
        "others": second.points,
        "whole": WHOLE,
    }


def switches_of(policy: Policy) -> dict[str, bool]:
    return {
        _("A pair needs something in common"): policy.has_floor,
        _("Another discipline counts for who does not mind"): policy.mixes_disciplines,
        _("The bridge counts for who did not ask for it"): policy.bridges_all,
    }
