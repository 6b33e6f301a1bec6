"""A mail server to be killed: it writes and syncs each message before it answers 250, and has its whims.

`python -m tests.faults.sink PORT FOLDER SEED`; with SEED "-" it has none.
"""

import asyncio
import email
import json
import os
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP

from tests.faults.schedule import whim

KEPT, SEEN = "kept.jsonl", "seen.txt"
SECONDS_SLOW, SECONDS_SLOW_TO_SAY_SO = 2.0, 0.5
AT_THE_READER = {
    "put off the reader": "451 4.7.1 Greylisted, try again later",
    "close the connection": "421 4.3.2 Closing down",
    "nobody there": "550 5.1.1 No such user",
}
AT_THE_END = {
    "put off the mail": "452 4.3.1 Out of space, try again later",
    "refuse the mail": "554 5.7.1 Refused by policy",
}


class Sink:
    def __init__(self, folder: Path, seed: int | None):
        folder.mkdir(parents=True, exist_ok=True)
        self.seed = seed
        self.kept = open_to_append(folder / KEPT)
        self.seen_file = open_to_append(folder / SEEN)
        self.seen = set((folder / SEEN).read_text().split())

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 — aiosmtpd names it
        envelope.whim = self._whim(address)
        answer = AT_THE_READER.get(envelope.whim)
        if answer is None:
            envelope.rcpt_tos.append(address)
            return "250 OK"
        if answer.startswith("421"):
            await server.push(answer)
            server.transport.close()
        return answer

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if envelope.whim in AT_THE_END:
            return AT_THE_END[envelope.whim]
        if envelope.whim == "be slow":
            await asyncio.sleep(SECONDS_SLOW)
        if envelope.whim == "cut before it is kept":
            server.transport.abort()
            return "451 gone"
        self._keep(envelope)
        if envelope.whim == "cut after it is kept":
            server.transport.abort()
        if envelope.whim == "be slow to say so":
            await asyncio.sleep(SECONDS_SLOW_TO_SAY_SO)
        return "250 kept"

    def _whim(self, address: str) -> str:
        """Only the first attempt at an address meets one, however often this server was killed since."""
        if self.seed is None or address in self.seen:
            return ""
        self.seen.add(address)
        os.write(self.seen_file, f"{address}\n".encode())
        return whim(self.seed, address)

    def _keep(self, envelope) -> None:
        message = email.message_from_bytes(envelope.original_content)
        row = {
            "at": time.time(),
            "to": envelope.rcpt_tos[0],
            "key": message["Subject"],
            "message_id": message["Message-ID"],
            "whim": envelope.whim,
        }
        os.write(self.kept, f"{json.dumps(row)}\n".encode())
        os.fsync(self.kept)


def open_to_append(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)


def read_kept(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / KEPT).read_text().splitlines()]


def read_seen(folder: Path) -> set[str]:
    return set((folder / SEEN).read_text().split())


async def serve(port: int, sink: Sink) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(sink, hostname="sink.test"), "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    port, folder, seed = sys.argv[1:]
    asyncio.run(serve(int(port), Sink(Path(folder), None if seed == "-" else int(seed))))
