"""What holds for each kind of mail, in each language: also for a kind that somebody adds tomorrow."""

import email
import email.policy
import re
from functools import cache
from html import unescape
from html.parser import HTMLParser

import pytest
from django.conf import settings as project_settings

from outbox import kinds, previews
from outbox.kinds import Group
from tests.outbox.judges import html_errors, spam_scores

pytestmark = pytest.mark.django_db

LANGUAGES = [code for code, _ in project_settings.LANGUAGES]
# As the apps registered them, before any test adds kinds of its own.
KINDS = [kind.name for kind in kinds.every() if kind.build or kind.sample]
PUBLIC_URL = "https://mentoring.example.org"
each_kind = pytest.mark.parametrize("name", KINDS)
each_mail = pytest.mark.parametrize(
    ("name", "language"), [(name, code) for name in KINDS for code in LANGUAGES]
)


@pytest.fixture(autouse=True)
def in_public(settings):
    settings.PUBLIC_URL = PUBLIC_URL
    settings.DEFAULT_FROM_EMAIL = "Digital Health Mentoring <mentoring@example.org>"


@cache
def sample(name: str, language: str):
    return previews.render_sample(kinds.find(name), language)


@cache
def bytes_of(name: str, language: str) -> bytes:
    return previews.compose_sample(kinds.find(name), language)


class Page(HTMLParser):
    """The blocks of text of a mail, its links and its images."""

    BLOCKS = {"p", "div", "li", "h1", "h2", "h3", "td", "br", "title"}

    def __init__(self, html: str):
        super().__init__()
        self.blocks, self.links, self.buttons, self.loads, self.hidden = [""], [], [], [], 0
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag in self.BLOCKS:
            self.blocks.append("")
        if tag == "a":
            self.links.append(given["href"])
            self.buttons += [given["href"]] if given.get("class") == "button" else []
        self.loads += [given[name] for name in ("src", "srcset", "background") if name in given]
        self.hidden += tag == "style"

    def handle_endtag(self, tag):
        self.hidden -= tag == "style"
        if tag in self.BLOCKS:
            self.blocks.append("")

    def handle_data(self, data):
        if not self.hidden:
            self.blocks[-1] += data


def sentences(blocks) -> set[str]:
    """What somebody wrote to be read: at least four words, some of them small; no address, no list of names."""
    lines = {" ".join(block.split()).strip("-– ") for block in blocks}
    return {line for line in lines if len(re.findall(r"\b[a-zà-ÿ]{2,}\b", line)) >= 4 and "://" not in line}


# --- every kind -----------------------------------------------------------------------------------


@each_kind
def test_each_kind_can_be_previewed(name):
    assert kinds.find(name).sample, f"Give {name} a sample: an admin must see it before anybody gets it."


@each_kind
def test_what_may_wait_may_be_switched_off_and_holds_no_secret(name):
    kind = kinds.find(name)

    if kind.may_wait_for_digest:
        assert kind.may_be_switched_off
        assert (kind.is_secret, kind.calendar) == (False, None)


@each_kind
def test_what_may_be_switched_off_says_what_it_is(name):
    kind = kinds.find(name)

    if kind.may_be_switched_off:
        assert len(str(kind.says)) > 15, f"Give {name} a `says`: its reader chooses by it."
    assert isinstance(kind.group, Group)


# --- every kind in every language -------------------------------------------------------------------


@each_mail
def test_the_subject_is_one_short_line(name, language):
    subject = sample(name, language).subject

    # With a real title and day in it; the first fifty letters are what a telephone shows.
    assert 5 <= len(subject) <= 90
    assert "\n" not in subject


@each_mail
def test_nothing_is_left_to_fill_in(name, language):
    mail = sample(name, language)

    for text in (mail.subject, mail.text, " ".join(Page(mail.html).blocks)):
        assert (
            re.findall(
                r"\bNone\b|\{\{|\{%|%\(\w+\)|\bundefined\b|<object |\bPromise\b|__proxy__|datetime\.", text
            )
            == []
        )


@each_kind
def test_nothing_is_left_in_english(name):
    english, french = sample(name, "en"), sample(name, "fr")

    assert english.subject != french.subject
    assert sentences(english.text.splitlines()) & sentences(french.text.splitlines()) == set()
    assert sentences(Page(english.html).blocks) & sentences(Page(french.html).blocks) == set()


@each_mail
def test_the_plain_text_stands_alone(name, language):
    mail = sample(name, language)
    page = Page(mail.html)

    assert len(sentences(mail.text.splitlines())) >= 1
    assert re.findall(r"</?[a-z]+[ >/]|&[a-z]+;|&#\w+;", mail.text) == []
    assert [
        line for line in mail.text.splitlines() if line != line.strip() and not line.startswith("  ")
    ] == []
    assert "\n\n\n" not in mail.text
    assert max(len(line) for line in mail.text.splitlines() if "://" not in line) <= 600
    missing = [link for link in page.buttons if unescape(link) not in mail.text]
    assert missing == [], "A reader of plain text cannot do what the button does."


@each_mail
def test_every_link_is_whole(name, language):
    mail = sample(name, language)
    links = [*Page(mail.html).links, *re.findall(r"https?://[^\s<>\"]+", mail.text)]

    # Some lead elsewhere, such as to where a session is held; none to a page without its host, or unencrypted.
    astray = [
        link
        for link in links
        if not re.match(r"https://[\w.-]+\.\w+(/|$)|mailto:[^@\s]+@[^@\s]+\.\w+$", link.rstrip(".,)"))
    ]
    assert astray == []
    assert any(link.startswith(PUBLIC_URL) for link in links)


@each_mail
def test_nothing_is_fetched_and_nothing_is_heavy(name, language):
    raw = bytes_of(name, language)

    assert len(raw) < 100_000
    assert Page(sample(name, language).html).loads == []


@each_mail
def test_styles_are_inline_and_dark_ones_stay(name, language):
    html = sample(name, language).html

    body = html[html.index("<body") :]
    assert re.match(r'<body style="[^"]*background-color', body)
    assert re.findall(r"<p(?![^>]*\bstyle=)[^>]*>", body) == []
    assert "@media (prefers-color-scheme: dark)" in html
    assert '<meta name="color-scheme" content="light dark"' in html


@pytest.mark.parametrize(
    "name", [kind for kind in KINDS if (project_settings.BASE_DIR / "templates/mail" / kind).exists()]
)
def test_a_mail_brings_no_colour_of_its_own(name):
    """Only the frame knows both schemes: a colour that a mail sets itself would not turn dark."""
    body = (project_settings.BASE_DIR / "templates" / "mail" / name / "body.html").read_text()

    assert re.findall(r"\sstyle=|\sbgcolor=|\scolor=|<font", body) == []


@each_mail
def test_the_message_has_what_every_mailbox_expects(name, language):
    raw = bytes_of(name, language)
    message = email.message_from_bytes(raw, policy=email.policy.default)

    assert message.defects == []
    for header in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Auto-Submitted"):
        assert len(message.get_all(header)) == 1
    assert message["Content-Language"] == language
    assert bool(message["List-Unsubscribe"]) == kinds.find(name).may_be_switched_off
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


# --- what others say of them ------------------------------------------------------------------------


def test_the_nu_checker_finds_no_error(tmp_path):
    for name in KINDS:
        for language in LANGUAGES:
            (tmp_path / f"{name}.{language}.html").write_text(sample(name, language).html)
    (tmp_path / "planted.html").write_text("<!doctype html><title>Planted</title><p>a</div>")

    found = html_errors(tmp_path)

    assert "planted.html" in found
    assert {name: errors for name, errors in found.items() if name != "planted.html"} == {}


PLANTED = (
    b"From: Prince <prince@example.org>\r\nTo: you@example.org\r\nSubject: Planted\r\nMessage-ID: <1@example.org>\r\n"
    b"Date: Fri, 1 Jan 2027 10:00:00 +0000\r\n\r\nXJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\r\n"
)


def test_spamassassin_finds_nothing_against_them(tmp_path):
    messages = {f"{name}.{language}": bytes_of(name, language) for name in KINDS for language in LANGUAGES}

    scores = spam_scores({**messages, "planted": PLANTED}, tmp_path)

    assert scores.pop("planted")[0] > 5
    assert {name: said for name, said in scores.items() if said[0] >= 1} == {}
