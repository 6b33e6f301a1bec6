import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from matching.engine.policy import Policy
from matching.forms.policy import flat
from matching.models import Application, Cohort, MatchRun, Member, Mentorship
from matching.policy import policy_of
from matching.services.groups import form_group
from matching.services.introductions import release_hold
from matching.services.leaving import decline_match
from matching.services.publishing import publish_run
from matching.services.runs import compute_run, start_run
from outbox.models import Mail
from tests.accounts.factories import PersonFactory, TopicFactory
from tests.matching.factories import CohortFactory
from tests.matching.mentorship_factories import (
    a_group_plan,
    a_match,
    a_run,
    mentee_in,
    mentee_of,
    mentor_in,
    mentor_of,
    run_of,
)

pytestmark = pytest.mark.django_db

State = MatchRun.State


def at(name: str, *args) -> str:
    return reverse(f"admin:{name}", args=args)


def run_page(run) -> str:
    return at("matching_matchrun_change", run.pk)


def text_of(response) -> str:
    return response.content.decode()


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def cohort():
    """Two mentees whose needs one mentor meets, and one whom nobody can help."""
    cohort = CohortFactory(slug="autumn")
    safety = TopicFactory(en="Clinical safety")
    mentor_of(cohort, offers=[safety], capacity=3, person__name="Ngozi Okafor")
    for name in ("Samira Aziz", "Piotr Nowak"):
        mentee_of(cohort, needs=[safety], person__name=name)
    mentee_of(cohort, needs=[TopicFactory(family="far-away")], person__name="Kwame Mensah")
    return cohort


@pytest.fixture
def done(cohort):
    run = start_run(cohort, by=None)
    compute_run(run)
    run.refresh_from_db()
    return run


# --- Who may come in --------------------------------------------------------------------------


def addresses(run, mentorship, group) -> list[str]:
    return [
        at("matching_matchrun_changelist"),
        run_page(run),
        at("matching_start_run", run.cohort_id),
        at("matching_weights", run.cohort_id),
        at("matching_run_progress", run.pk),
        at("matching_publish_run", run.pk),
        at("matching_undo_run", run.pk),
        at("matching_mentorship_changelist"),
        at("matching_mentorship_change", mentorship.pk),
        at("matching_call_off", mentorship.pk),
        at("matching_needs_a_match"),
        at("matching_choose_stream"),
        at("matching_form_group", group.stream.pk),
        at("matching_publish_group", group.pk),
    ]


@pytest.fixture
def forming():
    return form_group(a_group_plan())


def test_every_page_is_open_to_an_admin(admin_client, done, forming):
    answers = {url: admin_client.get(url).status_code for url in addresses(done, a_match(), forming)}

    assert set(answers.values()) == {200}


def test_no_page_is_open_to_a_member_or_to_staff_without_the_right(signed_in_client, done, forming):
    urls = addresses(done, a_match(), forming)
    member, clerk = signed_in_client(PersonFactory()), signed_in_client(PersonFactory(is_staff=True))

    assert {url: clerk.get(url).status_code for url in urls} == dict.fromkeys(urls, 403)
    assert {member.get(url).status_code for url in urls} <= {302, 403}


@pytest.mark.parametrize("name", ["matching_publish_run", "matching_undo_run", "matching_stop_run"])
def test_reading_a_page_changes_nothing(admin_client, done, name):
    admin_client.get(at(name, done.pk))

    done.refresh_from_db()
    assert done.state == State.DONE


# --- A run ------------------------------------------------------------------------------------


def test_a_run_is_started_from_its_cohort_by_whoever_asks(admin_client, admin_user, cohort):
    page = admin_client.get(at("matching_cohort_dashboard", cohort.pk))
    assert at("matching_start_run", cohort.pk) in text_of(page)

    response = admin_client.post(at("matching_start_run", cohort.pk), {"seed": "7"})

    run = MatchRun.objects.get()
    assert response["Location"] == run_page(run)
    assert (run.state, run.seed, run.created_by) == (State.QUEUED, 7, admin_user)


@pytest.mark.parametrize("seed", ["", "-1", "seven", "99999999999999999999", "²"])
def test_a_seed_that_is_no_number_starts_nothing(admin_client, cohort, seed):
    response = admin_client.post(at("matching_start_run", cohort.pk), {"seed": seed})

    assert response.status_code == 200
    assert not MatchRun.objects.exists()


def test_a_run_at_work_shows_how_far_it_is_and_reloads_once_it_has_ended(admin_client, cohort):
    run = start_run(cohort, by=None)
    MatchRun.objects.update(state=State.RUNNING, progress=0.4, words="settling ties")
    progress = at("matching_run_progress", run.pk)

    assert progress in text_of(admin_client.get(run_page(run)))
    assert 'value="40"' in text_of(admin_client.get(progress))
    MatchRun.objects.update(state=State.DONE)
    assert admin_client.get(progress)["HX-Refresh"] == "true"


def test_a_run_is_stopped_from_its_page(admin_client, cohort):
    run = start_run(cohort, by=None)

    response = admin_client.post(at("matching_stop_run", run.pk), follow=True)

    run.refresh_from_db()
    assert run.state == State.STOPPED
    assert "Stopped as asked. Nothing was kept." in text_of(response)


def test_a_run_that_failed_says_why_and_offers_another(admin_client, cohort):
    Application.objects.filter(part="mentor").update(capacity=0)
    run = start_run(cohort, by=None)
    compute_run(run)

    text = text_of(admin_client.get(run_page(run)))

    assert "No mentor of this cohort has a free place." in text
    assert at("matching_start_run", cohort.pk) in text


def test_the_review_shows_each_pair_with_its_reasons_and_who_has_no_mentor(admin_client, done):
    response = admin_client.get(run_page(done))

    rows = response.context["rows"]
    assert [(str(row.mentee.person), row.mentor and str(row.mentor.person), row.fit) for row in rows] == [
        ("Kwame Mensah", None, "–"),
        ("Piotr Nowak", "Ngozi Okafor", "100"),
        ("Samira Aziz", "Ngozi Okafor", "100"),
    ]
    assert rows[0].why_not.startswith("The rules leave no mentor for this mentee.")
    assert rows[1].why.sentences == ["Ngozi Okafor offers what Piotr Nowak needs: Clinical safety."]
    assert rows[1].places == "2 of 3 places"
    assert "Checked over all 3 pairs" in text_of(response)


def test_the_preview_names_who_would_meet_whom_and_shows_a_mail(admin_client, done):
    text = text_of(admin_client.get(at("matching_publish_run", done.pk)))

    assert "2 pairs would be published." in text
    assert "We would like to introduce you to Ngozi Okafor, as your mentor." in text
    assert not Mail.objects.exists()
    assert not Mentorship.objects.exists()


def test_a_run_is_published_and_undone_and_the_log_knows_by_whom(admin_client, admin_user, done):
    published = admin_client.post(at("matching_publish_run", done.pk), follow=True)
    [sentence] = said(published)
    assert sentence.startswith(
        "2 matches are published, and everybody in them is told by mail. You can undo it until"
    )

    undone = admin_client.post(at("matching_undo_run", done.pk), follow=True)

    assert said(undone) == [
        "2 matches are taken back. Whoever was told of one is told that it is not going ahead."
    ]
    done.refresh_from_db()
    assert done.state == State.DONE
    entries = LogEntry.objects.filter(user=admin_user).order_by("pk")
    assert [entry.change_message for entry in entries] == ["published", "publication undone"]


def test_undo_is_offered_only_while_nobody_is_introduced(admin_client, done):
    publish_run(done, by=None)
    run_page, undo = at("matching_matchrun_change", done.pk), at("matching_undo_run", done.pk)

    on_hold = admin_client.get(run_page).text
    release_hold(done.mentorships.first(), by=None)
    introduced = admin_client.get(run_page).text

    assert [undo in on_hold, undo in introduced] == [True, False]


def test_a_second_admin_who_publishes_is_told_that_it_is_done(admin_client, done):
    admin_client.post(at("matching_publish_run", done.pk), follow=True)

    response = admin_client.post(at("matching_publish_run", done.pk), follow=True)

    assert said(response) == [
        "This run is already published. Everybody in it has been told once, and nothing was sent again."
    ]
    assert Mentorship.objects.count() == 2


def test_what_a_run_read_is_nowhere_in_the_admin(admin_client, done):
    stored = done.features["arrays"]["blocked"]["data"]

    for url in (run_page(done), at("matching_matchrun_changelist")):
        assert stored not in text_of(admin_client.get(url))


# --- Weights ----------------------------------------------------------------------------------


def weights(**changes) -> dict:
    boxes = flat(Policy()) | changes
    return {name: value for name, value in boxes.items() if value is not False}


def test_only_weights_that_differ_are_kept(admin_client, cohort):
    admin_client.post(at("matching_weights", cohort.pk), weights(role=20, stream=10))

    cohort.refresh_from_db()
    assert cohort.policy == {"role": 20, "stream": 10}
    assert policy_of(cohort) == Policy(role=20, stream=10)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"role": 26}, "The weights add up to 101."),
        ({"adjacent_role": 26}, "A close role cannot weigh more than the role itself."),
        ({"hours_0": 9}, "More hours in common must not weigh less than fewer."),
        ({"language": "many"}, "Enter a whole number."),
        ({"needs_0": ""}, "This field is required."),
    ],
)
def test_weights_that_cannot_be_are_refused_with_a_sentence(admin_client, cohort, change, sentence):
    response = admin_client.post(at("matching_weights", cohort.pk), weights(**change))

    assert sentence in text_of(response)
    assert Cohort.objects.get().policy == {}


def test_the_floor_can_be_lifted_for_a_cohort(admin_client, cohort):
    admin_client.post(at("matching_weights", cohort.pk), weights(has_floor=False))

    assert Cohort.objects.get().policy == {"has_floor": False}


# --- Mentorships and groups -------------------------------------------------------------------


def test_the_hold_is_released_for_one_and_for_several(admin_client):
    one, *several = [a_match() for _ in range(3)]

    admin_client.post(at("matching_release", one.pk))
    admin_client.post(
        at("matching_mentorship_changelist"),
        {"action": "release", "_selected_action": [match.pk for match in several]},
    )

    assert set(Mentorship.objects.values_list("state", flat=True)) == {Mentorship.State.INTRODUCED}
    assert Mail.objects.filter(kind="introduction").count() == 6


def test_calling_off_what_was_just_introduced_is_refused_with_a_sentence(admin_client):
    match = a_match()
    admin_client.post(at("matching_release", match.pk))

    response = admin_client.post(at("matching_call_off", match.pk), follow=True)

    assert "so it can no longer be called off." in said(response)[-1]


def test_who_said_no_is_on_no_page_of_the_admin(admin_client):
    match = a_match()
    mentee, mentor = mentee_in(match), mentor_in(match)
    decline_match(mentor)

    needing = text_of(admin_client.get(at("matching_needs_a_match")))
    one = text_of(admin_client.get(at("matching_mentorship_change", match.pk)))

    assert str(mentee.person) in needing
    assert str(mentor.person) not in needing
    assert "This did not go ahead." in one
    assert "declined" not in one


def group_form(plan, button: str) -> dict:
    return {
        "name": "Thursday circle",
        "lead": plan.lead.pk,
        "cofacilitators": [one.pk for one in plan.cofacilitators],
        "mentees": [one.pk for one in plan.mentees],
        button: "yes",
    }


def test_a_group_is_formed_looked_at_and_published(admin_client, admin_user):
    plan = a_group_plan()
    form = at("matching_form_group", plan.stream.pk)

    looked = admin_client.post(form, group_form(plan, "look"))
    assert not Mentorship.objects.exists()
    assert "Nobody in it has named a discipline." in text_of(looked)
    admin_client.post(form, group_form(plan, "form"))
    group = Mentorship.objects.get()
    assert (str(group), group.state) == ("Thursday circle", Mentorship.State.FORMING)
    preview = admin_client.get(at("matching_publish_group", group.pk))
    assert "We would like you to be in a group: Thursday circle." in text_of(preview)
    published = admin_client.post(at("matching_publish_group", group.pk), follow=True)

    group.refresh_from_db()
    assert said(published) == ["The group is published, and everybody in it is told by mail."]
    assert (group.state, group.published_by) == (Mentorship.State.HELD, admin_user)


def test_each_rule_that_a_group_breaks_is_named_and_what_was_chosen_is_kept(admin_client):
    plan = a_group_plan(mentors=1, mentees=2)

    response = admin_client.post(at("matching_form_group", plan.stream.pk), group_form(plan, "form"))

    assert said(response) == [
        "A group has a lead and at least 1 co-facilitator; this one has 0.",
        "A group has 6 to 8 mentees; this one has 2.",
    ]
    assert text_of(response).count("checked") == 2
    assert not Mentorship.objects.exists()


def test_somebody_of_another_cohort_cannot_be_slipped_into_a_group(admin_client):
    plan = a_group_plan()
    stranger = mentee_of(CohortFactory())
    form = group_form(plan, "form") | {"mentees": [*(one.pk for one in plan.mentees), stranger.pk]}

    response = admin_client.post(at("matching_form_group", plan.stream.pk), form)

    assert response.context["form"].errors.keys() == {"mentees"}
    assert not Member.objects.exists()


# --- Cost -------------------------------------------------------------------------------------


def queries(client, url: str) -> int:
    # The first request of a session also writes down the device.
    client.get(at("index"))
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_a_run_costs_the_same_however_many_pairs_it_proposes(admin_client):
    one, three = a_run(pairs=1), a_run(pairs=3)

    for page in (run_page, lambda run: at("matching_publish_run", run.pk)):
        assert queries(admin_client, page(one)) == queries(admin_client, page(three)) <= 25


@pytest.mark.parametrize("url", ["matching_mentorship_changelist", "matching_needs_a_match"])
def test_a_list_costs_the_same_however_many_are_in_it(admin_client, url):
    decline_match(mentee_in(a_match()))
    first = queries(admin_client, at(url))
    for _ in range(2):
        decline_match(mentee_in(a_match()))
    a_match()

    # The page of repairs also reads what mentees and mentors said, as a run does.
    assert queries(admin_client, at(url)) == first <= (20 if "changelist" in url else 32)


def test_forming_a_group_costs_the_same_however_many_people_there_are(admin_client):
    small, large = a_group_plan(mentees=1), a_group_plan(mentors=6, mentees=9)

    costs = {queries(admin_client, at("matching_form_group", plan.stream.pk)) for plan in (small, large)}

    assert len(costs) == 1
    assert costs.pop() <= 20


def test_a_large_review_comes_in_pages(admin_client, monkeypatch):
    monkeypatch.setattr("matching.admin.review.ROWS_A_PAGE", 2)
    run = a_run(pairs=3)

    first, second = admin_client.get(run_page(run)), admin_client.get(f"{run_page(run)}?page=2")

    assert [len(page.context["rows"]) for page in (first, second)] == [2, 1]
    assert "Page 1 of 2" in text_of(first)


def test_a_published_pair_that_is_left_out_is_said(admin_client):
    cohort = CohortFactory()
    pairs = [(mentee_of(cohort), mentor_of(cohort)) for _ in range(2)]
    [first] = publish_run(run_of(pairs[0]), by=None).mentorships
    decline_match(mentee_in(first))

    response = admin_client.post(at("matching_publish_run", run_of(*pairs).pk), follow=True)

    [sentence] = said(response)
    assert sentence.startswith(
        "1 match is published, and both people are told by mail. 1 was left out, since it was declined before."
    )
