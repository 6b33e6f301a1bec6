"""The review queue: what an admin sees of each application, and many decided at once after a look at the mails."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import personal_data
from accounts.models import Person
from matching.models import Application, ApplicationNote
from matching.queries.queue import Wanted, found
from matching.services import notes
from matching.services.decisions import accept_application, decide_many
from matching.services.notes import NoteOnOneself, NotYourNote
from outbox.models import Mail
from outbox.pausing import pause
from outbox.services import suppress
from tests.accounts.factories import (
    DisciplineFactory,
    OrganisationFactory,
    PersonFactory,
    PersonRoleFactory,
    TopicFactory,
)
from tests.matching.at_once import at_once
from tests.matching.factories import ApplicationFactory, CohortFactory, StreamFactory
from tests.matching.mentorship_factories import a_match, mentee_in, mentor_in

pytestmark = pytest.mark.django_db

State = Application.State
ROUNDS = 50


@pytest.fixture
def cohort():
    return CohortFactory()


@pytest.fixture
def colleague():
    return PersonFactory(admin=True, name="Ada Admin")


def page_of(cohort) -> str:
    return reverse("admin:matching_application_queue", args=[cohort.pk])


def asking(cohort, **fields) -> Application:
    return ApplicationFactory(submitted=True, cohort=cohort, **fields)


def of_discipline(discipline, **fields) -> Person:
    person = PersonFactory(**fields)
    person.disciplines.add(discipline)
    return person


def lines_of(response) -> list:
    return response.context["lines"]


def people_of(response) -> list[Person]:
    return [line.application.person for line in lines_of(response)]


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def press(client, asked):
    seen = {f"seen_{state}": numbers for state, numbers in asked.context["seen"].items()}
    data = {"answer": asked.context["answer"], "back": asked.context["back"], **seen}
    return client.post(reverse("admin:matching_decide_applications"), data, follow=True)


def states_of(cohort) -> list[str]:
    return list(Application.objects.filter(cohort=cohort).order_by("pk").values_list("state", flat=True))


# --- what it shows --------------------------------------------------------------------------------


def test_a_row_shows_what_the_decision_needs(admin_client, cohort):
    topic, secret = (
        TopicFactory(en="Clinical safety"),
        TopicFactory(sensitive=True, en="Facing discrimination"),
    )
    ApplicationFactory.create_batch(2, accepted=True, mentor=True, cohort=cohort, offers=[topic, secret])
    person = PersonFactory(official_title="Ward manager", organisation=OrganisationFactory(name="Leeds"))
    role = PersonRoleFactory(person=person, how="untitled")
    asking(cohort, person=person, needs=[topic, secret], stream=StreamFactory(cohort=cohort, name_en="CNIO"))

    page = admin_client.get(page_of(cohort))

    [line] = lines_of(page)
    assert line.roles == [f"{role.label} · without the title"]
    assert line.topics == ["Clinical safety", "kept private"]
    assert line.scarce == "2 mentors offer “Clinical safety”"
    assert all(words in page.text for words in ("Ward manager", "Leeds", "CNIO"))
    assert "Facing discrimination" not in page.text


def test_what_is_sensitive_is_not_even_counted(admin_client, cohort):
    secret = TopicFactory(sensitive=True)
    ApplicationFactory(accepted=True, mentor=True, cohort=cohort, offers=[secret])
    asking(cohort, needs=[secret])

    [line] = lines_of(admin_client.get(page_of(cohort)))

    assert line.scarce == ""


def test_a_mentor_is_shown_with_what_is_most_asked_for(admin_client, cohort):
    much, little = TopicFactory(en="Safety"), TopicFactory(en="Strategy")
    for topic in (much, much, little):
        asking(cohort, needs=[topic])
    mentor = asking(cohort, mentor=True, offers=[little, much])

    [line] = [one for one in lines_of(admin_client.get(page_of(cohort))) if one.application == mentor]

    assert line.scarce == "2 mentees ask for “Safety”"


def test_marks_tell_who_came_before_who_agreed_to_nothing_and_who_is_both(admin_client, cohort):
    returning, refused, entered, both = PersonFactory.create_batch(4)
    ApplicationFactory(accepted=True, person=returning)
    ApplicationFactory(state=State.DECLINED, person=refused)
    for person in (returning, refused, both):
        asking(cohort, person=person)
    asking(cohort, person=entered, was_entered=True)
    asking(cohort, person=both, mentor=True)

    marks = {line.application.person: line.marks for line in lines_of(admin_client.get(page_of(cohort)))}

    assert marks == {
        returning: ["Was in an earlier cohort"],
        refused: ["Applied before, without a place"],
        entered: ["Imported, has not agreed yet"],
        both: ["Applies as mentee and as mentor"],
    }


def test_whoever_has_waited_longest_comes_first(admin_client, cohort):
    late, early = asking(cohort), asking(cohort)
    Application.objects.filter(pk=early.pk).update(submitted_at="2026-01-01T10:00Z")
    asking(CohortFactory())
    ApplicationFactory(cohort=cohort)

    assert people_of(admin_client.get(page_of(cohort))) == [early.person, late.person]


@pytest.fixture
def crowd(cohort):
    """One of each kind that a filter finds, by what finds it."""
    nursing, stream = DisciplineFactory(), StreamFactory(cohort=cohort)
    safety = TopicFactory(en="Clinical safety", fr="Sécurité clinique")
    return {
        "mentor": asking(cohort, mentor=True),
        "stream": asking(cohort, stream=stream),
        "discipline": asking(cohort, person=of_discipline(nursing)),
        "need": asking(cohort, needs=[safety]),
        "title": asking(cohort, person=PersonFactory(official_title="Chief of everything")),
        "name": asking(cohort, person=PersonFactory(name="Élodie Gérard")),
        "waiting": ApplicationFactory(state=State.WAITING, cohort=cohort),
        "accepted": ApplicationFactory(accepted=True, cohort=cohort),
        "_nursing": nursing,
        "_stream": stream,
    }


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ({"part": "mentor"}, "mentor"),
        ({"stream": "_stream"}, "stream"),
        ({"discipline": "_nursing"}, "discipline"),
        ({"text": "safety"}, "need"),
        ({"text": "sécurité"}, "need"),
        ({"text": "everything chief"}, "title"),
        ({"text": "elodie"}, "name"),
        ({"state": "waiting"}, "waiting"),
        ({"state": "accepted"}, "accepted"),
    ],
)
def test_each_filter_finds_whom_it_should_and_nobody_else(admin_client, cohort, crowd, wanted, name):
    query = {key: crowd[value].pk if value.startswith("_") else value for key, value in wanted.items()}

    response = admin_client.get(page_of(cohort), query)

    assert [line.application for line in lines_of(response)] == [crowd[name]]


def test_a_sensitive_topic_is_not_found_by_its_name(cohort):
    asking(cohort, needs=[TopicFactory(sensitive=True, en="Facing discrimination")])

    assert not found(cohort, Wanted(text="discrimination")).exists()


def test_a_filter_that_means_nothing_is_passed_over(admin_client, cohort):
    application = asking(cohort)

    page = admin_client.get(page_of(cohort), {"discipline": "x", "stream": "999", "page": "no", "part": "\0"})

    assert [line.application for line in lines_of(page)] == [application]


@pytest.mark.parametrize("name", ["matching_application_queue", "matching_export_applications"])
def test_nobody_but_an_admin_gets_in(signed_in_client, cohort, name):
    url = reverse(f"admin:{name}", args=[cohort.pk])
    clerk, member = signed_in_client(PersonFactory(is_staff=True)), signed_in_client(PersonFactory())

    assert clerk.get(url).status_code == 403
    assert member.get(url).status_code in (302, 403)


def test_the_queue_costs_the_same_however_many_apply(admin_client, admin_user, cohort):
    def one_more():
        person = of_discipline(DisciplineFactory(), organisation=OrganisationFactory())
        PersonRoleFactory(person=person)
        one = asking(
            cohort, person=person, needs=[TopicFactory(), "more"], stream=StreamFactory(cohort=cohort)
        )
        notes.add_note(one, "Met in May.", by=PersonFactory(admin=True))

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert admin_client.get(page_of(cohort)).status_code == 200
        return len(queries)

    one_more()
    admin_client.get(page_of(cohort))
    with_one = cost()
    one_more()
    one_more()

    assert cost() == with_one


# --- deciding about many --------------------------------------------------------------------------


def test_the_preview_says_exactly_what_each_will_read_in_either_language(admin_client, cohort, post):
    for language in ("en", "en", "fr"):
        asking(cohort, person=PersonFactory(language=language))

    asked = admin_client.post(page_of(cohort), {"answer": "declined", "whom": "all"})
    assert set(states_of(cohort)) == {State.SUBMITTED}
    batches = asked.context["preview"].batches
    assert [(batch.language, batch.count) for batch in batches] == [("en", 2), ("fr", 1)]

    press(admin_client, asked)

    arrived = {mail["To"]: mail for mail in post.arrived()}
    assert len(arrived) == 3
    for batch in batches:
        mail = arrived[batch.application.person.email]
        assert mail["Subject"] == batch.mail.subject
        assert mail.get_body(("plain",)).get_content().split() == batch.mail.text.split()


def test_mentors_and_mentees_read_different_words_so_both_are_shown(admin_client, cohort):
    asking(cohort), asking(cohort, mentor=True)

    asked = admin_client.post(page_of(cohort), {"answer": "accepted", "whom": "all"})

    assert [batch.part for batch in asked.context["preview"].batches] == ["mentee", "mentor"]
    assert "You are a mentor of" in asked.text
    assert "You have a place in" in asked.text


def test_only_those_ticked_are_decided_about(admin_client, cohort):
    chosen, other = asking(cohort), asking(cohort)

    asked = admin_client.post(
        page_of(cohort), {"answer": "accepted", "whom": "chosen", "chosen": [chosen.pk]}
    )
    done = press(admin_client, asked)

    assert states_of(cohort) == [State.ACCEPTED, State.SUBMITTED]
    assert said(done) == ["1 application is accepted now. The person is told by mail."]
    assert LogEntry.objects.get().object_id == str(chosen.pk)
    assert not Mail.objects.filter(person=other.person).exists()


def test_all_means_all_that_the_filter_finds_on_every_page(admin_client, cohort, monkeypatch):
    monkeypatch.setattr("matching.admin.queue.ROWS_A_PAGE", 1)
    for _ in range(3):
        asking(cohort)
    mentor = asking(cohort, mentor=True)

    url = f"{page_of(cohort)}?part=mentee&page=2"
    done = press(admin_client, admin_client.post(url, {"answer": "waiting", "whom": "all"}))

    assert states_of(cohort) == [State.WAITING] * 3 + [State.SUBMITTED]
    assert done.redirect_chain[0][0] == url
    assert not Mail.objects.filter(person=mentor.person).exists()


def test_what_will_be_refused_is_named_before_one_confirms(admin_client, admin_user, cohort, colleague):
    own, decided, free = asking(cohort, person=admin_user), asking(cohort), asking(cohort)
    accept_application(decided, by=colleague)
    chosen = [own.pk, decided.pk, free.pk]

    asked = admin_client.post(page_of(cohort), {"answer": "declined", "whom": "chosen", "chosen": chosen})

    assert asked.context["ready"] == [free]
    assert sorted(asked.context["refused"]) == [
        "An admin never decides on their own application. Ask a colleague to decide on it.",
        f"The application of {decided.person} is accepted, decided by Ada Admin. It was left as it is.",
    ]


def test_whoever_was_decided_about_meanwhile_is_named_with_the_admin_who_did(admin_client, cohort, colleague):
    applications = [asking(cohort) for _ in range(7)]
    asked = admin_client.post(page_of(cohort), {"answer": "declined", "whom": "all"})
    decide_many(applications[:6], State.ACCEPTED, by=colleague)

    done = press(admin_client, asked)

    names = ", ".join(str(one.person) for one in applications[:5])
    assert said(done) == [
        f"6 are accepted, decided by Ada Admin, and were left as they are: {names} and 1 other.",
        "1 application is declined now. The person is told by mail.",
    ]
    assert states_of(cohort) == [State.ACCEPTED] * 6 + [State.DECLINED]


def test_whoever_was_put_on_the_waiting_list_since_the_page_was_seen_is_left(admin_client, cohort, colleague):
    application = asking(cohort)
    asked = admin_client.post(page_of(cohort), {"answer": "accepted", "whom": "all"})
    decide_many([application], State.WAITING, by=colleague)

    press(admin_client, asked)

    assert states_of(cohort) == [State.WAITING]


def test_a_button_pressed_twice_sends_one_mail_each(admin_client, cohort):
    for _ in range(3):
        asking(cohort)
    asked = admin_client.post(page_of(cohort), {"answer": "accepted", "whom": "all"})

    press(admin_client, asked)
    press(admin_client, asked)

    assert Mail.objects.filter(kind="application_accepted").count() == 3


def test_whoever_is_in_a_mentorship_is_left(colleague):
    application = mentee_in(a_match()).application
    Application.objects.filter(pk=application.pk).update(state=State.WAITING)
    application.refresh_from_db()

    [outcome] = decide_many([application], State.DECLINED, by=colleague)

    assert "is in a mentorship" in str(outcome.refused)
    assert not Mail.objects.filter(kind="application_declined").exists()


def test_a_paused_kind_and_addresses_out_of_reach_are_said_beforehand(admin_client, admin_user, cohort):
    gone = asking(cohort)
    asking(cohort)
    suppress(gone.person.email.upper(), reason="Bounced.")
    pause("application_accepted", by=admin_user)

    asked = admin_client.post(page_of(cohort), {"answer": "accepted", "whom": "all"})

    preview = asked.context["preview"]
    assert (preview.is_paused, preview.out_of_reach) == (True, [gone])
    assert "Mails of this kind are paused." in asked.text


def test_an_answer_without_anybody_asks_for_somebody(admin_client, cohort):
    asking(cohort)

    response = admin_client.post(page_of(cohort), {"answer": "accepted", "whom": "chosen"}, follow=True)

    assert said(response) == ["Tick somebody first, then choose an answer."]
    assert states_of(cohort) == [State.SUBMITTED]


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"]
)
def test_nobody_is_sent_elsewhere_after_deciding(admin_client, cohort, back):
    data = {"answer": "accepted", "seen_submitted": asking(cohort).pk, "back": back}

    response = admin_client.post(reverse("admin:matching_decide_applications"), data)

    assert response["Location"] == reverse("admin:matching_application_changelist")


@pytest.mark.parametrize("numbers", ["1;2", "x", "1,,2", "9" * 40, "²"])
def test_a_damaged_page_decides_nothing(admin_client, cohort, numbers):
    asking(cohort)
    data = {"answer": "accepted", "seen_submitted": numbers}

    response = admin_client.post(reverse("admin:matching_decide_applications"), data, follow=True)

    assert said(response) == ["This page is damaged. Go back and choose again."]
    assert states_of(cohort) == [State.SUBMITTED]


def test_deciding_about_three_costs_as_many_queries_as_about_one(cohort, colleague):
    def cost(count: int) -> int:
        applications = [asking(cohort) for _ in range(count)]
        with CaptureQueriesContext(connection) as queries:
            decide_many(applications, State.ACCEPTED, by=colleague)
        return len(queries)

    cost(1)
    assert cost(3) == cost(1)


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_who_decide_about_the_same_people_each_person_hears_one():
    cohort = CohortFactory()
    ada, ben = PersonFactory(admin=True, name="Ada"), PersonFactory(admin=True, name="Ben")
    people = PersonFactory.create_batch(3)
    for _ in range(ROUNDS):
        Application.objects.filter(cohort=cohort).delete()
        Mail.objects.all().delete()
        seen = [asking(cohort, person=person) for person in people]

        answers = at_once(
            lambda seen=seen: decide_many(seen, State.ACCEPTED, by=ada),
            lambda seen=seen: decide_many(reversed(seen), State.DECLINED, by=ben),
        )

        refused = [outcome for outcomes in answers for outcome in outcomes if outcome.refused]
        [state] = set(states_of(cohort))
        winner = {State.ACCEPTED: "Ada", State.DECLINED: "Ben"}[state]
        assert len(refused) == 3
        assert all(f"decided by {winner}" in str(outcome.refused) for outcome in refused)
        assert set(Mail.objects.values_list("kind", flat=True)) == {f"application_{state}"}
        assert Mail.objects.count() == 3


# --- notes ----------------------------------------------------------------------------------------


def test_a_note_is_seen_by_other_admins_with_who_and_when(admin_client, cohort, colleague):
    application = asking(cohort)
    notes.add_note(application, "Would lead a <group>.", by=colleague)

    queue = admin_client.get(page_of(cohort)).text
    page = admin_client.get(reverse("admin:matching_application_change", args=[application.pk])).text

    for text in (queue, page):
        assert "Would lead a &lt;group&gt;." in text
        assert "Ada Admin," in text
    assert "may ask to read" in queue
    assert "may ask to read" in page


def test_an_admin_adds_a_note_and_comes_back_to_the_queue(admin_client, admin_user, cohort):
    application, back = asking(cohort), f"{page_of(cohort)}?part=mentee"

    url = reverse("admin:matching_add_note", args=[application.pk])
    response = admin_client.post(url, {"text": "Met in May.", "back": back})

    note = ApplicationNote.objects.get()
    assert (note.text, note.by, note.application) == ("Met in May.", admin_user, application)
    assert response["Location"] == back


def test_an_empty_note_is_asked_for_again(admin_client, cohort):
    url = reverse("admin:matching_add_note", args=[asking(cohort).pk])

    response = admin_client.post(url, {"text": "  "})

    assert "Write the note first." in response.text
    assert not ApplicationNote.objects.exists()


def test_own_notes_are_changed_and_deleted_and_those_of_others_are_not_there(
    admin_client, admin_user, cohort, colleague
):
    application = asking(cohort)
    own = notes.add_note(application, "Mine.", by=admin_user)
    theirs = notes.add_note(application, "Theirs.", by=colleague)
    at = {note: reverse("admin:matching_note", args=[note.pk]) for note in (own, theirs)}

    admin_client.post(at[own], {"text": "Mine, better."})
    refused = [admin_client.post(at[theirs], data).status_code for data in ({"text": "x"}, {"delete": "1"})]

    own.refresh_from_db()
    theirs.refresh_from_db()
    assert (own.text, theirs.text, refused) == ("Mine, better.", "Theirs.", [404, 404])
    admin_client.post(at[own], {"delete": "1"})
    assert list(ApplicationNote.objects.all()) == [theirs]


def test_the_services_keep_notes_to_their_author(cohort, colleague, admin_user):
    note = notes.add_note(asking(cohort), "Hers.", by=colleague)

    with pytest.raises(NotYourNote):
        notes.change_note(note, "Mine now.", by=admin_user)
    with pytest.raises(NotYourNote):
        notes.delete_note(note, by=admin_user)
    with pytest.raises(NoteOnOneself):
        notes.add_note(asking(cohort, person=colleague), "I am great.", by=colleague)

    note.refresh_from_db()
    assert note.text == "Hers."


def test_notes_are_in_their_persons_data_and_go_with_them(cohort, colleague):
    application = asking(cohort)
    notes.add_note(application, "Met in May.", by=colleague)
    [registered] = [one for one in personal_data.registered() if one.name == "applications"]

    [exported] = registered.export(application.person)["applications"]
    assert [note["text"] for note in exported["notes_of_admins"]] == ["Met in May."]
    assert "Ada Admin" not in str(exported)

    registered.erase(application.person)
    assert not ApplicationNote.objects.exists()


# --- once matched ---------------------------------------------------------------------------------


def test_the_page_of_a_matched_person_leads_to_whom_they_meet(admin_client):
    match = a_match()
    mentee, mentor = mentee_in(match), mentor_in(match)

    page = admin_client.get(reverse("admin:matching_application_change", args=[mentee.application_id])).text

    assert reverse("admin:matching_mentorship_change", args=[match.pk]) in page
    assert str(mentor.person) in page
