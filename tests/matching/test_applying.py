"""Somebody applies: as mentee, as mentor, as both; stops and comes back; sends, changes, withdraws."""

import datetime
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Consent, PersonRole
from matching.models import Application, Block, Need
from matching.services.applications import (
    begin_application,
    resume_application,
    save_free,
    save_needs,
    save_offers,
    save_what_i_do,
    submit_application,
    withdraw_application,
)
from matching.services.refusals import CohortClosed, HasMentorship, Incomplete, NotEditable, NoticeChanged
from outbox.models import Mail
from tests.accounts.factories import (
    NoticeVersionFactory,
    PersonFactory,
    PersonRoleFactory,
    RoleFactory,
    TopicFactory,
)
from tests.matching.at_once import at_once
from tests.matching.factories import ApplicationFactory, CohortFactory, StreamFactory, half_hours
from tests.matching.mentorship_factories import a_match

pytestmark = pytest.mark.django_db

State = Application.State
Part = Application.Part


@pytest.fixture
def notice():
    return NoticeVersionFactory(notice__slug="confidentiality")


@pytest.fixture
def client_of(signed_in_client):
    return lambda application: signed_in_client(application.person)


def step(application, slug) -> str:
    return reverse("matching:application_step", args=[application.pk, slug])


def summary(application) -> str:
    return reverse("matching:application", args=[application.pk])


def complete(part=Part.MENTEE, **fields) -> Application:
    """A draft with every step answered but the last."""
    application = ApplicationFactory(part=part, **fields)
    save_what_i_do(application)
    if part == Part.MENTEE:
        save_needs(application, ["Writing a business case"])
    else:
        save_offers(application, topics=["Clinical safety"], capacity=2)
    save_free(application, zone="Europe/London", half_hours=half_hours({1: [18]}), varies=False)
    return application


def errors_of(response) -> dict:
    return {name: list(errors) for name, errors in response.context["form"].errors.items()}


def messages_of(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


# --- beginning ----------------------------------------------------------------------------------


def test_beginning_twice_finds_the_same_application():
    cohort, person = CohortFactory(), PersonFactory()

    first = begin_application(cohort, person, Part.MENTEE)
    second = begin_application(cohort, person, Part.MENTEE)

    assert first == second


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        ({"closed": True}, "closed on"),
        ({"not_yet_open": True}, "open on"),
    ],
)
def test_nobody_applies_to_a_cohort_that_is_not_open(when, sentence):
    cohort = CohortFactory(**when)

    with pytest.raises(CohortClosed, match=sentence):
        begin_application(cohort, PersonFactory(), Part.MENTEE)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_begin_one_application():
    cohort, person = CohortFactory(), PersonFactory()

    begun = at_once(*[lambda: begin_application(cohort, person, Part.MENTEE)] * 2)

    assert begun[0] == begun[1]
    assert Application.objects.count() == 1


def test_a_second_application_brings_along_what_was_asked_already():
    mentee = complete()

    mentor = begin_application(mentee.cohort, mentee.person, Part.MENTOR)

    assert mentor.steps_done == ["what-i-do", "free"]
    assert mentor.availability.half_hours == half_hours({1: [18]})


def test_somebody_begins_as_both_and_is_led_to_the_first_step(client_of):
    cohort, person = CohortFactory(), PersonFactory()
    client = client_of(Application(person=person))

    response = client.post(reverse("matching:apply", args=[cohort.slug]), {"part": "both"})

    mentee, mentor = Application.objects.order_by("part")
    assert (mentee.part, mentor.part) == (Part.MENTEE, Part.MENTOR)
    assert response.url == step(mentee, "what-i-do")


def test_who_is_a_mentee_already_may_add_only_the_other_part(client_of):
    application = ApplicationFactory()
    client = client_of(application)
    address = reverse("matching:apply", args=[application.cohort.slug])

    shown = client.get(address)
    again = client.post(address, {"part": "mentee"})

    assert [value for value, _label in shown.context["form"].fields["part"].choices] == [Part.MENTOR]
    assert errors_of(again) == {"part": ["Choose how you would like to take part."]}
    assert Application.objects.count() == 1


def test_a_closed_cohort_says_so_and_takes_nobody(client_of):
    cohort, person = CohortFactory(closed=True), PersonFactory()
    client = client_of(Application(person=person))
    address = reverse("matching:apply", args=[cohort.slug])

    shown, posted = client.get(address), client.post(address, {"part": "mentee"})

    assert "Applications for this cohort have closed." in shown.text
    assert "closed on" in errors_of(posted)["__all__"][0]
    assert not Application.objects.exists()


# --- the steps ----------------------------------------------------------------------------------


def test_what_somebody_does_is_saved_and_leads_on(client_of):
    application, role = ApplicationFactory(), RoleFactory(en="Chief nursing information officer")

    response = client_of(application).post(
        step(application, "what-i-do"), {"role-0": role.en, "how-0": "untitled", "since-0": "", "until-0": ""}
    )

    application.refresh_from_db()
    assert response.url == step(application, "needs")
    assert application.steps_done == ["what-i-do"]
    assert application.person.roles.get().how == PersonRole.How.UNTITLED


def test_needs_are_found_in_both_languages_and_keep_their_order(client_of):
    application = ApplicationFactory()
    strategy = TopicFactory(en="Digital strategy", fr="Stratégie numérique")
    speaking = TopicFactory(en="Speaking in public", fr="Parler en public")

    response = client_of(application).post(
        step(application, "needs"),
        {
            "need_1": "strategie NUMERIQUE",
            "need_2": "",
            "need_3": "My own ward",
            "need_4": "Speaking in public",
        },
    )

    assert response.url == step(application, "growing-into")
    needs = [(need.rank, need.topic, need.text) for need in application.needs.all()]
    assert needs == [(1, strategy, ""), (2, None, "My own ward"), (3, speaking, "")]


def test_saving_needs_again_replaces_them(client_of):
    application = ApplicationFactory(needs=["One", "Two"])

    client_of(application).post(step(application, "needs"), {"need_1": "Two"})

    assert [need.label for need in application.needs.all()] == ["Two"]


def test_joining_without_fixed_goals_is_an_answer(client_of):
    application = ApplicationFactory()
    client = client_of(application)

    client.post(step(application, "needs"), {"has_no_goals": "on"})

    assert "No fixed goals yet" in client.get(summary(application)).text


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        (
            {},
            {"need_1": ["Say one thing that you would like help with, or tick “I have no fixed goals yet”."]},
        ),
        (
            {"need_1": "\u200b \x00"},
            {"need_1": ["Say one thing that you would like help with, or tick “I have no fixed goals yet”."]},
        ),
        (
            {"need_1": "Strategy", "need_3": "strategy"},
            {"need_3": ["This is in your list already. Leave the line empty, or say something else."]},
        ),
        (
            {"need_1": "x" * 201},
            {"need_1": ["Ensure this value has at most 200 characters (it has 201)."]},
        ),
    ],
)
def test_needs_that_cannot_be_kept_are_answered_with_a_sentence(client_of, typed, errors):
    TopicFactory(en="Strategy")
    application = ApplicationFactory()

    response = client_of(application).post(step(application, "needs"), typed)

    assert errors_of(response) == errors
    assert not application.needs.exists()


def test_what_was_typed_is_kept_beside_the_error(client_of):
    application = ApplicationFactory()

    response = client_of(application).post(
        step(application, "needs"), {"need_1": "Bed management", "need_2": "Bed management"}
    )

    assert response.text.count('value="Bed management"') == 2
    assert 'href="#id_need_2"' in response.text


def test_where_somebody_is_going_is_kept_with_their_wishes(client_of):
    application = ApplicationFactory(person__spoken_languages=["en", "fr"])
    stream = StreamFactory(cohort=application.cohort)
    role = RoleFactory(en="Chief clinical information officer", aliases=["CCIO"])

    client_of(application).post(
        step(application, "growing-into"),
        {
            "aim": "ccio",
            "discipline_wish": "different",
            "wants_bridge": "on",
            "stream": stream.pk,
            "preferred_language": "fr",
        },
    )

    application.refresh_from_db()
    aim = application.person.roles.get(how=PersonRole.How.AIM)
    assert aim.role == role
    assert (application.stream, application.discipline_wish) == (stream, "different")
    assert (application.wants_bridge, application.preferred_language) == (True, "fr")


def test_a_new_aim_takes_the_place_of_the_first_and_leaves_the_others(client_of):
    application = ApplicationFactory()
    for text in ("Ward lead", "Author"):
        PersonRole.objects.create(person=application.person, text=text, how=PersonRole.How.AIM)

    client_of(application).post(
        step(application, "growing-into"), {"aim": "Clinical safety officer", "discipline_wish": "any"}
    )

    aims = application.person.roles.filter(how=PersonRole.How.AIM).order_by("pk")
    assert [aim.text for aim in aims] == ["Clinical safety officer", "Author"]


def test_a_stream_of_another_cohort_cannot_be_chosen(client_of):
    application = ApplicationFactory()
    StreamFactory(cohort=application.cohort)
    elsewhere = StreamFactory()

    response = client_of(application).post(
        step(application, "growing-into"), {"discipline_wish": "any", "stream": elsewhere.pk}
    )

    assert list(errors_of(response)) == ["stream"]


def test_a_mentor_offers_topics_and_places(client_of):
    application = ApplicationFactory(mentor=True, capacity=0)
    topic = TopicFactory()

    client_of(application).post(
        step(application, "offers"),
        {"topics": [topic.pk], "own_words": "Night shifts\n\n night SHIFTS\nRotas", "capacity": "3"},
    )

    application.refresh_from_db()
    assert application.capacity == 3
    assert [offer.label for offer in application.offers.all()] == [topic.en, "Night shifts", "Rotas"]


@pytest.mark.parametrize("places", ["9", "-1", "abc", "", "1.5", "99999999999999999999"])
def test_places_beyond_reach_are_refused_with_one_sentence(client_of, places):
    application = ApplicationFactory(mentor=True, capacity=2)
    topic = TopicFactory()

    response = client_of(application).post(
        step(application, "offers"), {"topics": [topic.pk], "capacity": places}
    )

    application.refresh_from_db()
    assert errors_of(response) == {"capacity": ["Choose a number of places from 0 to 8."]}
    assert application.capacity == 2


def test_capacity_0_is_a_mentor_for_groups_only(client_of):
    application = ApplicationFactory(mentor=True)
    client = client_of(application)

    client.post(step(application, "offers"), {"own_words": "Rotas", "capacity": "0"})

    assert "Groups only" in client.get(summary(application)).text


def test_a_mentor_without_an_offer_is_asked_for_one(client_of):
    application = ApplicationFactory(mentor=True)

    response = client_of(application).post(step(application, "offers"), {"capacity": "2"})

    assert errors_of(response) == {
        "topics": ["Choose at least one thing that you can help with, or say it below."]
    }


def test_hours_are_kept_as_half_hours_of_the_week(client_of):
    application = ApplicationFactory()

    client_of(application).post(step(application, "free"), {"hours": ["1-18", "6-7"], "zone": "Europe/Paris"})

    application.refresh_from_db()
    assert application.availability.half_hours == half_hours({1: [18], 6: [7]})
    assert (application.availability.zone, application.availability.varies) == ("Europe/Paris", False)


def test_a_rota_that_varies_needs_no_hour(client_of):
    application = ApplicationFactory()

    client_of(application).post(step(application, "free"), {"varies": "on", "zone": "Europe/London"})

    application.refresh_from_db()
    assert application.availability.varies is True


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"zone": "Europe/London"}, ["hours"]),
        ({"zone": "Mars/Olympus", "varies": "on"}, ["zone"]),
        ({"zone": "Europe/London", "hours": ["7-18"]}, ["hours"]),
        ({"zone": "Europe/London", "hours": ["1-18'; drop table"]}, ["hours"]),
    ],
)
def test_hours_that_are_none_are_refused(client_of, typed, wrong):
    application = ApplicationFactory()

    response = client_of(application).post(step(application, "free"), typed)

    assert list(errors_of(response)) == wrong


def test_each_hour_of_the_week_has_a_name_of_its_own(client_of):
    application = ApplicationFactory(free={1: [18]})

    page = client_of(application).get(step(application, "free")).text

    assert page.count('type="checkbox" name="hours"') == 7 * 15
    assert 'value="1-18" aria-label="Tuesday 18:00 to 19:00" checked' in page


def test_who_must_not_be_matched_is_kept_as_typed_and_never_looked_up(client_of):
    application, member = ApplicationFactory(), PersonFactory(email="boss@hospital.example")
    client = client_of(application)
    known = client.post(step(application, "not-with"), {"names": member.email})
    names_of_known = list(Block.objects.values_list("typed", flat=True))

    unknown = client.post(step(application, "not-with"), {"names": "Nobody Known\nnobody KNOWN"})

    assert names_of_known == ["boss@hospital.example"]
    assert list(Block.objects.values_list("typed", flat=True)) == ["Nobody Known"]
    assert known.url == unknown.url
    assert "Nobody Known" not in client.get(summary(application)).text


@pytest.mark.parametrize("names", ["\n".join(f"Name {n}" for n in range(31)), "x" * 255])
def test_a_list_of_names_has_a_limit(client_of, names):
    application = ApplicationFactory()

    response = client_of(application).post(step(application, "not-with"), {"names": names})

    assert list(errors_of(response)) == ["names"]
    assert not Block.objects.exists()


def test_somebody_can_leave_a_step_empty_and_lose_nothing(client_of):
    application = ApplicationFactory()
    client = client_of(application)

    left_empty = client.post(step(application, "needs"), {"later": "1"})
    left_typed = client.post(step(application, "needs"), {"need_1": "Rotas", "later": "1"})

    assert left_empty.url == left_typed.url == reverse("home")
    assert [need.label for need in application.needs.all()] == ["Rotas"]


def test_extra_fields_change_nothing(client_of):
    application = complete()

    client_of(application).post(
        step(application, "needs"),
        {"need_1": "Rotas", "state": "accepted", "capacity": "8", "is_floor_lifted": "on", "person": "1"},
    )

    application.refresh_from_db()
    assert (application.state, application.capacity, application.is_floor_lifted) == (State.DRAFT, 0, False)


# --- as both ------------------------------------------------------------------------------------


@pytest.fixture
def both():
    mentee = ApplicationFactory()
    return mentee, begin_application(mentee.cohort, mentee.person, Part.MENTOR)


def test_who_applies_as_both_takes_the_shared_steps_once(client_of, both):
    mentee, mentor = both

    labels = [label for label, *_ in client_of(mentee).get(step(mentor, "offers")).context["page"].steps]

    assert [str(label) for label in labels] == [
        "What you do",
        "What you need",
        "Where you are going",
        "What you offer",
        "Where you fit",
        "When you are free",
        "Not to be matched with",
        "What is confidential",
    ]


def test_shared_answers_reach_both_applications(both):
    mentee, mentor = both

    save_free(mentee, zone="Europe/London", half_hours=half_hours({0: [9]}), varies=False)

    mentor.refresh_from_db()
    assert mentor.availability.half_hours == half_hours({0: [9]})
    assert mentor.steps_done == ["free"]


def test_both_are_sent_together_and_answered_with_one_mail(both, notice):
    mentee, mentor = both
    for application, save in ((mentee, save_needs), (mentor, save_offers)):
        save_what_i_do(application)
        save(application, ["Rotas"]) if save is save_needs else save(
            application, topics=["Rotas"], capacity=1
        )
    save_free(mentee, zone="Europe/London", half_hours=[], varies=True)

    submit_application(mentee, agreed_to=notice)

    assert {each.state for each in Application.objects.all()} == {State.SUBMITTED}
    assert Mail.objects.filter(kind="application_received").count() == 1


# --- sending ------------------------------------------------------------------------------------


def test_sending_keeps_what_was_agreed_to(client_of, notice):
    application = complete()

    client_of(application).post(step(application, "agree"), {"agrees": "on", "version": notice.pk})

    application.refresh_from_db()
    assert (application.state, application.agreed_to) == (State.SUBMITTED, notice)
    assert Consent.objects.get().version == notice


def test_what_is_missing_is_said_with_the_way_to_mend_it(client_of, notice):
    application = ApplicationFactory()

    response = client_of(application).post(step(application, "agree"), {"agrees": "on", "version": notice.pk})

    assert [(str(sentence), url) for sentence, url in response.context["missing"]] == [
        ("Say what you do, with or without the title.", step(application, "what-i-do")),
        ("Say what you need, or that you have no fixed goals yet.", step(application, "needs")),
        ("Mark when you are usually free.", step(application, "free")),
    ]
    application.refresh_from_db()
    assert application.state == State.DRAFT


def test_nobody_sends_without_agreeing(client_of, notice):
    application = complete()

    response = client_of(application).post(step(application, "agree"), {"version": notice.pk})

    assert list(errors_of(response)) == ["agrees"]
    application.refresh_from_db()
    assert application.state == State.DRAFT


def test_a_notice_that_changed_meanwhile_is_read_again(notice):
    application = complete()
    NoticeVersionFactory(notice=notice.notice, dated=datetime.date(2026, 2, 1))

    with pytest.raises(NoticeChanged):
        submit_application(application, agreed_to=notice)


def test_without_a_notice_nobody_can_send_and_the_page_says_so(client_of):
    application = complete()

    page = client_of(application).get(step(application, "agree"))

    assert "applications cannot be sent" in page.text


def test_an_incomplete_application_names_its_steps(notice):
    application = ApplicationFactory(mentor=True)

    with pytest.raises(Incomplete) as refused:
        submit_application(application, agreed_to=notice)

    assert [missing.slug for missing in refused.value.missing] == ["what-i-do", "offers", "free"]


def test_nobody_sends_after_the_window_has_closed(notice):
    application = complete()
    cohort = application.cohort
    cohort.closes_at = timezone.now() - timedelta(minutes=1)
    cohort.save(update_fields=["closes_at"])

    with pytest.raises(CohortClosed):
        submit_application(application, agreed_to=notice)


@pytest.mark.django_db(transaction=True)
def test_a_double_submit_sends_once():
    notice = NoticeVersionFactory(notice__slug="confidentiality")
    application = complete()

    answers = at_once(*[lambda: submit_application(application, agreed_to=notice)] * 4)

    assert sorted(len(sent) for sent in answers) == [0, 0, 0, 1]
    assert Mail.objects.filter(kind="application_received").count() == 1


# --- changing, withdrawing ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "may"),
    [
        (State.DRAFT, {"needs", "free"}),
        (State.SUBMITTED, {"needs", "free"}),
        (State.WAITING, {"needs", "free"}),
        (State.ACCEPTED, {"free"}),
        (State.DECLINED, set()),
        (State.WITHDRAWN, set()),
    ],
)
def test_what_may_be_changed_depends_on_the_state(client_of, state, may):
    application = complete(state=State.DRAFT)
    Application.objects.update(state=state, state_before=State.SUBMITTED)
    client = client_of(application)

    client.post(step(application, "needs"), {"need_1": "Changed"})
    client.post(step(application, "free"), {"hours": ["0-7"], "zone": "Europe/Paris"})

    application = Application.objects.get()
    changed = {"needs"} if application.needs.get().text == "Changed" else set()
    changed |= {"free"} if application.availability.zone == "Europe/Paris" else set()
    assert changed == may


def test_what_can_no_longer_be_changed_is_said(client_of):
    application = ApplicationFactory(accepted=True)

    response = client_of(application).get(step(application, "needs"), follow=True)

    assert messages_of(response) == ["This application is accepted, so this part can no longer be changed."]


def test_a_late_save_does_not_change_what_was_decided():
    application = complete()
    Application.objects.update(state=State.DECLINED)

    with pytest.raises(NotEditable):
        save_needs(application, ["Too late"])

    assert [need.label for need in application.needs.all()] == ["Writing a business case"]


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED, State.WAITING, State.ACCEPTED])
def test_a_withdrawal_can_be_undone(client_of, state):
    application = ApplicationFactory(state=state)
    client = client_of(application)

    client.post(reverse("matching:withdraw", args=[application.pk]))
    application.refresh_from_db()
    withdrawn = application.state
    client.post(reverse("matching:resume", args=[application.pk]))

    application.refresh_from_db()
    assert (withdrawn, application.state, application.state_before) == (State.WITHDRAWN, state, "")


def test_withdrawing_and_undoing_twice_changes_nothing_more():
    application = ApplicationFactory(submitted=True)

    withdraw_application(application)
    withdraw_application(application)
    resume_application(application)
    resume_application(application)

    application.refresh_from_db()
    assert application.state == State.SUBMITTED


def test_nobody_withdraws_from_a_mentorship_by_the_way():
    match = a_match()
    application = match.members.get(part="mentee").application

    with pytest.raises(HasMentorship):
        withdraw_application(application)

    application.refresh_from_db()
    assert application.state == State.ACCEPTED


def test_a_link_that_is_followed_withdraws_nothing(client_of):
    application = ApplicationFactory(submitted=True)

    response = client_of(application).get(reverse("matching:withdraw", args=[application.pk]))

    application.refresh_from_db()
    assert (response.status_code, application.state) == (405, State.SUBMITTED)


# --- who sees it --------------------------------------------------------------------------------

ADDRESSES = [
    *(
        ("application_step", slug)
        for slug in ("what-i-do", "needs", "growing-into", "free", "not-with", "agree")
    ),
    ("application", None),
    ("withdraw", None),
    ("resume", None),
]


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(("name", "slug"), ADDRESSES)
def test_somebody_elses_application_is_not_there(signed_in_client, name, slug, method):
    application = complete()
    client = signed_in_client(PersonFactory())
    address = reverse(f"matching:{name}", args=[application.pk, slug] if slug else [application.pk])

    response = getattr(client, method)(address, {"need_1": "Mine now"} if method == "post" else {})

    needs_post = name in {"withdraw", "resume"} and method == "get"
    assert response.status_code == (405 if needs_post else 404)
    application.refresh_from_db()
    assert application.state == State.DRAFT
    assert [need.label for need in application.needs.all()] == ["Writing a business case"]


@pytest.mark.parametrize(("name", "slug"), ADDRESSES)
def test_a_visitor_is_asked_to_sign_in(client, name, slug):
    application = ApplicationFactory()
    address = reverse(f"matching:{name}", args=[application.pk, slug] if slug else [application.pk])

    response = client.post(address)

    assert response.url.startswith(reverse("account_login"))


@pytest.mark.parametrize("slug", ["offers", "place", "nothing", "application"])
def test_a_step_of_another_part_is_not_there(client_of, slug):
    application = ApplicationFactory()

    assert client_of(application).get(step(application, slug)).status_code == 404


# --- what pages cost ----------------------------------------------------------------------------


@pytest.mark.parametrize("slug", ["what-i-do", "needs", "growing-into", "free", "not-with", "agree", None])
def test_a_page_costs_the_same_however_much_was_answered(client_of, notice, slug):
    application = ApplicationFactory(free={1: [18]})
    client = client_of(application)
    address = step(application, slug) if slug else summary(application)
    client.get(address)  # the first visit of a browser is written down

    answer_more(application, rank=1)
    with CaptureQueriesContext(connection) as with_one:
        client.get(address)
    for rank in (2, 3):
        answer_more(application, rank=rank)
    with CaptureQueriesContext(connection) as with_three:
        client.get(address)

    assert len(with_one) == len(with_three) <= 20


def answer_more(application, *, rank):
    topic = TopicFactory()
    Need.objects.create(application=application, topic=topic, rank=rank)
    StreamFactory(cohort=application.cohort)
    PersonRoleFactory(person=application.person)
    Block.objects.create(person=application.person, typed=f"Name {rank}")
