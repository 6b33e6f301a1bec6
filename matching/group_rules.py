"""What a group must keep to, whoever forms it: the engine, an admin who moves people, or an admin by hand.

Rules that an admin may overrule (sizes, the common hour, colleagues, the stream) are told apart from those that
nobody may. Why two people must not meet is never told: one sentence covers every such reason.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matching.errors import GroupRefused
from matching.group_facts import GroupFacts
from matching.models import Application, Cohort, Member, Mentorship, Stream

MOST_COFACILITATORS = 2

Part = Member.Part


@dataclass(frozen=True)
class GroupRules:
    """Sizes of a group, how many lead it besides the lead, and whether colleagues are kept apart."""

    least: int
    most: int
    cofacilitators: int
    mixes_employers: bool

    @classmethod
    def of(cls, cohort: Cohort) -> "GroupRules":
        return cls(
            cohort.group_mentees_least,
            cohort.group_mentees_most,
            cohort.group_cofacilitators,
            cohort.group_mixes_employers,
        )

    @classmethod
    def asked(cls, asked: dict) -> "GroupRules":
        """As a run was asked to keep to."""
        return cls(asked["least"], asked["most"], asked["cofacilitators"], asked["mixes_employers"])


@dataclass(frozen=True)
class GroupPlan:
    """Who would be in a group: applications of one cohort. The lead is a mentor, and so are co-facilitators.

    slot: the weekly half hour, UTC, at which its hour begins. rules: the cohort's, unless a run was asked for others.
    """

    stream: Stream
    lead: Application | None
    cofacilitators: list[Application]
    mentees: list[Application]
    name: str = ""
    slot: int | None = None
    rules: GroupRules | None = field(default=None)

    @property
    def kept_rules(self) -> GroupRules:
        return self.rules or GroupRules.of(self.stream.cohort)

    @property
    def mentors(self) -> list[Application]:
        return [self.lead, *self.cofacilitators] if self.lead else list(self.cofacilitators)

    @property
    def everybody(self) -> list[Application]:
        return [*self.mentors, *self.mentees]

    def places(self) -> Iterator[tuple[str, Application]]:
        if self.lead:
            yield Part.MENTOR, self.lead
        for one in self.cofacilitators:
            yield Part.COFACILITATOR, one
        for one in self.mentees:
            yield Part.MENTEE, one


def refuse_broken(plan: GroupPlan, *, besides: Mentorship | None = None, overrule: bool = False) -> None:
    """Raises GroupRefused with every rule that the group breaks; overruled, only with those that nobody may break."""
    facts = GroupFacts.read(plan.stream.cohort, plan.everybody, besides=besides)
    hard = list(hard_rules(plan, facts))
    soft = [] if overrule else list(soft_rules(plan, facts))
    if hard or soft:
        raise GroupRefused([*hard, *soft], may_overrule=not hard)


# --- Rules that nobody may break --------------------------------------------------------------


def hard_rules(plan: GroupPlan, facts: GroupFacts) -> Iterator[str]:
    if not plan.lead:
        yield _("Choose the mentor who leads the group.")
    if len(plan.cofacilitators) > MOST_COFACILITATORS:
        yield _("A group has at most two co-facilitators; this one has %(helpers)s.") % {
            "helpers": len(plan.cofacilitators)
        }
    yield from twice_sentences(plan)
    yield from not_taking_part(plan)
    yield from in_other_groups(plan, facts)
    yield from kept_apart(plan, facts)


def twice_sentences(plan: GroupPlan) -> Iterator[str]:
    counts = Counter(one.person for one in plan.everybody)
    for person, times in counts.items():
        if times > 1:
            yield _("%(name)s is in this group twice. Keep one of the two.") % {"name": person}


def not_taking_part(plan: GroupPlan) -> Iterator[str]:
    for one in plan.everybody:
        accepted = one.state == Application.State.ACCEPTED and one.person.is_active
        if not accepted or one.cohort_id != plan.stream.cohort_id:
            yield _("%(name)s is not accepted in this cohort.") % {"name": one.person}
    for one in plan.mentors:
        if one.part != Application.Part.MENTOR:
            yield _("%(name)s is not a mentor of this cohort.") % {"name": one.person}
    for one in plan.mentees:
        if one.part != Application.Part.MENTEE:
            yield _("%(name)s is not a mentee of this cohort.") % {"name": one.person}


def in_other_groups(plan: GroupPlan, facts: GroupFacts) -> Iterator[str]:
    for one in plan.mentees:
        if one.pk in facts.elsewhere:
            yield _("%(name)s is in a group already: %(group)s.") % {
                "name": one.person,
                "group": facts.elsewhere[one.pk],
            }


def kept_apart(plan: GroupPlan, facts: GroupFacts) -> Iterator[str]:
    """The same words whatever the reason, in the order of names: who of the two would rather not stays unknown."""
    by_name = sorted(plan.everybody, key=lambda one: (one.person.sort_key, one.pk))
    for one, other in combinations(by_name, 2):
        if (one.person_id, other.person_id) in facts.apart:
            yield _("%(one)s and %(other)s: these two cannot be in one group. Choose somebody else.") % {
                "one": one.person,
                "other": other.person,
            }


# --- Rules that an admin may overrule ---------------------------------------------------------


def soft_rules(plan: GroupPlan, facts: GroupFacts) -> Iterator[str]:
    yield from size_sentences(plan)
    yield from colleagues(plan, facts)
    yield from hour_sentences(plan, facts)
    yield from language_sentences(plan)
    yield from other_streams(plan)


def size_sentences(plan: GroupPlan) -> Iterator[str]:
    rules, mentees, helpers = plan.kept_rules, len(plan.mentees), len(plan.cofacilitators)
    if plan.lead and helpers < rules.cofacilitators:
        yield ngettext(
            "A group has a lead and at least %(asked)s co-facilitator; this one has %(helpers)s.",
            "A group has a lead and at least %(asked)s co-facilitators; this one has %(helpers)s.",
            rules.cofacilitators,
        ) % {"asked": rules.cofacilitators, "helpers": helpers}
    if not rules.least <= mentees <= rules.most:
        yield _("A group has %(sizes)s mentees; this one has %(mentees)s.") % {
            "sizes": sizes(rules),
            "mentees": mentees,
        }


def sizes(rules: GroupRules) -> str:
    if rules.least == rules.most:
        return str(rules.least)
    return _("%(least)s to %(most)s") % {"least": rules.least, "most": rules.most}


def colleagues(plan: GroupPlan, facts: GroupFacts) -> Iterator[str]:
    if not plan.kept_rules.mixes_employers:
        return
    people: dict[int, list[str]] = {}
    for person in {one.person_id: one.person for one in plan.everybody}.values():
        if employer := facts.employer.get(person.pk):
            people.setdefault(employer, []).append(str(person))
    for names in people.values():
        if len(names) > 1:
            yield _("Colleagues of one organisation: %(names)s. A group has at most one of each.") % {
                "names": ", ".join(names)
            }


def hour_sentences(plan: GroupPlan, facts: GroupFacts) -> Iterator[str]:
    people = plan.everybody
    if len(people) < 2 or facts.common(people):
        return
    odd = [one for one in people if facts.common(other for other in people if other != one)]
    if len(odd) == 1:
        yield _("No hour of the week suits everybody. Without %(name)s there would be one.") % {
            "name": odd[0].person
        }
    else:
        yield _("No hour of the week suits everybody.")


def language_sentences(plan: GroupPlan) -> Iterator[str]:
    led_in = set(plan.lead.person.spoken_languages) if plan.lead else set()
    for one in plan.mentees:
        spoken = set(one.person.spoken_languages)
        if led_in and spoken and not led_in & spoken:
            yield _("%(name)s and %(lead)s, who leads, have no language in common.") % {
                "name": one.person,
                "lead": plan.lead.person,
            }


def other_streams(plan: GroupPlan) -> Iterator[str]:
    for one in plan.mentees:
        if one.stream_id not in (None, plan.stream.pk):
            yield _("%(name)s chose another stream: %(stream)s.") % {"name": one.person, "stream": one.stream}


# --- What an admin should know ----------------------------------------------------------------


def discipline_mix(people: Iterable[Application]) -> list[tuple[str, int]]:
    """How many people of each discipline, the first that each names; most first. Who names none is left out."""
    firsts = [entry.label for one in people for entry in list(one.person.disciplines.all())[:1]]
    return sorted(Counter(firsts).items(), key=lambda item: (-item[1], item[0]))
