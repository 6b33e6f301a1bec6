"""The mails that the catcher on a developer's machine kept: a maildir, read and never written."""

import email
import email.policy
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path


@dataclass(frozen=True)
class Caught:
    """One mail. `key` is the name of its file."""

    key: str
    at: datetime
    message: EmailMessage

    @property
    def subject(self) -> str:
        return self._header("Subject")

    @property
    def sender(self) -> str:
        return self._header("From")

    @property
    def reader(self) -> str:
        return self._header("To")

    @property
    def reply_to(self) -> str:
        return self._header("Reply-To")

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _header(self, name: str) -> str:
        return str(self.message.get(name, ""))

    def _part(self, subtype: str) -> str:
        part = self.message.get_body([subtype])
        return part.get_content() if part else ""


class Box:
    """A maildir: each message is a file, in `new` or `cur`."""

    def __init__(self, folder: Path):
        self._files = {file.name: file for part in ("new", "cur") for file in (folder / part).glob("*")}

    def keys(self) -> list[str]:
        """Newest first."""
        return sorted(self._files, key=lambda key: self._files[key].stat().st_mtime_ns, reverse=True)

    def find(self, key: str) -> Caught | None:
        """Only what the listing names is ever opened: a key is no path."""
        file = self._files.get(key)
        if file is None:
            return None
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        return Caught(key=key, at=datetime.fromtimestamp(file.stat().st_mtime, UTC), message=message)
