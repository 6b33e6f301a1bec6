"""Many people at the same seats, each with a connection of its own. Nobody is lost, and nobody is squeezed in."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from meetings.models import Seat
from meetings.services.seats import book_seat, give_back, say_cannot, take_offer
from tests.accounts.factories import PersonFactory
from tests.matching.at_once import at_once
from tests.matching.factories import CohortFactory
from tests.meetings.seat_factories import open_session, taken_in

pytestmark = pytest.mark.django_db(transaction=True)

State = Seat.State
PEOPLE, SEATS, THREADS, ROUNDS = 100, 5, 20, 20


def test_a_hundred_people_at_five_seats_fill_five_and_queue_in_order_of_arrival():
    """Twenty rounds of a hundred bookings from twenty threads.

    Order of arrival is the order in which the database admits people to the session's row. Two things tell it without
    the waiting list: the numbers that the seats get from a sequence while they are written, and the clock: whoever
    had the answer before another asked must stand before them.
    """
    host, cohort = PersonFactory(), CohortFactory()
    people = PersonFactory.create_batch(PEOPLE, address=None)
    with ThreadPoolExecutor(THREADS) as pool:
        for _round in range(ROUNDS):
            session = open_session(seats=SEATS, host=host, cohort=cohort)
            times = asked_at_once(pool, session, people)

            seats = list(Seat.objects.filter(session=session).order_by("pk"))
            going, waiting = seats[:SEATS], seats[SEATS:]
            assert {seat.person_id for seat in seats} == {person.pk for person in people}
            assert [seat.state for seat in seats] == [State.GOING] * SEATS + [State.WAITING] * (
                PEOPLE - SEATS
            )
            assert [seat.queue_no for seat in waiting] == list(range(1, PEOPLE - SEATS + 1))
            assert taken_in(session) == SEATS
            assert nobody_was_overtaken([seat.person_id for seat in [*going, *waiting]], times)


def asked_at_once(pool, session, people) -> dict[int, tuple[float, float]]:
    """When each asked and had the answer; every thread begins at the same moment."""
    barrier, times = Barrier(THREADS), {}

    def book_for_some(some):
        barrier.wait()
        try:
            for person in some:
                asked = time.perf_counter()
                book_seat(session, person)
                times[person.pk] = asked, time.perf_counter()
        finally:
            connection.close()

    list(pool.map(book_for_some, [people[nth::THREADS] for nth in range(THREADS)]))
    return times


def nobody_was_overtaken(order: list[int], times: dict[int, tuple[float, float]]) -> bool:
    """Whether nobody had their answer before somebody who stands ahead of them had even asked."""
    latest_asked = 0.0
    for person in order:
        asked, answered = times[person]
        if answered < latest_asked:
            return False
        latest_asked = max(latest_asked, asked)
    return True


def test_two_clicks_at_once_book_one_seat():
    session, person = open_session(seats=1), PersonFactory()

    first, second = at_once(*[lambda: book_seat(session, person)] * 2)

    assert first.pk == second.pk
    assert taken_in(session) == 1


def test_a_seat_that_is_given_back_twice_at_once_is_offered_to_one_person():
    session, [first, second, third] = open_session(seats=1), PersonFactory.create_batch(3)
    for person in (first, second, third):
        book_seat(session, person)

    at_once(*[lambda: give_back(session, first)] * 3)

    states = dict(Seat.objects.values_list("person", "state"))
    assert states == {first.pk: State.CANNOT, second.pk: State.OFFERED, third.pk: State.WAITING}


def test_everybody_changing_their_mind_at_once_never_waits_in_a_circle():
    session, people = open_session(seats=3), PersonFactory.create_batch(12, address=None)
    for person in people[:6]:
        book_seat(session, person)

    answers = at_once(
        *(lambda p=person: give_back(session, p) for person in people[:6]),
        *(lambda p=person: book_seat(session, p) for person in people[6:]),
        *(lambda p=person: say_cannot(session, p) for person in people[:3]),
    )

    assert not [answer for answer in answers if isinstance(answer, Exception)]
    seats = list(Seat.objects.filter(session=session))
    held = [seat for seat in seats if seat.state in (State.GOING, State.OFFERED)]
    assert len(seats) == 12
    assert len(held) == taken_in(session) == 3


def test_an_offer_taken_and_let_go_at_once_ends_one_way_and_no_seat_is_lost():
    session, [first, second, third] = open_session(seats=1), PersonFactory.create_batch(3)
    for person in (first, second, third):
        book_seat(session, person)
    give_back(session, first)
    offered = Seat.objects.get(person=second)

    at_once(lambda: take_offer(offered), lambda: give_back(session, second))

    states = dict(Seat.objects.values_list("person", "state"))
    assert (states[second.pk], states[third.pk]) == (State.CANNOT, State.OFFERED)
    assert taken_in(session) == 1
