"""A real SMTP server in this process that keeps what it accepts and misbehaves where a test asks for it."""

import asyncio
import email
import email.policy
import socket
from collections.abc import Callable
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class Sink:
    """`sender`, `rcpt`, `data_command` and `data` may be set to what answers instead of "250": a function of the address or bytes."""

    def __init__(self):
        self.received: list[tuple[str, bytes]] = []
        self.rcpt: Callable[[str], str | None] = lambda address: None
        self.data: Callable[[bytes], str | None] = lambda content: None
        self.sender: Callable[[str], str | None] = lambda address: None
        self.data_command: Callable[[], str | None] = lambda: None
        self.takes_several_at_once = False
        self.cuts_at_recipient = False
        self.cuts_after_data = False
        self.seconds_to_wait = 0.0
        self.connections = 0
        self.port = _free_port()
        self._controller = None

    def start(self) -> None:
        self._controller = _Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()
        self.connections = 0  # its own first probe does not count

    def stop(self) -> None:
        if self._controller:
            self._controller.stop(no_assert=True)
            self._controller = None

    @property
    def messages(self) -> list[EmailMessage]:
        return [email.message_from_bytes(raw, policy=email.policy.default) for _, raw in self.received]

    @property
    def readers(self) -> list[str]:
        return [address for address, _ in self.received]

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        session.host_name = hostname
        return [*responses[:-1], *(["250-PIPELINING"] if self.takes_several_at_once else []), responses[-1]]

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        if answer := self.sender(address):
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.cuts_at_recipient:
            server.transport.abort()
        if answer := self.rcpt(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if answer := await asyncio.to_thread(self.data, envelope.original_content):
            return answer
        self.received += [(address, envelope.original_content) for address in envelope.rcpt_tos]
        await asyncio.sleep(self.seconds_to_wait)
        if self.cuts_after_data:
            server.transport.abort()
        return "250 kept"


class _Server(SMTP):
    async def smtp_DATA(self, arg):  # noqa: N802
        if answer := self.event_handler.data_command():
            return await self.push(answer)
        return await super().smtp_DATA(arg)


class _Controller(Controller):
    def factory(self):
        self.handler.connections += 1
        return _Server(self.handler, hostname="sink.test")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
