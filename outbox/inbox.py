"""Read the one mailbox to which answers and bounces come back; INBOX_URL names it, and without it nothing is read.

Each message is offered to the registered handlers; the first that returns True took it. What nobody took is flagged
and stays where it is, for a person to read: nothing is ever deleted here.
"""

import email
import email.policy
import imaplib
import logging
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

log = logging.getLogger(__name__)

Handler = Callable[[EmailMessage], bool]

SECONDS_TO_WAIT = 20
A_ROUND = 50
# A bounce quotes what bounced; whatever is larger is none, and is left to a person.
LARGEST = 2_000_000
# Any number that nothing else locks.
LOCK = 7_205_761

_handlers: list[Handler] = []


def register(handler: Handler) -> None:
    _handlers.append(handler)


def read() -> int:
    """Offer each unread message to the handlers; returns how many were read. Safe to call often, and by several at once."""
    if not settings.INBOX_URL:
        return 0
    with _alone() as is_ours:
        return _read(settings.INBOX_URL) if is_ours else 0


def offer(message: EmailMessage) -> bool:
    """Whether a handler took it. One that fails does not keep the others from it."""
    return any(_ask(handler, message) for handler in _handlers)


def _ask(handler: Handler, message: EmailMessage) -> bool:
    try:
        return handler(message)
    except (OperationalError, InterfaceError):
        raise  # the database is away: the message stays unread for the next round
    except Exception:
        log.exception("A message in the mailbox could not be understood; it stays there, flagged.")
        return False


def _read(address: str) -> int:
    try:
        with _open(address) as box:
            found = _unread(box)[:A_ROUND]
            for uid in found:
                _read_one(box, uid)
            return len(found)
    except (OSError, imaplib.IMAP4.error) as trouble:
        log.warning("The mailbox cannot be read: %s", trouble)
        return 0


def _read_one(box: imaplib.IMAP4, uid: str) -> None:
    content = _fetch(box, uid)
    was_taken = content is not None and offer(email.message_from_bytes(content, policy=email.policy.default))
    box.uid("STORE", uid, "+FLAGS", r"(\Seen)" if was_taken else r"(\Seen \Flagged)")


@contextmanager
def _open(address: str) -> Iterator[imaplib.IMAP4]:
    url = urlsplit(address)
    box = _connect(url)
    try:
        box.login(unquote(url.username or ""), unquote(url.password or ""))
        _demand(box.select(f'"{unquote(url.path.strip("/")) or "INBOX"}"'))
        yield box
    finally:
        # A connection that is lost already need not be closed politely.
        with suppress(OSError, imaplib.IMAP4.error):
            box.logout()


def _connect(url) -> imaplib.IMAP4:
    if url.scheme == "imaps":
        return imaplib.IMAP4_SSL(
            url.hostname, url.port or 993, timeout=SECONDS_TO_WAIT, ssl_context=ssl.create_default_context()
        )
    box = imaplib.IMAP4(url.hostname, url.port or 143, timeout=SECONDS_TO_WAIT)
    if url.scheme == "imap+tls":
        box.starttls(ssl.create_default_context())
    return box


def _demand(answer):
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(f"{status} {data}")
    return data


def _unread(box: imaplib.IMAP4) -> list[str]:
    data = _demand(box.uid("SEARCH", None, "UNSEEN", "SMALLER", str(LARGEST)))
    return data[0].decode().split() if data and data[0] else []


def _fetch(box: imaplib.IMAP4, uid: str) -> bytes | None:
    data = _demand(box.uid("FETCH", uid, "(BODY.PEEK[])"))
    return next((part[1] for part in data if isinstance(part, tuple)), None)


@contextmanager
def _alone() -> Iterator[bool]:
    """Workers on several machines share one mailbox: one reads, the others have nothing to do."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        is_ours = cursor.fetchone()[0]
        try:
            yield is_ours
        finally:
            if is_ours:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
