"""The pages on which people see, plan, change and cancel sessions."""

import re
from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.home import home_of
from accounts.personal_data import registered
from meetings.models import Seat, Series, Session
from meetings.moments import instant
from meetings.queries.planning import Audience
from meetings.services.planning import details_of, version
from meetings.services.seats import book_seat
from meetings.services.sessions import plan_session, replace_host
from tests.accounts.factories import PersonFactory
from tests.matching.factories import ApplicationFactory, CohortFactory, StreamFactory
from tests.meetings.factories import (
    SeriesFactory,
    SessionFactory,
    in_a_week,
    introduced,
    join,
    mentees_of,
    mentor_of,
)

pytestmark = pytest.mark.django_db

LIST = reverse("meetings:sessions")
OF_A_MENTORSHIP = ["new_session", "new_series", "several_dates"]
OF_A_SESSION = ["edit_session", "cancel_session", "substitute"]


def page(session) -> str:
    return reverse("meetings:session", args=[session.pk])


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def seated(session: Session) -> Session:
    for person in mentees_of(session.mentorship):
        session.places.create(person=person, state=Seat.State.GOING)
    return session


def typed(mentorship, **changes) -> dict:
    return {
        "title": "The circle",
        "day": in_a_week().isoformat(),
        "at": "18:00",
        "minutes": "60",
        "zone": "Europe/London",
        "host": mentor_of(mentorship).pk,
        "video_url": "https://video.example/room",
    } | changes


# --- Who may see and do what ------------------------------------------------------------------


def test_a_session_is_there_for_its_people_and_for_nobody_else(signed_in_client):
    session = SessionFactory(group=True)
    gone = join(session.mentorship)
    gone.left_at = timezone.now()
    gone.save()
    other_mentor = mentor_of(introduced(cohort=session.mentorship.cohort))

    for person in (mentor_of(session.mentorship), mentees_of(session.mentorship)[0]):
        assert signed_in_client(person).get(page(session)).status_code == 200
    for person in (gone.person, other_mentor, PersonFactory(), PersonFactory(admin=True)):
        assert signed_in_client(person).get(page(session)).status_code == 404


def test_an_open_session_is_there_for_its_stream_alone(signed_in_client):
    stream = StreamFactory()
    inside = ApplicationFactory(accepted=True, cohort=stream.cohort, stream=stream).person
    other = ApplicationFactory(accepted=True, cohort=stream.cohort).person
    session = SessionFactory(open=True, cohort=stream.cohort, stream=stream)

    assert signed_in_client(inside).get(page(session)).status_code == 200
    assert signed_in_client(other).get(page(session)).status_code == 404


@pytest.mark.parametrize("name", OF_A_SESSION)
@pytest.mark.parametrize("method", ["get", "post"])
def test_only_those_who_run_a_session_may_change_it(signed_in_client, name, method):
    session = SessionFactory(group=True)
    helper = join(session.mentorship, "cofacilitator").person
    url = reverse(f"meetings:{name}", args=[session.pk])
    host, mentee = mentor_of(session.mentorship), mentees_of(session.mentorship)[0]

    for person in (mentee, PersonFactory(), PersonFactory(admin=True)):
        assert getattr(signed_in_client(person), method)(url).status_code == 404
    for person in (host, helper):
        assert signed_in_client(person).get(url).status_code == 200
    session.refresh_from_db()
    assert (session.state, session.sequence) == (Session.State.PLANNED, 0)


@pytest.mark.parametrize("name", OF_A_MENTORSHIP)
def test_only_those_who_lead_a_group_plan_its_sessions(signed_in_client, name):
    group = introduced(mentees=2, cofacilitators=1)
    url = reverse(f"meetings:{name}", args=[group.pk])
    helper = group.members.get(part="cofacilitator").person

    for person in (mentor_of(group), helper):
        assert signed_in_client(person).get(url).status_code == 200
    for person in (mentees_of(group)[0], mentor_of(introduced()), PersonFactory(admin=True)):
        assert signed_in_client(person).get(url).status_code == 404


def test_of_two_people_both_plan(signed_in_client):
    pair = introduced()
    url = reverse("meetings:new_session", args=[pair.pk])

    for person in (mentor_of(pair), mentees_of(pair)[0]):
        assert signed_in_client(person).get(url).status_code == 200


def test_open_sessions_are_planned_by_mentors_and_admins(signed_in_client):
    cohort = CohortFactory()
    mentor = ApplicationFactory(accepted=True, mentor=True, cohort=cohort).person
    mentee = ApplicationFactory(accepted=True, cohort=cohort).person
    url = reverse("meetings:new_open_session", args=[cohort.slug])

    for person in (mentor, PersonFactory(admin=True)):
        assert signed_in_client(person).get(url).status_code == 200
    for person in (mentee, mentor_of(introduced())):
        assert signed_in_client(person).get(url).status_code == 404


@pytest.mark.parametrize(
    "address", [LIST, "/sessions/1/", "/sessions/1/change/", "/mentoring/1/sessions/new/"]
)
def test_a_visitor_is_asked_to_sign_in(client, address):
    assert client.get(address)["Location"].startswith(reverse("account_login"))


# --- The link of the call ---------------------------------------------------------------------


def test_the_link_is_for_those_with_a_seat_and_those_who_run_it(signed_in_client):
    session = SessionFactory(group=True, seats=2)
    inside, outside = mentees_of(session.mentorship)[:2]
    book_seat(session, inside)

    for person in (inside, mentor_of(session.mentorship)):
        assert session.video_url in text_of(signed_in_client(person).get(page(session)))
    assert session.video_url not in text_of(signed_in_client(outside).get(page(session)))


@pytest.mark.parametrize(("minutes", "is_open"), [(90, False), (59, True), (-30, True), (-61, False)])
def test_the_button_to_join_is_there_from_an_hour_before_to_the_end(signed_in_client, minutes, is_open):
    session = seated(SessionFactory())
    starts_at = timezone.now() + timedelta(minutes=minutes)
    Session.objects.update(starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))

    text = text_of(signed_in_client(mentees_of(session.mentorship)[0]).get(page(session)))

    assert ("Join the call" in text) is is_open


def test_a_session_planned_elsewhere_shows_both_clocks(signed_in_client):
    session = SessionFactory(zone="America/New_York", at=time(13), day=date(2027, 1, 14))

    text = text_of(signed_in_client(session.host).get(page(session)))

    assert "18:00 to 19:00" in text
    assert "13:00 to 14:00 in New York" in text


# --- The list ---------------------------------------------------------------------------------


def test_the_list_holds_what_is_mine_and_what_is_open_to_me(signed_in_client):
    cohort = CohortFactory()
    mine = SessionFactory(mentorship=introduced(cohort=cohort))
    open_one = SessionFactory(open=True, cohort=cohort, day=in_a_week() + timedelta(days=1))
    past = SessionFactory(mentorship=mine.mentorship, past=True)
    SessionFactory()
    client = signed_in_client(mentees_of(mine.mentorship)[0])

    def shown(query: str) -> list[Session]:
        weeks = client.get(f"{LIST}?{query}").context["weeks"]
        return [row.session for _when, rows in weeks for row in rows]

    assert shown("") == [mine, open_one]
    assert shown("of=mine") == [mine]
    assert shown("of=open") == [open_one]
    assert shown("when=past") == [past]


def test_an_empty_list_says_what_will_stand_there(signed_in_client):
    client = signed_in_client(PersonFactory())

    assert "No session is planned yet" in text_of(client.get(LIST))
    assert "Nothing has taken place yet" in text_of(client.get(f"{LIST}?when=past"))
    assert "No open session is planned" in text_of(client.get(f"{LIST}?of=open"))


@pytest.mark.parametrize("query", ["page=0", "page=x", "page=99", "of=other", "when=never"])
def test_a_strange_address_shows_the_list(signed_in_client, query):
    assert signed_in_client(PersonFactory()).get(f"{LIST}?{query}").status_code == 200


def test_a_row_says_how_i_stand_to_a_session(signed_in_client):
    session = SessionFactory(group=True, seats=1)
    first, second, third, fourth = mentees_of(session.mentorship)[:4]
    for person in (first, second, third):
        book_seat(session, person)

    def row_of(person):
        [(_when, [row])] = signed_in_client(person).get(LIST).context["weeks"]
        return row

    assert row_of(session.host).tag == ("good", "You host")
    assert row_of(first).tag == ("good", "You are going")
    assert row_of(third).tag == ("warn", "Waiting list, number 2")
    assert row_of(third).action is None
    assert row_of(fourth).tag is None
    assert row_of(fourth).action == (f"{page(session)}#seats", "Join the waiting list")
    assert row_of(fourth).seats_words == "Full, 2 people wait"


# --- Plan -------------------------------------------------------------------------------------


def test_a_session_is_planned_from_the_mentorship(signed_in_client):
    group = introduced(mentees=2)
    url = reverse("meetings:new_session", args=[group.pk])

    response = signed_in_client(mentor_of(group)).post(url, typed(group), follow=True)

    session = Session.objects.get()
    assert response.redirect_chain == [(page(session), 302)]
    assert "its people are invited by mail" in text_of(response)
    assert session.starts_at == instant(in_a_week(), time(18), "Europe/London")


def test_a_form_sent_twice_plans_once(signed_in_client):
    group = introduced(mentees=2)
    client, url = signed_in_client(mentor_of(group)), reverse("meetings:new_session", args=[group.pk])
    client.post(url, typed(group))

    again = client.post(url, typed(group))

    assert Session.objects.count() == 1
    assert "There is a session at this time already" in text_of(again)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("title", "", "This field is required."),
        ("day", "2020-01-01", "This time is in the past."),
        ("day", "31/02/2027", "This is no day of the calendar."),
        ("day", "9999-12-31", "at most 10 years ahead"),
        ("at", "25:99", "This is no time of day."),
        ("zone", "Mars/Olympus", "Select a valid choice."),
        ("minutes", "-5", "Select a valid choice."),
        ("seats", "0", "at least one seat"),
        ("seats", "10000", "at most 500 seats"),
        ("seats", "9" * 40, "at most 500 seats"),
        ("seats", "some", "in figures"),
        ("video_url", "not a link", "no link that opens in a browser"),
        ("video_url", "javascript:alert(1)", "no link that opens in a browser"),
        ("video_url", "ftp://files.example/x", "no link that opens in a browser"),
        ("host", "999999", "cannot lead this session"),
        ("cohost", "999999", "cannot lead this session"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_kept(signed_in_client, field, value, says):
    group = introduced(mentees=2)
    url = reverse("meetings:new_session", args=[group.pk])

    response = signed_in_client(mentor_of(group)).post(url, typed(group, **{field: value}))

    form = response.context["form"]
    assert response.status_code == 200
    assert list(form.errors) == [field]
    assert says in form.errors[field][0]
    assert form[field].value() == value
    assert 'class="error-summary"' in text_of(response)
    assert not Session.objects.exists()


@pytest.mark.parametrize(("day", "says"), [("2027-03-28", "does not exist"), ("2027-10-31", "comes twice")])
def test_the_nights_of_the_clocks_are_asked_about(signed_in_client, day, says):
    group = introduced(mentees=2)
    url = reverse("meetings:new_session", args=[group.pk])

    response = signed_in_client(mentor_of(group)).post(url, typed(group, day=day, at="01:30"))

    assert says in response.context["form"].errors["at"][0]


def test_several_mistakes_are_all_told_at_once(signed_in_client):
    group = introduced(mentees=2)
    url = reverse("meetings:new_session", args=[group.pk])
    wrong = typed(group, title="", day="2020-01-01", seats="0", video_url="x y")

    response = signed_in_client(mentor_of(group)).post(url, wrong)

    assert set(response.context["form"].errors) == {"title", "day", "seats", "video_url"}


def test_a_session_of_two_asks_for_no_seats(signed_in_client):
    pair = introduced()
    url = reverse("meetings:new_session", args=[pair.pk])

    form = signed_in_client(mentor_of(pair)).get(url).context["form"]

    assert {"seats", "cohost"} & set(form.fields) == set()


def test_the_zone_is_mine_at_first(signed_in_client):
    pair = introduced()
    mentor = mentor_of(pair)
    mentor.time_zone = "America/New_York"
    mentor.save()

    form = signed_in_client(mentor).get(reverse("meetings:new_session", args=[pair.pk])).context["form"]

    assert form["zone"].value() == "America/New_York"


def test_a_series_is_planned_from_the_mentorship(signed_in_client):
    group = introduced(mentees=2)
    url = reverse("meetings:new_series", args=[group.pk])
    until = (in_a_week() + timedelta(weeks=8)).isoformat()

    response = signed_in_client(mentor_of(group)).post(
        url, typed(group, every="fortnight", until=until), follow=True
    )

    assert Session.objects.count() == 5
    assert "The series is planned: 5 sessions." in text_of(response)


def test_a_series_that_ends_too_soon_says_so(signed_in_client):
    group = introduced(mentees=2)
    url = reverse("meetings:new_series", args=[group.pk])

    response = signed_in_client(mentor_of(group)).post(
        url, typed(group, every="week", until=timezone.localdate().isoformat())
    )

    assert "ends before it starts" in response.context["form"].errors["until"][0]


def dates_of(*days: date, **changes) -> dict:
    return {f"date-{number}-day": day.isoformat() for number, day in enumerate(days)} | changes


def test_six_dates_go_into_one_form(signed_in_client):
    group = introduced(mentees=2)
    url = reverse("meetings:several_dates", args=[group.pk])
    days = [in_a_week() + timedelta(days=9 * n) for n in range(6)]

    response = signed_in_client(mentor_of(group)).post(
        url, typed(group, **dates_of(*days, **{"date-5-other_time": "09:30"})), follow=True
    )

    assert list(Session.objects.values_list("day", flat=True)) == days
    assert Session.objects.last().at == time(9, 30)
    assert "6 sessions are planned" in text_of(response)


def test_each_wrong_date_is_named_and_none_is_planned(signed_in_client):
    group = introduced(mentees=2)
    url = reverse("meetings:several_dates", args=[group.pk])
    days = [in_a_week(), timezone.localdate() - timedelta(days=1), date(2027, 3, 28)]
    wrong = {"date-2-other_time": "01:30", "date-3-day": "31/02/2027", "date-4-other_time": "10:00"}

    response = signed_in_client(mentor_of(group)).post(url, typed(group, **dates_of(*days, **wrong)))

    said = [form.errors.get("day", [""])[0] for form in response.context["form"].dates[:5]]
    assert [bool(sentence) for sentence in said] == [False, True, True, True, True]
    assert "in the past" in said[1]
    assert "does not exist" in said[2]
    assert "Date 2" in text_of(response)
    assert not Session.objects.exists()


def test_the_same_date_twice_is_found_out(signed_in_client):
    group = introduced(mentees=2)
    url = reverse("meetings:several_dates", args=[group.pk])

    response = signed_in_client(mentor_of(group)).post(
        url, typed(group, **dates_of(in_a_week(), in_a_week()))
    )

    assert "in the list twice" in response.context["form"].dates[1].errors["day"][0]
    assert not Session.objects.exists()


def test_no_date_at_all_is_asked_for(signed_in_client):
    group = introduced(mentees=2)
    url = reverse("meetings:several_dates", args=[group.pk])

    response = signed_in_client(mentor_of(group)).post(url, typed(group))

    assert "Choose at least one date." in text_of(response)


@pytest.mark.parametrize("every", ["", "week"])
def test_an_open_session_is_planned_for_a_stream(signed_in_client, every):
    stream = StreamFactory()
    mentor = ApplicationFactory(accepted=True, mentor=True, cohort=stream.cohort).person
    url = reverse("meetings:new_open_session", args=[stream.cohort.slug])
    until = (in_a_week() + timedelta(weeks=2)).isoformat()
    wanted = typed(introduced(), host=mentor.pk, seats="5", stream=stream.pk, every=every, until=until)

    signed_in_client(mentor).post(url, wanted)

    assert set(Session.objects.values_list("cohort", "stream", "seats")) == {(stream.cohort.pk, stream.pk, 5)}
    assert (Session.objects.count(), Series.objects.count()) == ((3, 1) if every else (1, 0))


def test_an_open_series_says_until_when(signed_in_client):
    cohort = CohortFactory()
    mentor = ApplicationFactory(accepted=True, mentor=True, cohort=cohort).person
    url = reverse("meetings:new_open_session", args=[cohort.slug])

    response = signed_in_client(mentor).post(
        url, typed(introduced(), host=mentor.pk, seats="5", every="week", until="")
    )

    assert "Say until when" in response.context["form"].errors["until"][0]


# --- Change, cancel, substitute ---------------------------------------------------------------


def edited(session: Session, **changes) -> dict:
    values = {name: getattr(value, "pk", value) for name, value in details_of(session).values.items()}
    kept = {name: value for name, value in values.items() if value not in (None, "")}
    return kept | {"seen": version(session)} | changes


def test_a_session_is_changed_on_its_page(signed_in_client):
    session = SessionFactory(group=True, seats=3)
    url = reverse("meetings:edit_session", args=[session.pk])

    response = signed_in_client(session.host).post(url, edited(session, title="New name"), follow=True)

    assert "gets one mail about what is new" in text_of(response)
    session.refresh_from_db()
    assert session.title == "New name"


def test_all_that_follow_are_changed_from_one_page(signed_in_client):
    series = SeriesFactory()
    third = series.sessions.all()[2]
    url = reverse("meetings:edit_session", args=[third.pk])

    signed_in_client(third.host).post(url, edited(third, at="12:00", scope="following"))

    assert list(Session.objects.values_list("at", flat=True)) == [time(18)] * 2 + [time(12)] * 4


def test_whoever_edits_an_older_version_keeps_what_they_typed(signed_in_client):
    session = SessionFactory()
    stale = edited(session, title="Mine")
    Session.objects.update(title="Theirs")

    response = signed_in_client(session.host).post(reverse("meetings:edit_session", args=[session.pk]), stale)

    assert "Somebody changed this session while you were editing it" in text_of(response)
    assert response.context["form"]["title"].value() == "Mine"
    session.refresh_from_db()
    assert session.title == "Theirs"


def test_fewer_seats_than_are_taken_are_refused_beside_the_field(signed_in_client):
    session = seated(SessionFactory(group=True, seats=8))

    response = signed_in_client(session.host).post(
        reverse("meetings:edit_session", args=[session.pk]), edited(session, seats="2")
    )

    assert "6 people have a seat already" in response.context["form"].errors["seats"][0]


@pytest.mark.parametrize("name", OF_A_SESSION)
@pytest.mark.parametrize("trait", ["past", "cancelled"])
def test_what_is_over_leads_back_with_a_sentence(signed_in_client, name, trait):
    session = SessionFactory(**{trait: True})

    response = signed_in_client(session.host).post(
        reverse(f"meetings:{name}", args=[session.pk]), follow=True
    )

    assert response.redirect_chain == [(page(session), 302)]
    assert re.search("can no longer be changed|was cancelled already", text_of(response))


def test_the_question_before_cancelling_says_who_is_told(signed_in_client):
    session = seated(SessionFactory(group=True))
    url = reverse("meetings:cancel_session", args=[session.pk])
    client = signed_in_client(session.host)

    asked = text_of(client.get(url))

    session.refresh_from_db()
    assert all(str(person) in asked for person in mentees_of(session.mentorship))
    assert session.state == Session.State.PLANNED


def test_cancelling_takes_one_click(signed_in_client):
    session = SessionFactory()

    response = signed_in_client(session.host).post(
        reverse("meetings:cancel_session", args=[session.pk]), follow=True
    )

    session.refresh_from_db()
    assert session.state == Session.State.CANCELLED
    assert "Cancelled." in text_of(response)


@pytest.mark.parametrize(("scope", "left"), [("one", 5), ("following", 2), ("all", 0)])
def test_so_much_of_a_series_is_cancelled_as_was_chosen(signed_in_client, scope, left):
    series = SeriesFactory()
    third = series.sessions.all()[2]

    signed_in_client(third.host).post(reverse("meetings:cancel_session", args=[third.pk]), {"scope": scope})

    assert series.sessions.filter(state=Session.State.PLANNED).count() == left


def test_a_substitute_takes_over_and_sees_no_more_than_the_session(signed_in_client):
    session = SessionFactory(group=True)
    helper = ApplicationFactory(accepted=True, mentor=True, cohort=session.mentorship.cohort).person
    url = reverse("meetings:substitute", args=[session.pk])

    signed_in_client(session.host).post(url, {"substitute": helper.pk})

    client = signed_in_client(helper)
    assert client.get(page(session)).status_code == 200
    assert client.get(reverse("matching:mentorship", args=[session.mentorship.pk])).status_code == 404
    assert reverse("matching:mentorship", args=[session.mentorship.pk]) not in text_of(
        client.get(page(session))
    )


def test_a_stranger_cannot_be_made_a_substitute(signed_in_client):
    session = SessionFactory(group=True)
    url = reverse("meetings:substitute", args=[session.pk])

    response = signed_in_client(session.host).post(url, {"substitute": PersonFactory().pk})

    session.refresh_from_db()
    assert "cannot step in" in response.context["form"].errors["substitute"][0]
    assert session.host == mentor_of(session.mentorship)


# --- Home, mentorship, one's data -------------------------------------------------------------


def test_home_asks_whether_one_comes_until_one_has_answered():
    group = introduced(mentees=2)
    session = seated(SessionFactory(mentorship=group, host=mentor_of(group)))
    silent, answered = mentees_of(group)
    book_seat(session, answered)

    def asked(person) -> bool:
        step = home_of(person).step
        return step is not None and step.title == f"Are you coming to {session.title}?"

    assert [asked(person) for person in (silent, answered, session.host)] == [True, False, False]


def test_home_leads_into_the_call_from_an_hour_before():
    session = seated(SessionFactory())
    starts_at = timezone.now() + timedelta(minutes=30)
    Session.objects.update(starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))

    step = home_of(session.host).step

    assert step.title == f"Join at {timezone.localtime(starts_at):%H:%M}: {session.title}"
    assert step.url == session.video_url


def test_home_shows_what_comes_next(signed_in_client):
    session = SessionFactory()

    text = text_of(signed_in_client(session.host).get(reverse("home")))

    assert page(session) in text
    assert "Coming up" in text


def test_the_mentorship_shows_its_sessions_and_who_leads_can_plan(signed_in_client):
    session = SessionFactory(group=True)
    SessionFactory(title="Of somebody else")
    url = reverse("matching:mentorship", args=[session.mentorship.pk])
    plan = reverse("meetings:new_session", args=[session.mentorship.pk])

    led = text_of(signed_in_client(session.host).get(url))
    seen = text_of(signed_in_client(mentees_of(session.mentorship)[0]).get(url))

    assert page(session) in led
    assert page(session) in seen
    assert "Of somebody else" not in led
    assert (plan in led, plan in seen) == (True, False)


def test_ones_data_holds_what_one_hosted_and_where_one_had_a_seat():
    [part] = [part for part in registered() if part.name == "sessions"]
    session = seated(SessionFactory(title="First meeting"))

    hosted = part.export(session.host)
    seat = part.export(mentees_of(session.mentorship)[0])

    assert [one["title"] for one in hosted["sessions_hosted"]] == ["First meeting"]
    assert [one["session"] for one in seat["seats"]] == ["First meeting"]
    assert part.export(PersonFactory()) == {"sessions_hosted": [], "seats": []}


def test_whoever_is_erased_hosts_nothing_and_frees_a_seat():
    [part] = [part for part in registered() if part.name == "sessions"]
    group = introduced(mentees=2, cofacilitators=1)
    session = SessionFactory(mentorship=group, host=mentor_of(group), seats=2)
    book_seat(session, mentees_of(group)[0])

    part.erase(mentor_of(group))
    part.erase(mentees_of(group)[0])

    session.refresh_from_db()
    assert session.host == group.members.get(part="cofacilitator").person
    assert session.taken == 0


# --- Cost -------------------------------------------------------------------------------------


def cost_of(client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return len(queries)


@pytest.mark.parametrize("address", [LIST, f"{LIST}?when=past", reverse("home")])
def test_a_list_costs_the_same_with_one_and_three_rows(signed_in_client, address):
    costs = []
    for count in (1, 3):
        group = introduced(mentees=3)
        for number in range(count):
            seated(
                SessionFactory(
                    mentorship=group, host=mentor_of(group), day=in_a_week() + timedelta(days=number)
                )
            )
            SessionFactory(mentorship=group, host=mentor_of(group), past=True)
        costs.append(cost_of(signed_in_client(mentees_of(group)[0]), address))

    assert costs[0] == costs[1] <= 20


def test_a_session_costs_the_same_however_many_come(signed_in_client):
    costs = []
    for count in (2, 8):
        group = introduced(mentees=count)
        session = seated(SessionFactory(mentorship=group, host=mentor_of(group)))
        costs.append(cost_of(signed_in_client(session.host), page(session)))

    assert costs[0] == costs[1] <= 20


@pytest.mark.parametrize("name", [*OF_A_MENTORSHIP, *OF_A_SESSION])
def test_a_form_costs_the_same_however_many_could_lead(signed_in_client, name):
    costs = []
    for count in (2, 8):
        group = introduced(mentees=count)
        session = SessionFactory(mentorship=group, host=mentor_of(group))
        pk = group.pk if name in OF_A_MENTORSHIP else session.pk
        costs.append(cost_of(signed_in_client(session.host), reverse(f"meetings:{name}", args=[pk])))

    assert costs[0] == costs[1] <= 20


def test_an_old_substitute_no_longer_sees_the_page(signed_in_client):
    group = introduced(mentees=2)
    session = plan_session(
        Audience(group), details_of(SessionFactory.build(mentorship=group, host=mentor_of(group)))
    )
    helper = ApplicationFactory(accepted=True, mentor=True, cohort=group.cohort).person
    replace_host(session, helper)
    replace_host(session, mentor_of(group))

    assert signed_in_client(helper).get(page(session)).status_code == 404
