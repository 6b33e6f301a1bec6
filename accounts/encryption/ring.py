"""The key ring: the newest key seals, every key opens.

A sealed value reads `id:token`. The id names the key and says nothing about it, so that one can tell what is still
to be sealed anew, and which key is wanted. The token is Fernet's (AES-128-CBC with HMAC-SHA256).
"""

import hashlib
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from accounts.encryption.errors import BoundElsewhere, CannotOpen, CannotSeal, KeyIsMissing

ID_LENGTH = 12
# Fernet writes the time into its token for all to read. Beside a web log it would tell who wrote an anonymous line.
NO_TIME = 0


class KeyRing:
    """Keys, newest first. Nothing in it changes, so threads share it."""

    def __init__(self, keys: tuple[str, ...]):
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self.ids = [key_id(key) for key in keys]

    def seal(self, text: str, *, place: str) -> str:
        """Seal a text for one place. Raises CannotSeal for what is no text."""
        if not isinstance(text, str) or "\x00" in text:
            raise CannotSeal(
                f"{place} takes text without NUL characters. Clean what was typed before saving it."
            )
        try:
            content = f"{place}\x00{text}".encode()
        except UnicodeEncodeError:
            # From None: Python's own message quotes the text.
            raise CannotSeal(
                f"{place} was given half a character (a lone surrogate). Clean what was typed before saving it."
            ) from None
        return f"{self.ids[0]}:{self._fernet.encrypt_at_time(content, NO_TIME).decode()}"

    def open(self, sealed: str, *, place: str) -> str:
        """The text, if it was sealed for this place. Raises CannotOpen, never returns anything else."""
        used, _colon, token = sealed.partition(":")
        if used not in self.ids:
            raise KeyIsMissing(
                f"{place} is sealed with key {used[:ID_LENGTH]!r}, which ENCRYPTION_KEYS does not hold. "
                "Add that key behind the newest one and restart; docs/private.md says where its copy should be."
            )
        try:
            content = self._fernet.decrypt(token).decode()
        except (InvalidToken, ValueError):
            raise CannotOpen(
                f"{place} was altered in the database, or its key is wrong. Restore that row from a backup."
            ) from None
        bound_to, _nul, text = content.partition("\x00")
        if bound_to != place:
            raise BoundElsewhere(
                f"{place} holds what was sealed for another row or field. Somebody has copied it there by hand: "
                "restore that row from a backup."
            )
        return text


def key_id(key: str) -> str:
    return hashlib.sha256(b"key id:" + key.encode()).hexdigest()[:ID_LENGTH]


def ring() -> KeyRing:
    return _ring(tuple(settings.ENCRYPTION_KEYS))


@lru_cache(maxsize=8)
def _ring(keys: tuple[str, ...]) -> KeyRing:
    return KeyRing(keys)
