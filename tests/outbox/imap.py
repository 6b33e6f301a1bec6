"""A mailbox behind as much of IMAP as a reader of unread messages needs."""

import re
import socketserver
import threading


class Mailbox:
    """`messages` by uid; `flags` as the reader set them; `commands` as they came, without their tags."""

    password = "words"

    def __init__(self, *messages: bytes):
        self.messages = dict(enumerate(messages, start=1))
        self.flags: dict[int, set[str]] = {uid: set() for uid in self.messages}
        self.commands: list[str] = []
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"imap://sam%40example.org:{self.password}@127.0.0.1:{self._server.server_address[1]}/INBOX"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def _handler(self):
        box = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                self.wfile.write(b"* OK ready\r\n")
                while line := self.rfile.readline():
                    tag, _, command = line.decode().strip().partition(" ")
                    box.commands.append(command)
                    for answer in box.answers(command):
                        self.wfile.write(answer + b"\r\n")
                    self.wfile.write(f"{tag} {box.verdict(command)}\r\n".encode())

        return Handler

    def verdict(self, command: str) -> str:
        is_wrong = command.startswith("LOGIN") and not command.endswith(f'"{self.password}"')
        return "NO wrong password" if is_wrong else "OK done"

    def answers(self, command: str):
        if command.startswith("CAPABILITY"):
            yield b"* CAPABILITY IMAP4rev1"
        elif command.startswith("SELECT"):
            yield f"* {len(self.messages)} EXISTS".encode()
        elif command.startswith("UID SEARCH"):
            unread = [str(uid) for uid in self.messages if r"\Seen" not in self.flags[uid]]
            yield f"* SEARCH {' '.join(unread)}".rstrip().encode()
        elif command.startswith("UID FETCH"):
            uid = int(command.split()[2])
            content = self.messages[uid]
            yield f"* {uid} FETCH (UID {uid} BODY[] {{{len(content)}}}".encode() + b"\r\n" + content + b")"
        elif command.startswith("UID STORE"):
            self.flags[int(command.split()[2])] |= set(re.findall(r"\\\w+", command))
        elif command.startswith("LOGOUT"):
            yield b"* BYE"
