"""Turn a kind's three templates into one mail, in its reader's language and time zone."""

import re
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parseaddr
from functools import lru_cache
from zoneinfo import ZoneInfo

import css_inline
from django.conf import settings
from django.template import Context, engines
from django.utils import timezone, translation

from outbox.wording import one_line


@dataclass(frozen=True)
class Rendering:
    subject: str
    text: str
    html: str


@contextmanager
def as_read_by(person, language: str):
    """Speak the reader's language and tell the time where they are."""
    zone = ZoneInfo(getattr(person, "time_zone", None) or settings.TIME_ZONE)
    with translation.override(language), timezone.override(zone):
        yield


def render(name: str, context: dict, *, person, language: str) -> Rendering:
    """Render templates/mail/<name>/ for one reader."""
    everywhere = {
        "person": person,
        "public_url": settings.PUBLIC_URL,
        "programme": parseaddr(settings.DEFAULT_FROM_EMAIL)[0],
        "language": language,
    }
    with as_read_by(person, language):
        words = everywhere | context
        return Rendering(
            subject=one_line(_fill(f"mail/{name}/subject.txt", words)),
            text=_tidy(_fill(f"mail/{name}/body.txt", words)),
            html=_inliner().inline(_fill(f"mail/{name}/body.html", words)),
        )


def _fill(path: str, words: dict) -> str:
    # Plain text is never escaped, whatever its template forgets: O'Brien stays O'Brien.
    template = engines["django"].get_template(path).template
    return template.render(Context(words, autoescape=path.endswith(".html")))


def _tidy(text: str) -> str:
    """Blank lines that template tags leave behind become one."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


@lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    # What a style attribute cannot say (dark mode, narrow screens) stays in the head.
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
