import io
import threading
import time

import pytest

from mentoring.bodies import BodyReader


class SlowStream:
    """A client that sends everything but the last byte, then waits until it is told to go on."""

    def __init__(self):
        self.may_end = threading.Event()

    def read(self, length):
        self.may_end.wait(10)
        return b"x" * length


@pytest.fixture
def seen():
    return []


@pytest.fixture
def reader(seen):
    def application(environ, start_response):
        seen.append(environ["wsgi.input"].read())
        start_response("200 OK", [])
        return [b"done"]

    return BodyReader(application, largest=100, seconds=0.2, readers=2)


def ask(reader, stream=None, **environ):
    answers = []
    body = reader({"wsgi.input": stream, **environ}, lambda status, headers: answers.append(status))
    return answers[0], b"".join(body).decode()


def test_a_form_reaches_the_application_whole(reader, seen):
    status, _ = ask(reader, io.BytesIO(b"name=Ada"), CONTENT_LENGTH="8")

    assert (status, seen) == ("200 OK", [b"name=Ada"])


def test_a_page_without_a_form_is_not_read(reader, seen):
    assert ask(reader, io.BytesIO(b""))[0] == "200 OK"


def test_too_much_is_refused_with_a_sentence_before_it_is_read(reader, seen):
    status, sentence = ask(reader, None, CONTENT_LENGTH="101")

    assert (status, seen) == ("413 Content Too Large", [])
    assert "12 MB" in sentence


def test_a_body_without_a_length_is_refused(reader, seen):
    assert ask(reader, None, HTTP_TRANSFER_ENCODING="chunked")[0] == "411 Length Required"


def test_a_client_that_leaves_half_way_never_reaches_the_application(reader, seen):
    status, _ = ask(reader, io.BytesIO(b"nam"), CONTENT_LENGTH="8")

    assert (status, seen) == ("408 Request Timeout", [])


def test_a_client_that_takes_too_long_is_told_so(reader, seen):
    begun = time.monotonic()

    status, _ = ask(reader, SlowStream(), CONTENT_LENGTH="8")

    assert (status, seen) == ("408 Request Timeout", [])
    assert time.monotonic() - begun < 5


def test_slow_clients_never_take_every_place_from_pages_without_a_form(reader, seen):
    slow = [SlowStream(), SlowStream()]
    for stream in slow:
        ask(reader, stream, CONTENT_LENGTH="8")

    assert ask(reader, io.BytesIO(b"name=Ada"), CONTENT_LENGTH="8")[0] == "503 Service Unavailable"
    assert ask(reader, io.BytesIO(b""))[0] == "200 OK"

    for stream in slow:
        stream.may_end.set()
    time.sleep(0.1)
    assert ask(reader, io.BytesIO(b"name=Ada"), CONTENT_LENGTH="8")[0] == "200 OK"
