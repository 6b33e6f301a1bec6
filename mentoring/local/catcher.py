"""A mail server for one machine: accepts every message and keeps it in a maildir.

`python -m mentoring.local.catcher PORT FOLDER`
"""

import asyncio
import itertools
import os
import signal
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP

COUNTER = itertools.count()


class Catcher:
    def __init__(self, maildir: Path):
        self.maildir = maildir
        for folder in ("tmp", "new", "cur"):
            (maildir / folder).mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 — aiosmtpd names it
        # aiosmtpd answers 250 with what we return: by then the message must survive a power cut.
        for recipient in envelope.rcpt_tos:
            self.keep(recipient, envelope.original_content)
        return "250 kept"

    def keep(self, recipient: str, message: bytes) -> None:
        name = f"{time.time_ns()}.{os.getpid()}_{next(COUNTER)}.localhost"
        draft = self.maildir / "tmp" / name
        with draft.open("wb") as file:
            file.write(f"X-Envelope-To: {recipient}\r\n".encode())
            file.write(message)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(self.maildir / "new" / name)
        sync_folder(self.maildir / "new")


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


async def serve(port: int, maildir: Path) -> None:
    catcher = Catcher(maildir)
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    server = await loop.create_server(
        lambda: SMTP(catcher, hostname="localhost", enable_SMTPUTF8=True), "127.0.0.1", port
    )
    async with server:
        await stopping.wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
