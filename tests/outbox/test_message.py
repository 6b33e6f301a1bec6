import re

import pytest

from outbox import kinds
from outbox.delivery import deliver_due
from outbox.models import Mail
from outbox.services import queue_rendered_mail
from outbox.wording import one_line
from tests.accounts.factories import PersonFactory
from tests.outbox.conftest import words

pytestmark = pytest.mark.django_db


def delivered(sink):
    deliver_due()
    [message] = sink.messages
    return message


def test_the_bytes_carry_what_a_mailbox_needs(sink, queue, settings):
    settings.DEFAULT_FROM_EMAIL = "Digital Health Mentoring <mentoring@example.org>"
    settings.PUBLIC_URL = "https://mentoring.example.org"
    queue(reply_to="mentor@example.org")

    message = delivered(sink)

    assert message["From"] == "Digital Health Mentoring <mentoring@example.org>"
    assert message["To"] == "samira@example.org"
    assert message["Reply-To"] == "mentor@example.org"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "en"
    assert message["Date"].datetime is not None
    assert re.fullmatch(r"<[0-9a-f]{40}@mentoring\.example\.org>", message["Message-ID"])
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


ICS = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nSUMMARY:Séance\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def invitation():
    """A kind that brings its event; counts how often it was asked for it."""
    asked = []

    def event(mail):
        asked.append(mail.pk)
        return kinds.Event("REQUEST", ICS)

    kinds.register(kinds.MailKind("invitation_of_a_test", "Invitation", build=words, calendar=event))
    return asked


def test_an_event_is_the_last_alternative_and_the_same_bytes_are_a_file(sink, queue, invitation):
    queue("invitation_of_a_test")

    message = delivered(sink)

    letter, file = message.iter_parts()
    alternatives = list(letter.iter_parts())
    assert (message.get_content_type(), letter.get_content_type()) == (
        "multipart/mixed",
        "multipart/alternative",
    )
    assert [part.get_content_type() for part in alternatives] == ["text/plain", "text/html", "text/calendar"]
    assert dict(alternatives[2]["Content-Type"].params) == {"method": "REQUEST", "charset": "utf-8"}
    assert (file.get_content_type(), file.get_filename()) == ("application/ics", "invite.ics")
    assert [alternatives[2].get_payload(decode=True), file.get_payload(decode=True)] == [ICS.encode()] * 2


def test_a_mail_put_off_keeps_the_event_that_it_was_written_with(sink, queue, invitation, at):
    queue("invitation_of_a_test")
    sink.data = lambda content: "451 busy"
    deliver_due()
    sink.data = lambda content: None
    deliver_due(clock=at(minutes=5))

    mail = Mail.objects.get()
    assert (mail.state, mail.calendar_method, mail.calendar) == ("sent", "REQUEST", ICS)
    assert invitation == [mail.pk]
    assert ICS.encode() in [part.get_payload(decode=True) for part in sink.messages[0].walk()]


def test_a_kind_may_have_no_event_this_time(sink, queue):
    kinds.register(
        kinds.MailKind("invitation_of_a_test", "Invitation", build=words, calendar=lambda mail: None)
    )
    queue("invitation_of_a_test")

    assert delivered(sink).get_content_type() == "multipart/alternative"


def test_the_message_id_comes_from_the_cause_and_does_not_show_it(sink, queue):
    queue(key="match:7:3")
    queue(key="match:7:4")
    deliver_due()

    ids = {message["Message-ID"] for message in sink.messages}
    assert len(ids) == 2
    assert not any("match" in an_id for an_id in ids)


def test_plain_text_is_not_escaped_and_html_is(sink, queue):
    queue(title="O'Brien & <b>Sons</b>")

    message = delivered(sink)

    assert message["Subject"] == "O'Brien & <b>Sons</b>, Monday"
    assert "O'Brien & <b>Sons</b>, Monday 22:30" in message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    assert (
        "O&#x27;Brien &amp; &lt;b&gt;Sons&lt;/b&gt;" in html
        or "O'Brien &amp; &lt;b&gt;Sons&lt;/b&gt;" in html
    )
    assert "<b>Sons" not in html


def test_each_reader_reads_their_language_and_their_time(sink, queue):
    queue(key="1", person=PersonFactory(email="fr@example.org", language="fr", time_zone="Europe/Paris"))
    queue(key="2", person=PersonFactory(email="en@example.org", language="en", time_zone="Europe/London"))
    deliver_due()

    bodies = {message["To"]: message.get_body(("plain",)).get_content() for message in sink.messages}
    assert "lundi 23:30" in bodies["fr@example.org"]
    assert "Monday 22:30" in bodies["en@example.org"]
    assert [mail.language for mail in Mail.objects.order_by("key")] == ["fr", "en"]


def test_styles_are_inline_and_dark_mode_stays_in_the_head(sink, queue):
    queue()

    html = delivered(sink).get_body(("html",)).get_content()

    assert re.search(r'<a class="button"[^>]* style="[^"]*background-color: ?#0b6e69', html)
    assert "prefers-color-scheme: dark" in html
    assert len(html) < 100_000


def test_a_line_break_in_a_subject_adds_no_header(sink, queue):
    queue(title="Hello\r\nBcc: victim@example.org\r\n\r\nbody\u2028X: y\x07")

    message = delivered(sink)

    assert message["Subject"] == "Hello Bcc: victim@example.org body X: y, Monday"
    assert (message["Bcc"], message["X"], sink.readers) == (None, None, ["samira@example.org"])


def test_a_lone_dot_in_a_body_ends_nothing(sink):
    text = "before\n.\nMAIL FROM:<evil@example.org>\r.\r\n..two\nafter\n"
    queue_rendered_mail("code", key="1", to="a@example.org", subject="Dots", text=text)

    body = delivered(sink).get_content()

    assert body.splitlines() == ["before", ".", "MAIL FROM:<evil@example.org>", ".", "..two", "after"]


def test_very_long_lines_and_every_alphabet_survive(sink):
    text = "é 李 \u202eright to left " + "e\u0301" * 1000 + " 👩🏾‍⚕️\n"
    queue_rendered_mail("code", key="1", to="a@example.org", subject="Ünïcödé 李", text=text)

    message = delivered(sink)

    assert message["Subject"] == "Ünïcödé 李"
    assert message.get_content().replace("\r\n", "\n") == text
    assert max(len(line) for line in sink.received[0][1].split(b"\r\n")) <= 998


def test_an_address_in_another_alphabet_reaches_the_wire_in_ascii(sink):
    queue_rendered_mail("code", key="1", to="anna@münchen.example", subject="a", text="b")

    deliver_due()

    assert sink.readers == ["anna@xn--mnchen-3ya.example"]


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\u200bb", "a\ud800b"])
def test_one_line_drops_what_no_reader_can_see(text):
    assert one_line(text) == "ab"
