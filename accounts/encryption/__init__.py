"""Text that only the programme can read: sealed in the database under keys that rotate, bound to its row and field."""

from accounts.encryption.errors import (
    BoundElsewhere,
    CannotOpen,
    CannotSeal,
    KeyIsMissing,
    NotByValue,
    StillSealed,
)
from accounts.encryption.fields import EncryptedJSONField, EncryptedTextField, SealedQuerySet, seal_for

__all__ = [
    "BoundElsewhere",
    "CannotOpen",
    "CannotSeal",
    "EncryptedJSONField",
    "EncryptedTextField",
    "KeyIsMissing",
    "NotByValue",
    "SealedQuerySet",
    "StillSealed",
    "seal_for",
]
