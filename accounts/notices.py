"""The text of a notice as a page: Markdown without HTML, so that an admin cannot put a script there by mistake."""

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

# Links of other kinds than http, https and mailto stay plain text.
_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False})


def as_page(text: str) -> SafeString:
    """`{contact}` stands for the programme's address for questions."""
    contact = f"[{settings.CONTACT_EMAIL}](mailto:{settings.CONTACT_EMAIL})"
    return mark_safe(_markdown.render(text.replace("{contact}", contact)))  # noqa: S308 (HTML is off)
