"""Which mail somebody gets: chosen on a page, from the mail itself, or by the mailbox's own button."""

import re
from datetime import timedelta

import pytest
from django.core.signing import Signer
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outbox import gate, kinds, preferences
from outbox.delivery import deliver_due
from outbox.kinds import Group, MailKind
from outbox.models import Mail, Preference, Silence
from outbox.unsubscribe import choices_url, stop_url
from tests.accounts.factories import PersonFactory
from tests.outbox.conftest import words

pytestmark = pytest.mark.django_db

NEWS = "invitation_of_a_test"


@pytest.fixture(autouse=True)
def news():
    kinds.register(
        MailKind(
            NEWS,
            "News",
            build=words,
            is_essential=False,
            may_wait_for_digest=True,
            group=Group.PROGRAMME,
            says="News of a test",
        )
    )


@pytest.fixture
def mailbox_client():
    """A mailbox's own machine: no cookie, no session, and every check of a browser."""
    return Client(enforce_csrf_checks=True)


def path_of(url: str) -> str:
    return url.removeprefix("http://localhost:8000")


def chosen(person) -> dict[str, str]:
    return dict(Preference.objects.filter(person=person).values_list("kind", "how"))


def delivered(sink):
    deliver_due()
    [message] = sink.messages
    return message


# --- what the mail carries ------------------------------------------------------------------------


def test_mail_that_may_be_switched_off_says_how(sink, queue, reader):
    queue(NEWS)

    message = delivered(sink)

    assert message["List-Unsubscribe"] == f"<{stop_url(reader, NEWS)}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"] == "<invitation-of-a-test.localhost>"
    for part in ("plain", "html"):
        body = message.get_body([part]).get_content()
        assert (choices_url(reader) in body, stop_url(reader, NEWS) in body) == (True, True)


def test_essential_mail_offers_no_way_out(sink, queue):
    queue("reminder")

    message = delivered(sink)

    assert [message[name] for name in ("List-Unsubscribe", "List-Unsubscribe-Post", "List-Id")] == [None] * 3
    assert "/mail/" not in message.get_body(["plain"]).get_content()


def test_the_link_fits_one_line_of_a_header(sink, queue):
    queue(NEWS)
    deliver_due()

    [(_, raw)] = sink.received
    assert re.search(rb"\r\nList-Unsubscribe: <http://localhost:8000/mail/stop/[^\s<>]+>\r\n", raw)


# --- one click (RFC 8058) --------------------------------------------------------------------------


def test_the_mailboxs_button_needs_no_cookie_and_no_second_step(mailbox_client, reader):
    answer = mailbox_client.post(path_of(stop_url(reader, NEWS)), {"List-Unsubscribe": "One-Click"})

    assert (answer.status_code, "sessionid" in answer.cookies) == (200, False)
    assert chosen(reader) == {NEWS: "never"}


def test_to_ask_twice_is_as_good_as_once(mailbox_client, reader):
    answers = [mailbox_client.post(path_of(stop_url(reader, NEWS))).status_code for _ in range(2)]

    assert (answers, chosen(reader)) == ([200, 200], {NEWS: "never"})


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_gateway_that_opens_every_link_changes_nothing(mailbox_client, reader, method):
    answer = getattr(mailbox_client, method)(path_of(stop_url(reader, NEWS)))

    assert (answer.status_code, chosen(reader)) == (200, {})


def test_the_page_has_one_button_that_does_it(mailbox_client, reader):
    page = mailbox_client.get(path_of(stop_url(reader, NEWS))).content.decode()

    # The language of the page is chosen by a form of its own.
    assert page.count('<button class="btn btn-primary" type="submit">Stop it</button>') == 1
    assert "News of a test" in page


def test_the_page_speaks_the_readers_language(mailbox_client):
    person = PersonFactory(language="fr")

    assert 'lang="fr"' in mailbox_client.get(path_of(stop_url(person, NEWS))).content.decode()


def test_a_link_of_long_ago_still_works(mailbox_client, reader, monkeypatch):
    url = stop_url(reader, NEWS)
    monkeypatch.setattr("time.time", lambda: timezone.now().timestamp() + 10 * 365 * 86400)

    assert mailbox_client.post(path_of(url)).status_code == 200


def test_no_byte_of_the_link_may_change(mailbox_client, reader):
    path = path_of(stop_url(reader, NEWS))
    place = path.index("/stop/") + len("/stop/")
    flipped = [
        path[:at] + ("A" if path[at] != "A" else "B") + path[at + 1 :] for at in range(place, len(path) - 1)
    ]

    assert {mailbox_client.post(one).status_code for one in flipped} == {404}
    assert chosen(reader) == {}


@pytest.mark.parametrize("kind", ["reminder", "code", "unknown"])
def test_a_link_cannot_switch_off_what_always_comes(mailbox_client, reader, kind):
    assert mailbox_client.post(path_of(stop_url(reader, kind))).status_code == 404
    assert chosen(reader) == {}


def test_a_link_of_another_purpose_opens_neither_page(mailbox_client, reader):
    other = Signer(salt="one-click").sign(f"{reader.pk}:{NEWS}")
    choose_token = choices_url(reader).rstrip("/").rpartition("/")[2]

    for token in (other, choose_token):
        assert mailbox_client.post(reverse("outbox:stop", args=[token])).status_code == 404
    assert mailbox_client.get(reverse("outbox:choices", args=[other])).status_code == 404


def test_who_has_left_has_no_link_any_more(mailbox_client, reader):
    url = stop_url(reader, NEWS)
    reader.is_active = False
    reader.save()

    assert mailbox_client.post(path_of(url)).status_code == 404


# --- the pages -------------------------------------------------------------------------------------


def fill(**choices) -> dict:
    """Every kind at once, but those named."""
    return {kind.name: "at_once" for kind in preferences.to_choose()} | {"silent_until": ""} | choices


def test_the_settings_have_a_page_for_mail(signed_in_client, reader):
    client = signed_in_client(reader)

    answer = client.post(reverse("outbox:preferences"), fill(**{NEWS: "weekly"}), follow=True)

    assert "Your choices are kept." in answer.content.decode()
    assert chosen(reader) == {NEWS: "weekly"}
    assert '<option value="weekly" selected>' in client.get(reverse("outbox:preferences")).content.decode()


def test_a_stranger_has_no_page_in_the_settings(client):
    assert client.get(reverse("outbox:preferences")).status_code == 302


def test_the_mails_link_opens_the_same_choices_without_signing_in(client, reader):
    path = path_of(choices_url(reader))

    answer = client.post(path, fill(**{NEWS: "never"}), follow=True)

    assert (answer.status_code, chosen(reader)) == (200, {NEWS: "never"})
    assert '<option value="never" selected>' in answer.content.decode()


def test_the_mails_link_tells_nothing_about_its_reader_and_signs_nobody_in(client, reader):
    page = client.get(path_of(choices_url(reader))).content.decode()

    assert [word in page for word in (reader.name, reader.email, "News of a test")] == [False, False, True]
    assert "_auth_user_id" not in client.session
    assert client.get(reverse("outbox:preferences")).status_code == 302


def test_the_mails_page_guards_against_forgery(mailbox_client, reader):
    assert mailbox_client.post(path_of(choices_url(reader)), fill(**{NEWS: "never"})).status_code == 403


def test_one_persons_link_changes_nothing_of_anothers(client, reader):
    other = PersonFactory()

    client.post(path_of(choices_url(other)), fill(**{NEWS: "never"}))

    assert (chosen(reader), chosen(other)) == ({}, {NEWS: "never"})


def test_the_page_lists_what_always_comes_and_why(client, reader):
    page = client.get(path_of(choices_url(reader))).content.decode()

    always = page[page.index('id="always"') :]
    assert "Your introduction to your mentor or mentee" in always
    assert "Somebody else waits for you, or you for them." in always
    assert "News of a test" not in always


def test_once_a_week_is_offered_only_where_it_makes_sense(client, reader):
    kinds.register(MailKind("broken_news", "Broken news", is_essential=False))
    page = client.get(path_of(choices_url(reader))).content.decode()

    broken, news = (
        page[page.index(f'<select name="{name}"') :].partition("</select>")[0]
        for name in ("broken_news", NEWS)
    )
    assert (broken.count("<option"), news.count("<option")) == (2, 3)


@pytest.mark.parametrize("value", ["sometimes", "WEEKLY"])
def test_a_choice_that_is_not_offered_is_refused(client, reader, value):
    page = client.post(path_of(choices_url(reader)), fill(**{NEWS: value})).content.decode()

    assert (chosen(reader), "error-summary" in page or "There is a problem" in page) == ({}, True)


def test_an_essential_kind_sent_along_changes_nothing(client, reader):
    client.post(path_of(choices_url(reader)), fill(introduction="never", reminder="never"))

    assert chosen(reader) == {}


# --- what comes of it ------------------------------------------------------------------------------


def test_what_is_switched_off_is_skipped_with_its_reason(sink, queue, reader):
    preferences.stop(reader, NEWS)
    queue(NEWS, key="1")
    queue("reminder", key="2")
    deliver_due()

    assert dict(Mail.objects.values_list("kind", "note")) == {NEWS: gate.SWITCHED_OFF, "reminder": ""}
    assert dict(Mail.objects.values_list("kind", "state")) == {NEWS: "skipped", "reminder": "sent"}


def test_a_mail_that_is_on_its_way_when_it_is_switched_off_does_not_leave(sink, queue, reader, at):
    sink.data = lambda content: "451 busy"
    queue(NEWS)
    deliver_due()
    sink.data = lambda content: None

    preferences.stop(reader, NEWS)
    deliver_due(clock=at(hours=1))

    assert (Mail.objects.get().state, sink.readers) == ("skipped", [])


def test_a_kind_that_became_essential_comes_whatever_was_chosen(sink, queue, reader):
    preferences.stop(reader, NEWS)
    kinds._kinds[NEWS] = MailKind(NEWS, "News", build=words)
    queue(NEWS)
    deliver_due()

    assert Mail.objects.get().state == "sent"


def test_many_mails_cost_no_more_questions_than_one(sink, queue, django_assert_num_queries):
    mails = [queue(NEWS, key=str(number)) for number in range(5)]
    people = [PersonFactory() for _ in range(5)]
    mails += [queue(NEWS, key=f"of {person.pk}", person=person) for person in people]

    with django_assert_num_queries(2):
        preferences.look_up(mails)
    essential = queue("reminder", key="essential")
    with django_assert_num_queries(0):
        preferences.look_up([essential])


# --- a pause ---------------------------------------------------------------------------------------


def in_days(days: int):
    return timezone.localdate() + timedelta(days=days)


def test_during_a_pause_only_what_is_essential_comes(sink, queue, reader, client):
    client.post(path_of(choices_url(reader)), fill(silent_until=in_days(10).isoformat()))
    queue(NEWS, key="1")
    queue("reminder", key="2")
    deliver_due()

    states = dict(Mail.objects.values_list("kind", "state"))
    assert states == {NEWS: "skipped", "reminder": "sent"}
    assert Mail.objects.get(kind=NEWS).note == gate.SILENCED


def test_a_pause_ends_by_itself(sink, queue, reader):
    Silence.objects.create(person=reader, until=in_days(0))
    queue(NEWS)
    deliver_due()

    assert Mail.objects.get().state == "sent"


def test_a_pause_is_ended_by_emptying_it(client, reader):
    path = path_of(choices_url(reader))
    client.post(path, fill(silent_until=in_days(10).isoformat()))
    assert f'value="{in_days(10).isoformat()}"' in client.get(path).content.decode()

    client.post(path, fill())

    assert not Silence.objects.exists()


@pytest.mark.parametrize("days", [-1, 0, 400])
def test_a_pause_ends_on_a_later_day_within_a_year(client, reader, days):
    answer = client.post(path_of(choices_url(reader)), fill(silent_until=in_days(days).isoformat()))

    assert (answer.status_code, Silence.objects.exists()) == (200, False)
