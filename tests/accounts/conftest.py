import email
import re
import socket
from email import policy

import pytest
from aiosmtpd.controller import Controller
from django.core.cache import cache

from outbox.delivery import deliver_due


class Letterbox:
    """A real SMTP server that keeps what arrives."""

    def __init__(self):
        self.arrived = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 (the name that aiosmtpd calls)
        self.arrived.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return "250 Kept"

    def delivered(self):
        """Deliver what is due; the mails that have arrived since the last time."""
        deliver_due()
        news, self.arrived = self.arrived, []
        return news

    def only(self):
        (mail,) = self.delivered()
        return mail


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
def letterbox(settings):
    box = Letterbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    yield box
    controller.stop()


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Tests need no collected files."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}


@pytest.fixture(autouse=True)
def fresh_limits(request):
    if "db" in request.fixturenames or "transactional_db" in request.fixturenames:
        cache.clear()


def text_of(mail) -> str:
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


def link_in(mail) -> str:
    """The path of the first link, as a browser would ask for it."""
    return re.search(r"http://localhost:8000(/accounts/\S+)", text_of(mail))[1]


def code_in(mail) -> str:
    return text_of(mail).splitlines()[4]
