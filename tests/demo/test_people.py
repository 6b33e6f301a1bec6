from collections import Counter

from demo.archetypes import ARCHETYPES, SITUATIONS
from demo.people import COMMON_NEEDS, EXTRA_OFFERS, address_of, draw_cohort


def test_a_seed_draws_the_same_cohort_each_time():
    assert draw_cohort(mentees=20, mentors=8, seed=3) == draw_cohort(mentees=20, mentors=8, seed=3)


def test_another_seed_draws_other_people():
    assert draw_cohort(mentees=20, mentors=8, seed=3) != draw_cohort(mentees=20, mentors=8, seed=4)


def test_nobody_is_drawn_twice_however_many_are_drawn():
    drawn = draw_cohort(mentees=3000, mentors=800, seed=1)

    assert len({who.email for who in drawn}) == 3800


def test_nobody_drawn_bears_a_name_that_is_taken():
    first = draw_cohort(mentees=1, mentors=0, seed=5)[0]

    assert first.name not in {
        who.name for who in draw_cohort(mentees=50, mentors=5, seed=5, unlike=[first.name])
    }


def test_a_cohort_is_uneven_as_real_ones_are():
    mentors = [who for who in draw_cohort(mentees=120, mentors=45, seed=7) if who.part == "mentor"]
    employers = Counter(who.organisation for who in draw_cohort(mentees=120, mentors=45, seed=7))

    nursing_chiefs = [who for who in mentors if who.role == "cnio"]
    evenings = [who for who in nursing_chiefs if any(slot % 48 >= 36 for slot in who.half_hours)]
    assert len(evenings) < len(nursing_chiefs) / 2
    assert employers.most_common(1)[0][1] >= 15


def test_addresses_are_plain_letters_of_a_reserved_domain():
    assert address_of("Thảo Đặng") == "thao.dang@example.org"
    assert address_of("Seo-yeon Choi") == "seo.yeon.choi@example.org"


def test_every_choice_is_in_the_catalogues(catalogue_slugs):
    assert {a.role for a in ARCHETYPES} | {aim for a in ARCHETYPES for aim in a.aims} <= catalogue_slugs(
        "roles"
    )
    assert {d for a in ARCHETYPES for d in a.disciplines} <= catalogue_slugs("disciplines")
    assert {s for a in ARCHETYPES for s in a.sectors} <= catalogue_slugs("sectors")
    assert {n for a in ARCHETYPES for n in a.needs} | {*COMMON_NEEDS, *EXTRA_OFFERS} <= catalogue_slugs(
        "topics"
    )
    assert set(SITUATIONS) <= catalogue_slugs("situations")
