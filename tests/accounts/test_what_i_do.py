import pytest
from django.http import QueryDict

from accounts.forms import WhatIDoForm
from accounts.models import Organisation, PersonRole
from accounts.services.catalogues import load_catalogues
from tests.accounts.factories import (
    OrganisationFactory,
    PersonFactory,
    PersonRoleFactory,
    RoleFactory,
    SituationFactory,
)

pytestmark = pytest.mark.django_db


def typed(**fields):
    data = QueryDict(mutable=True)
    for name, value in fields.items():
        data.setlist(
            name.replace("_0", "-0").replace("_1", "-1"), value if isinstance(value, list) else [value]
        )
    return data


def saved(person, **fields):
    form = WhatIDoForm(typed(**fields), person=person)
    assert form.is_valid(), form.errors
    form.save()
    person.refresh_from_db()
    return person


@pytest.mark.parametrize(
    "words",
    [
        "CNIO",
        "cnio",
        "Chief nursing information officer (CNIO)",
        "chief nursing information officer",
        "Lead nurse for digital",
        "Direction du numérique en soins infirmiers (CNIO)",
        "infirmiere referente numerique",
        "  INFIRMIER   RÉFÉRENT numérique ",
    ],
)
def test_a_role_is_known_by_its_label_or_alias_in_either_language(words):
    load_catalogues()

    person = saved(PersonFactory(), role_0=words, how_0="untitled", since_0="2019")

    role = person.roles.get()
    assert (role.role.slug, role.how, role.since, role.text) == ("cnio", "untitled", 2019, "")


def test_a_role_that_no_catalogue_knows_stays_in_the_persons_words():
    person = saved(PersonFactory(), role_0="Ward digital wizard", how_0="untitled")

    role = person.roles.get()
    assert (role.role, role.text, role.label) == (None, "Ward digital wizard", "Ward digital wizard")


def test_an_alias_of_two_roles_asks_which_one_is_meant():
    load_catalogues()

    form = WhatIDoForm(typed(role_0="CDO", how_0="titled"), person=PersonFactory())

    assert form.errors["role-0"] == [
        "“CDO” may be any of these: Chief digital and information officer (CDIO) · "
        "Chief data or analytics officer. Write the one you mean."
    ]


def test_a_role_needs_how_it_is_held():
    form = WhatIDoForm(typed(role_0="Founder"), person=PersonFactory())

    assert form.errors == {"how-0": ["Say how you hold it: with the title, without it, or growing into it."]}


def test_the_same_role_twice_is_pointed_out():
    form = WhatIDoForm(
        typed(role_0="Founder", how_0="titled", role_1="founder", how_1="titled"), person=PersonFactory()
    )

    assert form.errors == {"role-1": ["This role is in your list already. Remove one of the two."]}


def test_one_role_under_two_names_is_kept_once():
    load_catalogues()

    form = WhatIDoForm(
        typed(role_0="CNIO", how_0="titled", role_1="lead nurse for digital", how_1="titled"),
        person=PersonFactory(),
    )

    assert form.errors == {"role-1": ["This role is in your list already. Remove one of the two."]}


@pytest.mark.parametrize("year", ["soon", "1899", "20199", "-1", "2e3", "9" * 5000])
def test_a_year_that_cannot_be_says_what_to_write(year):
    form = WhatIDoForm(typed(role_0="Founder", how_0="titled", since_0=year), person=PersonFactory())

    assert form.errors["since-0"][0].startswith("Write a year between 1950 and ")


def test_a_role_cannot_end_before_it_began():
    form = WhatIDoForm(
        typed(role_0="Founder", how_0="titled", since_0="2020", until_0="2019"), person=PersonFactory()
    )

    assert form.errors == {"until-0": ["This year is before the one in which it began."]}


def test_adding_a_row_keeps_what_was_typed_and_saves_nothing():
    person = PersonFactory()

    form = WhatIDoForm(
        typed(role_0="Founder", since_0="never", official_title="Sister", add_role="1"), person=person
    )

    assert not form.is_valid()
    assert not form.errors
    assert [row["role"].value() for row in form.role_rows] == ["Founder", None]
    assert form["since-0"].value() == "never"
    assert form["official_title"].value() == "Sister"
    assert not person.roles.exists()


def test_removing_a_row_keeps_the_others():
    form = WhatIDoForm(
        typed(role_0="Founder", how_0="titled", role_1="Architect", how_1="aim", remove_role="0"),
        person=PersonFactory(),
    )

    assert [(row["role"].value(), row["how"].value()) for row in form.role_rows] == [("Architect", "aim")]


def test_an_emptied_row_is_taken_away():
    person = PersonRoleFactory().person

    saved(person, role_0="", how_0="titled")

    assert not person.roles.exists()


def test_a_role_that_was_hidden_since_stays_with_its_holder():
    held = PersonRoleFactory(role=RoleFactory(en="Robot whisperer", is_hidden=True))

    saved(held.person, role_0="Robot whisperer", how_0="titled")

    assert held.person.roles.get().role == held.role


def test_hidden_entries_are_offered_to_those_who_chose_them_alone():
    hidden = SituationFactory(is_hidden=True)
    holder = PersonFactory()
    holder.situations.add(hidden)

    assert hidden in WhatIDoForm(person=holder).fields["situations"].queryset
    assert hidden not in WhatIDoForm(person=PersonFactory()).fields["situations"].queryset


def test_rows_beyond_the_limit_are_ignored():
    form = WhatIDoForm(QueryDict("role-99=Founder"), person=PersonFactory())

    assert form.row_count == 12


def test_an_alias_leads_to_the_organisation():
    trust = OrganisationFactory(name="Guy’s and St Thomas’", aliases=["GSTT"])

    assert saved(PersonFactory(), organisation="gstt").organisation == trust


def test_an_unknown_organisation_is_added_once():
    first = saved(PersonFactory(), organisation="Hôpital  Nord").organisation
    second = saved(PersonFactory(), organisation="hopital nord").organisation

    assert first == second
    assert first.name == "Hôpital Nord"
    assert Organisation.objects.filter(sort_key="hopital nord").count() == 1


def test_an_alias_of_two_organisations_asks_which_one_is_meant():
    OrganisationFactory(name="Hospital of Bristol", aliases=["UHB"])
    OrganisationFactory(name="Hospital of Birmingham", aliases=["UHB"])

    form = WhatIDoForm(typed(organisation="UHB"), person=PersonFactory())

    assert form.errors["organisation"] == [
        "“UHB” may be any of these: Hospital of Birmingham · Hospital of Bristol. Write the one you mean."
    ]


def test_two_saves_leave_the_roles_of_one():
    person = PersonFactory()

    saved(person, role_0="Founder", how_0="titled")
    saved(person, role_0="Architect", how_0=PersonRole.How.AIM)

    assert [(role.text, role.how) for role in person.roles.all()] == [("Architect", "aim")]
