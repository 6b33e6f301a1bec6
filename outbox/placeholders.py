"""Placeholders in what an admin writes: {first_name}. Plain text with gaps, never template code."""

import re
from collections.abc import Iterable

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

PLACEHOLDER = re.compile(r"\{(\w+)\}")


class BadPlaceholder(ValueError):
    """The text says which, and which there are."""


def found_in(text: str) -> list[str]:
    return PLACEHOLDER.findall(text)


def fill(text: str, words: dict[str, str]) -> str:
    return PLACEHOLDER.sub(lambda gap: words.get(gap[1], gap[0]), text)


def check(text: str, *, known: Iterable[str], needed: Iterable[str] = ()) -> None:
    """Raises BadPlaceholder where one is unknown or missing, or a brace stands alone."""
    known, used = list(known), found_in(text)
    for name in used:
        if name not in known:
            raise BadPlaceholder(_unknown(name, known))
    for name in needed:
        if name not in used:
            raise BadPlaceholder(_("{%(name)s} is missing, and readers need it.") % {"name": name})
    if re.search(r"[{}]", PLACEHOLDER.sub("", text)):
        raise BadPlaceholder(
            _("A curly bracket stands alone. Brackets are for placeholders only. %(which)s")
            % {"which": which_there_are(known)}
        )


def which_there_are(known: Iterable[str]) -> str:
    names = [f"{{{name}}}" for name in known]
    if not names:
        return _("There is no placeholder here.")
    return _("Here there is %(names)s.") % {"names": get_text_list(names, pgettext("list", "and"))}


def _unknown(name: str, known: list[str]) -> str:
    return _("{%(name)s} is not a placeholder here. %(which)s") % {
        "name": name,
        "which": which_there_are(known),
    }
