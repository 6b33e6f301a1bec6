from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from matching.models import Member
from meetings.models import Seat, Session
from meetings.services.attendance import KIND_WORDS_AFTER, NotYet, note_attendance
from outbox.delivery import deliver_due
from outbox.models import Mail
from tests.accounts.factories import PersonFactory
from tests.matching.conftest import words_of
from tests.matching.mentorship_factories import mentor_in
from tests.meetings.seat_factories import a_circle, a_session, in_the_cohort, open_session, taken_in

pytestmark = pytest.mark.django_db

State = Seat.State


@pytest.fixture
def circle():
    return a_circle(mentees=6)


@pytest.fixture
def people(circle):
    return [one.person for one in circle.members.filter(part=Member.Part.MENTEE).order_by("pk")]


@pytest.fixture
def session(circle, people):
    """It began an hour ago: four were going, one had said no, one had no seat."""
    session = a_session(
        mentorship=circle, host=mentor_in(circle).person, starts_at=timezone.now() - timedelta(hours=1)
    )
    for person in people[:4]:
        Seat.objects.create(session=session, person=person, state=State.GOING)
    Seat.objects.create(session=session, person=people[4], state=State.CANNOT, answered_at=timezone.now())
    return session


def attended(session) -> dict:
    return dict(Seat.objects.filter(session=session).values_list("person", "attended"))


def page(session) -> str:
    return reverse("meetings:attendance", args=[session.pk])


def test_the_screen_is_prefilled_with_who_was_going(session, people, signed_in_client):
    form = signed_in_client(session.host).get(page(session)).context["form"]

    assert set(form["present"].value()) == {person.pk for person in people[:4]}
    assert {str(value) for value, _label in form["present"].field.choices} == {
        str(person.pk)
        for person in [
            *people,
            *(one.person for one in session.mentorship.members.filter(part=Member.Part.COFACILITATOR)),
        ]
    }


def test_who_was_there_is_kept_and_can_be_corrected(session, people, signed_in_client):
    client = signed_in_client(session.host)

    client.post(page(session), {"present": [people[0].pk, people[1].pk, people[5].pk]})
    first = attended(session)
    client.post(page(session), {"present": [people[0].pk, people[2].pk]})

    assert first == {
        people[0].pk: True,
        people[1].pk: True,
        people[2].pk: False,
        people[3].pk: False,
        people[4].pk: False,
        people[5].pk: True,
    }
    assert attended(session) == {
        people[0].pk: True,
        people[1].pk: False,
        people[2].pk: True,
        people[3].pk: False,
        people[4].pk: False,
        people[5].pk: None,
    }
    form = client.get(page(session)).context["form"]
    assert set(form["present"].value()) == {people[0].pk, people[2].pk}


def test_somebody_without_a_seat_can_be_added_though_the_session_was_full(signed_in_client):
    session = open_session(seats=1, starts_at=timezone.now() - timedelta(hours=1))
    going, other = in_the_cohort(session, 2)
    Seat.objects.create(session=session, person=going, state=State.GOING)
    client = signed_in_client(session.host)

    client.post(page(session), {"present": [going.pk], "another": other.email.upper()})

    assert attended(session) == {going.pk: True, other.pk: True}
    assert taken_in(session) == 1


def test_an_address_of_nobody_who_may_come_is_a_sentence_and_keeps_what_was_ticked(signed_in_client):
    session = open_session(seats=1, starts_at=timezone.now() - timedelta(hours=1))
    [going], stranger = in_the_cohort(session, 1), PersonFactory()
    Seat.objects.create(session=session, person=going, state=State.GOING)

    response = signed_in_client(session.host).post(
        page(session), {"present": [going.pk], "another": stranger.email}
    )

    assert response.context["form"].errors["another"] == [
        "Nobody who may come to this session has this address. Check it, or ask them for theirs."
    ]
    assert attended(session) == {going.pk: None}


def test_before_the_start_there_is_nothing_to_note(circle, signed_in_client):
    session = a_session(mentorship=circle, host=mentor_in(circle).person)

    response = signed_in_client(session.host).get(page(session))

    assert response["Location"] == reverse("meetings:session", args=[session.pk])
    with pytest.raises(NotYet, match="has not begun yet"):
        note_attendance(session, [])


def test_only_those_who_run_the_session_note_who_was_there(session, people, signed_in_client):
    cofacilitator = session.mentorship.members.filter(part=Member.Part.COFACILITATOR).first().person

    for person in (session.host, cofacilitator):
        assert signed_in_client(person).get(page(session)).status_code == 200
    for person in (people[0], PersonFactory(), PersonFactory(admin=True)):
        client = signed_in_client(person)
        assert client.get(page(session)).status_code == 404
        assert client.post(page(session), {"present": []}).status_code == 404
    assert set(attended(session).values()) == {None}


def test_a_member_reads_of_their_own_presence_and_of_nobody_elses(session, people, signed_in_client):
    note_attendance(session, people[:2])
    address = reverse("meetings:session", args=[session.pk])

    there = signed_in_client(people[0]).get(address).content.decode()
    missed = signed_in_client(people[2]).get(address).content.decode()

    assert "You were there." in there
    assert "It is noted that you were not there." in missed
    assert "Correct who was there" not in there


# --- A kind word --------------------------------------------------------------------------------


def due_now() -> None:
    Mail.objects.filter(kind="after_session").update(not_before=timezone.now())


def test_a_kind_word_goes_to_those_who_had_a_seat_and_were_missed(session, people, post):
    note_attendance(session, people[:2], sends_kind_words=True)
    note_attendance(session, people[:2], sends_kind_words=True)

    mails = Mail.objects.filter(kind="after_session")
    assert {mail.person for mail in mails} == set(people[2:4])
    assert all(mail.not_before - timezone.now() > KIND_WORDS_AFTER - timedelta(minutes=1) for mail in mails)
    due_now()
    arrived = [mail for mail in post.arrived() if mail["Subject"].startswith("We missed you")]
    assert {mail["To"] for mail in arrived} == {person.email for person in people[2:4]}
    assert "There is nothing to explain" in words_of(arrived[0])


def test_without_the_tick_nobody_is_written_to(session, people):
    note_attendance(session, people[:2])

    assert not Mail.objects.filter(kind="after_session").exists()


def test_a_correction_within_two_hours_keeps_the_word_back(session, people, post):
    note_attendance(session, people[:3], sends_kind_words=True)
    note_attendance(session, people[:4])
    due_now()

    deliver_due()

    assert Mail.objects.get(kind="after_session").state == Mail.State.SKIPPED


@pytest.mark.parametrize("count", [1, 3])
def test_the_screen_costs_the_same_however_many_there_are(
    count, signed_in_client, django_assert_max_num_queries
):
    session = open_session(seats=5, starts_at=timezone.now() - timedelta(hours=1))
    for person in in_the_cohort(session, count):
        Seat.objects.create(session=session, person=person, state=State.GOING)
    client = signed_in_client(session.host)

    # Signing in, the session, whether one runs it, its seats and its people.
    with django_assert_max_num_queries(15):
        assert client.get(page(session)).status_code == 200
    assert Session.objects.get(pk=session.pk).attendance_noted_at is None
