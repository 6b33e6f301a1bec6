"""Text made fit for a mail."""

from outbox.models import Mail

LONGEST_SUBJECT = Mail._meta.get_field("subject").max_length


def one_line(text: str) -> str:
    """A subject: no line break of any alphabet, no control character, never longer than its column."""
    line = " ".join(text.split())
    printable = "".join(letter for letter in line if letter.isprintable())
    return printable[: LONGEST_SUBJECT - 1] + "…" if len(printable) > LONGEST_SUBJECT else printable
