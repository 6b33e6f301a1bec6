"""From the people of a stream to the arrays of the engine that forms groups, and back.

Blocks, people who said no and earlier pairs reach the engine as one list of pairs, as in matching/encoding.py.
Hours and employers are rules of whole groups here, so they are left out of the fit to the lead; and a stream is
common ground enough, so there is no floor.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from django.utils.translation import gettext_noop
from numpy.typing import NDArray

from matching.encoding import Encoder
from matching.engine import UNMATCHED, Problem, solve
from matching.engine.features import NONE, Mentee
from matching.engine.groups import GroupPlan as FormedGroups
from matching.engine.groups import GroupProblem, group_value
from matching.engine.groups.plan import best_focus
from matching.engine.groups.problem import HIGHEST_FIT, NOBODY, UNKNOWN
from matching.engine.scores import score_matrix
from matching.errors import CannotMatch
from matching.group_facts import GroupFacts
from matching.group_rules import MOST_COFACILITATORS, GroupRules
from matching.models import Application, Cohort
from matching.policy import policy_of
from matching.queries.encoding import rows_of
from matching.queries.groups import groups_of

# What makes a co-facilitator a good one for a lead, of 10,000.
REACH, OTHER_DISCIPLINE, SAME_STREAM, GROUPS_ONLY = 4_000, 4_000, 1_000, 1_000

# Called between steps, often enough that work which is slowed down by others never looks dead.
Tell = Callable[[], None]

NO_MENTEE = gettext_noop("Every accepted mentee of this stream is in a group already, or there is none yet.")
NO_LEAD = gettext_noop(
    "No mentor can lead a group with as many co-facilitators as you asked for. Tick more mentors, or ask for fewer."
)


@dataclass(frozen=True, eq=False)
class Team:
    """Who runs a group: the lead, then co-facilitators."""

    lead: Application
    cofacilitators: list[Application]

    @property
    def everybody(self) -> list[Application]:
        return [self.lead, *self.cofacilitators]


@dataclass(frozen=True, eq=False)
class EncodedGroups:
    """A problem of the engine, with what leads back from its numbers to rows.

    hours: the half hour of the UTC week that each slot of the problem stands for, the easiest first.
    topics: primary keys of the needs, by their numbers; none of them is sensitive.
    """

    problem: GroupProblem
    mentees: list[Application]
    teams: list[Team]
    hours: list[int]
    topics: list[int]

    def groups(self, plan: FormedGroups) -> list[dict]:
        """As a run stores them, in the order of their hours, leads without a group left out."""
        formed = [
            {
                "lead": team.lead.pk,
                "cofacilitators": [one.pk for one in team.cofacilitators],
                "mentees": [self.mentees[row].pk for row in np.flatnonzero(plan.group == number)],
                "slot": self.hours[plan.slot[number]],
            }
            for number, team in enumerate(self.teams)
            if (plan.group == number).any()
        ]
        return sorted(formed, key=lambda group: (group["slot"], group["lead"]))


class GroupEncoder(Encoder):
    """Numbers for a fit to the lead that speaks of needs, roles, disciplines and languages alone."""

    def mentee(self, one: Application) -> Mentee:
        return replace(super().mentee(one), has_floor=False)

    def shared(self, one: Application) -> dict:
        return super().shared(one) | {"organisation": NONE}


def quietly() -> None:
    """Where nobody waits for a word."""


class People:
    """What the engine needs to know of mentees and mentors, each read once."""

    def __init__(
        self, cohort: Cohort, applications: list[Application], rules: GroupRules, *, tell: Tell = quietly
    ):
        self.rows, self.rules = rows_of(cohort, applications), rules
        tell()
        self.facts = GroupFacts.of(cohort, self.rows, groups_of(applications))
        tell()
        encoder = GroupEncoder(replace(self.rows, availabilities={}), cohort, is_afresh=False)
        self.mentees, self.mentors = encoder.mentees, encoder.mentors
        self.fit = self._fit(encoder, cohort)
        tell()
        self.row_of_mentor = {one.pk: row for row, one in enumerate(self.mentors)}
        self.employers = {key: number for number, key in enumerate(sorted(set(self.facts.employer.values())))}
        self.disciplines = {entry.pk: number for number, entry in enumerate(self.rows.catalogue_disciplines)}
        self.hours = self.facts.by_ease
        self.place = {hour: place for place, hour in enumerate(self.hours)}

    def _fit(self, encoder: GroupEncoder, cohort: Cohort) -> NDArray[np.int64]:
        if not self.mentees or not self.mentors:
            return np.zeros((len(self.mentees), len(self.mentors)), dtype=np.int64)
        scores = score_matrix(encoder.encoded().features, policy_of(cohort)).astype(np.int64)
        return np.minimum(scores, HIGHEST_FIT)

    def available(self, applications: list[Application]) -> NDArray[np.bool_]:
        free = np.zeros((len(applications), len(self.hours)), dtype=np.bool_)
        for row, one in enumerate(applications):
            limit = self.facts.free[one.pk]
            free[row, slice(None) if limit is None else [self.place[hour] for hour in limit]] = True
        return free

    def discipline(self, one: Application) -> int:
        """The first that they name."""
        return next((self.disciplines[pk] for pk in self.rows.disciplines[one.person_id]), UNKNOWN)

    def employer(self, one: Application) -> int:
        if not self.rules.mixes_employers:
            return UNKNOWN
        return self.employers.get(self.facts.employer.get(one.person_id), UNKNOWN)

    def apart(self, one: Application, other: Application) -> bool:
        """Whether two people must not sit in one group, for whichever reason."""
        employer = self.employer(one)
        colleagues = employer != UNKNOWN and employer == self.employer(other)
        return (
            colleagues
            or one.person_id == other.person_id
            or (one.person_id, other.person_id) in self.facts.apart
        )


def encode_groups(
    cohort: Cohort,
    applications: list[Application],
    *,
    rules: GroupRules,
    leads: set[int],
    helpers: set[int],
    stream: int | None,
    tell: Tell = quietly,
) -> EncodedGroups:
    """Mentees to seat, and mentors cast as leads and co-facilitators. leads, helpers: who may be which, by application.

    tell: called between steps; what it raises ends the work. Raises CannotMatch where no mentor can lead by these rules.
    """
    people = People(cohort, applications, rules, tell=tell)
    if not people.mentees:
        raise CannotMatch(NO_MENTEE)
    teams = list(Casting(people, leads=leads, helpers=helpers, stream=stream, tell=tell).teams())
    if not teams:
        raise CannotMatch(NO_LEAD)
    return encoded(people, teams)


def encoded(people: People, teams: list[Team]) -> EncodedGroups:
    leads = [team.lead for team in teams]
    helpers = [one for team in teams for one in team.cofacilitators]
    everybody = [*people.mentees, *leads, *helpers]
    topics = needs_of(people)
    number = {one.pk: row for row, one in enumerate(everybody)}
    problem = GroupProblem(
        fit=people.fit[:, [people.row_of_mentor[lead.pk] for lead in leads]],
        available=people.available(everybody),
        discipline=np.array([people.discipline(one) for one in everybody]),
        employer=np.array([people.employer(one) for one in everybody]),
        needs=brought(people, topics),
        cofacilitators=np.array([seats(team, number, people.rules.cofacilitators) for team in teams]).reshape(
            len(teams), people.rules.cofacilitators
        ),
        forbidden=list(forbidden(everybody, people.facts)),
        smallest=people.rules.least,
        largest=people.rules.most,
    )
    return EncodedGroups(problem, people.mentees, teams, people.hours, topics)


def worth_and_focus(
    people: People, groups: list[tuple[Team, list[Application]]]
) -> list[tuple[int, list[int]]]:
    """Of each group as it stands: what it is worth, and the needs (topics) that it centres on.

    Rules are left aside, since an admin may have overruled them.
    """
    if not groups or not people.mentees:
        return [(0, []) for _ in groups]
    teams = [team for team, _ in groups]
    leads = [team.lead for team in teams]
    helpers = [one for team in teams for one in team.cofacilitators]
    everybody = [*people.mentees, *leads, *helpers]
    topics, row = needs_of(people), {one.pk: number for number, one in enumerate(everybody)}
    problem = GroupProblem(
        fit=np.maximum(people.fit[:, [people.row_of_mentor[lead.pk] for lead in leads]], 0),
        available=np.ones((len(everybody), 1), dtype=np.bool_),
        discipline=np.array([people.discipline(one) for one in everybody]),
        needs=brought(people, topics),
        cofacilitators=np.array([seats(team, row, MOST_COFACILITATORS) for team in teams]),
    )
    found = []
    for number, (_, mentees) in enumerate(groups):
        members = [row[one.pk] for one in mentees]
        focus = best_focus(problem, members)[0] if members else ()
        found.append((group_value(problem, number, members), [topics[one] for one in focus if one != NOBODY]))
    return found


def seats(team: Team, number: dict[int, int], width: int) -> list[int]:
    taken = [number[one.pk] for one in team.cofacilitators]
    return taken + [NOBODY] * (width - len(taken))


def needs_of(people: People) -> list[int]:
    """Topics that mentees need, those that are never named left out: a group is told what it centres on."""
    wanted = {topic for one in people.mentees for topic in people.rows.needs[one.pk]}
    return [topic.pk for topic in people.rows.topics if topic.pk in wanted and not topic.sensitive]


def brought(people: People, topics: list[int]) -> NDArray[np.bool_]:
    column = {topic: place for place, topic in enumerate(topics)}
    needs = np.zeros((len(people.mentees), len(topics)), dtype=np.bool_)
    for row, one in enumerate(people.mentees):
        needs[row, [column[topic] for topic in people.rows.needs[one.pk] if topic in column]] = True
    return needs


def forbidden(everybody: list[Application], facts: GroupFacts) -> Iterator[tuple[int, int]]:
    """Pairs of rows of people who must not meet, a person's own two applications among them."""
    rows: dict[int, list[int]] = {}
    for row, one in enumerate(everybody):
        rows.setdefault(one.person_id, []).append(row)
    for own in rows.values():
        yield from combinations(own, 2)
    for one, other in facts.apart:
        if one < other:
            yield from ((first, second) for first in rows.get(one, ()) for second in rows.get(other, ()))


class Casting:
    """Who leads, and who helps whom: as many leads as can have a full group and their co-facilitators."""

    def __init__(self, people: People, *, leads: set[int], helpers: set[int], stream: int | None, tell: Tell):
        self.people, self.stream, self.tell = people, stream, tell
        self.may_lead, self.may_help = leads, helpers
        self.each = people.rules.cofacilitators
        self.free_mentees = people.available(people.mentees).astype(np.float32)

    def teams(self) -> Iterator[Team]:
        leads = self.leads()
        chosen = {lead.pk for lead in leads}
        helpers = [one for one in self.people.mentors if one.pk in self.may_help - chosen]
        teams = [Team(lead, []) for lead in leads]
        for _ in range(self.each):
            helpers = self.give_each_one(teams, helpers)
        return (team for team in teams if len(team.cofacilitators) == self.each)

    def leads(self) -> list[Application]:
        """Those who may only lead, and of those who may do either, whoever reaches most mentees."""
        wanted = self.wanted()
        reach = self.reach()
        may = [one for one in self.people.mentors if one.pk in self.may_lead]
        may.sort(key=lambda one: (one.pk in self.may_help, one.capacity > 0, -reach[one.pk], one.pk))
        only = sum(one.pk not in self.may_help for one in may)
        return may[: max(wanted, only)]

    def wanted(self) -> int:
        """How many groups the mentees can fill and the mentors can run; one at least."""
        mentors = len(self.may_lead | self.may_help)
        return max(1, min(len(self.people.mentees) // self.people.rules.least, mentors // (1 + self.each)))

    def reach(self) -> dict[int, int]:
        """How many mentees each mentor could have in a group."""
        meets = self.free_mentees @ self.people.available(self.people.mentors).T > 0
        counts = ((self.people.fit >= 0) & meets).sum(axis=0)
        return {one.pk: int(count) for one, count in zip(self.people.mentors, counts, strict=True)}

    def give_each_one(self, teams: list[Team], helpers: list[Application]) -> list[Application]:
        """One more co-facilitator for as many teams as possible, the worst-off as well served as possible."""
        if not teams or not helpers:
            return helpers
        plan = solve(Problem(self.suits(teams, helpers), [1] * len(helpers)))
        given = {team: row for team, row in enumerate(plan.mentor.tolist()) if row != UNMATCHED}
        for team, row in given.items():
            teams[team].cofacilitators.append(helpers[row])
        taken = set(given.values())
        return [one for row, one in enumerate(helpers) if row not in taken]

    def suits(self, teams: list[Team], helpers: list[Application]) -> NDArray[np.int64]:
        """(teams, helpers): how well each would help each, of 10,000; negative where they cannot work together."""
        free = self.people.available(helpers)
        extra = np.array([self.willing(one) for one in helpers])
        scores = np.empty((len(teams), len(helpers)), dtype=np.int64)
        for row, team in enumerate(teams):
            self.tell()
            # Of the week, only the hours that suit the team: a tenth of it.
            hours = self.people.available(team.everybody).all(axis=0)
            together = free[:, hours]
            reach = (self.free_mentees[:, hours] @ together.T > 0).mean(axis=0)
            other = np.array([self.brings_another(team, one) for one in helpers])
            scores[row] = np.rint(REACH * reach) + OTHER_DISCIPLINE * other + extra
            scores[row, [self.clashes(team, one) for one in helpers] | ~together.any(axis=1)] = -1
        return scores

    def willing(self, one: Application) -> int:
        in_stream = self.stream is not None and one.stream_id == self.stream
        return SAME_STREAM * in_stream + GROUPS_ONLY * (one.capacity == 0)

    def brings_another(self, team: Team, one: Application) -> bool:
        discipline = self.people.discipline(one)
        return discipline != UNKNOWN and discipline not in map(self.people.discipline, team.everybody)

    def clashes(self, team: Team, one: Application) -> bool:
        spoken = set(one.person.spoken_languages)
        languages = set(team.lead.person.spoken_languages)
        no_words = spoken and languages and not spoken & languages
        return bool(no_words) or any(self.people.apart(one, other) for other in team.everybody)
