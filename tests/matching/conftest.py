import pytest

from outbox.delivery import deliver_due
from tests.outbox.sink import Sink


class Post(Sink):
    """A real mail server that keeps what arrives."""

    def arrived(self):
        """Deliver what is due; what arrived since the last time."""
        deliver_due()
        news, self.received = self.messages, []
        return news

    def arrived_for(self, person):
        [mail] = [mail for mail in self.arrived() if mail["To"] == person.email]
        return mail


@pytest.fixture
def post(settings):
    post = Post()
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", post.port, 2
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    post.start()
    yield post
    post.stop()


def words_of(mail) -> str:
    """The plain text of a mail, its lines joined: where a line breaks means nothing."""
    return " ".join(mail.get_body(("plain",)).get_content().split())


def html_of(mail) -> str:
    return mail.get_body(("html",)).get_content()
