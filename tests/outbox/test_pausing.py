"""A kind that is held back: what is queued waits, and leaves at once when it is let go."""

from datetime import timedelta

import pytest
from django.utils import timezone

from outbox import gate
from outbox.delivery import deliver_due
from outbox.models import Mail, Pause
from outbox.pausing import AlreadyPaused, MayNotBePaused, NotPaused, pause, resume
from tests.accounts.factories import PersonFactory

pytestmark = pytest.mark.django_db

State = Mail.State


@pytest.fixture
def admin(db):
    return PersonFactory(name="Ngozi Okafor", admin=True)


def test_what_is_paused_waits_and_everything_else_leaves(admin, queue, sink):
    pause("reminder", by=admin)
    held, other = queue(key="a", title="Held"), queue("introduction_of_a_test", key="b", title="Let through")

    deliver_due()

    held.refresh_from_db()
    assert [message["Subject"] for message in sink.messages] == ["Let through, Monday"]
    assert (held.state, held.note, held.attempts) == (State.QUEUED, gate.PAUSED, 0)
    assert Mail.objects.get(pk=other.pk).state == State.SENT


def test_what_waited_leaves_at_once_when_its_kind_is_let_go(admin, queue, sink):
    pause("reminder", by=admin)
    queue(key="a"), queue(key="b")
    deliver_due()

    count = resume("reminder")
    deliver_due()

    assert count == 2
    assert len(sink.messages) == 2
    assert set(Mail.objects.values_list("state", "note")) == {(State.SENT, "")}


def test_letting_a_kind_go_hurries_nothing_that_waits_for_its_own_time(admin, queue):
    tomorrow = timezone.now() + timedelta(days=1)
    later = queue(not_before=tomorrow)
    pause("reminder", by=admin)

    assert resume("reminder") == 0
    assert Mail.objects.get(pk=later.pk).not_before == tomorrow


def test_what_would_come_too_late_does_not_leave_after_the_pause(admin, queue, sink, at):
    mail = queue(expires_at=timezone.now() + timedelta(hours=1))
    pause("reminder", by=admin)
    deliver_due()

    resume("reminder")
    deliver_due(clock=at(hours=2))

    assert Mail.objects.get(pk=mail.pk).state == State.SKIPPED
    assert sink.messages == []


def test_a_code_cannot_be_held_back(admin):
    with pytest.raises(MayNotBePaused, match="cannot be held back"):
        pause("code", by=admin)

    assert not Pause.objects.exists()


def test_of_two_admins_who_pause_a_kind_the_second_is_told(admin):
    pause("reminder", by=admin)

    with pytest.raises(AlreadyPaused, match="by Ngozi Okafor"):
        pause("reminder", by=PersonFactory())


def test_of_two_admins_who_let_a_kind_go_the_second_is_told(admin):
    pause("reminder", by=admin)
    resume("reminder")

    with pytest.raises(NotPaused, match="not paused any longer"):
        resume("reminder")


def test_the_health_page_names_what_is_paused_and_nobody(client, admin):
    pause("reminder", by=admin)

    mail = client.get("/health/").json()["mail"]

    assert list(mail["paused"]) == ["reminder"]
    assert "Ngozi" not in str(mail)
