"""Groups: formed by hand or as a run found them, kept until an admin publishes them.

Who must not meet is kept apart here as in a run of pairs, with a refusal that covers every reason. Each person can still
leave quietly in the hold.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from matching.errors import GroupRefused, NotReady
from matching.group_facts import GroupFacts
from matching.group_rules import GroupPlan, refuse_broken
from matching.models import Member, Mentorship
from matching.services.introductions import introduce
from matching.services.telling import tell_held
from matching.working_days import working_days_after

State = Mentorship.State
Part = Member.Part


@transaction.atomic
def form_group(plan: GroupPlan, *, overrule: bool = False) -> Mentorship:
    """Keep a group that is being formed; nobody is told yet.

    Raises GroupRefused with every rule that it breaks; overruled, only with those that nobody may break.
    """
    refuse_broken(plan, overrule=overrule)
    cohort = plan.stream.cohort
    group = Mentorship.objects.create(
        cohort=cohort,
        stream=plan.stream,
        kind=Mentorship.Kind.GROUP,
        name=plan.name or str(plan.stream),
        state=State.FORMING,
        slot=plan.slot if plan.slot is not None else easiest_hour(plan),
    )
    members = [
        Member(
            mentorship=group, application=one, person=one.person, part=part, cohort=cohort, kind=group.kind
        )
        for part, one in plan.places()
    ]
    seat(members)
    return group


def easiest_hour(plan: GroupPlan) -> int | None:
    """An hour that suits everybody; None where nobody's hours are known, or none suits."""
    facts = GroupFacts.read(plan.stream.cohort, plan.everybody)
    if all(facts.open_to_all(one) for one in plan.everybody):
        return None
    return next(iter(facts.common(plan.everybody)), None)


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
    # Sizes, hours and colleagues were weighed when it was formed, and people may have left since.
    refuse_broken(plan_of(group, members), besides=group, overrule=True)
    if group.cohort.hold_days:
        tell_held(members)
    else:
        introduce(group.pk, now=now)


def plan_of(group: Mentorship, members: Iterable[Member]) -> GroupPlan:
    """The plan that a group being formed stands for."""
    by_part = {part: [] for part in Part}
    for member in members:
        member.application.person = member.person
        by_part[member.part].append(member.application)
    lead = by_part[Part.MENTOR][0] if by_part[Part.MENTOR] else None
    return GroupPlan(group.stream, lead, by_part[Part.COFACILITATOR], by_part[Part.MENTEE], group.name)
