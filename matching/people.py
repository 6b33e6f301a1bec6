"""Recognise a person in what somebody typed: a name in any order, with or without honorifics, or a mail address."""

import re
import unicodedata
from collections.abc import Iterable

HONORIFICS = frozenset(
    [
        "dr",
        "prof",
        "professor",
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "sir",
        "dame",
        "lord",
        "lady",
        "mme",
        "m",
        "mlle",
        "pr",
    ]
)
ADDRESS = re.compile(r"[^\s<>(),;]+@[^\s<>(),;]+")
NAME = re.compile(r"[^\W_]+")

# What identifies somebody: an address, or the words of a name.
Identity = str | frozenset[str]


def identities(*, name: str, email: str) -> set[Identity]:
    """What a person may be typed as."""
    return {email.casefold(), name_words(name)} - {frozenset()}


def typed_identities(typed: str) -> set[Identity]:
    """Whom a typed line may mean: each address in it, and what else it says read as a name."""
    addresses = {address.strip(".").casefold() for address in ADDRESS.findall(typed)}
    return addresses | ({name_words(ADDRESS.sub(" ", typed))} - {frozenset()})


def name_words(name: str) -> frozenset[str]:
    """Case, accents, punctuation, order and honorifics do not tell people apart."""
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = NAME.findall(re.sub(r"['’`]", "", plain).casefold())
    return frozenset(words) - HONORIFICS


def blocked_pairs(
    blocks: Iterable[tuple[int, str]], people: dict[int, set[Identity]]
) -> set[tuple[int, int]]:
    """(who typed, whom that may mean), among these people. Two people of one name are both meant."""
    known: dict[Identity, set[int]] = {}
    for person, names in people.items():
        for identity in names:
            known.setdefault(identity, set()).add(person)
    return {
        (person, meant)
        for person, typed in blocks
        for identity in typed_identities(typed)
        for meant in known.get(identity, ())
        if meant != person
    }
