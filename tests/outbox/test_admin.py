import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from outbox import audiences, kinds
from outbox.audiences import Audience
from outbox.delivery import deliver_due
from outbox.kinds import MailKind
from outbox.models import Beat, Mail, Suppression
from outbox.services import queue_rendered_mail, record_beat, suppress
from tests.accounts.factories import PersonFactory

pytestmark = pytest.mark.django_db

State = Mail.State
LIST_QUERIES = 14


@pytest.fixture
def admin(signed_in_client):
    return signed_in_client(PersonFactory(is_staff=True, is_superuser=True))


@pytest.fixture
def mail(queue):
    """One that was written and sent."""
    mail = queue(title="Told")
    Mail.objects.filter(pk=mail.pk).update(
        subject="Told, Monday",
        text="Told in plain words",
        html="<p>Told in HTML</p>",
        rendered_at=timezone.now(),
        sent_at=timezone.now(),
        state=State.SENT,
    )
    return mail


@pytest.fixture
def code():
    mail = queue_rendered_mail(
        "code", key="code:1", to="new@example.org", subject="Code 987654", text="987654", html="<p>987654</p>"
    )
    return mail


def put(mail, state):
    Mail.objects.filter(pk=mail.pk).update(state=state, started_at=timezone.now())


CONFIRMED = {"confirmed": "yes"}


def pages(mail):
    return [
        reverse("admin:outbox_mail_changelist"),
        reverse("admin:outbox_mail_change", args=[mail.pk]),
        reverse("admin:outbox_mail_kinds"),
        reverse("admin:outbox_mail_kind", args=["reminder", "fr"]),
        reverse("admin:outbox_suppression_changelist"),
        reverse("outbox:rendering", args=[mail.pk]),
        reverse("outbox:sample", args=["reminder", "fr"]),
    ]


# --- Who may look ---------------------------------------------------------------------------------


def test_an_admin_with_a_second_factor_sees_every_page(admin, mail):
    assert [admin.get(page).status_code for page in pages(mail)] == [200] * 7


def test_nobody_else_sees_any_of_them(client, signed_in_client, mail, reader):
    outsiders = {
        "a stranger": client,
        "a member, even the reader": signed_in_client(reader),
        "an admin without a second factor": signed_in_client(
            PersonFactory(is_staff=True, is_superuser=True), has_second_factor=False
        ),
        "staff without the right to see mail": signed_in_client(PersonFactory(is_staff=True)),
    }

    seen = {
        who: [page for page in pages(mail) if browser.get(page).status_code == 200]
        for who, browser in outsiders.items()
    }

    assert seen == {who: [] for who in outsiders}


def test_staff_who_may_look_may_not_decide(signed_in_client, mail):
    watcher = PersonFactory(is_staff=True)
    watcher.user_permissions.add(Permission.objects.get(codename="view_mail"))
    browser = signed_in_client(watcher)
    put(mail, State.FAILED)

    page = browser.get(reverse("admin:outbox_mail_change", args=[mail.pk]))
    answer = browser.post(reverse("admin:outbox_mail_again", args=[mail.pk]), CONFIRMED)
    browser.post(
        reverse("admin:outbox_mail_changelist"),
        {"action": "send_again", "_selected_action": [mail.pk], **CONFIRMED},
    )

    assert (page.status_code, answer.status_code) == (200, 403)
    assert "Send again" not in page.content.decode()
    assert Mail.objects.get(pk=mail.pk).state == State.FAILED


def test_looking_decides_nothing(admin, mail):
    put(mail, State.FAILED)

    answers = [
        admin.get(reverse(f"admin:outbox_mail_{what}", args=[mail.pk])).status_code
        for what in ("again", "arrived")
    ]

    assert answers == [405, 405]
    assert Mail.objects.get(pk=mail.pk).state == State.FAILED


def test_a_mail_can_be_neither_written_nor_deleted_here(admin, mail):
    assert admin.get(reverse("admin:outbox_mail_add")).status_code == 403
    assert admin.post(reverse("admin:outbox_mail_delete", args=[mail.pk])).status_code == 403
    assert (
        admin.post(reverse("admin:outbox_mail_change", args=[mail.pk]), {"to": "x@example.org"}).status_code
        == 403
    )


# --- What is seen -----------------------------------------------------------------------------------


def test_the_html_comes_alone_in_a_sandbox(admin, mail):
    answer = admin.get(reverse("outbox:rendering", args=[mail.pk]))

    assert answer.content.decode() == "<p>Told in HTML</p>"
    assert answer["Content-Security-Policy"] == (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
    )
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


def test_the_page_around_it_frames_only_our_own(admin, mail):
    answer = admin.get(reverse("admin:outbox_mail_change", args=[mail.pk]))

    assert "frame-src 'self'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "Told in plain words" in answer.content.decode()
    assert "<p>Told in HTML</p>" not in answer.content.decode()


def test_a_code_is_shown_nowhere(admin, code, mail):
    listed = admin.get(reverse("admin:outbox_mail_changelist")).content.decode()
    page = admin.get(reverse("admin:outbox_mail_change", args=[code.pk])).content.decode()
    html = admin.get(reverse("outbox:rendering", args=[code.pk]))

    assert ("new@example.org" in listed, "Told, Monday" in listed, "987654" in listed) == (True, True, False)
    assert ("new@example.org" in page, "987654" in page) == (True, False)
    assert html.status_code == 404


def test_a_mail_of_a_forgotten_kind_is_hidden_as_if_it_were_secret(admin, mail):
    Mail.objects.filter(pk=mail.pk).update(kind="long-gone")

    page = admin.get(reverse("admin:outbox_mail_change", args=[mail.pk]))

    assert (page.status_code, "Told in plain words" in page.content.decode()) == (200, False)
    assert admin.get(reverse("outbox:rendering", args=[mail.pk])).status_code == 404


def test_what_is_private_between_people_shows_its_state_alone(admin, mail, queue, reader):
    kinds.register(MailKind("confided", "Confided", is_private=True))
    Mail.objects.filter(pk=mail.pk).update(kind="confided", answer="450 Told in HTML")

    listed = admin.get(reverse("admin:outbox_mail_changelist")).content.decode()
    page = admin.get(reverse("admin:outbox_mail_change", args=[mail.pk])).content.decode()
    frame = admin.get(reverse("outbox:rendering", args=[mail.pk]))

    assert ("Confided" in listed, "Told" in listed) == (True, False)
    assert ("handed to the mail server" in page, "Told" in page) == (True, False)
    assert "only its state is shown" in page
    assert frame.status_code == 404


def test_the_list_is_filtered_by_state_and_kind_and_searched_by_address(admin, mail, code):
    def found(**query):
        page = admin.get(reverse("admin:outbox_mail_changelist"), query)
        return {row.key for row in page.context["cl"].result_list}

    assert found(state__exact="sent") == {mail.key}
    assert found(kind="code") == {code.key}
    assert found(q="samira@") == {mail.key}
    assert found(q="Haddad") == {mail.key}
    assert found(q=code.key) == {code.key}
    assert found(person__id__exact=mail.person_id) == {mail.key}
    assert found() == {mail.key, code.key}


def test_the_list_is_filtered_by_cohort(admin, mail, queue, monkeypatch):
    monkeypatch.setattr(audiences, "_audiences", {})
    of_reader = Audience(
        "cohort",
        "Cohorts",
        lambda: [("1", "Autumn cohort")],
        lambda pk: type(mail.person).objects.filter(pk=mail.person_id),
        filters_the_log=True,
    )
    audiences.register(of_reader)
    queue(key="other", person=PersonFactory())

    def found(to):
        page = admin.get(reverse("admin:outbox_mail_changelist"), {"to": to})
        return {row.key for row in page.context["cl"].result_list}

    assert (found("cohort:1"), found("cohort:7")) == ({mail.key}, set())


def test_the_list_says_what_came_back(admin, mail, queue):
    queue(key="arrived")
    Mail.objects.filter(pk=mail.pk).update(bounced_at=timezone.now(), bounce="550 no such user")

    page = admin.get(reverse("admin:outbox_mail_changelist")).content.decode()
    only = admin.get(reverse("admin:outbox_mail_changelist"), {"bounced": "yes"})

    assert "mail came back from 1 address" in page
    assert "came back: 550 no such user" in page
    assert [row.key for row in only.context["cl"].result_list] == [mail.key]


def test_the_list_says_what_waits_for_somebody(admin, queue):
    for number, state in enumerate([State.IN_DOUBT, State.FAILED, State.FAILED]):
        put(queue(key=str(number)), state)
    record_beat(Beat.Name.TROUBLE, timezone.now(), note="421 closing")

    page = admin.get(reverse("admin:outbox_mail_changelist")).content.decode()

    assert "1 mail may or may not have left" in page
    assert "2 mails were refused" in page
    assert "421 closing" in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_many_mails(admin, queue, count, django_assert_num_queries):
    for number in range(count):
        queue(key=str(number))
    url = reverse("admin:outbox_mail_changelist")
    admin.get(url)

    with django_assert_num_queries(LIST_QUERIES):
        admin.get(url)


# --- What is decided ----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.FAILED, State.IN_DOUBT])
def test_a_refused_or_doubtful_mail_leaves_again_once_told(admin, mail, sink, state):
    put(mail, state)

    answer = admin.post(reverse("admin:outbox_mail_again", args=[mail.pk]), CONFIRMED, follow=True)
    deliver_due()

    assert "1 mail leaves again." in answer.content.decode()
    assert Mail.objects.get(pk=mail.pk).state == State.SENT
    assert [message["Subject"] for message in sink.messages] == ["Told, Monday"]


@pytest.mark.parametrize("state", [State.SENT, State.SENDING, State.SKIPPED, State.QUEUED])
def test_no_other_mail_leaves_again(admin, mail, state):
    Mail.objects.filter(pk=mail.pk).update(state=state, leased_until=timezone.now())

    answer = admin.post(reverse("admin:outbox_mail_again", args=[mail.pk]), CONFIRMED, follow=True)

    assert "was left as it is" in answer.content.decode()
    assert Mail.objects.get(pk=mail.pk).state == state


def test_a_code_never_leaves_again(admin, code):
    put(code, State.FAILED)

    admin.post(reverse("admin:outbox_mail_again", args=[code.pk]), CONFIRMED)

    assert Mail.objects.get(pk=code.pk).state == State.FAILED


def test_a_mail_in_doubt_that_came_counts_as_sent(admin, mail):
    put(mail, State.IN_DOUBT)

    admin.post(reverse("admin:outbox_mail_arrived", args=[mail.pk]), CONFIRMED)
    again = admin.post(reverse("admin:outbox_mail_arrived", args=[mail.pk]), CONFIRMED, follow=True)

    told = Mail.objects.get(pk=mail.pk)
    assert (told.state, told.sent_at) == (State.SENT, told.started_at)
    assert "1 was left as it is: it is not in doubt." in again.content.decode()


def test_several_are_decided_at_once_and_the_rest_is_said(admin, queue):
    mails = [queue(key=str(number)) for number in range(3)]
    put(mails[0], State.IN_DOUBT)
    put(mails[1], State.FAILED)

    answer = admin.post(
        reverse("admin:outbox_mail_changelist"),
        {"action": "send_again", "_selected_action": [mail.pk for mail in mails], **CONFIRMED},
        follow=True,
    ).content.decode()

    assert "2 mails leave again." in answer
    assert "1 was left as it is" in answer


@pytest.mark.parametrize("decision", ["again", "arrived"])
def test_nothing_is_decided_before_it_is_confirmed(admin, mail, decision):
    put(mail, State.IN_DOUBT)

    answer = admin.post(reverse(f"admin:outbox_mail_{decision}", args=[mail.pk])).content.decode()

    assert "Samira Haddad: Reminder" in answer
    assert 'name="confirmed"' in answer
    assert Mail.objects.get(pk=mail.pk).state == State.IN_DOUBT


def test_of_several_it_is_said_beforehand_which_are_left(admin, queue):
    mails = [queue(key=str(number)) for number in range(2)]
    put(mails[0], State.IN_DOUBT)

    page = admin.post(
        reverse("admin:outbox_mail_changelist"),
        {"action": "send_again", "_selected_action": [mail.pk for mail in mails]},
    ).content.decode()

    assert page.count("It is left as it is.") == 1
    assert Mail.objects.filter(state=State.IN_DOUBT).count() == 1


def test_taking_an_address_off_the_list_lets_mail_go_there_again(admin, queue, sink, reader):
    suppress(reader.email, reason="550 no such user")
    listed = Suppression.objects.get()

    admin.post(reverse("admin:outbox_suppression_delete", args=[listed.pk]), {"post": "yes"})
    queue()
    deliver_due()

    assert sink.readers == [reader.email]


# --- What each kind looks like ------------------------------------------------------------------------


def test_a_kind_is_previewed_in_each_language(admin):
    pages = {
        language: admin.get(reverse("outbox:sample", args=["reminder", language])).content.decode()
        for language in ("en", "fr")
    }

    assert "Sample, Monday" in pages["en"]
    assert "Sample, lundi" in pages["fr"]


@pytest.mark.parametrize(("name", "language"), [("postcard", "en"), ("reminder", "tlh"), ("code", "en")])
def test_what_has_no_sample_has_no_preview(admin, name, language):
    assert admin.get(reverse("outbox:sample", args=[name, language])).status_code == 404
    assert admin.get(reverse("admin:outbox_mail_kind", args=[name, language])).status_code == 404
