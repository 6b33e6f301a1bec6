"""What a kind of mail looks like, with realistic words and nobody's data."""

import re
from dataclasses import asdict

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone

from outbox import kinds, message
from outbox.kinds import Event, MailKind
from outbox.models import Mail
from outbox.rendering import Rendering, as_read_by, render
from outbox.wordings import Said

DARK = re.compile(r"@media\s*\(prefers-color-scheme:\s*dark\)")


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


def compose_sample(kind: MailKind, language: str) -> bytes:
    """The whole message, as a mail server would get it; with the `event` among the sample's words, where there is one."""
    somebody = reader(language)
    with as_read_by(somebody, language):
        brought = kind.sample().get("event")
    event = brought if isinstance(brought, Event) else Event("", "")
    key = f"sample:{kind.name}:{language}"
    mail = Mail(
        key=key,
        kind=kind.name,
        person=somebody,
        to=somebody.email,
        language=language,
        message_id=message.message_id(key),
        rendered_at=timezone.now(),
        calendar=event.ics,
        calendar_method=event.method,
        **asdict(render_sample(kind, language)),
    )
    return message.compose(mail)


def in_scheme(html: str, scheme: str) -> str:
    """The same mail as a mailbox shows it that is always light, or always dark."""
    query = {"dark": "all", "light": "not all"}.get(scheme)
    return DARK.sub(f"@media {query}", html) if query else html


def reader(language: str):
    """An invented reader. No number is theirs, so that the links of a sample open nobody's preferences."""
    return get_user_model()(pk=0, name="Samira Haddad", email="samira.haddad@example.org", language=language)
