from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from matching.errors import GroupRefused, NotReady
from matching.group_rules import GroupPlan, GroupRules, discipline_mix
from matching.models import Application, Block, Member, Mentorship
from matching.queries.groups import mentees_for_groups
from matching.services.groups import form_group, publish_group
from matching.services.introductions import introduce_due
from matching.services.leaving import cancel_mentorship, decline_match
from matching.services.publishing import publish_run
from outbox.models import Mail
from tests.accounts.factories import DisciplineFactory, OrganisationFactory, PersonFactory
from tests.matching.at_once import at_once
from tests.matching.factories import CohortFactory, StreamFactory, give_hours
from tests.matching.mentorship_factories import (
    MONDAY_AFTER,
    WEDNESDAY,
    a_group,
    a_group_plan,
    mentee_in,
    mentee_of,
    mentor_of,
    run_of,
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
        "A group has a lead and at least 1 co-facilitator; this one has 0.",
        "A group has 6 to 8 mentees; this one has 5.",
    ]
    assert sentences(a_group_plan(mentors=4, mentees=9)) == [
        "A group has at most two co-facilitators; this one has 3.",
        "A group has 6 to 8 mentees; this one has 9.",
    ]


def test_a_cohort_says_how_large_its_groups_are():
    cohort = CohortFactory(group_mentees_least=3, group_mentees_most=3, group_cofacilitators=0)

    assert form_group(a_group_plan(cohort=cohort, mentors=1, mentees=3)).pk
    assert sentences(a_group_plan(cohort=cohort, mentors=1, mentees=4)) == [
        "A group has 3 mentees; this one has 4."
    ]


def test_an_admin_may_overrule_a_size_but_not_that_somebody_is_in_it_twice():
    plan = a_group_plan(mentees=5)
    twice = GroupPlan(plan.stream, plan.lead, plan.cofacilitators, [*plan.mentees, plan.mentees[0]])

    with pytest.raises(GroupRefused) as refused:
        form_group(twice, overrule=True)

    assert not refused.value.may_overrule
    assert form_group(plan, overrule=True).members.count() == 7


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


def block(one, other):
    Block.objects.create(person=one.person, typed=other.person.email)


def said_no(one, other):
    match = run_of((one, other))
    decline_match(mentee_in(publish_run(match, by=None).mentorships[0]))


def paired_before(one, other):
    publish_run(run_of((one, other)), by=None)


@pytest.mark.parametrize("keep_apart", [block, said_no, paired_before])
def test_whoever_must_not_meet_is_refused_in_one_sentence_whatever_the_reason(keep_apart):
    plan = a_group_plan()
    one, other = plan.mentees[0], plan.lead
    keep_apart(one, other)

    first, second = sorted([one.person, other.person], key=lambda person: (person.sort_key, person.pk))
    with pytest.raises(GroupRefused) as refused:
        form_group(plan, overrule=True)

    assert refused.value.sentences == [
        f"{first} and {second}: these two cannot be in one group. Choose somebody else."
    ]
    assert not refused.value.may_overrule


def test_two_mentees_who_must_not_meet_are_kept_apart_too():
    plan = a_group_plan()
    block(plan.mentees[1], plan.mentees[0])

    assert [line.split(": ")[1] for line in sentences(plan)] == [
        "these two cannot be in one group. Choose somebody else."
    ]


def test_a_group_in_which_somebody_blocked_another_since_is_not_published():
    plan = a_group_plan()
    group = form_group(plan)
    block(plan.mentees[0], plan.lead)

    with pytest.raises(GroupRefused, match="these two cannot be in one group"):
        publish_group(group, by=None)

    assert not Mail.objects.exists()


def test_colleagues_are_kept_apart_unless_the_cohort_or_the_admin_allows_them():
    plan = a_group_plan()
    trust = OrganisationFactory()
    for one in plan.mentees[:2]:
        one.person.organisation = trust
        one.person.save()
    relaxed = GroupRules(6, 8, 1, mixes_employers=False)

    first, second = (one.person.name for one in plan.mentees[:2])
    assert sentences(plan) == [
        f"Colleagues of one organisation: {first}, {second}. A group has at most one of each."
    ]
    assert form_group(replace(plan, rules=relaxed)).pk


def test_everybody_who_gave_hours_needs_one_in_common():
    plan = a_group_plan()
    for one in [*plan.mentees[1:], plan.lead]:
        give_hours(one, {1: [12], 3: [18]})
    give_hours(plan.mentees[0], {0: [7]})

    assert sentences(plan) == [
        f"No hour of the week suits everybody. Without {plan.mentees[0].person} there would be one."
    ]


def test_a_group_keeps_the_easiest_hour_that_suits_everybody():
    # In November London is on UTC.
    plan = a_group_plan(cohort=CohortFactory(starts_on=date(2026, 11, 2), ends_on=date(2027, 3, 1)))
    for one in [*plan.mentees, *plan.mentors]:
        give_hours(one, {1: [12], 3: [18]})

    assert form_group(plan).slot == 1 * 48 + 24


def test_a_rota_that_varies_suits_every_hour():
    plan = a_group_plan()
    give_hours(plan.mentees[0], {0: [7]}, varies=True)
    give_hours(plan.lead, {3: [18]})

    assert form_group(plan).pk


def test_people_without_a_common_language_are_named():
    plan = a_group_plan()
    for one, languages in ((plan.lead, ["en"]), (plan.mentees[0], ["fr"])):
        one.person.spoken_languages = languages

    assert sentences(plan) == [
        f"{plan.mentees[0].person} and {plan.lead.person}, who leads, have no language in common."
    ]


def test_the_mix_counts_the_first_discipline_of_each():
    plan = a_group_plan()
    nursing = DisciplineFactory(en="Nursing")
    for one in plan.mentees[:2]:
        one.person.disciplines.add(nursing)
    plan.lead.person.disciplines.add(nursing)
    plan.cofacilitators[0].person.disciplines.add(DisciplineFactory(en="Pharmacy"))

    assert discipline_mix(plan.everybody) == [("Nursing", 3), ("Pharmacy", 1)]


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
