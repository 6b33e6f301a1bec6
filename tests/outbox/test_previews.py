"""Every kind of mail, seen before anybody gets it: in the browser, and by a command."""

import email
import email.policy
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from outbox import kinds, previews
from outbox.kinds import Event, MailKind
from outbox.unsubscribe import BadLink, read_choices
from tests.outbox.conftest import STARTS

pytestmark = pytest.mark.django_db

ICS = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"


def shown(*arguments, **options) -> str:
    out = StringIO()
    call_command("preview_mail", *arguments, **options, stdout=out)
    return out.getvalue()


# --- the command -----------------------------------------------------------------------------------


def test_the_command_shows_a_kind_in_every_language():
    text = shown("introduction")

    assert "Subject: You and Ngozi Okafor: your introduction" in text
    assert ("Hello Samira," in text, "Bonjour Samira," in text) == (True, True)


def test_the_command_shows_one_language_where_one_is_named():
    text = shown("introduction", language="fr")

    assert ("Hello Samira," in text, "Bonjour Samira," in text) == (False, True)


def test_without_a_name_the_command_lists_what_there_is():
    names = {line.split()[0] for line in shown().splitlines()}

    assert names == {kind.name for kind in kinds.every() if kind.sample}


def test_the_command_writes_files_that_a_mailbox_opens(tmp_path):
    shown("introduction", language="en", to=tmp_path / "mails")

    assert sorted(file.name for file in (tmp_path / "mails").iterdir()) == [
        "introduction.en.eml",
        "introduction.en.html",
        "introduction.en.txt",
    ]
    raw = (tmp_path / "mails" / "introduction.en.eml").read_bytes()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message["Subject"] == "You and Ngozi Okafor: your introduction"
    assert message.get_content_type() == "multipart/alternative"


@pytest.mark.parametrize("name", ["introdution", "broken"])
def test_a_kind_that_cannot_be_shown_is_named(name):
    with pytest.raises(CommandError, match=f"No kind '{name}' has a sample"):
        shown(name)


def test_a_sample_brings_its_event_along():
    kinds.register(
        MailKind(
            "invitation_of_a_test",
            "Invitation",
            sample=lambda: {"title": "A", "starts": STARTS, "event": Event("REQUEST", ICS)},
        )
    )

    raw = previews.compose_sample(kinds.find("invitation_of_a_test"), "en")

    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert [part.get_filename() for part in message.iter_attachments()] == ["invite.ics"]


def test_the_links_of_a_sample_open_nobodys_preferences():
    text = previews.render_sample(kinds.find("application_unfinished"), "en").text
    [link] = [line for line in text.splitlines() if "/mail/choices/" in line]

    with pytest.raises(BadLink):
        read_choices(link.rstrip("/").rpartition("/")[2])


# --- the page --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scheme", "query"),
    [("dark", "@media all"), ("light", "@media not all"), ("", "@media (prefers-color-scheme: dark)")],
)
def test_a_sample_is_shown_as_light_and_as_dark_mailboxes_do(admin_client, scheme, query):
    page = admin_client.get(
        reverse("outbox:sample", args=["introduction", "en"]), {"scheme": scheme}
    ).content.decode()

    assert page.count(query + " {") == 1
    assert ("prefers-color-scheme: dark" in page) == (scheme == "")


def test_the_page_frames_a_sample_as_asked(admin_client):
    page = admin_client.get(
        reverse("admin:outbox_mail_kind", args=["introduction", "fr"]), {"scheme": "dark", "width": "narrow"}
    ).content.decode()

    assert 'src="/mail/kinds/introduction/fr/?scheme=dark"' in page
    assert '<div lang="fr" class="letter-narrow">' in page


def test_what_is_asked_of_the_page_is_never_echoed_raw(admin_client):
    page = admin_client.get(
        reverse("admin:outbox_mail_kind", args=["introduction", "en"]),
        {"scheme": '"><script>x', "width": '"><b>'},
    ).content.decode()

    assert ("<script>x" in page, '"><b>' in page) == (False, False)
