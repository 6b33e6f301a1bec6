"""Turn a kind's three templates into one mail, in its reader's language and time zone."""

import re
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parseaddr
from functools import lru_cache

import css_inline
from django.conf import settings
from django.template import Context, engines
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from outbox import kinds, unsubscribe, wordings
from outbox.overlay import saying
from outbox.quiet import zone_of
from outbox.wording import one_line
from outbox.wordings import Said


@dataclass(frozen=True)
class Rendering:
    subject: str
    text: str
    html: str


@contextmanager
def as_read_by(person, language: str):
    """Speak the reader's language and tell the time where they are."""
    with translation.override(language), timezone.override(zone_of(person)):
        yield


def render(name: str, context: dict, *, person, language: str, said: Said | None = None) -> Rendering:
    """Render templates/mail/<name>/ for one reader, as admins have worded it, or as `said` would have it."""
    bare = _render(name, context, person=person, language=language, said=said)
    return Rendering(subject=bare.subject, text=bare.text, html=_inliner().inline(bare.html))


def render_part(name: str, context: dict, *, person, language: str) -> Rendering:
    """The same without greeting and frame, to stand inside another mail, which brings the styles."""
    bare = _render(name, {**context, "is_part": True}, person=person, language=language)
    return Rendering(subject=bare.subject, text=bare.text.strip(), html=mark_safe(bare.html))  # noqa: S308


def _render(name: str, context: dict, *, person, language: str, said: Said | None = None) -> Rendering:
    everywhere = {
        "person": person,
        "public_url": settings.PUBLIC_URL,
        "programme": _name_in(settings.DEFAULT_FROM_EMAIL),
        "language": language,
        **_ways_out(name, person),
    }
    said = said or wordings.said(name, language)
    with as_read_by(person, language):
        words = everywhere | said.closing_for(person) | context
        return Rendering(
            subject=one_line(_fill(f"mail/{name}/subject.txt", words, said)),
            text=_tidy(_fill(f"mail/{name}/body.txt", words, said)),
            html=_fill(f"mail/{name}/body.html", words, said),
        )


@lru_cache(maxsize=4)
def _name_in(sender: str) -> str:
    return parseaddr(sender)[0]


def _ways_out(name: str, person) -> dict[str, str]:
    if person is None or not kinds.may_be_switched_off(name):
        return {}
    return {
        "stop_url": unsubscribe.stop_url(person, name),
        "choices_url": unsubscribe.choices_url(person),
    }


def _fill(path: str, words: dict, said: Said) -> str:
    # Plain text is never escaped, whatever its template forgets: O'Brien stays O'Brien.
    in_html = path.endswith(".html")
    template = engines["django"].get_template(path).template
    with saying(said.sentences, in_html=in_html):
        return template.render(Context(words, autoescape=in_html))


def _tidy(text: str) -> str:
    """Blank lines that template tags leave behind become one."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


@lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    # What a style attribute cannot say (dark mode, narrow screens) stays in the head.
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
