from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.home import home_of
from accounts.personal_data import registered
from accounts.services.my_data import delete_person
from matching.encounters import Encounter, my_place
from matching.models import Application, Availability, Member
from matching.queries.mentorships import visible_to, with_people
from meetings.errors import CannotPlan
from meetings.models import Seat, Session, TimePoll, TimeVote
from meetings.queries.polls import hours_of, suggestions
from meetings.services.polls import (
    CannotPropose,
    PollOver,
    answer_times,
    book_first_session,
    book_time,
    close_polls,
    propose_times,
    withdraw_poll,
)
from meetings.services.seats import seat_members
from meetings.strip import Strip
from outbox.delivery import deliver_due
from outbox.models import Mail
from tests.accounts.factories import PersonFactory
from tests.matching.at_once import at_once
from tests.matching.conftest import words_of
from tests.matching.factories import half_hours
from tests.matching.mentorship_factories import mentee_in, mentor_in
from tests.meetings.seat_factories import a_circle, a_pair, a_session

pytestmark = pytest.mark.django_db

State = TimePoll.State
TUESDAY, THURSDAY = 1, 3


def give(person, hours, *, zone="Europe/London", varies=False) -> None:
    application = Application.objects.get(person=person)
    Availability.objects.update_or_create(
        application=application,
        defaults={"zone": zone, "half_hours": half_hours(hours), "varies": varies},
    )


def seen_by(person, mentorship) -> Encounter:
    found = with_people(visible_to(person)).get(pk=mentorship.pk)
    return Encounter(found, my_place(found, person.pk))


def week(person, mentorship, monday: date):
    return hours_of(seen_by(person, mentorship).everybody, zone=person.time_zone, monday=monday)


def in_days(days: int, at=time(18)) -> tuple[date, time]:
    return timezone.localdate() + timedelta(days=days), at


def ask(mentorship, person, *times, now=None) -> TimePoll:
    times = times or (in_days(3), in_days(4), in_days(5))
    return propose_times(mentorship, person, times, title="Our next session", minutes=60, now=now)


@pytest.fixture
def pair():
    return a_pair()


@pytest.fixture
def mentor(pair):
    return mentor_in(pair).person


@pytest.fixture
def mentee(pair):
    return mentee_in(pair).person


@pytest.fixture
def circle():
    return a_circle(mentees=6, mentors=2)


@pytest.fixture
def lead(circle):
    return mentor_in(circle).person


@pytest.fixture
def six(circle):
    return [one.person for one in circle.members.filter(part=Member.Part.MENTEE).order_by("pk")]


# --- A real week --------------------------------------------------------------------------------

# London puts its clocks back on Sunday 25 October 2026, New York on 1 November.
USUAL, BETWEEN = date(2026, 10, 12), date(2026, 10, 26)


@pytest.mark.parametrize(("monday", "hour"), [(USUAL, 18), (BETWEEN, 17)])
def test_hours_in_common_are_those_of_this_very_week(pair, mentor, mentee, monday, hour):
    give(mentor, {TUESDAY: [17, 18]})
    # One o'clock in New York is six in London, and five in the week when only London's clocks have changed.
    give(mentee, {TUESDAY: [13]}, zone="America/New_York")

    [best] = Strip(week(mentor, pair, monday)).best

    there = best.starts_at.astimezone(ZoneInfo("Europe/London"))
    assert (best.free, there.weekday(), there.hour) == (2, TUESDAY, hour)
    assert best.ends_at - best.starts_at == timedelta(hours=1)


def test_the_reader_sees_the_week_on_their_own_clock(pair, mentor, mentee):
    give(mentor, {TUESDAY: [23]})
    give(mentee, {TUESDAY: [23]})
    mentee.time_zone = "Asia/Kathmandu"
    mentee.save(update_fields=["time_zone"])

    # It is a quarter to four there: such a half hour is told as the whole one that begins within it.
    hours = week(mentee, pair, USUAL)
    on_wednesday = [one for one in hours.week.days[2][1] if one and one.free == 2]

    assert len(on_wednesday) == 2
    assert on_wednesday[0].starts_at.astimezone(ZoneInfo("Asia/Kathmandu")).hour == 4


def test_a_half_hour_that_the_clocks_skip_is_not_there(pair, mentor, mentee):
    for person in (mentor, mentee):
        give(person, {6: [0, 1, 2, 3]})

    sunday = week(mentor, pair, date(2027, 3, 22)).week.days[6][1]

    assert sunday[2] is sunday[3] is None
    assert [one.free for one in sunday[:2] + sunday[4:6]] == [2, 2, 2, 2]


def test_who_said_that_their_rota_varies_is_named_and_not_guessed(pair, mentor, mentee):
    give(mentor, {TUESDAY: [18]})
    give(mentee, {TUESDAY: [18]}, varies=True)

    strip = Strip(week(mentor, pair, USUAL))

    assert strip.unknown == f"Not counted, since their rota varies or they did not say: {mentee.name}."
    assert strip.sentence.startswith("In this week 1 of 2 are usually free on")


def test_a_session_that_somebody_has_is_taken_out_without_saying_whose(pair, mentor, mentee):
    for person in (mentor, mentee):
        give(person, {TUESDAY: [18, 19]})
    starts_at = datetime(2026, 10, 13, 17, 0, tzinfo=UTC)
    other = a_pair()
    busy = a_session(mentorship=other, host=mentor, starts_at=starts_at, title="Between others")

    strip = Strip(week(mentee, pair, USUAL))

    assert [(run.is_busy, run.starts_at.hour) for run in strip.runs] == [(True, 17), (False, 18)]
    assert strip.hours.week.windows(60, after=starts_at - timedelta(days=1))[0].starts_at.hour == 18
    assert busy.title not in str(strip.sentence)


# --- Proposing ----------------------------------------------------------------------------------


def test_everybody_but_the_proposer_is_asked_by_mail_and_the_proposer_can_of_course(circle, six, lead, post):
    post.arrived()

    poll = ask(circle, six[0])

    arrived = post.arrived()
    others = set(circle.members.exclude(person=six[0]).values_list("person__email", flat=True))
    assert {mail["To"] for mail in arrived} == others
    assert f"/polls/{poll.pk}/" in words_of(arrived[0])
    assert set(TimeVote.objects.values_list("person", "can")) == {(six[0].pk, True)}


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ([], "Propose one to 3 different times"),
        ([in_days(day) for day in (2, 3, 4, 5)], "Propose one to 3 different times"),
        ([in_days(-1)], "is in the past"),
        ([(date(2027, 3, 28), time(1, 30))], "does not exist on"),
    ],
)
def test_times_that_cannot_be_are_refused_with_a_sentence(pair, mentor, times, words):
    with pytest.raises(CannotPropose, match=words):
        propose_times(pair, mentor, times, title="Our next session", minutes=60)

    assert not TimePoll.objects.exists()


def test_one_poll_at_a_time(pair, mentor, mentee):
    ask(pair, mentor)

    with pytest.raises(CannotPropose, match="Somebody is asking for a time already"):
        ask(pair, mentee)


def test_a_poll_whose_time_is_over_makes_room_for_the_next(pair, mentor):
    first = ask(pair, mentor, in_days(3), now=timezone.now() - timedelta(days=6))
    second = ask(pair, mentor)

    first.refresh_from_db()
    assert (first.state, second.state) == (State.CLOSED, State.OPEN)


# --- Answering ----------------------------------------------------------------------------------


def test_an_answer_may_be_changed_while_the_poll_is_open(pair, mentor, mentee):
    poll = ask(pair, mentor)
    first, second, third = poll.options.all()

    answer_times(poll, mentee, {first.pk: True, second.pk: False, third.pk: False})
    answer_times(poll, mentee, {first.pk: False, second.pk: True, third.pk: False})

    said = TimeVote.objects.filter(person=mentee).order_by("option__starts_at")
    assert list(said.values_list("can", flat=True)) == [False, True, False]


def test_an_answer_to_another_poll_is_not_taken(pair, mentor, mentee):
    poll = ask(pair, mentor)
    other = a_pair()
    foreign = ask(other, mentor_in(other).person).options.first()

    answer_times(poll, mentee, {foreign.pk: True})

    assert not TimeVote.objects.filter(person=mentee).exists()


def test_who_asked_is_told_once_everybody_has_answered(pair, mentor, mentee, post):
    poll = ask(pair, mentor)
    post.arrived()

    for _twice in range(2):
        answer_times(poll, mentee, {option.pk: True for option in poll.options.all()})

    [mail] = [one for one in post.arrived() if one["Subject"].startswith("You can book a time")]
    assert mail["To"] == mentor.email
    assert "Everybody has answered" in words_of(mail)


def test_a_poll_closes_by_itself_and_tells_who_asked(pair, mentor, mentee):
    poll = ask(pair, mentor)

    closed = [close_polls(), close_polls(now=poll.closes_at), close_polls(now=poll.closes_at)]

    poll.refresh_from_db()
    assert closed == [0, 1, 0]
    assert poll.state == State.CLOSED
    assert Mail.objects.filter(kind="time_poll_ready", person=mentor).count() == 1
    with pytest.raises(PollOver, match="closed"):
        answer_times(poll, mentee, {}, now=poll.closes_at)


def test_who_has_answered_is_asked_no_more(pair, mentor, mentee, post):
    poll = ask(pair, mentor)
    answer_times(poll, mentee, {poll.options.first().pk: True})

    deliver_due()

    assert Mail.objects.get(kind="time_poll").state == Mail.State.SKIPPED


# --- Booking ------------------------------------------------------------------------------------


def test_one_click_makes_a_session_with_the_mentor_as_host_and_a_seat_for_everybody(circle, six, lead):
    poll = ask(circle, six[0])
    option = poll.options.first()

    session = book_time(option, six[0])

    assert (session.starts_at, session.host, session.title, session.seats) == (
        option.starts_at,
        lead,
        "Our next session",
        None,
    )
    assert Seat.objects.filter(session=session, state=Seat.State.GOING).count() == 7
    poll.refresh_from_db()
    assert (poll.state, poll.session) == (State.BOOKED, session)


def test_booking_twice_gives_the_same_session_and_another_time_is_refused(pair, mentor):
    first, second, _third = ask(pair, mentor).options.all()
    session = book_time(first, mentor)

    assert book_time(first, mentor) == session
    with pytest.raises(PollOver, match="A time is booked already"):
        book_time(second, mentor)


def test_a_withdrawn_poll_books_nothing(pair, mentor):
    poll = ask(pair, mentor)
    withdraw_poll(poll)

    with pytest.raises(PollOver, match="withdrawn"):
        book_time(poll.options.first(), mentor)
    assert not Session.objects.exists()


def test_a_time_that_has_passed_is_refused_and_the_poll_stays(pair, mentor):
    poll = ask(pair, mentor)
    option = poll.options.first()

    with pytest.raises(CannotPlan):
        book_time(option, mentor, now=option.starts_at)

    poll.refresh_from_db()
    assert poll.state == State.OPEN


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_session():
    pair = a_pair()
    mentor, mentee = mentor_in(pair).person, mentee_in(pair).person
    first, second, _third = ask(pair, mentor).options.all()

    answers = at_once(*[lambda: book_time(first, mentor)] * 3, lambda: book_time(second, mentee))

    assert Session.objects.count() == 1
    assert all(isinstance(one, Session | PollOver) for one in answers)


# --- The first session ----------------------------------------------------------------------------


def free_on_tuesdays(pair) -> None:
    for member in pair.members.all():
        give(member.person, {TUESDAY: [12], THURSDAY: [18]})


def test_the_introductions_hours_are_offered_two_days_ahead_at_least(pair, mentee):
    free_on_tuesdays(pair)
    monday = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)

    found = [one.starts_at for one in suggestions(seen_by(mentee, pair), now=monday)]

    assert found == [datetime(2027, 3, 4, 18, tzinfo=UTC), datetime(2027, 3, 9, 12, tzinfo=UTC)]


def test_a_week_in_which_somebody_has_a_session_then_is_passed_over(pair, mentor, mentee):
    free_on_tuesdays(pair)
    monday = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
    other = a_pair()
    a_session(mentorship=other, host=mentor, starts_at=datetime(2027, 3, 4, 17, 30, tzinfo=UTC))

    found = [one.starts_at for one in suggestions(seen_by(mentee, pair), now=monday)]

    assert found == [datetime(2027, 3, 9, 12, tzinfo=UTC), datetime(2027, 3, 11, 18, tzinfo=UTC)]


def test_one_click_on_the_page_books_the_first_session(pair, mentor, mentee, signed_in_client):
    free_on_tuesdays(pair)
    client = signed_in_client(mentee)
    page = client.get(reverse("matching:mentorship", args=[pair.pk]))
    address = reverse("meetings:book_first", args=[pair.pk])
    assert address in page.content.decode()
    [first, _second] = suggestions(seen_by(mentee, pair))

    for _twice in range(2):
        client.post(address, {"starts_at": first.starts_at.isoformat()})

    session = Session.objects.get()
    assert (session.starts_at, session.host) == (first.starts_at, mentor)
    assert address not in client.get(reverse("matching:mentorship", args=[pair.pk])).content.decode()


def test_an_hour_that_was_not_offered_is_not_booked(pair, mentee):
    free_on_tuesdays(pair)

    with pytest.raises(CannotPlan, match="can no longer be booked"):
        book_first_session(seen_by(mentee, pair), timezone.now() + timedelta(days=9))


@pytest.mark.django_db(transaction=True)
def test_two_people_who_book_different_first_hours_at_once_make_one_session():
    pair = a_pair()
    free_on_tuesdays(pair)
    sides = [seen_by(person, pair) for person in (mentor_in(pair).person, mentee_in(pair).person)]
    first, second = suggestions(sides[0])

    at_once(
        lambda: book_first_session(sides[0], first.starts_at),
        lambda: book_first_session(sides[1], second.starts_at),
    )

    assert Session.objects.count() == 1


# --- Pages --------------------------------------------------------------------------------------


def test_from_proposing_to_booking_with_plain_forms(pair, mentor, mentee, signed_in_client):
    free_on_tuesdays(pair)
    mine, theirs = signed_in_client(mentor), signed_in_client(mentee)
    find = reverse("meetings:find_time", args=[pair.pk])
    form = mine.get(find, {"week": (timezone.localdate() + timedelta(days=7)).isoformat()})
    ticked = form.context["form"].fields["suggested"].choices[0][0]
    day, at = in_days(20)

    asked = mine.post(
        f"{find}?week={(timezone.localdate() + timedelta(days=7)).isoformat()}",
        {"title": "First meeting", "minutes": 45, "suggested": [ticked], "day_1": day, "at_1": at},
    )
    poll = TimePoll.objects.get()
    first, second = poll.options.all()
    assert asked["Location"] == reverse("meetings:poll", args=[poll.pk])
    assert [step.title for step in [home_of(mentee).step]] == ["Say which times you can: First meeting"]
    theirs.post(
        reverse("meetings:poll", args=[poll.pk]), {f"time_{first.pk}": "no", f"time_{second.pk}": "yes"}
    )
    booked = theirs.post(reverse("meetings:book_time", args=[poll.pk, second.pk]))

    session = Session.objects.get()
    assert booked["Location"] == reverse("meetings:session", args=[session.pk])
    assert (session.starts_at, session.minutes) == (second.starts_at, 45)


def test_a_form_that_needs_mending_keeps_what_was_typed(pair, mentor, signed_in_client):
    day, _at = in_days(5)

    response = signed_in_client(mentor).post(
        reverse("meetings:find_time", args=[pair.pk]), {"title": "Lunch?", "minutes": 60, "day_2": day}
    )

    assert response.context["form"].errors == {"at_2": ["Say at what time on that day."]}
    assert 'value="Lunch?"' in response.content.decode()


@pytest.mark.parametrize("asked", ["", "nonsense", "0001-01-01", "9999-12-31", "2026-13-45"])
def test_any_week_in_the_address_gives_a_page(pair, mentor, signed_in_client, asked):
    address = reverse("meetings:find_time", args=[pair.pk])

    assert signed_in_client(mentor).get(address, {"week": asked}).status_code == 200


def test_polls_are_there_for_the_people_of_the_mentorship_and_booking_for_those_who_decide(
    circle, six, lead, signed_in_client
):
    poll = ask(circle, six[0])
    option = poll.options.first()
    page, withdraw, find = (
        reverse("meetings:poll", args=[poll.pk]),
        reverse("meetings:withdraw_poll", args=[poll.pk]),
        reverse("meetings:find_time", args=[circle.pk]),
    )
    book = reverse("meetings:book_time", args=[poll.pk, option.pk])

    for person in (PersonFactory(), PersonFactory(admin=True), mentee_in(a_pair()).person):
        client = signed_in_client(person)
        assert {client.get(page).status_code, client.get(find).status_code} == {404}
        assert {client.post(book).status_code, client.post(withdraw).status_code} == {404}
    member = signed_in_client(six[1])
    assert (member.get(page).status_code, member.get(find).status_code) == (200, 200)
    assert {member.post(book).status_code, member.post(withdraw).status_code} == {404}
    assert "Book this time" not in member.get(page).content.decode()
    assert not Session.objects.exists()
    assert signed_in_client(lead).post(book).status_code == 302
    assert Session.objects.count() == 1


def test_in_a_group_a_mentee_does_not_book_the_first_session(circle, six, signed_in_client):
    for member in circle.members.all():
        give(member.person, {TUESDAY: [12]})
    address = reverse("meetings:book_first", args=[circle.pk])

    page = signed_in_client(six[0]).get(reverse("matching:mentorship", args=[circle.pk])).content.decode()

    assert address not in page
    assert signed_in_client(six[0]).post(address).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_a_poll_costs_the_same_however_many_have_answered(
    count, circle, six, signed_in_client, django_assert_num_queries
):
    poll = ask(circle, six[0])
    for person in six[1 : count + 1]:
        answer_times(poll, person, {option.pk: True for option in poll.options.all()})
    client = signed_in_client(six[0])
    client.get("/")
    with django_assert_num_queries(6):
        client.get(reverse("meetings:poll", args=[poll.pk]))


# --- Leaving --------------------------------------------------------------------------------------


def test_what_somebody_asked_and_answered_is_in_their_export_and_goes_with_them(pair, mentor, mentee):
    ask(pair, mentor)
    [part] = [one for one in registered() if one.name == "time_polls"]

    said = part.export(mentor)
    assert [poll["title"] for poll in said["times_proposed"]] == ["Our next session"]
    assert len(said["times_answered"]) == 3
    delete_person(mentor)

    assert not TimePoll.objects.exists()
    assert not TimeVote.objects.exists()


def test_whoever_left_is_neither_asked_nor_counted(circle, six, lead):
    circle.members.filter(person=six[5]).update(left_at=timezone.now())
    poll = ask(circle, lead)

    for person in [one.person for one in circle.members.filter(left_at=None).exclude(person=lead)]:
        answer_times(poll, person, {option.pk: True for option in poll.options.all()})

    assert not Mail.objects.filter(kind="time_poll", person=six[5]).exists()
    assert Mail.objects.filter(kind="time_poll_ready").count() == 1


def test_seats_kept_for_a_booked_time_follow_the_members(circle, lead):
    session = book_time(ask(circle, lead).options.first(), lead)

    assert seat_members(session) == []
