"""How far the people of a cohort have come: two queries, and what the app of meetings tells."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from matching.models import Application, Cohort, Member, Mentorship
from matching.pace import Pace, pace_of
from matching.queries.mentorships import STAYED

State = Application.State
Part = Application.Part
PUBLISHED = [Mentorship.State.HELD, Mentorship.State.INTRODUCED, Mentorship.State.ENDED]


class Stage(TextChoices):
    """Each but the last two holds everybody of the one after it; nobody is both active and completed."""

    APPLIED = "applied", pgettext_lazy("people at a stage", "applied")
    ACCEPTED = "accepted", pgettext_lazy("people at a stage", "accepted")
    MATCHED = "matched", pgettext_lazy("people at a stage", "matched")
    INTRODUCED = "introduced", pgettext_lazy("people at a stage", "introduced")
    MET = "met", pgettext_lazy("people at a stage", "have met")
    ACTIVE = "active", pgettext_lazy("people at a stage", "active now")
    COMPLETED = "completed", pgettext_lazy("people at a stage", "completed")


class Aside(TextChoices):
    """Whom an admin may want to see beside the funnel."""

    UNMATCHED = "unmatched", pgettext_lazy("people at a stage", "accepted, without a match")
    NOT_MET = "not_met", pgettext_lazy("people at a stage", "introduced, and have not met")
    QUIET = "quiet", pgettext_lazy("people at a stage", "gone quiet")
    PAUSED = "paused", pgettext_lazy("people at a stage", "paused")


MEANINGS = {
    Stage.APPLIED: _("sent an application, whatever became of it"),
    Stage.ACCEPTED: _("were accepted, also if they withdrew later"),
    Stage.MATCHED: _("are in a match or a group that is published; one that was called off does not count"),
    Stage.INTRODUCED: _("were introduced: the hold has passed"),
    Stage.MET: _("took part in a mentorship that has met at least once"),
    Stage.ACTIVE: _("meet: neither ended, nor paused, nor gone quiet"),
    Stage.COMPLETED: _("ended after having met, and are in no other"),
}


@dataclass(frozen=True)
class Place:
    """One person's place in one published mentorship."""

    application: int
    person: int
    mentorship: int
    left_at: datetime | None
    state: str
    introduced_at: datetime | None
    ended_at: datetime | None
    paused_at: datetime | None

    @property
    def is_current(self) -> bool:
        return self.left_at is None and self.state != Mentorship.State.ENDED

    @property
    def is_matched(self) -> bool:
        return self.left_at is None or self.is_introduced

    @property
    def is_introduced(self) -> bool:
        """Whoever left during the hold never was."""
        return self.introduced_at is not None and (self.left_at is None or self.left_at > self.introduced_at)

    @property
    def stayed_to_the_end(self) -> bool:
        return self.state == Mentorship.State.ENDED and self.left_at in (None, self.ended_at)


@dataclass(frozen=True)
class Funnel:
    """The applications at each stage, by part; `asides` are those who stand still."""

    reached: dict[tuple[str, str], set[int]]
    decided: dict[tuple[str, str], int]
    pace: Pace

    def count(self, part: str, stage: str) -> int:
        return len(self.reached[part, stage])

    def in_state(self, *states: str, part: str | None = None) -> int:
        return sum(
            count for (of, state), count in self.decided.items() if state in states and part in (None, of)
        )


def funnel_of(cohort: Cohort) -> Funnel:
    applications = list(
        Application.objects.filter(cohort=cohort)
        .order_by()
        .values_list("pk", "part", "state", "state_before")
    )
    places = [Place(*row) for row in places_in(cohort).values_list(*FIELDS)]
    pace = pace_of(cohort)
    decided: dict[tuple[str, str], int] = defaultdict(int)
    for _pk, part, state, _before in applications:
        decided[part, state] += 1
    return Funnel(reached(applications, places, pace), dict(decided), pace)


FIELDS = [
    "application",
    "person",
    "mentorship",
    "left_at",
    "mentorship__state",
    "mentorship__introduced_at",
    "mentorship__ended_at",
    "mentorship__paused_at",
]


def places_in(cohort: Cohort) -> QuerySet[Member]:
    return Member.objects.filter(cohort=cohort, mentorship__state__in=PUBLISHED).order_by()


def reached(applications: Iterable[tuple], places: list[Place], pace: Pace) -> dict:
    part_of = {pk: part for pk, part, *_rest in applications}
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    for stage, pk in chained(applications, places, pace):
        found[part_of[pk], stage].add(pk)
    for part in Part:
        settle(found, part)
    return found


def chained(applications: Iterable[tuple], places: list[Place], pace: Pace) -> Iterator[tuple[str, int]]:
    for pk, _part, state, before in applications:
        yield from ((stage, pk) for stage in stages_of_application(state, before))
    for place in places:
        yield from ((stage, place.application) for stage in stages_of_place(place, pace))


def stages_of_application(state: str, before: str) -> Iterator[str]:
    was = before if state == State.WITHDRAWN else state
    if was not in ("", State.DRAFT):
        yield Stage.APPLIED
    if was == State.ACCEPTED:
        yield Stage.ACCEPTED
    if state == State.ACCEPTED:
        yield Aside.UNMATCHED


def stages_of_place(place: Place, pace: Pace) -> Iterator[str]:
    has_met = place.is_introduced and place.mentorship in pace.met
    if place.is_matched:
        yield from (Stage.APPLIED, Stage.ACCEPTED, Stage.MATCHED)
    if place.is_introduced:
        yield from (Stage.INTRODUCED, Aside.NOT_MET)
    if has_met:
        yield Stage.MET
    if place.is_introduced and place.is_current:
        yield from how_it_goes(place, pace, has_met=has_met)
    if place.is_current:
        yield CURRENT
    if has_met and place.stayed_to_the_end:
        yield Stage.COMPLETED


def how_it_goes(place: Place, pace: Pace, *, has_met: bool) -> Iterator[str]:
    if place.paused_at:
        yield Aside.PAUSED
    elif place.mentorship in pace.quiet or (place.mentorship, place.person) in pace.absent:
        yield Aside.QUIET
    elif has_met:
        yield Stage.ACTIVE


CURRENT = "current"


def settle(found: dict, part: str) -> None:
    """What holds of a person only where nothing else does: they may be in several mentorships."""
    current = found.pop((part, CURRENT), set())
    found[part, Stage.COMPLETED] -= current
    found[part, Aside.UNMATCHED] -= current
    found[part, Aside.NOT_MET] = (found[part, Aside.NOT_MET] & current) - found[part, Stage.MET]


def people_at(cohort: Cohort, part: str, stage: str) -> QuerySet[Application]:
    """The applications that a number of the funnel counts, by name, each with its `places` and who else is there."""
    others = Member.objects.filter(STAYED).select_related("person").order_by("pk")
    places = (
        Member.objects.filter(STAYED, mentorship__state__in=PUBLISHED)
        .select_related("mentorship")
        .prefetch_related(Prefetch("mentorship__members", others, to_attr="everybody"))
        .order_by("-pk")
    )
    return (
        Application.objects.filter(pk__in=funnel_of(cohort).reached[part, stage])
        .select_related("person__organisation")
        .prefetch_related(Prefetch("memberships", places, to_attr="places"))
        .order_by("person__sort_key", "pk")
    )
