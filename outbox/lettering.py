"""What an admin writes in a letter, as text and as HTML: a little Markdown, addresses as links, the reader's name."""

import re

from django.utils.html import escape, urlize
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from outbox.placeholders import fill

PLACEHOLDERS = ["first_name", "name"]


def _text(renderer, tokens, index, options, env) -> str:
    before = [token.type for token in tokens[:index]]
    is_in_link = before.count("link_open") > before.count("link_close")
    content = tokens[index].content
    return escape(content) if is_in_link else urlize(content, autoescape=True)


# HTML stays what was typed, pictures are not loaded, and a line break is one.
_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(["image", "code"])
_markdown.add_render_rule("text", _text)


def words_for(person) -> dict[str, str]:
    """Of nobody we know, no name."""
    if person is None:
        return dict.fromkeys(PLACEHOLDERS, "")
    return {"first_name": person.get_short_name(), "name": person.name}


def as_html(body: str, words: dict[str, str]) -> SafeString:
    """Names are filled in last, escaped: nobody's name is Markdown."""
    html = _markdown.render(body)
    return mark_safe(fill(html, {name: escape(word) for name, word in words.items()}))  # noqa: S308


def as_text(body: str, words: dict[str, str]) -> str:
    """As it was typed, which reads well; a link's address stands behind its words."""
    return fill(re.sub(r"\[([^\]]+)\]\((\S+?)\)", r"\1 (\2)", body.replace("\r\n", "\n")), words)
