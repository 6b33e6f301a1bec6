"""The conversation with the mail server, which may take several commands at once (RFC 2920) or one by one."""

import pytest

from outbox import delivery
from outbox.delivery import deliver_due
from outbox.models import Suppression
from tests.accounts.factories import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[False, True], ids=["one by one", "several at once"])
def server(sink, request):
    sink.takes_several_at_once = request.param
    return sink


@pytest.fixture
def mails(queue):
    return [queue(key=f"{number}", person=PersonFactory(email=f"p{number}@x.example")) for number in range(3)]


def outcomes(mails):
    for mail in mails:
        mail.refresh_from_db()
    return [(mail.state, mail.note) for mail in mails]


def only_the_second(answer):
    return lambda address: answer if address.startswith("p1@") else None


def test_all_arrive_over_one_connection(server, mails):
    deliver_due()

    assert outcomes(mails) == [("sent", "")] * 3
    assert (server.readers, server.connections) == ([mail.to for mail in mails], 1)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("550 5.1.1 no such user", ("failed", delivery.NOBODY_HAS_THIS_ADDRESS)),
        ("550 5.7.1 not from you", ("failed", delivery.REFUSED)),
        ("451 4.7.1 later", ("retrying", delivery.PUT_OFF)),
    ],
)
def test_a_reader_who_is_refused_spoils_no_other_mail(server, mails, answer, outcome):
    server.rcpt = only_the_second(answer)

    deliver_due()

    assert outcomes(mails) == [("sent", ""), outcome, ("sent", "")]
    assert server.readers == [mails[0].to, mails[2].to]
    assert Suppression.objects.count() == (outcome[1] == delivery.NOBODY_HAS_THIS_ADDRESS)


def test_a_server_that_closes_at_a_reader_is_called_again_for_the_next(server, mails):
    server.rcpt = only_the_second("421 4.3.2 closing")

    deliver_due()

    assert outcomes(mails) == [("sent", ""), ("retrying", delivery.PUT_OFF), ("sent", "")]


def test_a_server_that_refuses_the_sender_costs_no_mail_an_attempt(server, mails):
    server.sender = lambda address: "553 not from you"

    deliver_due()

    assert outcomes(mails) == [("queued", "")] * 3
    assert [mail.attempts for mail in mails] == [0, 0, 0]


def test_a_server_that_has_enough_of_a_connection_gets_another(server, mails):
    asked = []
    server.sender = lambda address: asked.append(address) or ("421 enough" if len(asked) == 2 else None)

    deliver_due()

    assert outcomes(mails) == [("sent", "")] * 3
    assert server.connections == 2


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("554 5.7.1 policy", ("failed", delivery.REFUSED)), ("452 full", ("retrying", delivery.PUT_OFF))],
)
def test_a_mail_that_is_not_taken_spoils_no_other(server, mails, answer, outcome):
    server.data = lambda content: answer if b"p1@x.example" in content else None

    deliver_due()

    assert outcomes(mails) == [("sent", ""), outcome, ("sent", "")]


def test_a_server_that_takes_no_content_is_asked_again_later(server, mails):
    server.data_command = lambda: "451 not now"

    deliver_due()

    assert {state for state, _ in outcomes(mails)} <= {"retrying", "queued"}
    assert server.received == []


def test_a_connection_cut_at_the_reader_repeats_nothing(server, mails):
    server.cuts_at_recipient = True

    deliver_due()

    assert server.received == []
    assert "sent" not in {state for state, _ in outcomes(mails)}
