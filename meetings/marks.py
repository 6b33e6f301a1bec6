"""How an anonymous need knows its author without naming anybody.

A mark holds a key of its own and a keyed hash of person and need. It answers "is it this person's?", and lies sealed
in the database; rotating the keys seals it anew and changes nothing in it.
"""

import hmac
import secrets
from uuid import UUID

from accounts.models import Person


def mark_of(person: Person, need_pk: UUID) -> str:
    key = secrets.token_hex(16)
    return f"{key}:{_answer(key, person, need_pk)}"


def is_marked_by(mark: str, person: Person, need_pk: UUID) -> bool:
    key, _colon, answer = mark.partition(":")
    return hmac.compare_digest(answer, _answer(key, person, need_pk))


def _answer(key: str, person: Person, need_pk: UUID) -> str:
    return hmac.new(bytes.fromhex(key), f"{person.pk} raised {need_pk}".encode(), "sha256").hexdigest()
