import re

import pytest

from outbox.delivery import deliver_due


class Letterbox:
    """What the SMTP server of the tests has received since one looked last."""

    def __init__(self, mailbox):
        self._mailbox = mailbox

    def delivered(self):
        deliver_due()
        news = self._mailbox.messages
        self._mailbox.received.clear()
        return news

    def only(self):
        (mail,) = self.delivered()
        return mail


@pytest.fixture
def letterbox(mailbox):
    return Letterbox(mailbox)


def text_of(mail) -> str:
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


def link_in(mail) -> str:
    """The path of the first link, as a browser would ask for it."""
    return re.search(r"http://localhost:8000(/accounts/\S+)", text_of(mail))[1]


def code_in(mail) -> str:
    return text_of(mail).splitlines()[4]
