import os
from email.message import EmailMessage
from urllib.parse import quote

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def maildir(tmp_path, settings):
    for part in ("new", "cur", "tmp"):
        (tmp_path / "mail" / part).mkdir(parents=True)
    settings.MAILBOX_DIR = tmp_path / "mail"
    return settings.MAILBOX_DIR


def keep(maildir, name, *, subject="Welcome", text="Verify: http://localhost/verify/abc/", html="", age=0):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "us@example.org", "samira@example.org", subject
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    file = maildir / "new" / name
    file.write_bytes(message.as_bytes())
    os.utime(file, (1_800_000_000 - age, 1_800_000_000 - age))


def test_anybody_reads_what_was_caught_newest_first(client, maildir):
    keep(maildir, "1.a.localhost", subject="Older", age=60)
    keep(maildir, "2.b.localhost", subject="Newer")

    page = client.get(reverse("outbox:mailbox"))

    assert [caught.subject for caught in page.context["caught"]] == ["Newer", "Older"]


def test_a_mail_is_read_as_text_with_links_that_work(client, maildir):
    keep(maildir, "1.a.localhost", subject="Bienvenue à toutes")

    page = client.get(reverse("outbox:caught_mail", args=["1.a.localhost"])).content.decode()

    assert "Bienvenue à toutes" in page
    assert '<a href="http://localhost/verify/abc/"' in page


def test_its_html_comes_alone_in_a_sandbox_whose_links_leave_it(client, maildir):
    keep(
        maildir,
        "1.a.localhost",
        html="<html><head><title>t</title></head><body><script>1</script></body></html>",
    )

    page = client.get(reverse("outbox:caught_mail", args=["1.a.localhost"]))
    html = client.get(reverse("outbox:caught_html", args=["1.a.localhost"]))

    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert html["Content-Security-Policy"].startswith(
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'"
    )
    assert '<head><base target="_blank">' in html.content.decode()


def test_a_mail_without_html_has_no_frame(client, maildir):
    keep(maildir, "1.a.localhost")

    assert "<iframe" not in client.get(reverse("outbox:caught_mail", args=["1.a.localhost"])).content.decode()
    assert client.get(reverse("outbox:caught_html", args=["1.a.localhost"])).status_code == 404


def test_an_empty_mailbox_says_what_will_come(client, maildir):
    assert "No mail yet" in client.get(reverse("outbox:mailbox")).content.decode()


def test_a_mailbox_that_the_catcher_has_not_made_yet_is_empty(client, settings, tmp_path):
    settings.MAILBOX_DIR = tmp_path / "not-there"

    assert client.get(reverse("outbox:mailbox")).status_code == 200


def test_many_mails_take_several_pages(client, maildir):
    for number in range(60):
        keep(maildir, f"{number}.a.localhost", age=number)

    pages = [
        client.get(reverse("outbox:mailbox"), {"page": page}).context["caught"] for page in ("1", "2", "99")
    ]

    assert [len(caught) for caught in pages] == [50, 10, 10]


@pytest.mark.parametrize(
    "key", ["../secret", "..", "../../secret", "%2e%2e%2fsecret", "new", "3.c.localhost", "\x00"]
)
def test_nothing_but_caught_mail_is_read(client, maildir, key):
    (maildir / "secret").write_text("Subject: secret\n\nsecret")
    keep(maildir, "1.a.localhost")

    answers = [client.get(f"/mailbox/{quote(key)}{end}") for end in ("/", "/html/")]

    assert {answer.status_code for answer in answers} == {404}


def test_without_a_catcher_there_is_no_mailbox(client, settings):
    settings.MAILBOX_DIR = None

    assert client.get("/mailbox/").status_code == 404
    assert client.get("/mailbox/1.a.localhost/").status_code == 404
    assert client.get("/mailbox/1.a.localhost/html/").status_code == 404


def test_reading_is_all_that_can_be_done(client, maildir):
    keep(maildir, "1.a.localhost")

    assert client.post("/mailbox/").status_code == 405
    assert client.delete("/mailbox/1.a.localhost/").status_code == 405
