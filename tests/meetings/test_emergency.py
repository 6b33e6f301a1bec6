"""Emergency access: a reason, a line that nobody can delete, and its people told at once or, approved, later."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from meetings.models import EmergencyEvent
from meetings.services.emergency import approve_delay, open_mentorship, tell_about_access
from outbox.delivery import deliver_due
from outbox.models import Mail
from tests.accounts.factories import PersonFactory
from tests.matching.at_once import at_once
from tests.meetings.factories import introduced
from tests.meetings.private_factories import SENTENCES, plant

pytestmark = pytest.mark.django_db

REASON = "Somebody wrote that a member of this group is in danger."
What = EmergencyEvent.What


@pytest.fixture
def planted():
    return plant()


@pytest.fixture
def admin():
    return PersonFactory(admin=True, email="first@example.org")


@pytest.fixture
def second():
    return PersonFactory(admin=True, email="second@example.org")


def opened(planted, admin, **options):
    return open_mentorship(planted.mentorship, by=admin, reason=REASON, **options)[0]


def told() -> set[str]:
    return set(Mail.objects.filter(kind="emergency_access").values_list("to", flat=True))


def everybody(planted) -> set[str]:
    return set(planted.mentorship.members.values_list("person__email", flat=True))


# --- Opening ----------------------------------------------------------------------------------


def test_the_command_prints_what_is_private_logs_it_and_tells_everybody(planted, admin, mailbox):
    out = StringIO()

    call_command(
        "emergency_access",
        mentorship=planted.mentorship.pk,
        reason=REASON,
        by="FIRST@example.org",
        stdout=out,
    )
    deliver_due()

    event = EmergencyEvent.objects.get(what=What.OPENED)
    printed = set(SENTENCES) - {"planted-learning"}
    assert {word for word in SENTENCES if word in out.getvalue()} == printed
    assert "by somebody, anonymously:\nplanted-anonymous" in out.getvalue()
    assert (event.by, event.reason, event.mentorship_number) == (admin.email, REASON, planted.mentorship.pk)
    assert {message["To"] for message in mailbox.messages} == everybody(planted)
    for message in mailbox.messages:
        text = message.get_body(("plain",)).get_content()
        assert admin.email in text
        assert REASON in text
        assert [word for word in SENTENCES if word in message.as_string()] == []


def test_without_a_reason_nothing_is_opened(planted, admin):
    out = StringIO()

    with pytest.raises(CommandError, match=r"Say why in at least 20 characters.*Nothing was opened"):
        call_command(
            "emergency_access", mentorship=planted.mentorship.pk, reason=" " * 40, by=admin.email, stdout=out
        )

    assert out.getvalue() == ""
    assert not EmergencyEvent.objects.exists()


@pytest.mark.parametrize("rights", [{}, {"is_staff": True}, {"admin": True, "is_active": False}])
def test_only_an_admin_with_all_rights_opens_it(planted, rights):
    person = PersonFactory(**rights)

    with pytest.raises(CommandError, match="Only an admin with all rights"):
        call_command("emergency_access", mentorship=planted.mentorship.pk, reason=REASON, by=person.email)
    assert not EmergencyEvent.objects.exists()


@pytest.mark.parametrize("wrong", [{"mentorship": 0}, {"by": "nobody@example.org"}])
def test_a_slip_of_the_pen_opens_nothing(planted, admin, wrong):
    asked = {"mentorship": planted.mentorship.pk, "by": admin.email, "reason": REASON} | wrong

    with pytest.raises(CommandError, match="Nothing was opened"):
        call_command("emergency_access", **asked)


def test_only_the_words_of_that_mentorship_are_opened(planted, admin):
    _event, words = open_mentorship(introduced(mentees=3), by=admin, reason=REASON)

    assert words == []


@pytest.mark.parametrize(
    "change", ["UPDATE meetings_emergencyevent SET reason = 'x'", "DELETE FROM meetings_emergencyevent"]
)
def test_no_line_of_the_log_is_changed_or_deleted(planted, admin, change):
    opened(planted, admin)

    with (
        pytest.raises(DatabaseError, match="only grows"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
    assert EmergencyEvent.objects.get(what=What.OPENED).reason == REASON


# --- Telling ----------------------------------------------------------------------------------


def test_they_are_told_once_however_often_the_clock_asks(planted, admin):
    opened(planted, admin)
    for _again in range(3):
        tell_about_access(now=timezone.now() + timedelta(days=40))

    assert Mail.objects.filter(kind="emergency_access").count() == len(everybody(planted))
    assert EmergencyEvent.objects.filter(what=What.TOLD).count() == 1


def test_whoever_has_left_is_told_too(planted, admin):
    planted.mentorship.members.filter(person=planted.author).update(left_at=timezone.now())

    opened(planted, admin)

    assert planted.author.email in told()


def test_a_delay_that_nobody_approves_ends_after_a_day(planted, admin):
    event = opened(planted, admin, delay_days=10)

    tell_about_access(now=event.at + timedelta(hours=23))
    assert told() == set()

    tell_about_access(now=event.at + timedelta(hours=24))
    assert told() == everybody(planted)


def test_a_delay_that_a_second_admin_approves_ends_on_its_day(planted, admin, second, mailbox):
    event = opened(planted, admin, delay_days=10)
    approve_delay(event.access, by=second)
    approve_delay(event.access, by=second)

    tell_about_access(now=event.at + timedelta(days=9))
    assert told() == set()

    tell_about_access(now=event.at + timedelta(days=10))
    deliver_due()
    assert told() == everybody(planted)
    assert "You are told only now" in mailbox.messages[0].get_body(("plain",)).get_content()


def test_nobody_waits_longer_than_thirty_days(planted, admin):
    event = opened(planted, admin, delay_days=400)

    assert event.tell_at == event.at + timedelta(days=30)


@pytest.mark.parametrize("who", ["same", "staff"])
def test_nobody_approves_their_own_delay_nor_without_all_rights(planted, admin, who):
    event = opened(planted, admin, delay_days=10)
    by = admin if who == "same" else PersonFactory(is_staff=True)

    with pytest.raises(CommandError):
        call_command("approve_delay", str(event.access), by=by.email)
    assert not EmergencyEvent.objects.filter(what=What.DELAY_APPROVED).exists()


def test_it_is_too_late_to_approve_once_they_know(planted, admin, second):
    event = opened(planted, admin, delay_days=10)
    tell_about_access(now=event.at + timedelta(days=2))

    with pytest.raises(CommandError, match="told already"):
        call_command("approve_delay", str(event.access), by=second.email)


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_tell_once():
    planted, admin = plant(), PersonFactory(admin=True)
    event = opened(planted, admin, delay_days=10)
    later = event.at + timedelta(days=2)

    at_once(*[lambda: tell_about_access(now=later)] * 4)

    assert Mail.objects.filter(kind="emergency_access").count() == len(everybody(planted))
    assert EmergencyEvent.objects.filter(what=What.TOLD).count() == 1


# --- In the administration --------------------------------------------------------------------


def test_an_admin_with_all_rights_reads_the_log_and_changes_nothing(planted, admin, second, signed_in_client):
    event, client = opened(planted, admin), signed_in_client(second)
    page = reverse("admin:meetings_emergencyevent_change", args=[event.pk])

    text = client.get(page).content.decode()

    assert REASON in text
    assert client.get(reverse("admin:meetings_emergencyevent_changelist")).status_code == 200
    assert client.get(reverse("admin:meetings_emergencyevent_add")).status_code == 403
    assert client.post(reverse("admin:meetings_emergencyevent_delete", args=[event.pk])).status_code == 403
    assert client.post(page, {"reason": "x"}).status_code == 403
    assert [word for word in SENTENCES if word in text] == []


def test_other_staff_do_not_see_the_log(planted, admin, signed_in_client):
    event = opened(planted, admin)
    staff = signed_in_client(PersonFactory(is_staff=True))

    assert staff.get(reverse("admin:meetings_emergencyevent_change", args=[event.pk])).status_code == 403
    assert staff.post(reverse("admin:meetings_approve_delay", args=[event.pk])).status_code in {403, 404}


def test_a_second_admin_approves_on_the_page(planted, admin, second, signed_in_client):
    event = opened(planted, admin, delay_days=10)
    approve = reverse("admin:meetings_approve_delay", args=[event.pk])
    page = reverse("admin:meetings_emergencyevent_change", args=[event.pk])
    client = signed_in_client(second)
    assert approve in client.get(page).content.decode()

    signed_in_client(admin).post(approve)
    assert not EmergencyEvent.objects.filter(what=What.DELAY_APPROVED).exists()

    client.post(approve)
    assert EmergencyEvent.objects.get(what=What.DELAY_APPROVED).by == second.email
    assert approve not in client.get(page).content.decode()
