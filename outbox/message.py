"""The message that goes over the wire."""

from email import encoders
from email.message import Message
from email.mime.base import MIMEBase
from email.utils import format_datetime, parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import sanitize_address
from django.core.validators import validate_email
from django.utils.crypto import salted_hmac

from outbox import unsubscribe
from outbox.models import Mail

LONGEST_LINE = 998  # RFC 5322, 2.1.1


class CannotBeWritten(ValueError):
    """A mail that no mail server could be given; the text says what is wrong with it."""


def message_id(key: str) -> str:
    """The same for every attempt, so that a reader's mailbox can tell a repeat.

    Sealed with our secret: keys can be guessed, and whoever names a Message-ID of ours is believed about a bounce.
    """
    seal = salted_hmac("outbox.message_id", key, algorithm="sha256").hexdigest()[:40]
    return f"<{seal}@{host()}>"


def host() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname


def envelope_sender() -> str:
    return sanitize_address(parseaddr(settings.DEFAULT_FROM_EMAIL)[1], "utf-8")


def envelope_recipient(mail: Mail) -> str:
    return sanitize_address(mail.to, "utf-8")


def compose(mail: Mail) -> bytes:
    """The bytes of a rendered mail. Raises CannotBeWritten."""
    for address in filter(None, [mail.to, mail.reply_to]):
        _refuse_bad_address(address)
    headers = {
        "Message-ID": mail.message_id,
        "Date": format_datetime(mail.rendered_at),
        "Content-Language": mail.language,
        # No out-of-office note shall answer a machine (RFC 3834; the second is what Exchange heeds).
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        **unsubscribe.headers(mail),
    }
    message = EmailMultiAlternatives(
        mail.subject, mail.text, to=[mail.to], reply_to=list(filter(None, [mail.reply_to])), headers=headers
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    if mail.calendar:
        # Once more as a file, for the mailboxes that offer only those to the reader's calendar.
        message.attach("invite.ics", mail.calendar.encode(), "application/ics")
    try:
        written = message.message()
        if mail.calendar:
            _add_alternative(written, mail)
        # Folded, a long link begins a line after its name, which some mailboxes take for an empty header.
        written.policy = written.policy.clone(max_line_length=LONGEST_LINE)
        return written.as_bytes(linesep="\r\n")
    except (ValueError, UnicodeError) as error:
        raise CannotBeWritten(str(error)) from error


def _add_alternative(letter: Message, mail: Mail) -> None:
    """The event as the last alternative: a mailbox shows the last that it understands, so elsewhere it is no invitation."""
    event = MIMEBase("text", "calendar", method=mail.calendar_method, charset="utf-8")
    # RFC 5545 ends each line with CRLF; base64 keeps that through every mail server.
    event.set_payload(mail.calendar.encode())
    encoders.encode_base64(event)
    next(part for part in letter.walk() if part.get_content_type() == "multipart/alternative").attach(event)


def _refuse_bad_address(address: str) -> None:
    # Django's mail would take "a@x.org, b@y.org" for two recipients.
    try:
        validate_email(address)
    except ValidationError:
        raise CannotBeWritten(f"{address!r} is not one mail address.") from None
