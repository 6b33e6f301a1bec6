"""What people type, made comparable and safe to print on one line."""

import re
import unicodedata

# Controls, line separators, zero-width blanks and marks that turn the direction of what follows. The joiners
# U+200C and U+200D stay: Persian, Hindi and emoji need them.
NOT_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
BLANKS = re.compile(r"\s+")


def one_line(text: str) -> str:
    """Composed, without control marks, every run of blanks one blank."""
    visible = NOT_TEXT.sub(" ", unicodedata.normalize("NFC", text))
    return BLANKS.sub(" ", visible).strip()


def folded(text: str) -> str:
    """Case, accents and the shape of apostrophes do not tell two names apart."""
    parts = unicodedata.normalize("NFKD", one_line(text).replace("’", "'"))
    return "".join(part for part in parts if not unicodedata.combining(part)).casefold()


def without_brackets(text: str) -> str:
    return one_line(re.sub(r"\([^)]*\)", " ", text))
