"""Reads what a request carries before Django is entered.

A client that sends its form a byte at a time would otherwise hold a database connection, taken by the session
lookup, for as long as it likes; two hundred of them held every connection there is.
"""

import io
import threading
from concurrent.futures import Future, TimeoutError

LARGEST_BODY = 12 * 1024 * 1024
SECONDS_TO_SEND_IT = 20
# Fewer than the server's threads, so that pages without a form are answered whatever happens here.
READERS = 400

TOO_LARGE = (
    "413 Content Too Large",
    "This is more than the 12 MB that one request may carry. Send a smaller file.",
)
TOO_SLOW = ("408 Request Timeout", "What you sent did not arrive in time. Please send it again.")
TOO_BUSY = (
    "503 Service Unavailable",
    "Too many forms are arriving at this moment. Please send it again in a minute.",
)
NO_LENGTH = ("411 Length Required", "Send the length of what you send.")


class BodyReader:
    """WSGI middleware: hands the application a body that is all there, or answers in its place."""

    def __init__(self, application, *, largest=LARGEST_BODY, seconds=SECONDS_TO_SEND_IT, readers=READERS):
        self.application = application
        self.largest = largest
        self.seconds = seconds
        self.places = threading.BoundedSemaphore(readers)

    def __call__(self, environ, start_response):
        if "HTTP_TRANSFER_ENCODING" in environ:
            return refuse(NO_LENGTH, start_response)
        length = content_length(environ)
        if length > self.largest:
            return refuse(TOO_LARGE, start_response)
        if length:
            body = self.read(environ["wsgi.input"], length)
            if isinstance(body, tuple):
                return refuse(body, start_response)
            environ["wsgi.input"] = io.BytesIO(body)
        return self.application(environ, start_response)

    def read(self, stream, length: int) -> bytes | tuple[str, str]:
        """The whole body, or why there is none."""
        if not self.places.acquire(blocking=False):
            return TOO_BUSY
        arrived = Future()
        # A thread of its own: the server's `read` knows no time limit, so somebody else must be able to give up.
        threading.Thread(target=self.read_into, args=(arrived, stream, length), daemon=True).start()
        try:
            return arrived.result(timeout=self.seconds)
        except TimeoutError:
            return TOO_SLOW

    def read_into(self, arrived: Future, stream, length: int) -> None:
        """Read until all is there or the client is gone; only then is the place free again."""
        try:
            body = stream.read(length)
            arrived.set_result(body if len(body) == length else TOO_SLOW)
        except Exception as trouble:
            arrived.set_exception(trouble)
        finally:
            self.places.release()


def content_length(environ) -> int:
    text = environ.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isascii() and text.isdigit() else 0


def refuse(answer: tuple[str, str], start_response) -> list[bytes]:
    status, sentence = answer
    body = sentence.encode()
    start_response(
        status,
        [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Connection", "close"),
            ("Cache-Control", "no-store"),
        ],
    )
    return [body]
