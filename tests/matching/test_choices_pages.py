"""The pages on which mentees choose and mentors answer, and the admin's."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import PersonRole
from matching.models import Application, Block, Choice, Cohort, Mentorship
from matching.services import choices as services
from matching.services.publishing import publish_run
from outbox.models import Mail
from tests.accounts.factories import (
    DisciplineFactory,
    OrganisationFactory,
    PersonFactory,
    PersonRoleFactory,
    TopicFactory,
)
from tests.matching.choice_factories import a_choosing_cohort, a_request, asked, choosers, listed
from tests.matching.factories import CohortFactory
from tests.matching.mentorship_factories import mentee_of, mentor_of, run_of

pytestmark = pytest.mark.django_db

State = Choice.State


@pytest.fixture
def cohort():
    return a_choosing_cohort()


def page_of(client, cohort, **query) -> str:
    return client.get(reverse("matching:choices", args=[cohort.slug]), query).content.decode()


def act(client, name, *args, **data):
    return client.post(reverse(f"matching:{name}", args=args), data, follow=True)


# --- The mentee -------------------------------------------------------------------------------


def test_a_card_says_what_a_mentor_does_and_why_it_may_fit(signed_in_client, cohort):
    secret = TopicFactory(en="Planted topic", sensitive=True)
    topic = TopicFactory(en="Order sets")
    mentee = mentee_of(cohort, needs=[topic, secret])
    mentor = mentor_of(cohort, offers=[topic, secret, "Theatre lists"], person__official_title="Ward manager")
    role = PersonRoleFactory(person=mentor.person, how=PersonRole.How.UNTITLED)

    page = page_of(signed_in_client(mentee.person), cohort)

    for word in (mentor.person.name, role.role.en, "without the title", "Ward manager", "Theatre lists"):
        assert word in page
    assert f"{mentor.person} offers what you need: Order sets." in page
    assert "Has a free place" in page
    assert mentor.person.email not in page
    assert "Planted topic" not in page


def test_nobody_learns_that_somebody_is_missing(signed_in_client, cohort):
    [mentee], [fine, blocking] = choosers(cohort, mentors=2)
    Block.objects.create(person=blocking.person, typed=mentee.person.email)

    page = page_of(signed_in_client(mentee.person), cohort)

    assert fine.person.name in page
    assert blocking.person.name not in page
    assert "1 mentor\n" in page or ">1 mentor<" in page


@pytest.mark.parametrize("field", ["topic", "discipline", "role"])
def test_mentors_are_found_by_topic_discipline_and_role(signed_in_client, cohort, field):
    [mentee], [one, other] = choosers(cohort, mentors=2)
    topic, discipline, role = TopicFactory(), DisciplineFactory(), PersonRoleFactory(person=one.person).role
    one.offers.create(topic=topic)
    one.person.disciplines.add(discipline)
    wanted = {"topic": topic.slug, "discipline": discipline.slug, "role": role.slug}[field]

    page = page_of(signed_in_client(mentee.person), cohort, **{field: wanted})

    assert one.person.name in page
    assert other.person.name not in page


def test_what_is_sensitive_cannot_be_searched_for(signed_in_client, cohort):
    [mentee], [one, other] = choosers(cohort, mentors=2)
    secret = TopicFactory(en="Planted topic", sensitive=True)
    one.offers.create(topic=secret)

    page = page_of(signed_in_client(mentee.person), cohort, topic=secret.slug)

    assert one.person.name in page
    assert other.person.name in page
    assert "Planted topic" not in page


def test_a_mentee_makes_a_list_and_asks(signed_in_client, cohort):
    [mentee], [a, b] = choosers(cohort, mentors=2)
    client = signed_in_client(mentee.person)

    act(client, "name_mentor", cohort.slug, mentor=a.pk)
    act(client, "name_mentor", cohort.slug, mentor=b.pk)
    second = Choice.objects.get(mentor=b)
    act(client, "write_words", cohort.slug, second.pk, words="I admire your ward round app.")
    act(client, "move_choice", cohort.slug, second.pk, to="up")
    response = act(client, "ask_mentor", cohort.slug)

    second.refresh_from_db()
    assert (second.state, second.words) == (State.ASKED, "I admire your ward round app.")
    assert f"{b.person} is asked" in response.content.decode()
    response = act(client, "take_back", cohort.slug, second.pk)
    assert "The request is taken back." in response.content.decode()
    act(client, "drop_choice", cohort.slug, Choice.objects.get(mentor=a).pk)
    assert not Choice.objects.exclude(state=State.WITHDRAWN).exists()


def test_a_list_that_is_full_says_so(signed_in_client, cohort):
    [mentee], mentors = choosers(cohort, mentors=6)
    listed(mentee, *mentors[:5])
    client = signed_in_client(mentee.person)

    assert "Put on my list" not in page_of(client, cohort)
    response = act(client, "name_mentor", cohort.slug, mentor=mentors[5].pk)

    assert "as many as there can be" in response.content.decode()


def test_full_and_forbidden_look_alike_on_ones_list(signed_in_client, cohort):
    [mentee], [full, blocking] = choosers(cohort, mentors=2, capacity=1)
    listed(mentee, full, blocking)
    Application.objects.filter(pk=full.pk).update(taken=1)
    Block.objects.create(person=blocking.person, typed=mentee.person.email)

    page = page_of(signed_in_client(mentee.person), cohort)

    assert page.count("Cannot be asked at the moment") == 2


@pytest.mark.parametrize("who", ["a stranger", "a mentor", "where nobody chooses"])
def test_the_page_is_there_for_mentees_who_may_choose_alone(signed_in_client, cohort, who):
    mentee, mentor = mentee_of(cohort), mentor_of(cohort)
    elsewhere = CohortFactory()
    person = {
        "a stranger": PersonFactory(),
        "a mentor": mentor.person,
        "where nobody chooses": mentee_of(elsewhere).person,
    }[who]
    cohort = elsewhere if who == "where nobody chooses" else cohort

    assert signed_in_client(mentee.person).get(
        reverse("matching:choices", args=[cohort.slug])
    ).status_code == (404 if who == "where nobody chooses" else 200)
    assert signed_in_client(person).get(reverse("matching:choices", args=[cohort.slug])).status_code == 404


def test_nobody_touches_the_list_of_another(signed_in_client, cohort):
    [mentee, other], [mentor] = choosers(cohort, mentees=2)
    [choice] = listed(mentee, mentor)
    client = signed_in_client(other.person)

    for name in ("move_choice", "write_words", "drop_choice", "take_back"):
        assert act(client, name, cohort.slug, choice.pk).status_code == 404


def test_who_is_matched_is_led_to_their_mentoring(signed_in_client, cohort):
    [mentee], [mentor, other] = choosers(cohort, mentors=2)
    listed(mentee, other)
    publish_run(run_of((mentee, mentor)), by=None)

    response = signed_in_client(mentee.person).get(reverse("matching:choices", args=[cohort.slug]))

    assert response.url == reverse("matching:mentorships")


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_however_many_mentors(
    signed_in_client, cohort, count, django_assert_num_queries
):
    [mentee], mentors = choosers(cohort, mentors=2 * count)
    for mentor in mentors:
        PersonRoleFactory(person=mentor.person)
        mentor.person.disciplines.add(DisciplineFactory())
        mentor.person.organisation = OrganisationFactory()
        mentor.person.save(update_fields=["organisation"])
    asked(mentee, *mentors[:count])
    client = signed_in_client(mentee.person)
    page_of(client, cohort)

    with django_assert_num_queries(34):
        page_of(client, cohort)


# --- The mentor -------------------------------------------------------------------------------


def test_a_mentor_sees_who_asks_and_nothing_else(signed_in_client, cohort):
    secret, topic = TopicFactory(en="Planted topic", sensitive=True), TopicFactory(en="Order sets")
    mentee = mentee_of(cohort, needs=[topic, secret, "Be heard"])
    other, mentor = (mentor_of(cohort, offers=[topic]) for _ in range(2))
    services.name_mentor(mentee, other)
    services.name_mentor(mentee, mentor, words="I admire your app.")
    request = services.ask_first(mentee)
    services.decline_request(request)
    request = Choice.objects.get(mentor=mentor)

    page = signed_in_client(mentor.person).get(reverse("matching:answer_choice", args=[request.pk]))

    text = page.content.decode()
    for word in (mentee.person.name, "Order sets", "Be heard", "I admire your app.", "2 free places"):
        assert word in text
    for hidden in (mentee.person.email, "Planted topic", other.person.name):
        assert hidden not in text


def test_a_mentor_says_yes(signed_in_client):
    request = a_request()

    response = act(signed_in_client(request.mentor.person), "answer_choice", request.pk, answer="yes")

    assert response.redirect_chain == [(reverse("matching:mentorships"), 302)]
    assert Mentorship.objects.get().state == Mentorship.State.INTRODUCED


def test_a_mentor_says_no_without_a_reason(signed_in_client):
    request = a_request()
    client = signed_in_client(request.mentor.person)

    response = act(client, "answer_choice", request.pk, answer="no")

    assert "Nobody asks why" in response.content.decode()
    request.refresh_from_db()
    assert request.state == State.DECLINED
    response = act(client, "answer_choice", request.pk, answer="yes")
    assert "no longer open" in response.content.decode()


def test_a_request_is_there_for_its_mentor_alone(signed_in_client, cohort):
    [mentee], [mentor, waiting] = choosers(cohort, mentors=2)
    request = asked(mentee, mentor, waiting)
    url = reverse("matching:answer_choice", args=[request.pk])

    assert signed_in_client(mentor.person).get(url).status_code == 200
    for person in (mentee.person, waiting.person, PersonFactory()):
        assert signed_in_client(person).get(url).status_code == 404
    unasked = reverse("matching:answer_choice", args=[Choice.objects.get(mentor=waiting).pk])
    assert signed_in_client(waiting.person).get(unasked).status_code == 404


# --- Home -------------------------------------------------------------------------------------


def test_home_leads_a_mentee_to_the_mentors_and_a_mentor_to_the_request(signed_in_client, cohort):
    [mentee], [mentor] = choosers(cohort)
    home = reverse("home")

    before = signed_in_client(mentee.person).get(home).content.decode()
    request = asked(mentee, mentor)
    of_mentor = signed_in_client(mentor.person).get(home).content.decode()
    after = signed_in_client(mentee.person).get(home).content.decode()

    assert "Choose whom you would like as mentor" in before
    assert f"Answer {mentee.person}, who asks for you as mentor" in of_mentor
    assert reverse("matching:answer_choice", args=[request.pk]) in of_mentor
    assert "Choose whom you would like" not in after
    assert f"{mentor.person} is asked and has until" in after


# --- Admins -----------------------------------------------------------------------------------


def test_an_admin_sees_who_asks_whom_and_no_words(admin_client, cohort):
    [mentee], [mentor, waiting] = choosers(cohort, mentors=2)
    services.name_mentor(mentee, mentor, words="Planted words.")
    asked(mentee, waiting)

    page = admin_client.get(reverse("admin:matching_choices", args=[cohort.pk])).content.decode()

    assert mentee.person.name in page
    assert mentor.person.name in page
    assert "Planted words." not in page


@pytest.mark.parametrize("query", [{"state": "listed"}, {"name": "zoe"}])
def test_an_admin_filters_by_state_and_name(admin_client, cohort, query):
    [mentee], _mentors = choosers(cohort)
    topic = mentee.needs.get().topic
    first = mentor_of(cohort, offers=[topic], person__name="Ada First")
    found = mentor_of(cohort, offers=[topic], person__name="Zoé Found")
    asked(mentee, first, found)

    page = admin_client.get(reverse("admin:matching_choices", args=[cohort.pk]), query).content.decode()

    assert "Zoé Found" in page
    assert "Ada First" not in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_admins_page_costs_the_same_however_many_requests(
    admin_client, cohort, count, django_assert_num_queries
):
    mentees, mentors = choosers(cohort, mentees=count, mentors=count)
    for mentee in mentees:
        asked(mentee, *mentors)
    url = reverse("admin:matching_choices", args=[cohort.pk])
    admin_client.get(url)

    with django_assert_num_queries(9):
        admin_client.get(url)


@pytest.mark.parametrize(("button", "state"), [("expire", State.EXPIRED), ("withdraw", State.WITHDRAWN)])
def test_an_admin_closes_a_request(admin_client, button, state):
    request = a_request()
    url = reverse("admin:matching_close_choice", args=[request.pk])

    assert str(request.mentor.person) in admin_client.get(url).content.decode()
    admin_client.post(url, {button: "1"})

    request.refresh_from_db()
    assert request.state == state
    again = admin_client.post(url, {button: "1"}, follow=True).content.decode()
    assert "in the meantime" in again


def form_of(cohort, **changes) -> dict:
    fields = {
        name: getattr(cohort, name)
        for name in (
            "slug", "name_en", "name_fr", "starts_on", "ends_on", "hold_days",
            "group_mentees_least", "group_mentees_most", "group_cofacilitators",
        )
    }  # fmt: skip
    times = {
        name: f"{timezone.localtime(getattr(cohort, name)):%Y-%m-%dT%H:%M}"
        for name in ("opens_at", "closes_at")
    }
    no_streams = {"streams-TOTAL_FORMS": 0, "streams-INITIAL_FORMS": 0}
    more = {"programme": cohort.programme_id, "group_mixes_employers": "on"}
    return fields | times | no_streams | more | changes


def test_switching_it_off_is_confirmed_first(admin_client, cohort):
    [mentee], [mentor] = choosers(cohort)
    request = asked(mentee, mentor)
    url = reverse("admin:matching_cohort_change", args=[cohort.pk])

    response = admin_client.post(url, form_of(cohort, hold_days=5))

    stop = reverse("admin:matching_stop_choices", args=[cohort.pk])
    assert getattr(response, "url", response.content.decode()[-3000:]) == stop
    cohort.refresh_from_db()
    assert (cohort.lets_mentees_choose, cohort.hold_days) == (True, 5)
    assert "1 request waits" in admin_client.get(stop).content.decode()
    admin_client.post(stop)
    request.refresh_from_db()
    assert request.state == State.WITHDRAWN
    assert not Cohort.objects.get(pk=cohort.pk).lets_mentees_choose
    assert Mail.objects.filter(kind="choice_passed", person=mentee.person).count() == 1


def test_with_nothing_open_it_is_switched_off_at_once(admin_client, cohort):
    url = reverse("admin:matching_cohort_change", args=[cohort.pk])

    admin_client.post(url, form_of(cohort))

    assert not Cohort.objects.get(pk=cohort.pk).lets_mentees_choose


def test_the_pages_are_closed_to_whoever_is_no_admin(signed_in_client):
    request = a_request()
    client = signed_in_client(request.mentor.person)
    cohort = request.mentee.cohort_id

    for name, pk in (("choices", cohort), ("stop_choices", cohort), ("close_choice", request.pk)):
        assert client.post(reverse(f"admin:matching_{name}", args=[pk])).status_code in (302, 403)
    request.refresh_from_db()
    assert request.state == State.ASKED
