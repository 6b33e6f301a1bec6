"""Other sentences instead of the shipped ones, while one mail is rendered.

A mail's templates are a frame of conditions, links and buttons around sentences marked for translation. Each of those
sentences is what a translator may change, and so what an admin may: the frame stays. While a mail is rendered the
catalogue of its language is asked through an overlay, which knows the admin's sentences and passes on all else.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.html import escape
from django.utils.translation import trans_real

# Which form of a plural stands for a number, in the languages that we speak.
IS_MANY = {"en": lambda number: number != 1, "fr": lambda number: number > 1}


class Overlay:
    """A catalogue in which some sentences are ours. Keys and sentences are as gettext has them: "Hello %(name)s,"."""

    def __init__(self, shipped, ours: dict[str, str]):
        self._shipped = shipped
        self._ours = ours

    def __getattr__(self, name):
        return getattr(self._shipped, name)

    def gettext(self, message: str) -> str:
        return self._ours.get(message) or self._shipped.gettext(message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        is_many = IS_MANY.get(self._shipped.to_language(), IS_MANY["en"])
        ours = self._ours.get(plural if is_many(number) else singular)
        return ours or self._shipped.ngettext(singular, plural, number)


@contextmanager
def saying(ours: dict[str, str], *, in_html: bool) -> Iterator[None]:
    """Have templates say our sentences in the active language. In HTML they are escaped, which templates do not do."""
    if not ours:
        yield
        return
    shipped = trans_real.catalog()
    spoken = {key: str(escape(text)) for key, text in ours.items()} if in_html else ours
    # Django has no public way to lay one catalogue over another for a moment; this is what `activate` itself sets.
    trans_real._active.value = Overlay(shipped, spoken)
    try:
        yield
    finally:
        trans_real._active.value = shipped
