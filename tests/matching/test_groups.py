import pytest
from django.db import IntegrityError, transaction

from matching.errors import GroupRefused, NotReady
from matching.models import Application, Block, Member, Mentorship
from matching.queries.groups import mentees_for_groups
from matching.services.groups import GroupPlan, colleagues, discipline_mix, form_group, publish_group
from matching.services.introductions import introduce_due
from matching.services.leaving import cancel_mentorship, decline_match
from outbox.models import Mail
from tests.accounts.factories import DisciplineFactory, OrganisationFactory, PersonFactory
from tests.matching.at_once import at_once
from tests.matching.factories import CohortFactory, StreamFactory
from tests.matching.mentorship_factories import (
    MONDAY_AFTER,
    WEDNESDAY,
    a_group,
    a_group_plan,
    mentee_of,
    mentor_of,
)

pytestmark = pytest.mark.django_db

State = Mentorship.State


def sentences(plan: GroupPlan) -> list[str]:
    with pytest.raises(GroupRefused) as refused:
        form_group(plan)
    return refused.value.sentences


def test_a_group_has_a_lead_cofacilitators_and_mentees():
    plan = a_group_plan(mentors=3, mentees=6)

    group = form_group(plan)

    assert (group.kind, group.state, group.stream) == (Mentorship.Kind.GROUP, State.FORMING, plan.stream)
    parts = sorted(group.members.values_list("part", flat=True))
    assert parts == ["cofacilitator"] * 2 + ["mentee"] * 6 + ["mentor"]
    assert group.members.get(part=Member.Part.MENTOR).application == plan.lead
    assert not Mail.objects.exists()


@pytest.mark.parametrize(("mentors", "mentees"), [(2, 6), (2, 8), (3, 6), (3, 8)])
def test_two_or_three_mentors_and_six_to_eight_mentees_make_a_group(mentors, mentees):
    assert form_group(a_group_plan(mentors=mentors, mentees=mentees)).pk


def test_each_size_that_does_not_fit_is_named():
    assert sentences(a_group_plan(mentors=1, mentees=5)) == [
        "A group has two or three mentors, the lead and co-facilitators; this one has 1.",
        "A group has six to eight mentees; this one has 5.",
    ]
    assert sentences(a_group_plan(mentors=4, mentees=9)) == [
        "A group has two or three mentors, the lead and co-facilitators; this one has 4.",
        "A group has six to eight mentees; this one has 9.",
    ]


def test_a_group_without_a_lead_is_refused():
    plan = a_group_plan()

    broken = sentences(GroupPlan(plan.stream, None, plan.cofacilitators, plan.mentees))

    assert broken == ["Choose the mentor who leads the group."]


def test_nobody_is_in_a_group_twice():
    plan = a_group_plan(mentees=5)
    both = mentee_of(plan.stream.cohort, person=plan.lead.person)

    broken = sentences(GroupPlan(plan.stream, plan.lead, plan.cofacilitators, [*plan.mentees, both]))

    assert broken == [f"{both.person.name} is in this group twice. Keep one of the two."]


def test_only_accepted_people_of_the_cohort_can_be_in_a_group():
    plan = a_group_plan(mentees=5)
    stranger = mentee_of(CohortFactory())

    broken = sentences(GroupPlan(plan.stream, plan.lead, plan.cofacilitators, [*plan.mentees, stranger]))

    assert broken == [f"{stranger.person.name} is not accepted in this cohort."]


def test_a_mentee_who_chose_another_stream_is_named():
    plan = a_group_plan(mentees=5)
    other = StreamFactory(cohort=plan.stream.cohort, name_en="Clinical safety")
    elsewhere = mentee_of(plan.stream.cohort, stream=other)

    broken = sentences(GroupPlan(plan.stream, plan.lead, plan.cofacilitators, [*plan.mentees, elsewhere]))

    assert broken == [f"{elsewhere.person.name} chose another stream: Clinical safety."]


def test_a_mentee_is_in_one_group_of_a_cohort():
    plan = a_group_plan(name="First circle")
    form_group(plan)

    broken = sentences(plan)

    assert broken == [f"{one.person.name} is in a group already: First circle." for one in plan.mentees]
    assert not mentees_for_groups(plan.stream).exists()


def test_a_mentor_without_a_place_can_lead_a_group_and_it_takes_no_place():
    cohort = CohortFactory()
    lead, other = mentor_of(cohort, capacity=0), mentor_of(cohort, capacity=1)
    plan = a_group_plan(cohort=cohort)

    form_group(GroupPlan(plan.stream, lead, [other], plan.mentees))

    assert list(Application.objects.filter(pk__in=[lead.pk, other.pk]).values_list("taken", flat=True)) == [
        0,
        0,
    ]


def test_a_block_is_never_shown_by_forming_a_group():
    plan = a_group_plan()
    Block.objects.create(person=plan.mentees[0].person, typed=plan.lead.person.name)

    assert form_group(plan).state == State.FORMING
    assert list(colleagues(plan)) == []


def test_colleagues_and_disciplines_are_shown_before_a_group_is_formed():
    plan = a_group_plan()
    trust, nursing = OrganisationFactory(), DisciplineFactory(en="Nursing")
    for one in plan.mentees[:2]:
        one.person.organisation = trust
        one.person.disciplines.add(nursing)
    plan.lead.person.disciplines.add(nursing, DisciplineFactory(en="Pharmacy"))

    first, second = (one.person.name for one in plan.mentees[:2])
    assert list(colleagues(plan)) == [f"Colleagues of one organisation: {first}, {second}."]
    assert discipline_mix(plan) == [("Nursing", 3), ("Pharmacy", 1)]


def test_publishing_a_group_tells_everybody_and_introduces_them_after_the_hold():
    admin = PersonFactory(admin=True)
    group = form_group(a_group_plan())

    publish_group(group, by=admin, now=WEDNESDAY)

    group.refresh_from_db()
    assert (group.state, group.hold_ends_at, group.published_by) == (State.HELD, MONDAY_AFTER, admin)
    assert Mail.objects.filter(kind="group_held").count() == 8
    assert introduce_due(MONDAY_AFTER) == 1
    assert Mail.objects.filter(kind="group_introduction").count() == 8


def test_a_group_without_a_hold_is_introduced_at_once():
    group = form_group(a_group_plan(cohort=CohortFactory(hold_days=0)))

    publish_group(group, by=None)

    assert sorted(set(Mail.objects.values_list("kind", flat=True))) == ["group_introduction"]


def test_a_group_is_published_once():
    group = a_group()

    with pytest.raises(NotReady, match="published or called off already"):
        publish_group(group, by=None)

    assert Mail.objects.filter(kind="group_held").count() == 8


def test_a_group_that_broke_a_rule_since_it_was_formed_is_not_published():
    plan = a_group_plan()
    group = form_group(plan)
    Application.objects.filter(pk=plan.mentees[0].pk).update(state=Application.State.WITHDRAWN)

    with pytest.raises(GroupRefused, match=f"{plan.mentees[0].person.name} is not accepted in this cohort"):
        publish_group(group, by=None)

    group.refresh_from_db()
    assert group.state == State.FORMING
    assert not Mail.objects.exists()


def test_who_leaves_in_the_hold_leaves_quietly():
    group = a_group()
    leaving = group.members.filter(part=Member.Part.MENTEE).first()

    decline_match(leaving)

    group.refresh_from_db()
    assert group.state == State.HELD
    assert group.members.filter(left_at=None).count() == 7
    introduce_due(MONDAY_AFTER)
    assert Mail.objects.filter(kind="group_introduction").count() == 7
    assert not Mail.objects.filter(kind="match_withdrawn").exists()


def test_a_group_whose_mentors_all_said_no_is_called_off():
    group = a_group()

    for member in group.members.exclude(part=Member.Part.MENTEE):
        decline_match(member)

    group.refresh_from_db()
    assert group.state == State.CANCELLED
    assert Mail.objects.filter(kind="match_withdrawn").count() == 6


def test_a_group_that_is_called_off_frees_its_mentees_for_another():
    plan = a_group_plan()
    group = form_group(plan)
    publish_group(group, by=None)

    cancel_mentorship(group, by=None)

    assert form_group(plan).state == State.FORMING


@pytest.mark.django_db(transaction=True)
def test_two_admins_forming_groups_at_once_never_seat_a_mentee_twice():
    plan = a_group_plan()

    outcomes = at_once(lambda: form_group(plan), lambda: form_group(plan))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["GroupRefused", "Mentorship"]
    assert Mentorship.objects.count() == 1


def test_the_database_itself_keeps_a_mentee_in_one_group():
    first = form_group(a_group_plan())
    member = first.members.filter(part=Member.Part.MENTEE).first()
    second = Mentorship.objects.create(cohort=first.cohort, kind=first.kind)

    with pytest.raises(IntegrityError, match="member_one_active_group_per_mentee"), transaction.atomic():
        Member.objects.create(
            mentorship=second,
            application=member.application,
            person=member.person,
            part=member.part,
            cohort=first.cohort,
            kind=first.kind,
        )
