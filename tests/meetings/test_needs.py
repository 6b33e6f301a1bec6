"""What people bring to a session: raising it, sharing it, ordering it, and never unmasking who was anonymous."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from matching.models import Mentorship
from meetings.marks import is_marked_by
from meetings.models import MeToo, SessionNeed
from meetings.queries.needs import anonymous_by, part_for
from meetings.services.needs import (
    TooFewToBeAnonymous,
    carry_over,
    mark_covered,
    place_need,
    say_me_too,
    step_need,
)
from tests.accounts.factories import PersonFactory
from tests.matching.at_once import at_once
from tests.meetings.factories import SessionFactory, introduced, mentees_of, mentor_of
from tests.meetings.private_factories import case_of, need_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    return SessionFactory(group=True)


@pytest.fixture
def host(session):
    return mentor_of(session.mentorship)


@pytest.fixture
def mentee(session):
    return mentees_of(session.mentorship)[0]


@pytest.fixture
def other(session):
    return mentees_of(session.mentorship)[1]


def board(session) -> str:
    return reverse("meetings:needs", args=[session.pk])


def new(session, name="raise_need") -> str:
    return reverse(f"meetings:{name}", args=[session.pk])


def do(name, need) -> str:
    return reverse(f"meetings:{name}", args=[need.pk])


def shown(client, session) -> str:
    return client.get(board(session)).content.decode()


def bodies(session, reader) -> list[str]:
    return [row.need.body for row in part_for(session, reader).rows]


# --- Raising ----------------------------------------------------------------------------------


def test_a_need_raised_under_ones_name_is_seen_by_the_others(session, mentee, other, signed_in_client):
    sent = {"body": "How do I ask for time?", "pk": uuid4()}
    response = signed_in_client(mentee).post(new(session), sent)

    page = shown(signed_in_client(other), session)

    assert response.url == board(session)
    assert "How do I ask for time?" in page
    assert mentee.name in page


def test_a_form_sent_twice_raises_one_need(session, mentee, signed_in_client):
    client, sent = signed_in_client(mentee), {"body": "Once.", "pk": uuid4()}

    client.post(new(session), sent)
    client.post(new(session), sent)

    assert SessionNeed.objects.count() == 1


def test_somebody_elses_key_overwrites_nothing(session, mentee, other, signed_in_client):
    need = need_of(session, mentee, "Mine.")

    signed_in_client(other).post(new(session), {"body": "Taken over.", "pk": need.pk})

    assert [one.body for one in SessionNeed.objects.all()] == ["Mine."]


@pytest.mark.parametrize("size", [1_000_000, 3_000_000])
def test_a_text_that_is_far_too_long_is_refused_with_a_sentence_and_kept(
    session, mentee, signed_in_client, size
):
    typed = "abcdefghi " * (size // 10)

    response = signed_in_client(mentee).post(new(session), {"body": typed, "pk": uuid4()})

    page = response.content.decode()
    assert response.status_code == 200
    assert "characters, and 500 fit. Shorten it" in page
    assert page.count("abcdefghi") == size // 10
    assert SessionNeed.objects.count() == 0


def test_control_marks_are_taken_out_and_everything_else_stays(session, mentee, signed_in_client):
    typed = "NUL\x00 زندگی 李 👩‍⚕️ <script>alert(1)</script> {{ x }}"
    signed_in_client(mentee).post(new(session), {"body": typed, "pk": uuid4()})

    page = shown(signed_in_client(mentee), session)

    assert SessionNeed.objects.get().body == typed.replace("\x00", "")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ x }}" in page


@pytest.mark.parametrize("change", ["past", "cancelled", "ended"])
def test_nothing_is_raised_once_it_is_over(session, mentee, signed_in_client, change):
    client = signed_in_client(mentee)
    if change == "past":
        type(session).objects.update(starts_at=timezone.now() - timedelta(days=2), ends_at=timezone.now())
    elif change == "cancelled":
        type(session).objects.update(state="cancelled", cancelled_at=timezone.now())
    else:
        end(session.mentorship)

    assert client.post(new(session), {"body": "Too late.", "pk": uuid4()}).status_code == 404
    assert client.get(board(session)).status_code == 200
    assert SessionNeed.objects.count() == 0


def end(mentorship):
    now = timezone.now()
    mentorship.members.update(left_at=now)
    Mentorship.objects.filter(pk=mentorship.pk).update(state="ended", ended_at=now)


def test_a_decision_case_shows_its_parts_a_warning_and_later_what_was_decided(
    session, mentee, other, signed_in_client
):
    client = signed_in_client(mentee)
    asked = client.get(new(session, "raise_case")).content.decode()
    sent = {"body": "Go live?", "options": "Two wards.\nAll.", "matters": "Safety.", "pk": uuid4()}
    client.post(new(session, "raise_case"), sent)
    need = SessionNeed.objects.get()

    client.post(do("decide_need", need), {"decided": "Two wards first."})
    client.post(do("edit_need", need), sent | {"body": "Go live, or wait?"})

    page = shown(signed_in_client(other), session)
    assert "No patients, no colleagues." in asked
    for words in ("Go live, or wait?", "Two wards.<br>All.", "Safety.", "Two wards first."):
        assert words in page


# --- Its author, and nobody else --------------------------------------------------------------


@pytest.mark.parametrize("is_anonymous", [True, False])
@pytest.mark.parametrize("name", ["edit_need", "withdraw_need", "decide_need"])
def test_only_its_author_can_change_a_need(
    session, mentee, other, host, signed_in_client, name, is_anonymous
):
    need = case_of(session, mentee, is_anonymous=is_anonymous)

    for person in (other, host):
        assert signed_in_client(person).get(do(name, need)).status_code == 404
        assert signed_in_client(person).post(do(name, need), {"body": "x"}).status_code == 404
    assert signed_in_client(mentee).get(do(name, need)).status_code == 200


def test_the_author_of_an_anonymous_need_can_edit_and_withdraw_it(session, mentee, signed_in_client):
    client, need = signed_in_client(mentee), need_of(session, mentee, "First words.", is_anonymous=True)

    client.post(do("edit_need", need), {"body": "Better words.", "pk": need.pk})
    assert [one.body for one in SessionNeed.objects.all()] == ["Better words."]

    client.post(do("withdraw_need", need))
    assert not SessionNeed.objects.exists()


# --- Anonymous --------------------------------------------------------------------------------


def test_no_column_of_an_anonymous_need_leads_to_its_author(session, mentee, other):
    need_of(session, mentee, "planted", is_anonymous=True)

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM meetings_sessionneed")
        columns = [column.name for column in cursor.description]
        row = dict(zip(columns, cursor.fetchone(), strict=True))

    assert row.pop("author_id") is None
    assert row.pop("id").version == 4
    assert {name for name in row if name.endswith(("_at", "_on"))} == set()
    assert row.pop("session_id") == session.pk
    assert {value for value in row.values() if isinstance(value, int)} <= {0, True}
    assert [row["case"], row["position"]] == [None, None]


def test_its_mark_answers_for_its_author_alone_and_differs_each_time(session, mentee, other):
    first, second = (need_of(session, mentee, is_anonymous=True) for _ in range(2))

    assert is_marked_by(first.mark, mentee, first.pk)
    assert not is_marked_by(first.mark, other, first.pk)
    assert not is_marked_by(first.mark, mentee, second.pk)
    assert first.mark.partition(":")[2] != second.mark.partition(":")[2]
    assert {need.pk for need in anonymous_by(mentee, session.needs.all())} == {first.pk, second.pk}
    assert anonymous_by(other, session.needs.all()) == []


def test_the_board_looks_the_same_to_its_author_and_to_others(session, mentee, other, signed_in_client):
    need_of(session, mentee, "Who will know?", is_anonymous=True)

    seen = []
    for person in (mentee, other):
        client = signed_in_client(person)
        page = shown(client, session)
        part = page[page.index('<section class="card needs"') : page.index("</section>")]
        seen.append(part.replace(client.cookies["csrftoken"].value, ""))

    strip = [without_tokens(part) for part in seen]
    assert "Who will know?" in strip[0]
    assert strip[0] == strip[1]


def without_tokens(page: str) -> str:
    return "\n".join(line for line in page.splitlines() if "csrfmiddlewaretoken" not in line)


@pytest.mark.parametrize("sharing", [0, 1, 2, 5, 6])
def test_beside_an_anonymous_need_stands_no_number(session, mentee, signed_in_client, sharing):
    need = need_of(session, mentee, "Quietly.", is_anonymous=True)
    people = mentees_of(session.mentorship)
    for person in people[:sharing]:
        say_me_too(need, person)

    [row] = part_for(session, people[5]).rows

    # Its author is among those who may share it: all six can, and nobody is left over.
    assert (row.others, row.has_others) == (0, sharing >= 2)
    assert MeToo.objects.count() == sharing


def test_the_author_of_a_named_need_does_not_share_it_with_themselves(session, mentee):
    need = need_of(session, mentee)

    say_me_too(need, mentee)

    assert not MeToo.objects.exists()


@pytest.mark.parametrize(("mentees", "can"), [(1, False), (2, False), (3, True)])
def test_in_a_very_small_group_nobody_is_promised_to_be_anonymous(mentees, can, signed_in_client):
    session = SessionFactory(mentorship=introduced(mentees=mentees))
    mentee = mentees_of(session.mentorship)[0]
    asked = signed_in_client(mentee).get(new(session)).content.decode()

    assert ("Raise it anonymously" in asked) == can
    if not can:
        with pytest.raises(TooFewToBeAnonymous, match="Raise it under your name"):
            need_of(session, mentee, is_anonymous=True)


def test_an_order_of_arrival_is_never_shown(session, mentee, host):
    for n in range(12):
        need_of(session, mentee, f"need {n}", is_anonymous=n % 2 == 0)

    order = bodies(session, host)

    assert order != [f"need {n}" for n in range(12)]
    assert order == [need.body for need in sorted(session.needs.all(), key=lambda need: need.pk)]


# --- Me too -----------------------------------------------------------------------------------


def test_me_too_counts_each_person_once_and_can_be_taken_back(session, mentee, other, host, signed_in_client):
    need, client = need_of(session, mentee), signed_in_client(other)

    for _twice in range(2):
        client.post(do("me_too", need), {"say": "1"})
    signed_in_client(host).post(do("me_too", need), {"say": "1"})
    assert "2 others too" in shown(client, session)

    client.post(do("me_too", need), {"say": "0"})
    assert "1 other too" in shown(client, session)


def test_htmx_gets_the_board_alone(session, mentee, other, signed_in_client):
    need = need_of(session, mentee)

    page = signed_in_client(other).post(do("me_too", need), {"say": "1"}, headers={"HX-Request": "true"})

    assert page.content.decode().strip().startswith('<section class="card needs" id="needs"')
    assert 'aria-pressed="true"' in page.content.decode()


# --- Order ------------------------------------------------------------------------------------


@pytest.fixture
def three(session, mentee, host):
    needs = {name: need_of(session, mentee, name) for name in "abc"}
    place_need(needs["a"], before=None)
    place_need(needs["b"], before=None)
    place_need(needs["c"], before=None)
    assert bodies(session, host) == ["a", "b", "c"]
    return needs


@pytest.mark.parametrize(
    ("moved", "before", "order"),
    [("c", "a", "cab"), ("a", "c", "bac"), ("a", None, "bca"), ("b", "b", "acb"), ("b", "gone", "acb")],
)
def test_the_host_places_one_before_another(session, host, three, signed_in_client, moved, before, order):
    target = {"gone": uuid4(), None: ""}.get(before) or (three[before].pk if before in three else "")

    signed_in_client(host).post(do("move_need", three[moved]), {"before": target})

    assert "".join(bodies(session, host)) == order


@pytest.mark.parametrize(
    ("moved", "steps", "order"), [("a", -1, "abc"), ("b", -1, "bac"), ("b", 1, "acb"), ("c", 1, "abc")]
)
def test_the_host_moves_one_up_or_down(session, host, three, signed_in_client, moved, steps, order):
    signed_in_client(host).post(do("move_need", three[moved]), {"steps": steps})

    assert "".join(bodies(session, host)) == order


def test_a_step_passes_over_what_was_talked_about(session, host, three):
    mark_covered(three["b"], is_covered=True)

    step_need(three["c"], steps=-1)

    assert [row.need.body for row in part_for(session, host).open_rows] == ["c", "a"]


def test_a_mentee_of_a_group_does_not_order(session, mentee, three, signed_in_client):
    client = signed_in_client(mentee)

    assert client.post(do("move_need", three["c"]), {"steps": -1}).status_code == 404
    assert client.post(do("cover_need", three["c"])).status_code == 404
    assert "data-step" not in shown(client, session)


def test_in_a_one_to_one_both_order():
    session = SessionFactory()
    mentee = mentees_of(session.mentorship)[0]

    assert part_for(session, mentee).may_order
    assert part_for(session, mentor_of(session.mentorship)).may_order


@pytest.mark.parametrize("sent", [{"before": "no key"}, {"steps": "9"}, {"steps": "up"}])
def test_a_nonsensical_move_changes_nothing(session, host, three, signed_in_client, sent):
    assert signed_in_client(host).post(do("move_need", three["c"]), sent).status_code == 404
    assert "".join(bodies(session, host)) == "abc"


def test_what_was_talked_about_stands_apart_and_can_come_back(session, host, three, signed_in_client):
    client = signed_in_client(host)

    client.post(do("cover_need", three["a"]), {"covered": "1"})
    part = part_for(session, host)
    assert [row.need.body for row in part.covered_rows] == ["a"]

    client.post(do("cover_need", three["a"]), {"covered": "0"})
    assert part_for(session, host).covered_rows == []


@pytest.mark.django_db(transaction=True)
def test_two_hosts_who_order_at_once_leave_one_order():
    session = SessionFactory(group=True)
    mentee = mentees_of(session.mentorship)[0]
    needs = [need_of(session, mentee, f"{n}") for n in range(5)]

    def move(number):
        try:
            place_need(needs[number % 5], before=needs[(number + 2) % 5].pk)
        finally:
            connections.close_all()

    at_once(*(lambda number=number: move(number) for number in range(8)))

    positions = sorted(SessionNeed.objects.values_list("position", flat=True))
    assert positions == [1, 2, 3, 4, 5]


# --- Carried over -----------------------------------------------------------------------------


@pytest.fixture
def last(session):
    return SessionFactory(mentorship=session.mentorship, past=True)


def test_what_was_not_talked_about_is_offered_to_the_next_session_and_brought_along(
    session, last, mentee, other, signed_in_client
):
    for n, is_anonymous in enumerate([False, True]):
        need_of(last, mentee, f"unfinished {n}", is_anonymous=is_anonymous)
    mark_covered(need_of(last, mentee, "finished"), is_covered=True)
    client = signed_in_client(other)
    assert "2 from earlier sessions were not talked about." in shown(client, session)

    client.post(new(session, "carry_needs"))

    page = shown(client, session)
    assert sorted(bodies(session, other)) == ["unfinished 0", "unfinished 1"]
    assert page.count("carried over") == 2
    assert "from earlier sessions" not in page
    assert len(anonymous_by(mentee, session.needs.all())) == 1
    assert bodies(last, other) == ["finished"]


def test_nothing_is_carried_twice_or_from_another_mentorship(session, last, mentee):
    need_of(last, mentee)
    elsewhere = SessionFactory(group=True, past=True)
    need_of(elsewhere, mentor_of(elsewhere.mentorship))

    assert [carry_over(session), carry_over(session)] == [1, 0]
    assert SessionNeed.objects.get(session=session).carried == 1


def test_the_needs_of_a_session_still_to_come_stay_there(session, mentee):
    later = SessionFactory(mentorship=session.mentorship, day=session.day + timedelta(days=7))
    need_of(session, mentee)

    assert carry_over(later) == 0


def test_a_cancelled_session_lets_its_needs_go_along(session, mentee):
    off = SessionFactory(mentorship=session.mentorship, day=session.day - timedelta(days=1), cancelled=True)
    need_of(off, mentee)

    assert part_for(session, mentee).left_over == 1


def test_open_sessions_have_other_people_each_time_so_nothing_is_carried():
    past, coming = SessionFactory(open=True, past=True), SessionFactory(open=True)
    need_of(past, past.host)

    assert carry_over(coming) == 0


# --- What it costs ----------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_the_board_costs_the_same_however_many_needs(session, last, mentee, host, signed_in_client, count):
    for n in range(count):
        need_of(session, mentee, is_anonymous=n == 1)
        case_of(session, host)
        need_of(last, mentee)
    client = signed_in_client(host)
    client.get(board(session))

    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(board(session))

    assert len(queries) == BOARD_QUERIES


BOARD_QUERIES = 6


def test_a_visitor_is_asked_to_sign_in(session, client):
    assert client.get(board(session))["Location"].startswith(reverse("account_login"))


def test_no_browser_or_proxy_keeps_the_page(session, mentee, signed_in_client):
    control = signed_in_client(mentee).get(board(session))["Cache-Control"]

    assert {"no-store", "private"} <= set(control.split(", "))


def test_whoever_has_no_seat_in_an_open_session_sees_nothing_of_it():
    session = SessionFactory(open=True)
    need_of(session, session.host, "Seen by those who come.")

    assert part_for(session, PersonFactory()).is_closed
    assert part_for(session, PersonFactory()).rows == []
    assert bodies(session, session.host) == ["Seen by those who come."]
