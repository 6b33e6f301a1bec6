"""The weekly digest: what waited goes in one mail on Monday morning where the reader is, and once."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from outbox import digest, kinds, preferences
from outbox.delivery import deliver_due
from outbox.digest import NOTHING_LEFT, WENT_WITH_DIGEST, gather
from outbox.kinds import MailKind
from outbox.models import Mail, Pause
from outbox.preferences import IN_DIGEST
from outbox.week import next_digest
from tests.accounts.factories import PersonFactory
from tests.outbox.conftest import words

LONDON = ZoneInfo("Europe/London")


def instant(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=UTC)


WEDNESDAY, MONDAY = instant("2027-01-06T12:00"), instant("2027-01-11T08:00")


@pytest.mark.parametrize(
    ("now", "zone", "leaves"),
    [
        ("2027-01-06T12:00", "Europe/London", "2027-01-11T08:00"),
        ("2027-01-11T07:59", "Europe/London", "2027-01-11T08:00"),
        ("2027-01-11T08:00", "Europe/London", "2027-01-18T08:00"),
        ("2027-01-11T08:00", "America/New_York", "2027-01-11T13:00"),
        # Sunday evening in London is Monday morning in Auckland.
        ("2027-01-10T20:00", "Pacific/Auckland", "2027-01-17T19:00"),
        # Across both changes of clock it stays 8 on the wall.
        ("2027-03-26T12:00", "Europe/London", "2027-03-29T07:00"),
        ("2027-10-29T12:00", "Europe/London", "2027-11-01T08:00"),
    ],
)
def test_the_digest_leaves_on_monday_at_eight_on_the_readers_wall(now, zone, leaves):
    assert next_digest(instant(now), ZoneInfo(zone)) == instant(leaves)


@pytest.fixture(autouse=True)
def news():
    """A kind that may wait for the digest; its causes vanish once they are in this set."""
    gone = set()
    kinds.register(
        MailKind(
            "invitation_of_a_test",
            "News",
            build=words,
            why_skip=lambda mail: "Gone." if mail.key in gone else "",
            is_essential=False,
            may_wait_for_digest=True,
        )
    )
    return gone


@pytest.fixture
def weekly(reader):
    preferences.save(reader, {"invitation_of_a_test": "weekly"})
    return reader


@pytest.fixture
def hold(weekly, queue):
    """Queue mails by their keys; they are held back for Monday."""

    def hold_back(*keys, person=weekly, **more):
        for key in keys:
            queue("invitation_of_a_test", key=key, title=f"News {key}", person=person, **more)
        Mail.objects.filter(key__in=keys).update(not_before=WEDNESDAY)
        deliver_due(clock=lambda: WEDNESDAY)

    return hold_back


def states():
    return dict(Mail.objects.exclude(kind="weekly_digest").values_list("key", "state"))


def test_what_its_reader_wants_once_a_week_waits(sink, hold):
    hold("1")

    mail = Mail.objects.get()
    assert (mail.state, mail.note, sink.readers) == ("queued", IN_DIGEST, [])
    assert mail.not_before > MONDAY


def test_who_has_said_nothing_gets_it_at_once(sink, queue):
    queue("invitation_of_a_test")
    deliver_due()

    assert sink.readers == ["samira@example.org"]


def test_one_mail_brings_all_that_waited(sink, hold):
    hold("1", "2")

    assert gather(MONDAY) == 1
    deliver_due()

    [message] = sink.messages
    text, html = (message.get_body([part]).get_content() for part in ("plain", "html"))
    assert message["Subject"] == "Your week: 2 things to know"
    assert [text.count("Hello Samira"), text.count("1. News 1, Monday"), text.count("2. News 2, Monday")] == [
        1,
        1,
        1,
    ]
    assert [html.count("<html"), html.count(">News 1, Monday</h2>"), html.count(">News 2, Monday</h2>")] == [
        1,
        1,
        1,
    ]
    assert states() == {"1": "gathered", "2": "gathered"}
    assert set(Mail.objects.filter(state="gathered").values_list("note", "digest__kind")) == {
        (WENT_WITH_DIGEST, "weekly_digest")
    }


def test_a_text_in_a_digest_is_escaped_as_ever(sink, weekly, queue):
    queue("invitation_of_a_test", title="<b>Sons</b> & O'Brien")
    Mail.objects.update(not_before=WEDNESDAY)
    deliver_due(clock=lambda: WEDNESDAY)
    gather(MONDAY)
    deliver_due()

    [message] = sink.messages
    assert "<b>Sons</b> & O'Brien" in message.get_body(["plain"]).get_content()
    html = message.get_body(["html"]).get_content()
    assert ("<b>Sons" in html, "&lt;b&gt;Sons&lt;/b&gt; &amp; O" in html) == (False, True)


def test_before_monday_nothing_is_gathered(hold):
    hold("1")

    assert gather(MONDAY - timedelta(minutes=1)) == 0
    assert states() == {"1": "queued"}


def test_where_nothing_waits_there_is_no_mail(weekly):
    assert gather(MONDAY) == 0
    assert not Mail.objects.exists()


def test_two_runs_make_one_digest(sink, hold):
    hold("1")

    assert [gather(MONDAY), gather(MONDAY), gather(MONDAY + timedelta(hours=1))] == [1, 0, 0]
    assert Mail.objects.filter(kind="weekly_digest").count() == 1


def test_what_comes_on_monday_itself_waits_for_the_next(sink, hold, queue):
    hold("1")
    gather(MONDAY)
    queue("invitation_of_a_test", key="2")
    Mail.objects.filter(key="2").update(not_before=MONDAY)
    deliver_due(clock=lambda: MONDAY + timedelta(minutes=1))

    assert gather(MONDAY + timedelta(minutes=2)) == 0
    assert gather(MONDAY + timedelta(days=7)) == 1
    assert states() == {"1": "gathered", "2": "gathered"}


def test_a_clock_that_was_down_over_monday_still_brings_it(sink, hold):
    hold("1")

    assert gather(MONDAY + timedelta(hours=20)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_the_same_moment_make_one_digest(sink, hold):
    hold("1", "2")
    both_here, made = Barrier(2), []

    def run():
        try:
            both_here.wait(timeout=30)
            made.append(gather(MONDAY))
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join(timeout=60) for thread in threads]

    assert sorted(made) == [0, 1]
    assert Mail.objects.filter(kind="weekly_digest").count() == 1
    assert states() == {"1": "gathered", "2": "gathered"}


def test_what_has_lost_its_cause_is_not_gathered(sink, hold, news):
    hold("1", "2")
    news.add("1")
    gather(MONDAY)
    deliver_due()

    assert states() == {"1": "skipped", "2": "gathered"}
    assert sink.messages[0]["Subject"] == "Your week: 1 thing to know"


def test_a_cause_lost_on_the_way_leaves_no_empty_digest(sink, hold, news):
    hold("1")
    gather(MONDAY)
    news.add("1")
    deliver_due()

    mail = Mail.objects.get(kind="weekly_digest")
    assert (mail.state, mail.note, sink.readers) == ("skipped", NOTHING_LEFT, [])


def test_what_would_be_stale_on_monday_comes_at_once(sink, hold):
    hold("1", expires_at=MONDAY)

    assert (states(), sink.readers) == ({"1": "sent"}, ["samira@example.org"])


def test_who_wants_it_at_once_again_gets_what_waits(sink, hold, weekly):
    hold("1")

    preferences.save(weekly, {"invitation_of_a_test": "at_once"})
    deliver_due()

    assert (states(), len(sink.messages)) == ({"1": "sent"}, 1)


def test_who_stops_the_digest_gets_nothing_that_it_gathered(sink, hold, weekly):
    hold("1")

    preferences.stop(weekly, "weekly_digest")
    deliver_due()

    assert preferences.of(weekly)["invitation_of_a_test"] == "never"
    assert (states(), sink.readers) == ({"1": "skipped"}, [])


def test_a_kind_that_an_admin_holds_back_is_not_gathered(sink, hold, admin_user):
    hold("1")
    Pause.objects.create(kind="invitation_of_a_test", by=admin_user)

    assert gather(MONDAY) == 0
    assert states() == {"1": "queued"}


def test_each_reader_gets_their_own(sink, hold, weekly):
    other = PersonFactory(email="other@example.org", time_zone="America/New_York")
    preferences.save(other, {"invitation_of_a_test": "weekly"})
    hold("1")
    hold("2", person=other)

    assert [gather(MONDAY), gather(MONDAY + timedelta(hours=5))] == [1, 1]
    deliver_due()
    assert sink.readers == ["samira@example.org", "other@example.org"]


def test_the_clock_and_the_sweep_both_ask_for_it(settings):
    from outbox import chores

    tasks = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert "outbox.tasks.gather_digests" in tasks
    assert digest.gather in chores.every()
