"""Spoken languages: ISO codes, named by Babel in whatever language the page is in."""

from functools import lru_cache

from babel import Locale

from accounts.wording import folded

# Asked with a tick each, since most people of the NHS speak one of these; any other is typed.
USUAL = (
    "en", "cy", "ga", "gd", "fr", "de", "es", "pt", "it", "pl", "ro", "el", "tr", "ar", "fa", "ur", "hi", "pa",
    "bn", "gu", "ta", "te", "ml", "ne", "zh", "tl", "yo", "ig", "ha", "so", "sw", "ru", "uk", "bfi",
)  # fmt: skip
# Babel has no name for British Sign Language, nor for the French one.
UNNAMED = {
    "bfi": {"en": "British Sign Language", "fr": "langue des signes britannique"},
    "fsl": {"en": "French Sign Language", "fr": "langue des signes française"},
}


def language_name(code: str, speech: str) -> str:
    return _names(speech).get(code, code)


@lru_cache(maxsize=4)
def _names(speech: str) -> dict[str, str]:
    names = {
        code: name for code, name in Locale(speech).languages.items() if code.isalpha() and len(code) <= 3
    }
    return names | {code: named[speech] for code, named in UNNAMED.items()}


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    return {folded(name): code for speech in ("en", "fr") for code, name in _names(speech).items()}


def language_code(typed: str) -> str | None:
    """The code of a language named in English or French, whatever its accents and case."""
    return _codes().get(folded(typed))


def usual_languages(speech: str, *, also: list[str] = ()) -> list[tuple[str, str]]:
    codes = dict.fromkeys([*USUAL, *also])
    return [(code, _capital(language_name(code, speech))) for code in codes]


def all_names(speech: str) -> list[str]:
    return sorted({_capital(name) for name in _names(speech).values()}, key=folded)


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
