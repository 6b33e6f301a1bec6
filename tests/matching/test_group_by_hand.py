"""One group put together by hand, in a stream that is too large to list."""

import pytest
from django.urls import reverse

from accounts.models import PersonRole
from matching.forms.groups import MENTEES_LISTED, MENTORS_LISTED
from tests.accounts.factories import DisciplineFactory, OrganisationFactory, RoleFactory
from tests.matching.mentorship_factories import a_group_plan, mentee_of
from tests.matching.test_group_runs import queries

pytestmark = pytest.mark.django_db


def at(name: str, *args) -> str:
    return reverse(f"admin:{name}", args=args)


def test_whoever_is_chosen_stays_listed_while_one_searches_for_others(admin_client):
    plan = a_group_plan(mentors=2, mentees=2)
    form = at("matching_form_group", plan.stream.pk)
    wanted = mentee_of(plan.stream.cohort, person__name="Zoë Élan")
    chosen = {"lead": plan.lead.pk, "mentees": [plan.mentees[0].pk], "name": "Thursday circle"}

    response = admin_client.post(form, chosen | {"q": "elan", "search": "yes"}, follow=True)

    assert "csrf" not in response.request["QUERY_STRING"]
    assert [one.pk for one in response.context["form"].listed_mentees.everybody] == [
        plan.mentees[0].pk,
        wanted.pk,
    ]
    assert response.context["form"].listed_mentors.everybody == [plan.lead]
    boxes = {str(box.choice_label): box.data["selected"] for box in response.context["form"]["mentees"]}
    assert list(boxes.values()) == [True, False]
    assert 'value="Thursday circle"' in response.content.decode()


@pytest.mark.parametrize("word", ["safety", "sécurité", "nurs", "Barts"])
def test_people_for_a_group_are_found_by_discipline_role_or_organisation(admin_client, word):
    plan = a_group_plan(mentees=2)
    person = mentee_of(
        plan.stream.cohort, person__organisation=OrganisationFactory(name="Barts Health")
    ).person
    person.disciplines.add(DisciplineFactory(en="Nursing", fr="Soins"))
    role = RoleFactory(en="Safety officer", fr="Responsable de la sécurité")
    PersonRole.objects.create(person=person, role=role, how=PersonRole.How.TITLED)

    response = admin_client.get(at("matching_form_group", plan.stream.pk), {"q": word})

    assert [one.person for one in response.context["form"].listed_mentees.found] == [person]


def test_a_large_stream_lists_as_many_people_as_one_reads(admin_client):
    plan = a_group_plan(mentors=MENTORS_LISTED + 1, mentees=MENTEES_LISTED + 1)
    address = at("matching_form_group", plan.stream.pk)

    page = admin_client.get(address)
    chosen = {"lead": plan.lead.pk, "mentees": [one.pk for one in plan.mentees], "look": "yes"}
    looked = admin_client.post(address, chosen)

    assert "40 of 41 mentors and 60 of 61 mentees" in page.content.decode()
    assert len(page.context["form"].listed_mentees.everybody) == MENTEES_LISTED
    assert looked.context["form"].errors == {}
    assert len(looked.context["form"].listed_mentees.everybody) == MENTEES_LISTED + 1


def test_a_search_for_a_group_costs_the_same_however_many_people_it_finds(admin_client):
    costs = set()
    for plan in (a_group_plan(mentees=2), a_group_plan(mentors=6, mentees=9)):
        chosen = f"q=e&lead={plan.lead.pk}&mentees={plan.mentees[0].pk}"
        costs.add(queries(admin_client, f"{at('matching_form_group', plan.stream.pk)}?{chosen}"))

    assert len(costs) == 1
    assert costs.pop() <= 60
