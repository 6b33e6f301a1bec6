"""Cells that a spreadsheet program would take for a formula, made plain text on the way out and as they were on the way in."""

import re

# What begins a formula in Excel, LibreOffice or Numbers, and the full-width forms that a Japanese Excel reads alike.
FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
SHIELDED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")


def shielded(text: str) -> str:
    """With an apostrophe before what would be reckoned."""
    return f"'{text}" if FORMULA.match(text) else text


def unshielded(text: str) -> str:
    """What `shielded` was given."""
    return text[1:] if SHIELDED.match(text) else text
