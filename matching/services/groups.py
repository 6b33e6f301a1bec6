"""Groups formed by hand: mentors who lead together, mentees of a stream, several disciplines.

Whom somebody blocked is not looked at here: any answer would show it. Each person can leave quietly in the hold.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Person
from matching.errors import GroupRefused, NotReady
from matching.models import Application, Member, Mentorship, Stream
from matching.queries.encoding import employers
from matching.services.introductions import introduce
from matching.services.telling import tell_held
from matching.working_days import working_days_after

FEWEST_MENTORS, MOST_MENTORS = 2, 3
FEWEST_MENTEES, MOST_MENTEES = 6, 8

State = Mentorship.State
Part = Member.Part


@dataclass(frozen=True)
class GroupPlan:
    """Who would be in a group: applications of one cohort. The lead is a mentor, and so are co-facilitators."""

    stream: Stream
    lead: Application | None
    cofacilitators: list[Application]
    mentees: list[Application]
    name: str = ""

    @property
    def mentors(self) -> list[Application]:
        return [self.lead, *self.cofacilitators] if self.lead else list(self.cofacilitators)

    @property
    def everybody(self) -> list[Application]:
        return [*self.mentors, *self.mentees]

    def places(self) -> Iterator[tuple[str, Application]]:
        yield Part.MENTOR, self.lead
        for one in self.cofacilitators:
            yield Part.COFACILITATOR, one
        for one in self.mentees:
            yield Part.MENTEE, one


@transaction.atomic
def form_group(plan: GroupPlan) -> Mentorship:
    """Keep a group that is being formed; nobody is told yet. Raises GroupRefused with every rule that it breaks."""
    refuse_broken(plan)
    cohort = plan.stream.cohort
    group = Mentorship.objects.create(
        cohort=cohort,
        stream=plan.stream,
        kind=Mentorship.Kind.GROUP,
        name=plan.name or str(plan.stream),
        state=State.FORMING,
    )
    members = [
        Member(
            mentorship=group, application=one, person=one.person, part=part, cohort=cohort, kind=group.kind
        )
        for part, one in plan.places()
    ]
    seat(members)
    return group


def seat(members: list[Member]) -> None:
    """Raise GroupRefused where another admin seated one of the mentees at this very moment."""
    try:
        with transaction.atomic():
            Member.objects.bulk_create(members)
    except IntegrityError as error:
        raise GroupRefused(
            [_("Somebody of this group was just put into another one. Look at the list and form it again.")]
        ) from error


@transaction.atomic
def publish_group(group: Mentorship, *, by: Person | None, now: datetime | None = None) -> None:
    """Tell everybody of their group and begin the hold; without a hold they are introduced at once.

    Raises GroupRefused where it breaks a rule by now, NotReady where it was published or called off before.
    """
    now = now or timezone.now()
    forming = Mentorship.objects.filter(pk=group.pk, state=State.FORMING)
    ends_at = working_days_after(now, group.cohort.hold_days)
    if not forming.update(state=State.HELD, published_at=now, published_by=by, hold_ends_at=ends_at):
        raise NotReady(
            _("%(group)s was published or called off already. Nothing was sent again.") % {"group": group}
        )
    members = list(group.members.filter(left_at=None).select_related("person", "application__person"))
    refuse_broken(plan_of(group, members), besides=group)
    if group.cohort.hold_days:
        tell_held(members)
    else:
        introduce(group.pk, now=now)


def plan_of(group: Mentorship, members: list[Member]) -> GroupPlan:
    """The plan that a group being formed stands for."""
    by_part = {part: [one.application for one in members if one.part == part] for part in Part}
    lead = by_part[Part.MENTOR][0] if by_part[Part.MENTOR] else None
    return GroupPlan(group.stream, lead, by_part[Part.COFACILITATOR], by_part[Part.MENTEE], group.name)


# --- Rules ------------------------------------------------------------------------------------


def refuse_broken(plan: GroupPlan, besides: Mentorship | None = None) -> None:
    broken = list(broken_rules(plan, besides))
    if broken:
        raise GroupRefused(broken)


def broken_rules(plan: GroupPlan, besides: Mentorship | None = None) -> Iterator[str]:
    """A sentence for each rule that a group breaks; `besides` is the group itself, once it exists."""
    yield from size_sentences(plan)
    yield from twice_sentences(plan)
    yield from not_taking_part(plan)
    yield from other_streams(plan)
    yield from in_other_groups(plan, besides)


def size_sentences(plan: GroupPlan) -> Iterator[str]:
    if not plan.lead:
        yield _("Choose the mentor who leads the group.")
    mentors, mentees = len(plan.mentors), len(plan.mentees)
    if plan.lead and not FEWEST_MENTORS <= mentors <= MOST_MENTORS:
        yield _(
            "A group has two or three mentors, the lead and co-facilitators; this one has %(mentors)s."
        ) % {"mentors": mentors}
    if not FEWEST_MENTEES <= mentees <= MOST_MENTEES:
        yield _("A group has six to eight mentees; this one has %(mentees)s.") % {"mentees": mentees}


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


def other_streams(plan: GroupPlan) -> Iterator[str]:
    for one in plan.mentees:
        if one.stream_id not in (None, plan.stream.pk):
            yield _("%(name)s chose another stream: %(stream)s.") % {"name": one.person, "stream": one.stream}


def in_other_groups(plan: GroupPlan, besides: Mentorship | None) -> Iterator[str]:
    elsewhere = Member.objects.filter(
        application__in=[one.pk for one in plan.mentees],
        kind=Mentorship.Kind.GROUP,
        part=Part.MENTEE,
        left_at=None,
    ).exclude(mentorship=besides)
    for member in elsewhere.select_related("person", "mentorship"):
        yield _("%(name)s is in a group already: %(group)s.") % {
            "name": member.person,
            "group": member.mentorship,
        }


# --- What an admin should know ----------------------------------------------------------------


def colleagues(plan: GroupPlan) -> Iterator[str]:
    """People of one employer: allowed in a group formed by hand, and worth a second look."""
    employer = employers()
    people: dict[int, list[str]] = {}
    for one in plan.everybody:
        if one.person.organisation_id:
            people.setdefault(employer[one.person.organisation_id], []).append(str(one.person))
    for names in people.values():
        if len(names) > 1:
            yield _("Colleagues of one organisation: %(names)s.") % {"names": ", ".join(names)}


def discipline_mix(plan: GroupPlan) -> list[tuple[str, int]]:
    """How many people of each discipline, most first."""
    counts = Counter(entry.label for one in plan.everybody for entry in one.person.disciplines.all())
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def mix_sentence(plan: GroupPlan) -> str:
    number = len(discipline_mix(plan))
    return ngettext("%(number)s discipline", "%(number)s disciplines", number) % {"number": number}
