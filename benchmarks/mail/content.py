"""What every way sends: the same words to the same readers, about nine kilobytes each. Imports nothing but the standard library."""

SENDER = "mentoring@example.org"
SUBJECT = "Reminder {number}: your session on Tuesday"
PARAGRAPHS = [
    "You asked to talk about the safety case of the new prescribing system, and what to bring to the board.",
    "Bring whatever you have: half a page is enough, and nobody else will see it.",
    "If you cannot come, say so with one click, and somebody from the waiting list takes your place.",
] * 4


def address(number: int) -> str:
    return f"reader{number}@trust{number % 50}.example"
