from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils import timezone

from meetings import one_click
from meetings.models import Seat, Session
from meetings.one_click import link
from meetings.one_click import seats as one_click_seats
from meetings.services.seats import OfferOver, SeatsClosed, book_seat, expire_offers, give_back, take_offer
from outbox.models import Mail
from tests.accounts.factories import PersonFactory
from tests.meetings.seat_factories import in_the_cohort, open_session, state_of, taken_in, withdraw

pytestmark = pytest.mark.django_db

State = Seat.State
# A Tuesday at noon in London.
NOON = datetime(2027, 3, 2, 12, 0, tzinfo=UTC)


def full_session(people, *, starts_at, seats=1, now=NOON) -> Session:
    """The first has the seat, the others wait."""
    session = open_session(seats=seats, starts_at=starts_at)
    for person in people:
        book_seat(session, person, now=now)
    return session


def seat_of(session, person) -> Seat:
    return Seat.objects.get(session=session, person=person)


@pytest.mark.parametrize(
    ("starts_in", "given_back_at", "lasts"),
    [
        (timedelta(days=10), NOON, timedelta(hours=24)),
        (timedelta(days=3, minutes=1), NOON, timedelta(hours=24)),
        (timedelta(days=3), NOON, timedelta(hours=4)),
        (timedelta(hours=3), NOON, timedelta(hours=3)),
        # At 23:00 nobody is woken: four hours of the morning, from half past seven.
        (timedelta(days=2), NOON + timedelta(hours=11), timedelta(hours=12, minutes=30)),
    ],
)
def test_an_offer_lasts_a_day_and_less_shortly_before_and_never_past_the_start(
    starts_in, given_back_at, lasts, settings
):
    settings.QUIET_HOURS = (time(20), time(7, 30))
    first, second = PersonFactory.create_batch(2)
    session = full_session([first, second], starts_at=NOON + starts_in)

    give_back(session, first, now=given_back_at)

    assert seat_of(session, second).offer_expires_at == given_back_at + lasts


def test_an_offer_is_taken_in_time_and_twice_is_once():
    first, second = PersonFactory.create_batch(2)
    session = full_session([first, second], starts_at=NOON + timedelta(days=10))
    give_back(session, first, now=NOON)

    for hours in (23, 24, 25):
        take_offer(seat_of(session, second), now=NOON + timedelta(hours=hours))

    assert state_of(session, second) == State.GOING
    assert taken_in(session) == 1


def test_an_offer_that_nobody_answers_moves_on_by_itself_until_nobody_waits():
    people = PersonFactory.create_batch(4)
    first, _second, third, _fourth = people
    session = full_session(people, starts_at=NOON + timedelta(days=10))
    give_back(session, first, now=NOON)

    moved = [
        expire_offers(now=NOON + timedelta(hours=23)),
        expire_offers(now=NOON + timedelta(hours=24)),
        expire_offers(now=NOON + timedelta(hours=24)),
    ]
    states = [state_of(session, person) for person in people]
    expire_offers(now=NOON + timedelta(hours=48))
    expire_offers(now=NOON + timedelta(hours=72))

    assert moved == [0, 1, 0]
    assert states == [State.CANNOT, State.CANNOT, State.OFFERED, State.WAITING]
    assert [state_of(session, person) for person in people] == [State.CANNOT] * 4
    assert taken_in(session) == 0
    assert book_seat(session, third, now=NOON + timedelta(hours=73)).state == State.GOING


def test_an_offer_that_lapsed_is_refused_before_the_clock_has_come_round():
    first, second, third = PersonFactory.create_batch(3)
    session = full_session([first, second, third], starts_at=NOON + timedelta(days=10))
    give_back(session, first, now=NOON)

    with pytest.raises(OfferOver, match="This offer is over"):
        take_offer(seat_of(session, second), now=NOON + timedelta(hours=24))


def test_who_let_an_offer_lapse_did_not_say_no():
    first, second = PersonFactory.create_batch(2)
    session = full_session([first, second], starts_at=NOON + timedelta(days=10))
    give_back(session, first, now=NOON)

    expire_offers(now=NOON + timedelta(days=2))

    lapsed = seat_of(session, second)
    assert (lapsed.state, lapsed.answered_at, lapsed.queue_no) == (State.CANNOT, None, 1)


def test_letting_an_offer_go_offers_it_to_the_next_one_at_once():
    first, second, third = PersonFactory.create_batch(3)
    session = full_session([first, second, third], starts_at=NOON + timedelta(days=10))
    give_back(session, first, now=NOON)

    give_back(session, second, now=NOON + timedelta(hours=1))

    assert (state_of(session, second), state_of(session, third)) == (State.CANNOT, State.OFFERED)


def test_nothing_is_offered_once_the_session_has_begun():
    first, second, third = PersonFactory.create_batch(3)
    session = full_session([first, second, third], starts_at=NOON + timedelta(hours=2))
    give_back(session, first, now=NOON)

    expire_offers(now=NOON + timedelta(hours=2))

    assert (state_of(session, second), state_of(session, third)) == (State.CANNOT, State.WAITING)
    with pytest.raises(SeatsClosed):
        take_offer(seat_of(session, second), now=NOON + timedelta(hours=2))


def test_a_seat_added_behind_the_services_back_is_offered_by_the_clock():
    first, second = PersonFactory.create_batch(2)
    session = full_session([first, second], starts_at=NOON + timedelta(days=10))
    Session.objects.filter(pk=session.pk).update(seats=2)

    assert expire_offers(now=NOON) == 1
    assert state_of(session, second) == State.OFFERED


# --- From the mail ------------------------------------------------------------------------------


@pytest.fixture
def soon():
    return timezone.now() + timedelta(days=10)


def waiting_list(soon):
    """An open session with one seat: one goes, two wait."""
    session = open_session(seats=1, starts_at=soon)
    people = in_the_cohort(session, 3)
    for person in people:
        book_seat(session, person)
    return session, people


def the_link(action, session, person) -> str:
    address = link(action, person=person, pk=session.pk, until=session.starts_at)
    return "/do/" + address.split("/do/")[1]


def test_the_next_one_takes_the_seat_from_the_mail_without_signing_in(client, post, soon):
    session, (first, second, _third) = waiting_list(soon)
    post.arrived()
    give_back(session, first)

    mail = next(one for one in post.arrived() if one["To"] == second.email)
    text = mail.get_body(("plain",)).get_content()
    addresses = [word for word in text.split() if "/do/" in word]
    take, _let_go = ["/do/" + address.split("/do/")[1] for address in addresses]

    assert "Take the seat" in client.get(take).content.decode()
    assert state_of(session, second) == State.OFFERED
    assert "You are going" in client.post(take).content.decode()
    assert "You are going" in client.post(take).content.decode()
    assert state_of(session, second) == State.GOING


def test_a_link_to_leave_the_list_never_gives_away_a_seat(client, soon):
    session, (first, second, third) = waiting_list(soon)
    leave = the_link("leave_waiting", session, third)
    give_back(session, first)
    give_back(session, second)
    take_offer(seat_of(session, third))

    words = client.post(leave).content.decode()

    assert "it is still yours" in words
    assert state_of(session, third) == State.GOING


@pytest.mark.parametrize(
    ("action", "words", "state"),
    [
        ("going", "you are on the waiting list", State.WAITING),
        ("cannot", "Thank you for saying so", State.CANNOT),
        ("leave_waiting", "The next one in line is asked", State.CANNOT),
        ("take_seat", "This offer is over", State.WAITING),
    ],
)
def test_each_link_says_what_happened(client, soon, action, words, state):
    session, (_first, second, _third) = waiting_list(soon)

    said = client.post(the_link(action, session, second)).content.decode()

    assert words in said
    assert state_of(session, second) == state


@pytest.mark.parametrize("action", ["going", "cannot", "take_seat", "leave_waiting"])
def test_a_link_of_somebody_who_left_does_nothing(client, soon, action):
    session, (_first, second, _third) = waiting_list(soon)
    address = the_link(action, session, second)
    withdraw(second)

    client.post(address)

    assert one_click_seats.standing(second, session.pk)[0] is None
    assert state_of(session, second) == State.WAITING
    assert {one.name for one in one_click_seats.ACTIONS} <= set(one_click._actions)


def test_an_offer_tells_one_person_once(soon):
    session, (first, second, _third) = waiting_list(soon)

    give_back(session, first)
    expire_offers()
    expire_offers()

    assert list(Mail.objects.filter(kind="seat_offer").values_list("person", flat=True)) == [second.pk]
