"""The message that goes over the wire."""

import re
from base64 import encodebytes
from collections.abc import Iterator
from dataclasses import dataclass
from email.quoprimime import body_encode
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail.message import forbid_multi_line_headers, sanitize_address
from django.core.validators import validate_email
from django.utils.crypto import salted_hmac

from outbox import unsubscribe
from outbox.models import Mail

LONGEST_LINE = 998  # RFC 5322, 2.1.1
LINE_BREAK = re.compile(r"\r\n?|\n")


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
    return _bare(settings.DEFAULT_FROM_EMAIL)


@lru_cache(maxsize=4)
def _bare(address: str) -> str:
    return sanitize_address(parseaddr(address)[1], "utf-8")


def envelope_recipient(mail: Mail) -> str:
    return _on_the_wire(mail.to)


def _on_the_wire(address: str) -> str:
    """One checked address; only what is not ASCII has to be written otherwise."""
    return address if address.isascii() else sanitize_address(address, "utf-8")


def compose(mail: Mail) -> bytes:
    """The bytes of a rendered mail, the same at every attempt. Raises CannotBeWritten.

    Written here and not by the standard library, whose generator takes longer than all else that a mail costs.
    """
    for address in filter(None, [mail.to, mail.reply_to]):
        _refuse_bad_address(address)
    try:
        lines = [_header(name, value) for name, value in _headers(mail)]
        return b"\r\n".join(
            [_from(settings.DEFAULT_FROM_EMAIL), *lines, b"MIME-Version: 1.0", _body(mail).written()]
        )
    except (ValueError, UnicodeError) as error:
        raise CannotBeWritten(str(error)) from error


def _headers(mail: Mail) -> Iterator[tuple[str, str]]:
    yield "Subject", mail.subject
    yield "To", _on_the_wire(mail.to)
    if mail.reply_to:
        yield "Reply-To", _on_the_wire(mail.reply_to)
    yield "Message-ID", mail.message_id
    yield "Date", format_datetime(mail.rendered_at)
    yield "Content-Language", mail.language
    # No out-of-office note shall answer a machine (RFC 3834; the second is what Exchange heeds).
    yield "Auto-Submitted", "auto-generated"
    yield "X-Auto-Response-Suppress", "All"
    yield from unsubscribe.headers(mail).items()


@lru_cache(maxsize=4)
def _from(sender: str) -> bytes:
    return _header("From", sender)


def _header(name: str, value: str) -> bytes:
    # Django encodes what is not ASCII, and refuses a line break that would begin another header.
    if value.isascii() and value.isprintable():
        lines = [f"{name}: {value}".encode("ascii")]
    else:
        safe = forbid_multi_line_headers(name, value, "utf-8")[1]
        # Only encoded words are folded: a long link on a line of its own would look like an empty header to some mailboxes.
        lines = f"{name}: {safe}".encode("ascii").splitlines()
    if max(map(len, lines)) > LONGEST_LINE:
        raise CannotBeWritten(f"The header {name} is too long.")
    return b"\r\n".join(lines)


@dataclass(frozen=True)
class _Part:
    """One part of a message: what its head says of it, and its body."""

    head: list[str]
    body: bytes

    def written(self) -> bytes:
        return "\r\n".join(self.head).encode("ascii") + b"\r\n\r\n" + self.body


def _body(mail: Mail) -> _Part:
    text = _text("plain", mail.text)
    alternatives = [text]
    if mail.html:
        alternatives.append(_text("html", mail.html))
    if mail.calendar:
        # The last: a mailbox shows the last that it understands, so elsewhere it is no invitation.
        alternatives.append(_event(f'text/calendar; method={mail.calendar_method}; charset="utf-8"', mail))
    letter = _together("alternative", alternatives, mail) if len(alternatives) > 1 else text
    if not mail.calendar:
        return letter
    # Once more as a file, for the mailboxes that offer only those to the reader's calendar.
    file = _event("application/ics", mail, 'Content-Disposition: attachment; filename="invite.ics"')
    return _together("mixed", [letter, file], mail)


def _text(subtype: str, text: str) -> _Part:
    body = _with_crlf(text).encode()
    how = "7bit" if body.isascii() else "8bit"
    if max(map(len, body.split(b"\r\n"))) > LONGEST_LINE:
        how = "quoted-printable"
        body = body_encode(LINE_BREAK.sub("\n", text).encode().decode("latin-1"), eol="\r\n").encode("ascii")
    return _Part(
        [f'Content-Type: text/{subtype}; charset="utf-8"', f"Content-Transfer-Encoding: {how}"], body
    )


def _with_crlf(text: str) -> str:
    # Nearly always there are none but "\n", and replacing those is many times quicker than a pattern.
    return LINE_BREAK.sub("\r\n", text) if "\r" in text else text.replace("\n", "\r\n")


def _event(content_type: str, mail: Mail, *more: str) -> _Part:
    # RFC 5545 ends each line with CRLF; base64 keeps that through every mail server.
    body = encodebytes(mail.calendar.encode()).replace(b"\n", b"\r\n")
    return _Part([f"Content-Type: {content_type}", "Content-Transfer-Encoding: base64", *more], body)


def _together(subtype: str, parts: list[_Part], mail: Mail) -> _Part:
    # Whoever could write this into a text would have to know the Message-ID, which is sealed, beforehand.
    boundary = f"={subtype}={mail.message_id[1:41]}"
    between = f"\r\n--{boundary}\r\n".encode("ascii")
    body = (
        between[2:]
        + between.join(part.written() for part in parts)
        + f"\r\n--{boundary}--\r\n".encode("ascii")
    )
    return _Part([f'Content-Type: multipart/{subtype}; boundary="{boundary}"'], body)


def _refuse_bad_address(address: str) -> None:
    # Django's mail would take "a@x.org, b@y.org" for two recipients.
    try:
        validate_email(address)
    except ValidationError:
        raise CannotBeWritten(f"{address!r} is not one mail address.") from None
