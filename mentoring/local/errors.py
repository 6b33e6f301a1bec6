class CannotStart(Exception):
    """Something on this machine stands in the way; the text says what, and what to do."""
