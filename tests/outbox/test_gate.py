"""What stands between a mail that is due and the mail server. Skipping is shown in test_delivery."""

from datetime import timedelta

import pytest
from django.utils import timezone

from outbox import gate, kinds, queries
from outbox.delivery import deliver_due
from outbox.gate import Go, Skip, Wait
from outbox.services import suppress
from tests.accounts.factories import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def until(monkeypatch):
    """Has every mail wait until tomorrow."""
    tomorrow = timezone.now() + timedelta(days=1)

    def wait(mail, kind, now, known):
        return Wait(tomorrow, "It waits.") if now < tomorrow else None

    monkeypatch.setattr(gate, "RULES", [wait, *gate.RULES])
    return tomorrow


def decide(mail):
    return gate.decide(mail, kinds.find(mail.kind), timezone.now())


def test_a_mail_that_nothing_speaks_against_goes(queue):
    assert decide(queue()) == Go()


def test_the_first_rule_that_speaks_decides(queue, reader):
    suppress(reader.email, reason="550")
    mail = queue(expires_at=timezone.now() - timedelta(minutes=1))

    assert decide(mail) == Skip(gate.EXPIRED)


def test_a_mail_that_waits_is_left_alone_until_its_time(sink, queue, until):
    mail = queue()

    dealt_with = [deliver_due(), deliver_due(), deliver_due()]

    mail.refresh_from_db()
    assert dealt_with == [1, 0, 0]
    assert (mail.state, mail.not_before, mail.note) == ("queued", until, "It waits.")
    assert (mail.attempts, mail.leased_until, mail.rendered_at, sink.readers) == (0, None, None, [])


def test_a_mail_that_waited_leaves_when_its_time_has_come(sink, queue, until):
    mail = queue()
    deliver_due()

    deliver_due(clock=lambda: until)

    mail.refresh_from_db()
    assert (mail.state, mail.note, sink.readers) == ("sent", "", [mail.to])


@pytest.mark.parametrize("count", [1, 5])
def test_knowing_of_many_mails_costs_as_much_as_of_one(queue, count, django_assert_num_queries):
    for number in range(count):
        queue(key=f"{number}", person=PersonFactory())
    mails = list(queries.due(timezone.now()).select_related("person"))

    with django_assert_num_queries(2):
        gate.look_up(mails)
