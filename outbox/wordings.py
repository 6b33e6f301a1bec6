"""What an admin says instead of us: their sentences for a kind of mail in one language, and how they are kept."""

import re
from dataclasses import dataclass, field

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from outbox import lettering, placeholders
from outbox.models import Wording
from outbox.sentences import Sentence, sentences_of, to_braces, to_catalogue


class WordingRefused(Exception):
    """It cannot be said like this; the text says why."""


class WordingChanged(WordingRefused):
    """Another admin was quicker."""


@dataclass(frozen=True)
class Said:
    """What stands instead of our sentences, and what is added below; keys and text as the catalogue has them."""

    sentences: dict[str, str] = field(default_factory=dict)
    closing: str = ""

    def closing_for(self, person) -> dict[str, str]:
        """For the frame of every mail: `closing` as HTML and as text."""
        if not self.closing:
            return {}
        words = lettering.words_for(person)
        return {
            "closing_html": lettering.as_html(self.closing, words),
            "closing_text": lettering.as_text(self.closing, words),
        }


def said(kind: str, language: str) -> Said:
    kept = Wording.objects.filter(kind=kind, language=language).values_list("sentences", "closing").first()
    return Said(*kept) if kept else Said()


def find(kind: str, language: str) -> Wording:
    """The row, or an unsaved one where nobody has changed anything."""
    found = Wording.objects.select_related("changed_by").filter(kind=kind, language=language).first()
    return found or Wording(kind=kind, language=language)


def shown(wording: Wording) -> list[tuple[Sentence, str]]:
    """Each sentence of the kind with what is said there now."""
    return [(sentence, _said_now(wording, sentence)) for sentence in sentences_of(wording.kind)]


def _said_now(wording: Wording, sentence: Sentence) -> str:
    ours = wording.sentences.get(sentence.key)
    return to_braces(ours) if ours else sentence.shipped(wording.language)


def out_of_use(wording: Wording) -> list[str]:
    """An admin's sentences for which the mail has no place any more: ours was changed by an update."""
    places = {sentence.key for sentence in sentences_of(wording.kind)}
    return [to_braces(text) for key, text in wording.sentences.items() if key not in places]


def check_sentence(sentence: Sentence, text: str) -> None:
    """Raises BadPlaceholder."""
    placeholders.check(text, known=sentence.names, needed=sentence.needed)


def as_said(kind: str, language: str, texts: dict[str, str], closing: str) -> Said:
    """What an admin typed, by key, checked and made ready for the catalogue. Raises BadPlaceholder.

    Nothing, or just what we ship, is nothing of theirs: an update may then improve it.
    """
    ours = {}
    for sentence in sentences_of(kind):
        text = _tidy(texts.get(sentence.key, ""))
        if text and _plain(text) != _plain(sentence.shipped(language)):
            check_sentence(sentence, text)
            ours[sentence.key] = to_catalogue(text)
    placeholders.check(closing, known=lettering.PLACEHOLDERS)
    return Said(ours, closing.strip())


def _tidy(text: str) -> str:
    # Not str.split: French sets its quotation marks off with spaces that do not break.
    return re.sub(r"[ \t\r\n]+", " ", text).strip()


def _plain(text: str) -> str:
    return " ".join(text.split())


def reword(kind: str, language: str, what: Said, *, by, seen: int) -> None:
    """Keep what an admin says; an empty `Said` brings ours back. Raises WordingChanged where another was quicker."""
    Wording.objects.bulk_create([Wording(kind=kind, language=language)], ignore_conflicts=True)
    kept = Wording.objects.filter(kind=kind, language=language, version=seen).update(
        sentences=what.sentences,
        closing=what.closing,
        changed_by=by,
        changed_at=timezone.now(),
        version=F("version") + 1,
    )
    if not kept:
        now = find(kind, language)
        raise WordingChanged(
            _(
                "%(by)s changed this wording while you wrote. Nothing of yours is saved yet: compare, then save again."
            )
            % {"by": now.changed_by or _("Somebody")}
        )


def changed() -> dict[tuple[str, str], Wording]:
    """What admins say themselves, by kind and language."""
    kept = Wording.objects.select_related("changed_by")
    return {(one.kind, one.language): one for one in kept if one.sentences or one.closing}
