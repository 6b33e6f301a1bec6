"""Text made fit for a mail and for its log."""

from outbox.models import Mail

LONGEST_SUBJECT = Mail._meta.get_field("subject").max_length


def one_line(text: str, *, longest: int = LONGEST_SUBJECT) -> str:
    """Without line break of any alphabet or control character, cut where it would not fit its column."""
    line = " ".join(text.split())
    printable = "".join(letter for letter in line if letter.isprintable())
    return printable if len(printable) <= longest else printable[: longest - 1] + "…"
