"""One conversation with the mail server, and what each of its answers means for the mail."""

import re
import smtplib
import time
from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend

from outbox.models import Mail
from outbox.wording import one_line

LOSSES_BEFORE_REST = 3
LONGEST_ANSWER = Mail._meta.get_field("answer").max_length
# Codes that speak of the mailbox itself. 552 is a full one and 554 mostly a policy: neither says that nobody is there.
NOBODY_THERE = {550, 551, 553}
CLOSING = 421


class Trouble(Exception):
    """The mail was not handed over; the text is what the server said."""


class ServerTrouble(Trouble):
    """No mail can leave now: the server is away, or refuses us whatever we send."""


class TryLater(Trouble):
    """This mail was put off."""


class ConnectionDropped(TryLater):
    """The connection dropped before the server could have this mail: that says nothing about it, nor about its reader."""


class Refused(Trouble):
    """This mail will never be taken."""


class NobodyThere(Refused):
    """This address does not exist, or no longer."""


class MayHaveLeft(Trouble):
    """The connection dropped after the whole mail was sent and before the server said that it has it."""


class MailServer:
    """A connection that serves many mails, and is opened again where it drops."""

    def __init__(self):
        self._backend = EmailBackend()
        self._losses = 0

    def __enter__(self):
        self._open()
        return self

    def __exit__(self, *exception):
        self._close()

    def hand_over(
        self, *, sender: str, recipient: str, content: bytes, meanwhile: Callable[[], None] = lambda: None
    ) -> None:
        """Give one mail to the server. Raises the Trouble that says what became of it.

        `meanwhile` is called once the whole mail is under way, while the server takes its time to keep it.
        """
        # Deadline for the whole mail, not for each answer: a lease must outlive it.
        self._deadline = time.monotonic() + 2 * settings.EMAIL_TIMEOUT
        self._announce(sender, recipient)
        code, answer = self._send(content, meanwhile)
        if code != 250:
            raise self._excuse(code, answer, permanent=Refused)
        self._losses = 0

    def _open(self) -> None:
        if self._losses >= LOSSES_BEFORE_REST:
            raise ServerTrouble(f"The connection was lost {self._losses} times in a row.")
        try:
            self._backend.open()
            self._backend.connection.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException) as error:
            raise ServerTrouble(_in_words(error)) from error

    def _close(self) -> None:
        connection, self._backend.connection = self._backend.connection, None
        if connection is None:
            return
        try:
            connection.sock.settimeout(1)
            connection.quit()
        except (OSError, AttributeError, smtplib.SMTPException):
            connection.close()

    def _announce(self, sender: str, recipient: str) -> None:
        """Start the mail, on a new connection where the server has had enough of the old one."""
        is_fresh = self._backend.connection is None
        self._open()
        try:
            code, answer = self._name_sender(sender, recipient)
        except ConnectionDropped:
            code, answer = CLOSING, b""
        if code == CLOSING and not is_fresh:
            self._close()
            return self._announce(sender, recipient)
        if code != 250:
            # It is the same sender for every mail: none would fare better.
            self._close()
            raise ServerTrouble(_as_text(code, answer) if answer else "The server hung up.")
        self._name_recipient(recipient)

    def _name_sender(self, sender: str, recipient: str) -> tuple[int, bytes]:
        """Where the server takes several commands at once (RFC 2920), all that come before the mail itself go together."""
        self._is_ahead = self._backend.connection.has_extn("pipelining")
        if not self._is_ahead:
            return self._ask("mail", sender)
        addresses = smtplib.quoteaddr(sender), smtplib.quoteaddr(recipient)
        self._ask("send", "mail FROM:{}\r\nrcpt TO:{}\r\nDATA\r\n".format(*addresses))
        return self._ask("getreply")

    def _name_recipient(self, recipient: str) -> None:
        code, answer = self._ask("getreply") if self._is_ahead else self._ask("rcpt", recipient)
        if code not in {250, 251}:
            self._call_off()
            raise self._excuse(code, answer, permanent=_refusal_of_address(code, answer))
        code, answer = self._ask("getreply") if self._is_ahead else self._ask("docmd", "DATA")
        if code != 354:
            raise self._excuse(code, answer, permanent=Refused)

    def _call_off(self) -> None:
        """The server may wait for a mail by now, though it refused its only reader: it gets none."""
        if not self._is_ahead:
            return
        with suppress(ConnectionDropped):
            code, _ = self._ask("getreply")
            if code == 354:
                self._lose()

    def _ask(self, command: str, *arguments) -> tuple[int, bytes]:
        connection = self._backend.connection
        try:
            connection.sock.settimeout(self._seconds_left())
            return getattr(connection, command)(*arguments)
        except (OSError, smtplib.SMTPException) as error:
            self._lose()
            raise ConnectionDropped(_in_words(error)) from error

    def _send(self, content: bytes, meanwhile: Callable[[], None]) -> tuple[int, bytes]:
        connection = self._backend.connection
        try:
            connection.sock.settimeout(self._seconds_left())
            connection.send(_stuff_dots(content) + b".\r\n")
        except (OSError, smtplib.SMTPException) as error:
            self._lose()
            raise MayHaveLeft(_in_words(error)) from error
        meanwhile()
        try:
            connection.sock.settimeout(self._seconds_left())
            return connection.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._lose()
            raise MayHaveLeft(_in_words(error)) from error

    def _excuse(self, code: int, answer: bytes, *, permanent: type[Refused]) -> Trouble:
        """The Trouble that an answer means; the connection is left ready for the next mail."""
        self._losses = 0
        if code == CLOSING:
            self._close()
        else:
            self._reset()
        is_permanent = 500 <= code < 600
        return (permanent if is_permanent else TryLater)(_as_text(code, answer))

    def _reset(self) -> None:
        if self._backend.connection is None:
            return
        try:
            self._backend.connection.rset()
        except (OSError, smtplib.SMTPException):
            self._close()

    def _lose(self) -> None:
        self._losses += 1
        self._backend.connection.close()
        self._backend.connection = None

    def _seconds_left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            # Past this a lease may lapse: better no mail than one that another deliverer sends too.
            raise TimeoutError("The server was too slow.")
        return min(settings.EMAIL_TIMEOUT, left)


def _refusal_of_address(code: int, answer: bytes) -> type[Refused]:
    """Enhanced codes (RFC 3463) say more: X.1.x is the address, X.7.x a policy that may be our own mistake."""
    enhanced = re.match(rb"5\.(\d+)\.\d+", answer)
    if enhanced:
        return NobodyThere if enhanced[1] == b"1" else Refused
    return NobodyThere if code in NOBODY_THERE else Refused


def _stuff_dots(content: bytes) -> bytes:
    ending = b"" if content.endswith(b"\r\n") else b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", content) + ending


def _as_text(code: int, answer: bytes) -> str:
    return one_line(f"{code} {answer.decode('utf-8', 'replace')}", longest=LONGEST_ANSWER)


def _in_words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        answer = error.smtp_error
        return _as_text(error.smtp_code, answer if isinstance(answer, bytes) else str(answer).encode())
    return one_line(str(error), longest=LONGEST_ANSWER) or type(error).__name__
