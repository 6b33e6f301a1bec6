"""Mail that comes back, in the formats of real servers: what is believed, what it does, whom it tells."""

import json
from base64 import b64encode
from email import message_from_string
from email.policy import default

import pytest
from django.test import override_settings
from django.utils import timezone

from mentoring import urls
from outbox import bounces, inbox, webhook
from outbox.bounces import take
from outbox.models import Mail, Suppression
from tests.accounts.factories import PersonFactory

pytestmark = pytest.mark.django_db

State = Mail.State
READER = "samira@example.org"
GONE = "smtp; 550 5.1.1 <samira@example.org>: Recipient address rejected: User unknown"


@pytest.fixture
def sent(queue):
    mail = queue()
    Mail.objects.filter(pk=mail.pk).update(
        state=State.SENT, sent_at=timezone.now(), message_id=f"<{'a1' * 20}@localhost>"
    )
    return Mail.objects.get(pk=mail.pk)


def report(
    message_id,
    *,
    reader=READER,
    original=READER,
    action="failed",
    status="5.1.1",
    said=GONE,
    returned="rfc822-headers",
):
    """A delivery status notification as Postfix writes it."""
    quoted = f"Message-ID: {message_id}\nSubject: News\nTo: {original}\n"
    return message_from_string(
        f"""From: MAILER-DAEMON@mx.example.org
To: mentoring@localhost
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
X-Postfix-Queue-ID: 4AB

Final-Recipient: rfc822; {reader}
Original-Recipient: rfc822;{original}
Action: {action}
Status: {status}
Diagnostic-Code: {said}

--B
Content-Type: {"text/rfc822-headers" if returned == "rfc822-headers" else "message/rfc822"}

{quoted}
--B--
""",
        policy=default,
    )


def plain(message_id, text, **headers):
    """What older servers send: words."""
    head = {"From": "MAILER-DAEMON@mx.example.org", "To": "mentoring@localhost", "Subject": "failure notice"}
    lines = "\n".join(f"{name}: {value}" for name, value in (head | headers).items())
    return message_from_string(f"{lines}\n\n{text.format(id=message_id)}", policy=default)


QMAIL = """Hi. This is the qmail-send program at mx.example.org.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<samira@example.org>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Message-ID: {id}
Subject: News
"""
EXIM = """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  samira@example.org
    550 5.1.1 unknown user

------ This is a copy of the message, including all the headers. ------

Message-ID: {id}
"""


def suppressed():
    return dict(Suppression.objects.values_list("address", "reason"))


def after(mail):
    mail.refresh_from_db()
    return mail.state, mail.bounced_at is not None, mail.bounce


# --- What is believed -----------------------------------------------------------------------------


@pytest.mark.parametrize("returned", ["rfc822-headers", "rfc822"])
def test_a_dead_address_is_noted_on_the_mail_and_written_to_no_more(sent, returned):
    was_taken = take(report(sent.message_id, returned=returned))

    said = "550 5.1.1 <samira@example.org>: Recipient address rejected: User unknown"
    assert was_taken
    assert after(sent) == (State.SENT, True, said)
    assert suppressed() == {READER: said}


@pytest.mark.parametrize("words", [QMAIL, EXIM], ids=["qmail", "exim"])
def test_a_dead_address_is_understood_in_older_words(sent, words):
    headers = {"X-Failed-Recipients": READER} if words is EXIM else {}

    assert take(plain(sent.message_id, words, **headers))

    assert after(sent)[:2] == (State.SENT, True)
    assert set(suppressed()) == {READER}


@pytest.mark.parametrize("message_id", ["<unknown@localhost>", f"<{'b2' * 20}@localhost>", ""])
def test_a_bounce_that_names_no_mail_of_ours_does_nothing(sent, message_id):
    assert not take(report(message_id))

    assert after(sent) == (State.SENT, False, "")
    assert suppressed() == {}


def test_a_message_id_of_another_host_is_none_of_ours(sent):
    elsewhere = sent.message_id.replace("localhost", "evil.example")

    assert not take(report(elsewhere))

    assert suppressed() == {}


def test_a_bounce_stops_mail_to_no_other_address_than_its_own(sent):
    """Somebody forges a report of their own mail, to have another person's mail stopped."""
    victim = PersonFactory(email="victim@example.org")

    take(report(sent.message_id, reader=victim.email, original=victim.email))

    assert after(sent)[1]
    assert suppressed() == {}


def test_the_address_that_we_wrote_to_counts_where_it_was_forwarded(sent):
    take(report(sent.message_id, reader="sam@elsewhere.example", original=READER))

    assert set(suppressed()) == {READER}


def test_letter_case_does_not_hide_an_address(sent):
    take(report(sent.message_id, reader="Samira@EXAMPLE.org", original="Samira@EXAMPLE.org"))

    assert set(suppressed()) == {READER}


# --- What it does ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("5.2.2", "smtp; 552 5.2.2 Mailbox full"),
        ("5.7.1", "smtp; 550 5.7.1 Message rejected as spam"),
        ("5.0.0", "smtp; 554 5.7.26 This mail is unauthenticated"),
        ("4.4.7", "smtp; delivery time expired"),
    ],
)
def test_what_is_not_the_addresss_fault_is_noted_alone(sent, status, said):
    take(report(sent.message_id, status=status, said=said))

    assert after(sent) == (State.SENT, True, said.partition("; ")[2])
    assert suppressed() == {}


def test_a_delay_is_no_bounce(sent):
    take(report(sent.message_id, action="delayed", status="4.4.1", said="smtp; connection timed out"))

    assert after(sent) == (State.SENT, False, "connection timed out")
    assert suppressed() == {}


def test_the_first_bounce_stays_when_another_follows(sent):
    take(report(sent.message_id))
    first = after(sent)

    take(report(sent.message_id, status="4.4.7", said="smtp; later"))

    assert after(sent) == first


def test_a_delivered_report_is_left_to_a_person(sent):
    message = report(sent.message_id, action="delivered", status="2.0.0", said="smtp; 250 ok")
    del message["Auto-Submitted"]

    assert not take(message)
    assert after(sent) == (State.SENT, False, "")


def test_a_complaint_stops_mail_to_its_reader(sent):
    complaint = message_from_string(
        f"""From: feedback@provider.example
To: mentoring@localhost
Subject: complaint
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="B"

--B
Content-Type: text/plain

This is an abuse report.
--B
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Provider/1.0
Version: 1
--B
Content-Type: message/rfc822

Message-ID: {sent.message_id}
To: redacted
--B--
""",
        policy=default,
    )

    assert take(complaint)

    assert suppressed() == {READER: bounces.COMPLAINT}


def test_an_out_of_office_note_needs_nobody(sent):
    assert take(plain(sent.message_id, "I am away. {id}", **{"Auto-Submitted": "auto-replied"}))
    assert after(sent) == (State.SENT, False, "")


def test_a_calendars_answer_is_left_to_whom_it_is_for(sent):
    headers = {"Auto-Submitted": "auto-replied", "Content-Type": "text/calendar; method=REPLY"}

    assert not take(plain(sent.message_id, "BEGIN:VCALENDAR", **headers))


def test_a_letter_from_a_person_is_left_to_a_person(sent):
    assert not take(plain(sent.message_id, "Thank you! {id}", Subject="Re: News"))


@pytest.mark.parametrize(
    "content",
    [
        "Content-Type: multipart/report; boundary=B\n\n--B\nContent-Type: message/delivery-status\n\n\n\n--B--",
        "Content-Type: message/delivery-status\n\nAction: failed",
        "Content-Type: text/plain; charset=nonsense\n\n\xff\x00 5.1.1",
        "",
    ],
)
def test_a_broken_message_breaks_nothing(sent, content):
    assert not inbox.offer(message_from_string(content, policy=default))
    assert suppressed() == {}


def test_a_wiped_mail_to_nobody_stops_no_address(sent):
    Mail.objects.filter(pk=sent.pk).update(to="", person=None)

    take(report(sent.message_id))

    assert suppressed() == {}


# --- The webhook ----------------------------------------------------------------------------------

SECRET = "mentoring:a-long-random-password"
BREVO = {"MAIL_PROVIDER": "brevo", "ANYMAIL": {"WEBHOOK_SECRET": SECRET}}


class Urls:
    """Stands for a module of addresses."""

    def __init__(self, patterns):
        self.urlpatterns = patterns


@pytest.fixture
def brevo(settings, monkeypatch):
    """The webhook as it is mounted where mail leaves through Brevo."""
    settings.MAIL_PROVIDER, settings.ANYMAIL = BREVO["MAIL_PROVIDER"], BREVO["ANYMAIL"]
    webhook.connect()
    yield tuple(webhook.urls())
    webhook.tracking.disconnect(dispatch_uid="outbox-bounces")


def call(client, patterns, event, secret=SECRET):
    module = Urls([*patterns, *urls.urlpatterns])
    headers = {"HTTP_AUTHORIZATION": "Basic " + b64encode(secret.encode()).decode()} if secret else {}
    with override_settings(ROOT_URLCONF=module):
        return client.post(
            "/mail/webhook/", json.dumps(event), content_type="application/json", **headers
        ).status_code


def brevo_event(message_id, event="hard_bounce", **more):
    return {
        "event": event,
        "email": READER,
        "message-id": message_id,
        "ts_epoch": 1_790_000_000_000,
        "reason": "550 5.1.1 user unknown",
        **more,
    }


def test_the_provider_tells_of_a_dead_address(client, brevo, sent):
    assert call(client, brevo, brevo_event(sent.message_id)) == 200

    assert after(sent) == (State.SENT, True, "550 5.1.1 user unknown")
    assert set(suppressed()) == {READER}


@pytest.mark.parametrize("secret", [None, "mentoring:wrong", "other:a-long-random-password"])
def test_nobody_else_is_believed(client, brevo, sent, secret):
    assert call(client, brevo, brevo_event(sent.message_id), secret=secret) == 400

    assert after(sent) == (State.SENT, False, "")
    assert suppressed() == {}


def test_even_the_provider_must_name_a_mail_of_ours(client, brevo, sent):
    assert call(client, brevo, brevo_event("<other@localhost>")) == 200

    assert suppressed() == {}


@pytest.mark.parametrize(
    ("event", "reason", "has_bounced", "is_suppressed"),
    [
        ("hard_bounce", "no such user", True, True),
        ("hard_bounce", "550 no such user", True, True),
        ("soft_bounce", "452 4.2.2 full", True, False),
        ("soft_bounce", "busy", True, False),
        ("deferred", "451 later", False, False),
        ("spam", "", True, True),
        ("delivered", "", False, False),
        ("opened", "", False, False),
    ],
)
def test_each_event_does_what_it_means(client, brevo, sent, event, reason, has_bounced, is_suppressed):
    call(client, brevo, brevo_event(sent.message_id, event, reason=reason))

    assert (after(sent)[1], bool(suppressed())) == (has_bounced, is_suppressed)


def test_without_a_provider_there_is_no_webhook(client):
    assert webhook.urls() == []
    assert client.post("/mail/webhook/").status_code in {302, 404}
