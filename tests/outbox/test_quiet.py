"""Nobody is woken: what may leave in the night of its reader, and what waits for the morning."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from accounts.services.profile import save_profile
from outbox import kinds
from outbox.delivery import deliver_due
from outbox.kinds import MailKind
from outbox.models import Mail
from outbox.quiet import NIGHT, morning_after
from outbox.services import queue_mail, queue_rendered_mail
from tests.accounts.factories import PersonFactory
from tests.outbox.conftest import words

LONDON = ZoneInfo("Europe/London")


@pytest.fixture(autouse=True)
def quiet_hours(settings):
    settings.QUIET_HOURS = (time(20), time(7, 30))


def instant(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "zone", "morning"),
    [
        ("2026-11-10T12:00", "Europe/London", None),
        ("2026-11-10T19:59", "Europe/London", None),
        ("2026-11-10T20:00", "Europe/London", "2026-11-11T07:30"),
        ("2026-11-10T07:29", "Europe/London", "2026-11-10T07:30"),
        ("2026-11-10T07:30", "Europe/London", None),
        ("2026-11-10T06:45", "Europe/Paris", None),
        ("2026-11-10T20:00", "Australia/Sydney", "2026-11-10T20:30"),
        # Half past seven is an hour nearer in the night when the clocks go forward, and an hour further when they go back.
        ("2027-03-27T23:00", "Europe/London", "2027-03-28T06:30"),
        ("2027-10-30T22:00", "Europe/London", "2027-10-31T07:30"),
        # Within the hour that comes twice, the first time and the second.
        ("2027-10-31T00:30", "Europe/London", "2027-10-31T07:30"),
        ("2027-10-31T01:30", "Europe/London", "2027-10-31T07:30"),
        # The same nights in New York are a week or more apart from those in London.
        ("2027-03-14T06:30", "America/New_York", "2027-03-14T11:30"),
        ("2027-11-07T05:30", "America/New_York", "2027-11-07T12:30"),
    ],
)
def test_the_night_ends_at_half_past_seven_on_the_readers_wall(moment, zone, morning):
    assert morning_after(instant(moment), ZoneInfo(zone)) == (morning and instant(morning))


def test_hours_within_one_day_end_on_that_day(settings):
    settings.QUIET_HOURS = (time(1), time(6))

    assert morning_after(instant("2026-11-10T02:00"), LONDON) == instant("2026-11-10T06:00")
    assert morning_after(instant("2026-11-10T06:00"), LONDON) is None


def test_a_programme_may_have_no_quiet_hours(settings):
    settings.QUIET_HOURS = None

    assert morning_after(instant("2026-11-10T23:00"), LONDON) is None


EVENING, MORNING = instant("2026-11-10T21:00"), instant("2026-11-11T07:30")


@pytest.fixture
def hush(db):
    """Deliver at this moment; returns what the one mail has become."""

    def deliver_at(moment):
        Mail.objects.filter(state="queued", note="").update(not_before=EVENING)
        deliver_due(clock=lambda: moment)
        return Mail.objects.get()

    return deliver_at


def test_a_mail_due_at_night_leaves_in_the_morning(sink, queue, hush):
    queue()

    at_night = hush(EVENING)
    assert (at_night.state, at_night.not_before, at_night.note) == ("queued", MORNING, NIGHT)
    assert at_night.rendered_at is None

    in_the_morning = hush(MORNING)
    assert (in_the_morning.state, in_the_morning.note, sink.readers) == ("sent", "", ["samira@example.org"])


@pytest.mark.parametrize(("expires", "state"), [("2026-11-11T07:30", "sent"), ("2026-11-11T07:31", "queued")])
def test_what_would_be_of_no_use_in_the_morning_leaves_at_once(sink, queue, hush, expires, state):
    queue(expires_at=instant(expires))

    assert hush(EVENING).state == state


def test_a_kind_may_ignore_the_night(sink, queue, hush):
    kinds.register(MailKind("invitation_of_a_test", "Invitation", build=words, ignores_night=True))
    queue("invitation_of_a_test")

    assert hush(EVENING).state == "sent"


def test_a_code_leaves_at_any_hour(sink, reader, hush):
    queue_rendered_mail("code", key="1", to=reader.email, person=reader, subject="Code", text="WX7")

    assert hush(EVENING).state == "sent"


def test_each_reader_has_a_night_of_their_own(sink, db):
    for zone in ("Europe/London", "America/New_York", "Mars/Olympus"):
        queue_mail("reminder", key=zone, person=PersonFactory(time_zone=zone))
    Mail.objects.update(not_before=EVENING)

    deliver_due(clock=lambda: EVENING)

    # Where a zone has become unknown the programme's counts.
    states = dict(Mail.objects.values_list("key", "state"))
    assert states == {"Europe/London": "queued", "America/New_York": "sent", "Mars/Olympus": "queued"}


def test_who_moves_to_where_it_is_day_gets_it_now(sink, queue, hush, reader):
    queue()
    hush(EVENING)

    save_profile(reader, time_zone="America/New_York")

    assert Mail.objects.get().note == ""
    assert hush(EVENING).state == "sent"


def test_who_moves_to_where_it_is_night_waits_for_that_morning(sink, queue, hush, reader):
    queue()
    hush(EVENING)
    reader.time_zone = "America/New_York"
    reader.save()

    there_it_is_half_past_two = hush(MORNING)

    assert there_it_is_half_past_two.state == "queued"
    assert there_it_is_half_past_two.not_before == instant("2026-11-11T12:30")


def test_only_what_waits_for_the_morning_is_looked_at_again(sink, queue, reader):
    later = queue(not_before=MORNING.replace(year=2099))

    save_profile(reader, time_zone="America/New_York")

    later.refresh_from_db()
    assert later.not_before.year == 2099


def test_a_mail_put_off_in_the_evening_is_not_tried_at_night(sink, queue, hush):
    sink.data = lambda content: "451 busy"
    queue()
    by_day = instant("2026-11-10T19:59")
    Mail.objects.update(not_before=by_day)
    deliver_due(clock=lambda: by_day)

    sink.data = lambda content: None
    deliver_due(clock=lambda: EVENING)

    assert (Mail.objects.get().state, Mail.objects.get().not_before) == ("retrying", MORNING)
