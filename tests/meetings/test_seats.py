from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from matching.models import Member
from meetings.models import Seat, Session
from meetings.queries.seats import missing_twice, part_for
from meetings.services.seats import (
    NoSeatNeeded,
    SeatsClosed,
    add_seats,
    book_seat,
    give_back,
    leave_sessions,
    say_cannot,
    seat_members,
    seat_newcomers,
)
from outbox.models import Mail
from tests.accounts.factories import PersonFactory
from tests.matching.mentorship_factories import mentee_in, mentee_of, mentor_in
from tests.meetings.seat_factories import (
    a_circle,
    a_pair,
    a_session,
    in_the_cohort,
    make_leave,
    open_session,
    state_of,
    taken_in,
    withdraw,
)

pytestmark = pytest.mark.django_db

State = Seat.State


def kinds_to(person) -> list[str]:
    return list(
        Mail.objects.filter(person=person, key__contains="event:")
        .order_by("pk")
        .values_list("kind", flat=True)
    )


# --- The database keeps the rule ----------------------------------------------------------------


def insert_seat(session, person, state="going"):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO meetings_seat (session_id, person_id, state, created_at) VALUES (%s, %s, %s, now())",
            [session.pk, person.pk, state],
        )


def test_raw_sql_cannot_put_more_people_into_a_session_than_it_has_seats():
    session, (first, second) = open_session(seats=1), PersonFactory.create_batch(2)
    insert_seat(session, first)

    with pytest.raises(IntegrityError, match="session_never_overbooked"), transaction.atomic():
        insert_seat(session, second)

    assert taken_in(session) == 1


def test_raw_sql_that_resets_the_count_changes_nothing():
    session = open_session(seats=1)
    insert_seat(session, PersonFactory())

    with connection.cursor() as cursor:
        cursor.execute("UPDATE meetings_session SET taken = 0, seats = 1")

    assert taken_in(session) == 1


def test_a_stale_session_that_is_saved_whole_keeps_the_count():
    session = open_session(seats=2)
    insert_seat(session, PersonFactory())

    session.save()

    assert taken_in(session) == 1


def test_the_count_follows_seats_that_change_move_and_go():
    here, there, person = open_session(seats=3), open_session(seats=3), PersonFactory()
    insert_seat(here, person)
    insert_seat(here, PersonFactory(), "cannot")
    mine = Seat.objects.filter(person=person)

    counts = [taken_in(here)]
    mine.update(session=there)
    counts += [taken_in(here), taken_in(there)]
    mine.update(state=State.CANNOT)
    counts.append(taken_in(there))
    mine.update(state=State.GOING)
    mine.delete()
    counts.append(taken_in(there))

    assert counts == [1, 0, 1, 0, 0]


def test_seats_cannot_be_cut_below_those_that_are_taken():
    session = open_session(seats=2)
    insert_seat(session, PersonFactory())
    insert_seat(session, PersonFactory())

    with pytest.raises(IntegrityError, match="session_never_overbooked"), transaction.atomic():
        Session.objects.filter(pk=session.pk).update(seats=1)


# --- Booking ------------------------------------------------------------------------------------


def test_the_first_get_the_seats_and_the_others_wait_in_order():
    session, people = open_session(seats=2), PersonFactory.create_batch(4)

    seats = [book_seat(session, person) for person in people]

    assert [seat.state for seat in seats] == [State.GOING, State.GOING, State.WAITING, State.WAITING]
    assert [seat.queue_no for seat in seats] == [None, None, 1, 2]


def test_booking_twice_changes_nothing():
    session, (going, waiting) = open_session(seats=1), PersonFactory.create_batch(2)
    for person in (going, going, waiting, waiting):
        book_seat(session, person)

    assert list(Seat.objects.order_by("pk").values_list("state", "queue_no")) == [
        (State.GOING, None),
        (State.WAITING, 1),
    ]
    assert kinds_to(going) == ["seat_given"]
    assert kinds_to(waiting) == []


def test_a_session_without_a_number_of_seats_has_one_for_everybody():
    circle = a_circle(mentees=6)
    session = a_session(mentorship=circle, host=mentor_in(circle).person)

    states = {book_seat(session, one.person).state for one in circle.members.filter(part=Member.Part.MENTEE)}

    assert states == {State.GOING}


@pytest.mark.parametrize("act", [book_seat, give_back, say_cannot])
def test_what_was_cancelled_or_has_begun_is_refused_with_a_sentence(act):
    begun = open_session(seats=1, starts_at=timezone.now() - timedelta(minutes=1))
    cancelled = open_session(seats=1)
    Session.objects.filter(pk=cancelled.pk).update(state="cancelled", cancelled_at=timezone.now())

    with pytest.raises(SeatsClosed, match="began on"):
        act(begun, PersonFactory())
    with pytest.raises(SeatsClosed, match="was cancelled"):
        act(cancelled, PersonFactory())


def test_the_host_needs_no_seat():
    session = open_session(seats=1)

    with pytest.raises(NoSeatNeeded, match="You lead this session"):
        book_seat(session, session.host)


# --- Giving back --------------------------------------------------------------------------------


def test_a_seat_that_is_given_back_is_offered_to_the_next_one():
    session, (first, second, third) = open_session(seats=1), PersonFactory.create_batch(3)
    for person in (first, second, third):
        book_seat(session, person)

    give_back(session, first)
    give_back(session, first)

    assert [state_of(session, one) for one in (first, second, third)] == [
        State.CANNOT,
        State.OFFERED,
        State.WAITING,
    ]
    assert Mail.objects.filter(kind="seat_offer").count() == 1


def test_who_gave_back_and_comes_again_waits_at_the_end():
    session, (first, second, third) = open_session(seats=1), PersonFactory.create_batch(3)
    for person in (first, second, third):
        book_seat(session, person)
    give_back(session, first)

    again = book_seat(session, first)

    assert (again.state, again.queue_no) == (State.WAITING, 3)


def test_leaving_the_waiting_list_moves_up_those_behind():
    session, (going, second, third) = open_session(seats=1), PersonFactory.create_batch(3)
    for person in (going, second, third):
        book_seat(session, person)

    give_back(session, second)

    assert part_for(session, third).place_in_queue == 1


def test_who_cannot_come_may_say_so_without_a_seat():
    circle = a_circle()
    session = a_session(mentorship=circle, host=mentor_in(circle).person, seats=2)
    person = mentee_in_(circle)

    say_cannot(session, person)

    seat = Seat.objects.get(person=person)
    assert (seat.state, bool(seat.answered_at)) == (State.CANNOT, True)


def test_more_seats_are_offered_to_those_who_wait():
    session, people = open_session(seats=1), PersonFactory.create_batch(4)
    for person in people:
        book_seat(session, person)
    Session.objects.filter(pk=session.pk).update(seats=3)

    add_seats(session)

    states = [state_of(session, person) for person in people]
    assert states == [State.GOING, State.OFFERED, State.OFFERED, State.WAITING]


def test_a_session_with_a_seat_for_everybody_by_now_leaves_nobody_waiting():
    circle = a_circle()
    session = a_session(mentorship=circle, host=mentor_in(circle).person, seats=1)
    people = [one.person for one in circle.members.filter(part=Member.Part.MENTEE)][:3]
    for person in people:
        book_seat(session, person)
    Session.objects.filter(pk=session.pk).update(seats=None)

    add_seats(session)

    assert {state_of(session, person) for person in people} == {State.GOING}


# --- Kept seats ---------------------------------------------------------------------------------


def mentee_in_(mentorship):
    return mentorship.members.filter(part=Member.Part.MENTEE).first().person


def test_every_member_but_the_hosts_has_a_seat_kept():
    circle = a_circle(mentees=6, mentors=2)
    host = mentor_in(circle).person
    session = a_session(mentorship=circle, host=host)

    seat_members(session)
    seat_members(session)

    seats = Seat.objects.filter(session=session)
    assert set(seats.values_list("state", "answered_at")) == {(State.GOING, None)}
    assert set(seats.values_list("person", flat=True)) == set(
        circle.members.exclude(person=host).values_list("person", flat=True)
    )


def test_nobody_is_seated_again_who_said_that_they_cannot():
    circle = a_circle()
    session = a_session(mentorship=circle, host=mentor_in(circle).person)
    seat_members(session)
    say_cannot(session, mentee_in_(circle))

    assert seat_newcomers() == 0
    assert state_of(session, mentee_in_(circle)) == State.CANNOT


def test_a_newcomer_gets_a_seat_in_what_is_to_come_and_nowhere_else():
    circle = a_circle()
    host = mentor_in(circle).person
    coming = a_session(mentorship=circle, host=host)
    past = a_session(mentorship=circle, host=host, starts_at=timezone.now() - timedelta(days=3))
    seat_members(coming)
    application = mentee_of(circle.cohort)
    Member.objects.create(
        mentorship=circle,
        application=application,
        person=application.person,
        part=Member.Part.MENTEE,
        cohort=circle.cohort,
        kind=circle.kind,
    )

    changed = [seat_newcomers(), seat_newcomers()]

    assert changed == [1, 0]
    assert state_of(coming, application.person) == State.GOING
    assert state_of(past, application.person) is None


def test_who_leaves_frees_the_seat_of_what_is_to_come_and_keeps_what_was():
    circle = a_circle()
    host, leaver = mentor_in(circle).person, mentee_in_(circle)
    coming = a_session(mentorship=circle, host=host, seats=1)
    past = a_session(mentorship=circle, host=host, starts_at=timezone.now() - timedelta(days=3))
    next_one = circle.members.filter(part=Member.Part.MENTEE).last().person
    book_seat(coming, leaver)
    book_seat(coming, next_one)
    insert_seat(past, leaver)

    make_leave(leaver, circle)
    changed = [seat_newcomers(), seat_newcomers()]

    assert changed == [1, 0]
    assert (state_of(coming, leaver), state_of(coming, next_one)) == (State.CANNOT, State.OFFERED)
    assert state_of(past, leaver) == State.GOING


def test_who_left_the_cohort_frees_the_seat_of_an_open_session():
    session = open_session(seats=1)
    leaver, next_one = in_the_cohort(session, 2)
    book_seat(session, leaver)
    book_seat(session, next_one)

    withdraw(leaver)
    seat_newcomers()

    assert (state_of(session, leaver), state_of(session, next_one)) == (State.CANNOT, State.OFFERED)


def test_who_leaves_the_programme_gives_back_every_seat_to_come():
    first, second = open_session(seats=1), open_session(seats=1)
    leaver, waiting = PersonFactory.create_batch(2)
    for session in (first, second):
        book_seat(session, leaver)
        book_seat(session, waiting)

    leave_sessions(leaver)

    assert {state_of(session, waiting) for session in (first, second)} == {State.OFFERED}


def test_a_substitute_gives_up_the_seat_that_a_host_does_not_need():
    circle = a_circle()
    host, other = circle.members.exclude(part=Member.Part.MENTEE)
    session = a_session(mentorship=circle, host=host.person)
    seat_members(session)
    Session.objects.filter(pk=session.pk).update(host=other.person)

    seat_members(session)

    assert state_of(session, other.person) is None
    assert state_of(session, host.person) == State.GOING


# --- Pages --------------------------------------------------------------------------------------


def page(session) -> str:
    return reverse("meetings:session", args=[session.pk])


def to(name, session) -> str:
    return reverse(f"meetings:{name}", args=[session.pk])


def test_a_member_books_waits_and_gives_back_with_plain_forms(signed_in_client):
    session = open_session(seats=1)
    first, second = in_the_cohort(session, 2)
    client, other = signed_in_client(first), signed_in_client(second)

    assert to("book", session) in other.get(page(session)).content.decode()
    client.post(to("book", session))
    other.post(to("book", session))
    words = other.get(page(session)).content.decode()
    assert "You are number 1 of 1 on the waiting list." in words
    client.post(to("give_back", session))
    words = other.get(page(session)).content.decode()
    assert "A seat is free for you." in words
    other.post(to("book", session))

    assert (state_of(session, first), state_of(session, second)) == (State.CANNOT, State.GOING)


@pytest.mark.parametrize("name", ["book", "give_back", "say_cannot"])
def test_seats_of_other_peoples_sessions_are_not_there(name, signed_in_client):
    session = open_session(seats=1)
    [member], stranger = in_the_cohort(session, 1), PersonFactory()

    assert signed_in_client(stranger).post(to(name, session)).status_code == 404
    assert signed_in_client(PersonFactory(admin=True)).post(to(name, session)).status_code == 404
    assert signed_in_client(member).post(to(name, session)).status_code == 302
    assert signed_in_client(member).get(to(name, session)).status_code == 405
    assert not Seat.objects.filter(person=stranger).exists()


def test_only_those_who_run_an_open_session_see_who_comes():
    session = open_session(seats=2)
    mine, other = in_the_cohort(session, 2)
    book_seat(session, other)

    assert part_for(session, session.host).shows_names
    assert not part_for(session, mine).shows_names


@pytest.mark.parametrize("count", [1, 3])
def test_the_seats_of_a_session_cost_the_same_however_many_there_are(count, django_assert_num_queries):
    session = open_session(seats=2)
    people = in_the_cohort(session, count)
    for person in people:
        book_seat(session, person)
    with django_assert_num_queries(1):
        part = part_for(session, people[-1])
        assert len(part.going) + len(part.waiting) == count


# --- Two absences in a row ----------------------------------------------------------------------


def noted(circle, person, *, days_ago: int, attended: bool) -> None:
    starts_at = timezone.now() - timedelta(days=days_ago)
    session = a_session(mentorship=circle, host=mentor_in(circle).person, starts_at=starts_at)
    Session.objects.filter(pk=session.pk).update(attendance_noted_at=starts_at + timedelta(hours=2))
    Seat.objects.create(session=session, person=person, state=State.GOING, attended=attended)


def test_two_absences_in_a_row_are_the_last_two_sessions_that_were_noted():
    circle = a_circle()
    gone, back, once = [one.person for one in circle.members.filter(part=Member.Part.MENTEE)][:3]
    for person, came in ((gone, [True, False, False]), (back, [False, False, True]), (once, [False])):
        for nth, attended in enumerate(came):
            noted(circle, person, days_ago=30 - nth * 7, attended=attended)

    everybody = type(circle).objects.all()

    assert missing_twice(everybody) == [(circle.pk, gone.pk)]
    make_leave(gone, circle)
    assert missing_twice(everybody) == []


def test_a_pair_has_a_kept_seat_for_the_one_who_does_not_host():
    pair = a_pair()
    session = a_session(mentorship=pair, host=mentor_in(pair).person)

    seat_members(session)

    assert [seat.person_id for seat in session.places.all()] == [mentee_in(pair).person_id]
