"""What can go wrong with sealed text. No message ever holds a word of it, sealed or open."""


class CannotOpen(Exception):
    """A sealed value cannot be read."""


class KeyIsMissing(CannotOpen):
    """It was sealed with a key that this install no longer has."""


class BoundElsewhere(CannotOpen):
    """It was sealed for another row or field: somebody has moved it by hand."""


class CannotSeal(Exception):
    """This is no text, or nobody knows yet which row it is for."""


class StillSealed(Exception):
    """Ciphertext was about to be shown as if it were text."""


class NotByValue(Exception):
    """Sealed text was to be searched, compared or sorted by."""
