"""What rules of groups ask about people: who must not meet, employers, hours of the week. A fixed number of queries.

Who must not meet comes from the encoder, blocks and earlier pairs as one: nobody who reads this can tell them apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.conf import settings

from matching.encoding import Encoder
from matching.hours import (
    HALF_HOURS_A_DAY,
    HALF_HOURS_A_WEEK,
    LUNCH,
    Hour,
    monday_of,
    to_utc,
    to_wall,
)
from matching.models import Application, Cohort, Mentorship
from matching.queries.encoding import Rows, rows_of
from matching.queries.groups import groups_of

FRIDAY = 4


@dataclass(frozen=True)
class GroupFacts:
    """apart: pairs of people, both ways round. employer: of a person, merged ones as one.

    free: half hours of the UTC week at which a full hour begins, by application; None where the rota varies or no
    hours are given, which limits nothing. elsewhere: the group that a mentee's application is in already.
    """

    week: date
    apart: frozenset[tuple[int, int]]
    employer: dict[int, int]
    free: dict[int, frozenset[int] | None]
    elsewhere: dict[int, Mentorship]

    @staticmethod
    def week_of(cohort: Cohort) -> date:
        """The Monday whose offsets turn wall clocks into UTC."""
        return monday_of(cohort.starts_on)

    @classmethod
    def read(
        cls, cohort: Cohort, applications: Iterable[Application], *, besides: Mentorship | None = None
    ) -> "GroupFacts":
        applications = list(applications)
        return cls.of(cohort, rows_of(cohort, applications), groups_of(applications, besides=besides))

    @classmethod
    def of(cls, cohort: Cohort, rows: Rows, elsewhere: dict[int, Mentorship]) -> "GroupFacts":
        week = cls.week_of(cohort)
        people = {one.person_id: one.person for one in rows.applications}
        employers = {pk: rows.employers.get(one.organisation_id) for pk, one in people.items()}
        return cls(
            week=week,
            apart=frozenset(Encoder(rows, cohort, is_afresh=False).kept_apart(people)),
            employer={pk: employer for pk, employer in employers.items() if employer is not None},
            free={one.pk: free_hours(rows, one, week) for one in rows.applications},
            elsewhere=elsewhere,
        )

    def common(self, applications: Iterable[Application]) -> list[int]:
        """Half hours at which an hour begins that suits them all, the easiest first."""
        limits = [limit for one in applications if (limit := self.free.get(one.pk)) is not None]
        return sorted(frozenset.intersection(*limits), key=self.rank.get) if limits else self.by_ease

    def open_to_all(self, application: Application) -> bool:
        """Whether nothing is known that would limit this person's hours."""
        return self.free.get(application.pk) is None

    @cached_property
    def rank(self) -> dict[int, int]:
        return {slot: place for place, slot in enumerate(self.by_ease)}

    @cached_property
    def by_ease(self) -> list[int]:
        """Every half hour of the UTC week: nearest to lunchtime of a working day first, where the programme is."""
        return sorted(range(HALF_HOURS_A_WEEK), key=lambda slot: ease(slot, self.week))


def free_hours(rows: Rows, application: Application, week: date) -> frozenset[int] | None:
    said = rows.availabilities.get(application.pk)
    if not said or said.varies or not said.half_hours:
        return None
    half_hours = to_utc(said.half_hours, said.zone, week)
    return frozenset(one for one in half_hours if (one + 1) % HALF_HOURS_A_WEEK in half_hours)


def ease(slot: int, week: date) -> tuple:
    hour = hour_at(slot, settings.TIME_ZONE, week)
    return hour.weekday > FRIDAY, abs(hour.minute - LUNCH), hour.weekday, slot


def hour_at(slot: int, zone: str, week: date) -> Hour:
    """The hour that begins at a half hour of the UTC week, on a wall clock in this zone."""
    [there] = to_wall([slot], zone, week)
    return Hour(there // HALF_HOURS_A_DAY, there % HALF_HOURS_A_DAY * 30)
