"""French is complete: what code and templates say in English has a French text, with the same placeholders."""

import re
from functools import cache
from io import BytesIO

import polib
import pytest
from babel.messages.extract import extract
from django.conf import settings
from django.utils.translation.template import templatize

APPS = ("accounts", "insights", "matching", "meetings", "mentoring", "outbox")
KEYWORDS = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "_": None,
    "lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


@cache
def french() -> dict[tuple[str, str], polib.POEntry]:
    catalogue = polib.pofile(str(settings.LOCALE_PATHS[0] / "fr" / "LC_MESSAGES" / "django.po"))
    return {(entry.msgctxt or "", entry.msgid): entry for entry in catalogue if not entry.obsolete}


def said_in_code() -> set[tuple[str, str]]:
    files = [path for app in APPS for path in (settings.BASE_DIR / app).rglob("*.py")]
    return {said for path in files for said in messages_of(path.read_bytes())}


def said_in_templates() -> set[tuple[str, str]]:
    files = [
        path for path in (settings.BASE_DIR / "templates").rglob("*") if path.suffix in {".html", ".txt"}
    ]
    return {said for path in files for said in messages_of(as_code(path.read_text()))}


def as_code(template: str) -> bytes:
    """Only the calls of what Django makes of a template for gettext; the filler between them is no Python."""
    calls = re.findall(r"n?p?gettext\(.*?\) (?=[X\s]|$)", templatize(template) + " ", flags=re.DOTALL)
    return "\n".join(call.replace("\n", "\\n") for call in calls).encode()


def messages_of(source: bytes) -> set[tuple[str, str]]:
    found = extract("python", BytesIO(source), keywords=KEYWORDS)
    return {(context or "", text[0] if isinstance(text, tuple) else text) for _, text, _, context in found}


@pytest.mark.parametrize("said", [said_in_code, said_in_templates])
def test_nothing_is_left_in_english(said):
    found = {one for one in said() if one[1]}

    assert len(found) > 200
    assert sorted(found - set(french())) == []


def test_no_french_text_is_empty_or_unsure():
    unfinished = [entry.msgid for entry in french().values() if not entry.translated() or entry.fuzzy]

    assert unfinished == []


def test_french_texts_keep_every_placeholder():
    lost = [
        entry.msgid
        for entry in french().values()
        for text in ([entry.msgstr] if entry.msgstr else entry.msgstr_plural.values())
        if set(PLACEHOLDER.findall(text)) - set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
        or (not entry.msgid_plural and set(PLACEHOLDER.findall(entry.msgid)) - set(PLACEHOLDER.findall(text)))
    ]

    assert lost == []


def test_no_french_word_is_split_by_gender_marks():
    split = [entry.msgstr for entry in french().values() if re.search(r"\w·\w|\((?:e|s|es)\)", entry.msgstr)]

    assert split == []
