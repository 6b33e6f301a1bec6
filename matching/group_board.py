"""The groups of a run as rows, with what rules and pages ask of them: a fixed number of queries."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from django.utils.translation import gettext as _

from matching.group_encoding import People, Team, worth_and_focus
from matching.group_facts import GroupFacts
from matching.group_rules import GroupPlan, GroupRules, hard_rules, soft_rules
from matching.models import Application, GroupRun
from matching.queries.encoding import grouped
from matching.queries.groups import in_groups


@dataclass(frozen=True)
class BoardGroup:
    """One group of a run. mentorship: the group that it was formed into; from then on it stays as it is."""

    number: int
    lead: Application | None
    cofacilitators: list[Application]
    mentees: list[Application]
    slot: int | None
    mentorship: int | None = None

    @property
    def label(self) -> str:
        return _("Group %(number)s") % {"number": self.number + 1}

    @property
    def mentors(self) -> list[Application]:
        return [self.lead, *self.cofacilitators] if self.lead else list(self.cofacilitators)

    @property
    def everybody(self) -> list[Application]:
        return [*self.mentors, *self.mentees]

    def as_dict(self) -> dict:
        """As a run stores it."""
        stored = {
            "lead": self.lead.pk if self.lead else None,
            "cofacilitators": [one.pk for one in self.cofacilitators],
            "mentees": [one.pk for one in self.mentees],
            "slot": self.slot,
        }
        return stored | ({"mentorship": self.mentorship} if self.mentorship else {})


@dataclass(frozen=True)
class Board:
    """All groups of a run, and people beside them who may join one."""

    run: GroupRun
    rules: GroupRules
    groups: list[BoardGroup]
    people: People
    who: dict[int, Application]

    @property
    def facts(self) -> GroupFacts:
        return self.people.facts

    @cached_property
    def group_of(self) -> dict[int, BoardGroup]:
        """By application, mentors and mentees alike."""
        return {one.pk: group for group in self.groups for one in group.everybody}

    @cached_property
    def worths(self) -> list[tuple[int, list[int]]]:
        """What each group is worth, and the needs that it centres on; a group without a lead is worth nothing."""
        led = [group for group in self.groups if group.lead]
        found = worth_and_focus(
            self.people, [(Team(one.lead, one.cofacilitators), one.mentees) for one in led]
        )
        by_number = {group.number: worth for group, worth in zip(led, found, strict=True)}
        return [by_number.get(group.number, (0, [])) for group in self.groups]

    @property
    def value(self) -> int:
        return sum(worth for worth, _focus in self.worths)

    def plan(self, group: BoardGroup) -> GroupPlan:
        return GroupPlan(
            self.run.stream,
            group.lead,
            group.cofacilitators,
            group.mentees,
            slot=group.slot,
            rules=self.rules,
        )

    def hard(self, group: BoardGroup) -> list[str]:
        """What this group breaks and nobody may overrule."""
        return [] if group.mentorship else [*hard_rules(self.plan(group), self.facts), *self.twice(group)]

    def soft(self, group: BoardGroup) -> list[str]:
        """What this group breaks and an admin may overrule; a group that is still empty breaks nothing."""
        if group.mentorship or not group.mentees:
            return []
        return list(soft_rules(self.plan(group), self.facts))

    def twice(self, group: BoardGroup) -> Iterator[str]:
        """Who is in another group of this run as well."""
        for one in group.everybody:
            for other in self.groups_of_person.get(one.person_id, ()):
                if other.number != group.number:
                    yield _("%(name)s is in %(group)s already.") % {
                        "name": one.person,
                        "group": other.label,
                    }

    @cached_property
    def groups_of_person(self) -> dict[int, list[BoardGroup]]:
        return grouped((one.person_id, group) for group in self.groups for one in group.everybody)

    def fits(self, one: Application) -> list[BoardGroup]:
        """Groups that somebody without one could join and nothing would break."""
        return [
            group
            for group in (replace(group, mentees=[*group.mentees, one]) for group in self.open_groups)
            # Seats and hours first: they are quick to ask about, and keep most people out of most groups.
            if len(group.mentees) <= self.rules.most
            and self.facts.common(group.everybody)
            and not self.hard(group)
            and not self.soft(group)
        ]

    def why_left(self, one: Application) -> str:
        """Why a mentee is in no group. Where a reason may not be told, the answer is the same as for several at once."""
        if fits := self.fits(one):
            return _("Could join: %(groups)s.") % {"groups": ", ".join(group.label for group in fits)}
        if not self.open_groups:
            return _("There is no group that could be joined.")
        for stands_in_the_way, sentence in self.obstacles(one):
            if all(stands_in_the_way(group) for group in self.open_groups):
                return sentence
        return _("Seats, hours, organisations, languages and other rules leave no group open.")

    def obstacles(self, one: Application) -> list[tuple[Callable[[BoardGroup], bool], str]]:
        """What alone may keep somebody out of every group, and may be told."""
        employer = self.facts.employer.get(one.person_id)
        full = _("Every group has as many mentees as it may have: %(most)s.") % {"most": self.rules.most}
        return [
            (lambda group: not self.facts.common([*group.mentors, one]), _("Shares no hour with any lead.")),
            (
                lambda group: not self.facts.common([*group.everybody, one]),
                _("Shares no hour with any group."),
            ),
            (lambda group: len(group.mentees) >= self.rules.most, full),
            (
                lambda group: (
                    self.rules.mixes_employers
                    and employer is not None
                    and employer in {self.facts.employer.get(it.person_id) for it in group.everybody}
                ),
                _("Every group has a colleague of the same organisation."),
            ),
        ]

    @property
    def open_groups(self) -> list[BoardGroup]:
        """Those that can still be changed."""
        return [group for group in self.groups if not group.mentorship]

    def with_groups(self, groups: list[BoardGroup]) -> "Board":
        """The same people in other groups, each with an hour that suits it where there is one."""
        settled = [self._with_an_hour(group, number) for number, group in enumerate(groups)]
        return replace(self, groups=settled)

    def _with_an_hour(self, group: BoardGroup, number: int) -> BoardGroup:
        if group in self.groups or group.mentorship or not group.everybody:
            return replace(group, number=number)
        hours = self.facts.common(group.everybody)
        slot = group.slot if group.slot in hours else next(iter(hours), None)
        return replace(group, number=number, slot=slot)


def read_board(run: GroupRun, *, also: Iterable[int] = ()) -> Board:
    """The board of a run. also: applications of people beside it."""
    rules = GroupRules.asked(run.asked)
    who = {one.pk: one for one in in_groups(run, also=also)}
    groups = [
        BoardGroup(
            number=number,
            lead=who.get(group["lead"]),
            cofacilitators=[who[pk] for pk in group["cofacilitators"] if pk in who],
            mentees=[who[pk] for pk in group["mentees"] if pk in who],
            slot=group["slot"],
            mentorship=group.get("mentorship"),
        )
        for number, group in enumerate(run.groups)
    ]
    return Board(run, rules, groups, People(run.cohort, list(who.values()), rules), who)
