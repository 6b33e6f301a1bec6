"""Notes written together and alone, actions, goals and the learning log."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from matching.models import Mentorship
from meetings.models import Action, Goal, LearningEntry, Note
from meetings.queries.notes import notes_at, part_for
from meetings.services.actions import add_action
from meetings.services.notes import SavedMeanwhile, copy_own, save_note
from tests.accounts.factories import PersonFactory
from tests.matching.at_once import at_once
from tests.meetings.factories import SessionFactory, introduced, mentees_of, mentor_of
from tests.meetings.private_factories import place_at, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    return SessionFactory(group=True)


@pytest.fixture
def mentor(session):
    return mentor_of(session.mentorship)


@pytest.fixture
def mentee(session):
    return mentees_of(session.mentorship)[0]


def page(session) -> str:
    return reverse("meetings:notes", args=[session.pk])


def whole(mentorship) -> str:
    return reverse("meetings:mentorship_notes", args=[mentorship.pk])


def typed(which: str, body: str, version: int = 0) -> dict:
    return {"which": which, f"{which}-body": body, f"{which}-version": version}


def end(mentorship) -> None:
    now = timezone.now()
    mentorship.members.update(left_at=now)
    Mentorship.objects.filter(pk=mentorship.pk).update(state="ended", ended_at=now)


# --- Notes ------------------------------------------------------------------------------------


def test_shared_notes_are_read_by_all_and_ones_own_by_oneself(session, mentor, mentee, signed_in_client):
    client = signed_in_client(mentee)
    client.post(page(session), typed("shared", "We agreed on Monday."))
    client.post(page(session), typed("own", "I was afraid to ask."))

    seen = {
        person: signed_in_client(person).get(page(session)).content.decode() for person in (mentor, mentee)
    }

    assert ["We agreed on Monday." in seen[person] for person in (mentor, mentee)] == [True, True]
    assert ["I was afraid to ask." in seen[person] for person in (mentor, mentee)] == [False, True]


def test_whoever_saves_second_is_told_and_both_texts_are_kept(session, mentor, mentee, signed_in_client):
    write(place_at(session), mentee, "As it was.")
    signed_in_client(mentor).post(page(session), typed("shared", "The mentor's words.", 1))
    client = signed_in_client(mentee)

    refused = client.post(page(session), typed("shared", "The mentee's words.", 1))
    text = refused.content.decode()
    client.post(page(session), typed("shared", "Both together.", 2))

    assert "Somebody saved this page after you opened it." in text
    assert "The mentor&#x27;s words." in text
    assert "The mentee&#x27;s words." in text
    assert 'name="shared-version" value="2"' in text
    assert Note.objects.get().body == "Both together."


def test_the_first_words_of_two_people_are_kept_both(session, mentor, mentee, signed_in_client):
    signed_in_client(mentor).post(page(session), typed("shared", "Mine first."))

    text = signed_in_client(mentee).post(page(session), typed("shared", "Mine too.")).content.decode()

    assert "Mine first." in text
    assert "Mine too." in text
    assert Note.objects.get().body == "Mine first."


@pytest.mark.django_db(transaction=True)
def test_of_ten_who_save_at_once_one_wins_and_nobody_is_overwritten():
    session = SessionFactory(group=True)
    mentor = mentor_of(session.mentorship)
    write(place_at(session), mentor, "As it was.")

    def save(number):
        save_note(place_at(session), by=mentor, is_shared=True, body=f"text {number}", version=1)

    answers = at_once(*(lambda number=number: save(number) for number in range(10)))

    assert sorted(type(answer).__name__ for answer in answers) == ["NoneType"] + ["SavedMeanwhile"] * 9
    assert Note.objects.get().version == 2


@pytest.mark.django_db(transaction=True)
def test_of_ten_who_begin_at_once_one_wins():
    session = SessionFactory(group=True)
    mentor = mentor_of(session.mentorship)

    def save(number):
        save_note(place_at(session), by=mentor, is_shared=True, body=f"text {number}", version=0)

    answers = at_once(*(lambda number=number: save(number) for number in range(10)))

    assert Note.objects.count() == 1
    assert sum(isinstance(answer, SavedMeanwhile) for answer in answers) == 9


def test_the_same_text_twice_is_no_conflict(session, mentee, signed_in_client):
    client = signed_in_client(mentee)

    for _twice in range(2):
        assert client.post(page(session), typed("shared", "Sent twice.")).status_code == 302
    assert Note.objects.get().version == 1


def test_an_emptied_page_is_gone(session, mentee, signed_in_client):
    write(place_at(session), mentee, "To be forgotten.")

    signed_in_client(mentee).post(page(session), typed("shared", " \n ", 1))

    assert not Note.objects.exists()


@pytest.mark.parametrize("which", ["shared", "own"])
@pytest.mark.parametrize("size", [1_000_000, 3_000_000])
def test_a_note_that_is_far_too_long_is_refused_with_a_sentence_and_kept(
    session, mentee, signed_in_client, which, size
):
    words = "abcdefghi\n" * (size // 10)

    response = signed_in_client(mentee).post(page(session), typed(which, words))

    text = response.content.decode()
    assert response.status_code == 200
    assert "characters, and 20\u202f000 fit. Shorten it" in text
    assert text.count("abcdefghi") == size // 10
    assert not Note.objects.exists()


def test_more_than_a_form_may_carry_is_answered_with_a_sentence(session, mentee, signed_in_client):
    response = signed_in_client(mentee).post(page(session), typed("shared", "x" * 5_000_000))

    assert response.status_code == 400
    assert "more than the 4 MB that a form may carry" in response.content.decode()


def test_a_substitute_host_reads_the_needs_and_not_the_notes(session, mentee, signed_in_client):
    substitute = PersonFactory()
    type(session).objects.filter(pk=session.pk).update(host=substitute)
    client = signed_in_client(substitute)

    assert client.get(reverse("meetings:needs", args=[session.pk])).status_code == 200
    assert client.get(page(session)).status_code == 404
    assert client.get(whole(session.mentorship)).status_code == 404
    assert part_for(session, substitute).is_closed


# --- When a mentorship has ended --------------------------------------------------------------


def test_once_it_has_ended_one_reads_and_writes_no_more(session, mentee, signed_in_client):
    write(place_at(session), mentee, "Still to be read.")
    end(session.mentorship)
    client = signed_in_client(mentee)

    assert "Still to be read." in client.get(page(session)).content.decode()
    assert "Still to be read." in client.get(whole(session.mentorship)).content.decode()
    assert client.post(page(session), typed("shared", "Changed.", 1)).status_code == 404
    assert Note.objects.get().body == "Still to be read."


def test_whoever_left_before_the_end_reads_nothing_any_more(session, mentee, signed_in_client):
    session.mentorship.members.filter(person=mentee).update(left_at=timezone.now())

    for address in (page(session), whole(session.mentorship), reverse("meetings:needs", args=[session.pk])):
        assert signed_in_client(mentee).get(address).status_code == 404


def test_a_former_mentor_does_not_come_back_as_the_host_of_old_sessions(session, mentor, signed_in_client):
    session.mentorship.members.filter(person=mentor).update(left_at=timezone.now())

    assert signed_in_client(mentor).get(reverse("meetings:needs", args=[session.pk])).status_code == 404


def test_ones_own_goes_along_to_the_next_mentorship_and_what_was_shared_stays(
    session, mentor, mentee, signed_in_client
):
    old = session.mentorship
    write(place_at(session), mentee, "shared words")
    write(place_at(session), mentee, "own words of the session", is_shared=False)
    write(place_at(mentorship=old), mentee, "own words of the whole", is_shared=False)
    Goal.objects.create(mentorship=old, owner=mentee, body="my goal", is_shared=True)
    Goal.objects.create(mentorship=old, owner=mentor, body="the mentor's goal", is_shared=True)
    end(old)
    new = introduced()
    new.members.filter(part="mentee").update(person=mentee)
    client = signed_in_client(mentee)

    for _twice in range(2):
        client.post(reverse("meetings:copy_own_notes", args=[old.pk]), {"into": new.pk})

    [goal] = Goal.objects.filter(mentorship=new)
    shared, own = notes_at(place_at(mentorship=new), mentee)
    assert (goal.body, goal.owner, goal.is_shared) == ("my goal", mentee, False)
    assert shared is None
    assert own.body.count("own words of the session") == own.body.count("own words of the whole") == 1
    assert "shared words" not in own.body


@pytest.mark.parametrize("into", ["", "none", "0", "²"])
def test_nothing_is_copied_to_where_one_is_not(session, mentee, signed_in_client, into):
    elsewhere = introduced()
    client = signed_in_client(mentee)
    address = reverse("meetings:copy_own_notes", args=[session.mentorship.pk])

    for target in (into, elsewhere.pk):
        assert client.post(address, {"into": target}).status_code == 404


def test_copying_adds_to_what_is_noted_there(mentee):
    old, new = introduced(), introduced()
    write(place_at(mentorship=old), mentee, "old words", is_shared=False)
    write(place_at(mentorship=new), mentee, "new words", is_shared=False)

    assert copy_own(mentee, old=old, new=new) == 1
    assert notes_at(place_at(mentorship=new), mentee)[1].body == "new words\n\nold words"


# --- Actions ----------------------------------------------------------------------------------


def test_an_action_is_noted_once_and_stands_open_on_the_mentorship_until_done(
    session, mentor, mentee, signed_in_client
):
    client = signed_in_client(mentor)
    sent = {"pk": uuid4(), "body": "Write to the trust.", "owner": mentee.pk, "due_on": "2027-02-01"}
    for _twice in range(2):
        client.post(reverse("meetings:new_session_action", args=[session.pk]), sent)
    [action] = Action.objects.all()
    mentorship_page = reverse("matching:mentorship", args=[session.mentorship.pk])
    assert "Write to the trust." in client.get(mentorship_page).content.decode()

    client.post(reverse("meetings:action_done", args=[action.pk]), {"done": "1"})

    action.refresh_from_db()
    assert (action.owner, action.due_on, action.done_on) == (mentee, date(2027, 2, 1), timezone.localdate())
    assert "Write to the trust." not in client.get(mentorship_page).content.decode()
    assert "Write to the trust." in client.get(whole(session.mentorship)).content.decode()


def test_an_action_falls_to_somebody_of_the_mentorship(session, mentor, signed_in_client):
    sent = {"pk": uuid4(), "body": "Not yours.", "owner": PersonFactory().pk}

    response = signed_in_client(mentor).post(
        reverse("meetings:new_action", args=[session.mentorship.pk]), sent
    )

    assert list(response.context["form"].errors) == ["owner"]
    assert not Action.objects.exists()


def test_an_action_can_be_changed_and_deleted(session, mentor, mentee, signed_in_client):
    add_action(place_at(session), body="First.", owner=mentee, due_on=None, pk=uuid4())
    action, client = Action.objects.get(), signed_in_client(mentor)

    sent = {"pk": action.pk, "body": "Second.", "owner": mentor.pk}
    client.post(reverse("meetings:edit_action", args=[action.pk]), sent)
    assert [(one.body, one.owner) for one in Action.objects.all()] == [("Second.", mentor)]

    client.post(reverse("meetings:delete_action", args=[action.pk]))
    assert not Action.objects.exists()


# --- Goals ------------------------------------------------------------------------------------


def test_a_goal_is_ones_own_until_one_shares_it(session, mentor, mentee, signed_in_client):
    client, mentorship = signed_in_client(mentee), session.mentorship
    sent = {"pk": uuid4(), "body": "Chair one board."}
    for _twice in range(2):
        client.post(reverse("meetings:new_goal", args=[mentorship.pk]), sent)
    [goal] = Goal.objects.all()
    assert "Chair one board." in client.get(whole(mentorship)).content.decode()
    assert "Chair one board." not in signed_in_client(mentor).get(whole(mentorship)).content.decode()

    client.post(reverse("meetings:edit_goal", args=[goal.pk]), sent | {"is_shared": "on"})

    assert "Chair one board." in signed_in_client(mentor).get(whole(mentorship)).content.decode()
    assert signed_in_client(mentor).get(reverse("meetings:edit_goal", args=[goal.pk])).status_code == 404


def test_a_goal_is_reached_and_can_go(session, mentee, signed_in_client):
    goal = Goal.objects.create(mentorship=session.mentorship, owner=mentee, body="A goal.")
    client = signed_in_client(mentee)

    client.post(reverse("meetings:goal_reached", args=[goal.pk]), {"reached": "1"})
    goal.refresh_from_db()
    assert goal.reached_on == timezone.localdate()

    client.post(reverse("meetings:delete_goal", args=[goal.pk]))
    assert not Goal.objects.exists()


# --- What I learned ---------------------------------------------------------------------------


def test_the_learning_log_adds_up_the_hours_of_each_year(mentor, signed_in_client):
    client, new = signed_in_client(mentor), reverse("meetings:new_learning")
    for day, hours in [("2026-03-01", "1.5"), ("2026-11-20", "0.75"), ("2025-12-31", "2")]:
        client.post(new, {"pk": uuid4(), "day": day, "hours": hours, "body": f"Learned on {day}."})

    text = client.get(reverse("meetings:learning")).content.decode()

    assert text.index("2 hours 15 min in all") < text.index("2 hours in all")
    assert text.index("Learned on 2026-11-20.") < text.index("Learned on 2026-03-01.")


def test_hours_are_read_as_french_writes_them(mentor, signed_in_client):
    type(mentor).objects.filter(pk=mentor.pk).update(language="fr")

    signed_in_client(mentor).post(
        reverse("meetings:new_learning"),
        {"pk": uuid4(), "day": "2026-03-01", "hours": "1,5", "body": "Appris."},
    )

    assert LearningEntry.objects.get().minutes == 90


@pytest.mark.parametrize("hours", ["0", "-1", "25", "0.001", "many", "1e9", "NaN"])
def test_hours_that_cannot_be_are_refused_and_kept(mentor, signed_in_client, hours):
    sent = {"pk": uuid4(), "day": "2026-03-01", "hours": hours, "body": "Learned."}

    response = signed_in_client(mentor).post(reverse("meetings:new_learning"), sent)

    assert list(response.context["form"].errors) == ["hours"]
    assert "Learned." in response.content.decode()


def test_an_entry_can_be_changed_and_deleted_by_its_owner_alone(mentor, mentee, signed_in_client):
    entry = LearningEntry.objects.create(owner=mentor, day="2026-03-01", minutes=60, body="First.")
    address, client = reverse("meetings:edit_learning", args=[entry.pk]), signed_in_client(mentor)
    sent = {"pk": entry.pk, "day": "2026-03-02", "hours": "2", "body": "Second."}
    assert signed_in_client(mentee).post(address, sent).status_code == 404

    client.post(address, sent)
    assert [(one.body, one.minutes) for one in LearningEntry.objects.all()] == [("Second.", 120)]

    client.post(reverse("meetings:delete_learning", args=[entry.pk]))
    assert not LearningEntry.objects.exists()


# --- What it costs ----------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_a_mentorship_costs_the_same_however_much_is_noted(
    session, mentor, mentee, signed_in_client, count
):
    for n in range(count):
        at = place_at(SessionFactory(mentorship=session.mentorship))
        write(at, mentee, f"shared {n}")
        write(at, mentor, f"own {n}", is_shared=False)
        add_action(at, body=f"action {n}", owner=mentee, due_on=None, pk=uuid4())
        Goal.objects.create(mentorship=session.mentorship, owner=mentee, body=f"goal {n}", is_shared=True)
    client = signed_in_client(mentor)
    client.get(whole(session.mentorship))

    with CaptureQueriesContext(connection) as queries:
        client.get(whole(session.mentorship))

    assert len(queries) == 6
