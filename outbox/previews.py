"""What a kind of mail looks like, with realistic words and nobody's data."""

from django.conf import settings
from django.contrib.auth import get_user_model

from outbox import kinds
from outbox.kinds import MailKind
from outbox.rendering import Rendering, as_read_by, render
from outbox.wordings import Said


def find(name: str, language: str) -> MailKind | None:
    """The kind of this name, where it has a sample and we speak that language."""
    known = {kind.name: kind for kind in kinds.every() if kind.sample}
    return known.get(name) if language in dict(settings.LANGUAGES) else None


def render_sample(kind: MailKind, language: str, said: Said | None = None) -> Rendering:
    """As it would leave now, or as it would with this wording."""
    somebody = reader(language)
    with as_read_by(somebody, language):
        words = kind.sample()
    return render(kind.name, words, person=somebody, language=language, said=said)


def reader(language: str):
    """An invented reader. No number is theirs, so that the links of a sample open nobody's preferences."""
    return get_user_model()(pk=0, name="Samira Haddad", email="samira.haddad@example.org", language=language)
