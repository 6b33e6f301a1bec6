"""What a match is made of: the weights of a pair and the floor, checked when they are set."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

WHOLE = 100


@dataclass(frozen=True)
class Policy:
    """Weights of a pair in points out of 100, before the sum is divided by what the mentee stated.

    needs: for the mentee's first, second and third need; half where the mentor offers only a topic of
    the same family. role, adjacent_role: the mentor holds or held a role that the mentee is growing
    into, or one of its family. discipline: as the mentee wishes. hours: for one, two, three or more
    hours a week in common; varying_hours: where either one's rota varies. language: the preferred one.
    bridge: NHS with industry, where wanted. stream, region: the same.

    situation: a bonus beyond the 100 for a shared experience that both consented to be matched on; it
    raises a pair and is never held against another. choice: likewise, where the mentee named this mentor,
    by rank: all of it for the first, a fifth less for each after. has_floor: a pair must meet a need or the role.

    mixes_disciplines: whoever did not mind is matched as if they had wished for another discipline.
    bridges_all: whoever did not ask for a bridge is matched as if they had.

    Raises ValueError, saying what to change, unless the weights are whole numbers that add up to 100.
    """

    needs: tuple[int, int, int] = (20, 12, 8)
    role: int = 25
    adjacent_role: int = 12
    discipline: int = 10
    hours: tuple[int, int, int] = (4, 8, 10)
    varying_hours: int = 7
    language: int = 5
    bridge: int = 5
    stream: int = 5
    region: int = 0
    situation: int = 0
    choice: int = 15
    has_floor: bool = True
    mixes_disciplines: bool = False
    bridges_all: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "needs", tuple(self.needs))
        object.__setattr__(self, "hours", tuple(self.hours))
        self._check_numbers()
        self._check_orders()
        if self.whole != WHOLE:
            raise ValueError(
                f"The weights add up to {self.whole}. Change one of them so that needs, role, discipline, hours, "
                f"language, bridge, stream and region together make {WHOLE}."
            )

    @property
    def whole(self) -> int:
        """The points of a pair that meets all a mentee can state."""
        others = self.role + self.discipline + self.language + self.bridge + self.stream + self.region
        return sum(self.needs) + self.hours[-1] + others

    def as_dict(self) -> dict:
        """Plain numbers and lists, ready for JSON."""
        return {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()
        }

    @classmethod
    def from_dict(cls, data: Mapping) -> "Policy":
        """The policy of `as_dict`; what is not given keeps its default. Raises ValueError on an unknown name."""
        unknown = sorted(set(data) - {entry.name for entry in fields(cls)})
        if unknown:
            raise ValueError(f"A policy has no weight called {unknown[0]}. Remove it or correct its name.")
        return cls(**data)

    def _check_numbers(self) -> None:
        for name in ("needs", "hours"):
            if len(getattr(self, name)) != 3:
                raise ValueError(f"The weight {name} needs three numbers, not {len(getattr(self, name))}.")
        numbers = {entry.name: getattr(self, entry.name) for entry in fields(self) if entry.type is not bool}
        for name, value in numbers.items():
            for number in value if isinstance(value, tuple) else (value,):
                if type(number) is not int or not 0 <= number <= WHOLE:
                    raise ValueError(f"The weight {name} is {number}. Give a whole number from 0 to {WHOLE}.")

    def _check_orders(self) -> None:
        if self.adjacent_role > self.role:
            raise ValueError("An adjacent role weighs more than the role itself. Lower adjacent_role.")
        if list(self.hours) != sorted(self.hours) or self.varying_hours > self.hours[-1]:
            raise ValueError(
                "More hours in common must not weigh less. Let the three numbers of hours rise, and "
                "varying_hours stay within the last of them."
            )
