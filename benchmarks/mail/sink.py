"""A mail server as an ordinary one behaves: it has each message on the disk before it says so.

`python -m benchmarks.mail.sink PORT FOLDER`: appends a line for each message to FOLDER/arrived.
"""

import asyncio
import os
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP


class Sink:
    def __init__(self, folder: Path):
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        self.messages = os.open(folder / "messages", flags | os.O_TRUNC)
        self.arrived = os.open(folder / "arrived", flags)

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        # As Postfix, Exim and Exchange do; only who can make use of it does.
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 — aiosmtpd names it
        os.write(self.messages, envelope.original_content)
        os.fdatasync(self.messages)
        size = len(envelope.original_content)
        os.write(self.arrived, f"{time.monotonic()} {size} {envelope.rcpt_tos[0]}\n".encode())
        return "250 kept"


async def serve(port: int, folder: Path) -> None:
    sink = Sink(folder)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(sink, hostname="sink.test"), "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
