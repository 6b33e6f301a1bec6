"""What every template keeps to, read from the files themselves."""

import re
from pathlib import Path

import pytest
from django.conf import settings

# Mail brings its own style, which is written into it when it is sent.
TEMPLATES = sorted(
    path
    for path in (settings.BASE_DIR / "templates").rglob("*.html")
    if "mail" not in path.relative_to(settings.BASE_DIR / "templates").parts
)
COMPONENTS = sorted((settings.BASE_DIR / "templates" / "components").glob("*.html"))
STYLES = sorted((settings.BASE_DIR / "static").rglob("*.css"))

INLINE = re.compile(
    r"""<style\b | \sstyle\s*= | \son[a-z]+\s*= | javascript:
      | <script\b(?![^>]*\b(?:src=|type="application/json")) """,
    re.VERBOSE | re.IGNORECASE,
)


def name(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR))


def with_its_parents(path: Path) -> str:
    text = path.read_text()
    parent = re.search(r'\{% extends "([^"]+)" %\}', text)
    above = settings.BASE_DIR / "templates" / parent[1] if parent else None
    return text + (with_its_parents(above) if above and above.exists() else "")


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_template_has_inline_style_or_script(path):
    assert INLINE.findall(path.read_text()) == []


@pytest.mark.parametrize(
    "planted",
    [
        '<p style="color:red">',
        "<style>p{}</style>",
        "<script>alert(1)</script>",
        '<a onclick="x()">',
        '<a href="javascript:x()">',
    ],
)
def test_the_search_for_inline_code_finds_what_it_should(planted):
    assert INLINE.search(planted)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_htmx_is_told_through_attributes_that_html_knows(path):
    assert re.findall(r"\shx-[a-z-]+=", path.read_text()) == []


@pytest.mark.parametrize("path", COMPONENTS, ids=name)
def test_each_component_opens_with_what_it_needs(path):
    opening = path.read_text().splitlines()[0]

    assert re.fullmatch(r"\{# .*\bNeeds:? .* #\}", opening)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_component_is_included_with_only_what_it_needs(path):
    loose = [
        tag
        for tag in re.findall(r"""\{% include ["']components/[^%]*%\}""", path.read_text())
        if " only " not in tag
    ]

    assert loose == []


@pytest.mark.parametrize("path", [path for path in TEMPLATES if "|crispy" in path.read_text()], ids=name)
def test_a_page_with_a_form_sums_up_what_is_wrong_at_its_top(path):
    assert "components/error_summary.html" in with_its_parents(path)


@pytest.mark.parametrize("path", STYLES, ids=name)
def test_no_stylesheet_shouts_or_calls_elsewhere(path):
    text = path.read_text()

    assert "!important" not in text
    assert re.findall(r"url\(\s*[\"']?(?:https?:)?//", text) == []
