from datetime import date

import numpy as np
import pytest

from accounts.models import PersonRole
from matching.encoding import encode, features_of_pair
from matching.engine.breakdown import barring_rules, pair_breakdown
from matching.engine.features import INDUSTRY, NHS, NONE, UNKNOWN_SIDE, Features
from matching.engine.policy import Policy
from matching.hours import Hour, full_hours, in_words, to_utc, to_wall, two_suggestions
from matching.models import Application, Block
from matching.people import name_words, typed_identities
from matching.services.leaving import decline_match
from matching.services.publishing import publish_run, undo_publication
from tests.accounts.factories import (
    DisciplineFactory,
    OrganisationFactory,
    PersonFactory,
    PersonRoleFactory,
    RoleFactory,
    SectorFactory,
    TopicFactory,
)
from tests.matching.factories import (
    ApplicationFactory,
    CohortFactory,
    StreamFactory,
    give_hours,
    half_hours,
)
from tests.matching.mentorship_factories import mentee_in, mentee_of, mentor_of, run_of

pytestmark = pytest.mark.django_db

WINTER, SUMMER = date(2027, 1, 4), date(2027, 7, 5)


@pytest.fixture
def cohort():
    return CohortFactory(starts_on=WINTER, ends_on=date(2027, 6, 1))


def rules_of(cohort) -> tuple[str, ...]:
    """The rules that keep apart the only mentee and the only mentor."""
    return barring_rules(encode(cohort).features, Policy(has_floor=False), 0, 0)


def test_only_accepted_people_are_read(cohort):
    mentee, mentor = mentee_of(cohort), mentor_of(cohort, capacity=3)
    ApplicationFactory(cohort=cohort, submitted=True)
    ApplicationFactory(cohort=cohort, submitted=True, mentor=True)
    mentee_of(CohortFactory())
    mentee_of(cohort, person__is_active=False)

    encoded = encode(cohort)

    assert (encoded.mentees, encoded.mentors, encoded.capacity) == ([mentee], [mentor], [3])


def test_mentees_with_a_mentor_and_places_taken_are_left_out(cohort):
    mentor, waiting = mentor_of(cohort, capacity=3), mentee_of(cohort)
    publish_run(run_of((mentee_of(cohort), mentor)), by=None)

    encoded = encode(cohort)

    assert (encoded.mentees, encoded.capacity) == ([waiting], [2])


def test_needs_keep_their_order_and_offers_are_a_set(cohort):
    first, second, third = TopicFactory(), TopicFactory(), TopicFactory()
    mentee_of(cohort, needs=[third, "in my own words", first])
    mentor_of(cohort, offers=[second, first])

    encoded = encode(cohort)

    needs = [encoded.topics[topic] for topic in encoded.features.needs[0] if topic != NONE]
    assert needs == [third.slug, first.slug]
    offers = [encoded.topics[topic] for topic in np.flatnonzero(encoded.features.offers[0])]
    assert offers == [first.slug, second.slug]


def test_a_mentor_has_the_roles_done_and_a_mentee_those_aimed_at(cohort):
    cnio, ccio, cso = RoleFactory(), RoleFactory(), RoleFactory()
    mentee, mentor = mentee_of(cohort).person, mentor_of(cohort).person
    for role, how in ((cnio, PersonRole.How.AIM), (ccio, PersonRole.How.UNTITLED)):
        PersonRoleFactory(person=mentee, role=role, how=how)
    for role, how in ((cnio, "titled"), (ccio, "untitled"), (cso, "aim")):
        PersonRoleFactory(person=mentor, role=role, how=how)

    encoded = encode(cohort)

    assert [encoded.roles[role] for role in np.flatnonzero(encoded.features.aims[0])] == [cnio.slug]
    assert [encoded.roles[role] for role in np.flatnonzero(encoded.features.roles[0])] == [
        cnio.slug,
        ccio.slug,
    ]
    assert encoded.held[mentor.pk, ccio.slug] == "untitled"


def test_the_official_title_is_never_read(cohort):
    mentee_of(cohort, person__official_title="Chief executive")
    mentor_of(cohort)
    before = encode(cohort).as_dict()

    Application.objects.get(part="mentee").person.__class__.objects.update(official_title="Porter")

    assert encode(cohort).as_dict() == before


def test_disciplines_streams_and_languages_become_numbers(cohort):
    nursing, stream = DisciplineFactory(), StreamFactory(cohort=cohort)
    mentee = mentee_of(cohort, stream=stream, preferred_language="fr", person__spoken_languages=["en", "fr"])
    mentee.person.disciplines.add(nursing)
    mentor_of(cohort, person__spoken_languages=["de"])

    encoded = encode(cohort)

    features = encoded.features
    assert encoded.languages == ["de", "en", "fr"]
    assert features.preferred_language.tolist() == [2]
    assert features.mentor_languages.tolist() == [[True, False, False]]
    assert [encoded.disciplines[one] for one in np.flatnonzero(features.mentee_disciplines[0])] == [
        nursing.slug
    ]
    assert [encoded.streams[one] for one in np.flatnonzero(features.mentee_streams[0])] == [stream.pk]


@pytest.mark.parametrize(
    ("sectors", "mentee_side", "mentor_side"),
    [
        (["nhs-acute"], NHS, NHS),
        (["industry"], INDUSTRY, INDUSTRY),
        (["academia"], UNKNOWN_SIDE, UNKNOWN_SIDE),
        ([], UNKNOWN_SIDE, UNKNOWN_SIDE),
        (["nhs-acute", "industry"], NHS, INDUSTRY),
    ],
)
def test_sectors_say_on_which_side_of_the_bridge_somebody_works(cohort, sectors, mentee_side, mentor_side):
    entries = [SectorFactory(slug=slug) for slug in sectors]
    for application in (mentee_of(cohort), mentor_of(cohort)):
        application.person.sectors.set(entries)

    features = encode(cohort).features

    assert (features.mentee_side[0], features.mentor_side[0]) == (mentee_side, mentor_side)


# --- Rules ------------------------------------------------------------------------------------


def test_two_strangers_may_meet(cohort):
    mentee_of(cohort), mentor_of(cohort)

    assert rules_of(cohort) == ()


def test_nobody_is_their_own_mentor(cohort):
    person = PersonFactory(organisation=None)
    mentee_of(cohort, person=person), mentor_of(cohort, person=person)

    assert rules_of(cohort) == ("same_person",)


def test_colleagues_are_kept_apart(cohort):
    trust = OrganisationFactory()
    mentee_of(cohort, person__organisation=trust), mentor_of(cohort, person__organisation=trust)

    assert rules_of(cohort) == ("same_organisation",)


def test_a_merged_organisation_is_the_one_it_was_merged_into(cohort):
    stays = OrganisationFactory(name="Guy's and St Thomas'")
    middle = OrganisationFactory(name="Guys & St T", merged_into=stays)
    gone = OrganisationFactory(name="Guys", merged_into=middle)
    mentee_of(cohort, person__organisation=gone), mentor_of(cohort, person__organisation=stays)

    assert rules_of(cohort) == ("same_organisation",)


def test_an_alias_typed_as_a_name_is_the_same_organisation(cohort):
    known = OrganisationFactory(name="Guy's and St Thomas'", aliases=["GSTT"])
    typed = OrganisationFactory(name="gstt")
    mentee_of(cohort, person__organisation=typed), mentor_of(cohort, person__organisation=known)

    assert rules_of(cohort) == ("same_organisation",)


def test_an_alias_that_two_organisations_use_names_neither(cohort):
    OrganisationFactory(name="General Hospital Leeds", aliases=["GH"])
    other = OrganisationFactory(name="General Hospital York", aliases=["GH"])
    typed = OrganisationFactory(name="GH")
    mentee_of(cohort, person__organisation=typed), mentor_of(cohort, person__organisation=other)

    assert rules_of(cohort) == ()


def test_organisations_that_name_each_other_do_not_go_round_in_circles(cohort):
    one = OrganisationFactory(name="Riverside", aliases=["Lakeside"])
    other = OrganisationFactory(name="Lakeside", aliases=["Riverside"])
    mentee_of(cohort, person__organisation=one), mentor_of(cohort, person__organisation=other)

    assert rules_of(cohort) == ("same_organisation",)


@pytest.mark.parametrize(
    "typed",
    [
        "Ngozi Okafor",
        "okafor, ngozi",
        "Dr Ngozi ÓKAFOR",
        "NGOZI@hospital.example",
        "Ngozi <ngozi@hospital.example>",
    ],
)
@pytest.mark.parametrize("by_mentee", [True, False])
def test_a_block_keeps_two_people_apart_however_it_was_typed(cohort, typed, by_mentee):
    named = PersonFactory(name="Ngozi Okafor", email="ngozi@hospital.example")
    blocking = PersonFactory()
    mentee, mentor = (blocking, named) if by_mentee else (named, blocking)
    mentee_of(cohort, person=mentee), mentor_of(cohort, person=mentor)
    Block.objects.create(person=blocking, typed=typed)

    assert rules_of(cohort) == ("blocked",)


def test_part_of_a_name_or_another_address_blocks_nobody(cohort):
    mentor = mentor_of(cohort, person__name="Ngozi Okafor", person__email="ngozi@hospital.example").person
    mentee = mentee_of(cohort).person
    for typed in ("Okafor", "ngozi@elsewhere.example", f"not {mentor.name}", "-"):
        Block.objects.create(person=mentee, typed=typed)

    assert rules_of(cohort) == ()


def test_people_who_met_before_are_kept_apart_and_nobody_can_tell_it_from_a_block(cohort):
    mentee, mentor = mentee_of(cohort), mentor_of(cohort)
    earlier = CohortFactory()
    before = mentee_of(earlier, person=mentee.person), mentor_of(earlier, person=mentor.person)

    publish_run(run_of(before), by=None)

    assert rules_of(cohort) == ("blocked",)


def test_a_pair_of_whom_one_said_no_is_kept_apart(cohort):
    pair = mentee_of(cohort), mentor_of(cohort)
    [mentorship] = publish_run(run_of(pair), by=None).mentorships

    decline_match(mentee_in(mentorship))

    assert rules_of(cohort) == ("blocked",)


def test_a_pair_that_an_admin_took_back_may_meet(cohort):
    run = run_of((mentee_of(cohort), mentor_of(cohort)))
    publish_run(run, by=None)

    undo_publication(run, by=None)

    assert rules_of(cohort) == ()


def test_the_floor_is_lifted_for_a_person(cohort):
    mentee_of(cohort, is_floor_lifted=True), mentee_of(cohort), mentor_of(cohort)

    assert encode(cohort).features.has_floor.tolist() == [False, True]


# --- Hours ------------------------------------------------------------------------------------


def test_hours_are_compared_in_one_week_of_utc(cohort):
    give_hours(mentee_of(cohort), {1: [18]}, zone="Europe/Paris")
    give_hours(mentor_of(cohort), {1: [17]}, zone="Europe/London")

    features = encode(cohort).features

    assert (features.mentee_hours == features.mentor_hours).all()
    assert np.flatnonzero(features.mentee_hours[0]).tolist() == half_hours({1: [17]})


def test_a_rota_that_varies_is_read(cohort):
    give_hours(mentee_of(cohort), {}, varies=True)
    mentor_of(cohort)

    features = encode(cohort).features

    assert (features.mentee_varies.tolist(), features.mentor_varies.tolist()) == ([True], [False])


@pytest.mark.parametrize(
    ("zone", "monday", "local", "utc"),
    [
        ("Europe/London", WINTER, {0: [9]}, {0: [9]}),
        ("Europe/London", SUMMER, {0: [9]}, {0: [8]}),
        ("Europe/Paris", SUMMER, {0: [0]}, {6: [22]}),  # Sunday evening, at the other end of the week
        ("America/New_York", WINTER, {6: [20]}, {0: [1]}),
    ],
)
def test_a_wall_clock_becomes_utc_as_the_reference_week_has_it(zone, monday, local, utc):
    assert sorted(to_utc(half_hours(local), zone, monday)) == half_hours(utc)
    assert sorted(to_wall(half_hours(utc), zone, monday)) == half_hours(local)


def test_hours_in_words_name_the_parts_of_days_with_most_hours_first():
    hours = full_hours(half_hours({3: [12], 1: [18, 19], 5: [9]}))

    assert in_words(hours) == ["Tuesday evenings", "Thursday lunchtimes", "Saturday mornings"]


def test_lone_half_hours_are_no_hour():
    assert full_hours([0, 2, 47, 48]) == []
    assert full_hours([0, 1, 2]) == [Hour(0, 0)]


def test_two_suggestions_are_of_different_days_and_near_the_middle_of_one():
    hours = full_hours(half_hours({1: [12, 13], 3: [18], 6: [13]}))

    assert [str(hour) for hour in two_suggestions(hours)] == [
        "Tuesday 12:00 to 13:00",
        "Thursday 18:00 to 19:00",
    ]
    assert two_suggestions([]) == []


# --- Cost, storage, names -----------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_reading_a_cohort_costs_the_same_however_many_people(cohort, count, django_assert_num_queries):
    for _ in range(count):
        for application in (
            mentee_of(cohort, needs=[TopicFactory()]),
            mentor_of(cohort, offers=[TopicFactory()]),
        ):
            give_hours(application, {1: [18]})
            PersonRoleFactory(person=application.person)
            application.person.disciplines.add(DisciplineFactory())
            application.person.sectors.add(SectorFactory())
            Block.objects.create(person=application.person, typed="somebody")

    with django_assert_num_queries(16):
        encode(cohort)


def test_what_a_run_stores_brings_the_arrays_back(cohort):
    mentee, mentor = mentee_of(cohort, needs=[TopicFactory()]), mentor_of(cohort)

    stored = encode(cohort).as_dict()

    again = Features.from_dict(stored["arrays"])
    assert again.needs.tolist() == encode(cohort).features.needs.tolist()
    assert (stored["mentees"], stored["mentors"], stored["week"]) == ([mentee.pk], [mentor.pk], "2027-01-04")


def test_a_pair_by_itself_is_what_it_was_among_all(cohort):
    topics = [TopicFactory() for _ in range(3)]
    for number in range(3):
        give_hours(mentee_of(cohort, needs=topics[number:], stream=StreamFactory(cohort=cohort)), {1: [18]})
        give_hours(mentor_of(cohort, offers=topics[: number + 1]), {1: [18], 2: [number]})
    features = encode(cohort).features

    for mentee in range(3):
        for mentor in range(3):
            among_all = pair_breakdown(features, Policy(), mentee, mentor)
            assert pair_breakdown(features_of_pair(features, mentee, mentor), Policy(), 0, 0) == among_all


@pytest.mark.parametrize("name", ["Dr. Élodie O'Brien-Nwosu", "obrien nwosu, ELODIE", "Elodie O’Brien Nwosu"])
def test_a_name_is_recognised_whatever_its_order_accents_and_honorifics(name):
    assert name_words(name) == {"elodie", "obrien", "nwosu"}


@pytest.mark.parametrize("typed", ["", "   ", "Dr", "@", "…"])
def test_a_typed_line_that_names_nobody_means_nobody(typed):
    assert typed_identities(typed) == set()
