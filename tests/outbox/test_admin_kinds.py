"""Kinds in the admin: wording them, seeing it first, bringing ours back, holding a kind back and letting it go."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from outbox import kinds
from outbox.delivery import deliver_due
from outbox.kinds import MailKind
from outbox.models import Mail, Pause, Wording
from outbox.pausing import pause
from tests.accounts.factories import PersonFactory

pytestmark = pytest.mark.django_db

KINDS_QUERIES = 6


@pytest.fixture(autouse=True)
def worded(test_kinds):
    words = {"cohort": "Autumn cohort", "url": "https://example.org/a", "places": 3}
    kinds.register(MailKind("worded", "Worded", build=lambda mail: words, sample=lambda: words))


@pytest.fixture
def robin(db):
    return PersonFactory(name="Robin Hale", admin=True)


@pytest.fixture
def admin(signed_in_client, robin):
    return signed_in_client(robin)


def word(name="outbox_wording", language="en"):
    return reverse(f"admin:{name}", args=["worded", language])


def held(verb, kind="worded"):
    return reverse(f"admin:outbox_kind_{verb}", args=[kind])


# The subject is the first sentence, "Open {url} to see it." the third.
def typed(subject="About {cohort}", third="", *, seen=0, **more):
    return {"sentence-0": subject, "sentence-2": third, "seen": seen, **more}


# --- Who may ------------------------------------------------------------------------------------


def test_nobody_without_the_right_words_or_pauses_a_kind(client, signed_in_client):
    watcher = PersonFactory(is_staff=True)
    watcher.user_permissions.add(Permission.objects.get(codename="view_mail"))
    outsiders = [client, signed_in_client(PersonFactory()), signed_in_client(watcher)]

    for browser in outsiders:
        answers = [
            browser.get(word()),
            browser.post(word(), typed(save="Save")),
            browser.post(word("outbox_wording_shipped"), {"seen": 0}),
            browser.post(held("pause")),
            browser.post(held("resume")),
        ]
        assert [answer.status_code for answer in answers if answer.status_code not in {302, 403}] == []

    assert (Wording.objects.count(), Pause.objects.count()) == (0, 0)


def test_staff_who_may_only_look_see_no_way_to_change(signed_in_client):
    watcher = PersonFactory(is_staff=True)
    watcher.user_permissions.add(Permission.objects.get(codename="view_mail"))
    browser = signed_in_client(watcher)

    listed = browser.get(reverse("admin:outbox_mail_kinds")).content.decode()
    page = browser.get(word("outbox_mail_kind")).content.decode()

    assert ("Worded" in listed, "/wording/" in listed, "/pause/" in listed) == (True, False, False)
    assert "/wording/" not in page


@pytest.mark.parametrize("door", [held("pause"), held("resume"), word("outbox_wording_shipped")])
def test_looking_changes_nothing(admin, door):
    assert admin.get(door).status_code == 405


# --- Wording --------------------------------------------------------------------------------------


def test_each_sentence_is_shown_as_it_is_shipped(admin):
    page = admin.get(word()).content.decode()

    assert "News of {cohort}" in page
    assert "Here there is {cohort}." in page
    assert "100% of it is new." in page


def test_a_wording_is_seen_before_it_is_saved(admin):
    page = admin.post(word(), typed(look="See"))
    frame = admin.get(page.context["frame"])

    assert "About Autumn cohort" in page.content.decode()
    assert "News of" not in page.context["rendering"].subject
    assert "Open https://example.org/a" in frame.content.decode()
    assert frame["Content-Security-Policy"].startswith("sandbox;")
    assert not Wording.objects.exists()


def test_a_saved_wording_is_what_the_sample_says(admin):
    page = admin.post(word(), typed(save="Save"), follow=True).content.decode()

    assert "About Autumn cohort" in page
    assert "Worded by Robin Hale" in page


def test_a_mistake_is_said_beside_its_sentence_and_nothing_is_saved(admin):
    page = admin.post(word(), typed(third="Open it for {person}", save="Save")).content.decode()

    assert "{person} is not a placeholder here. Here there is {url}." in page
    assert "Open it for {person}</textarea>" in page
    assert not Wording.objects.exists()


def test_a_link_cannot_be_left_out(admin):
    page = admin.post(word(), typed(third="Open it.", save="Save")).content.decode()

    assert "{url} is missing, and readers need it." in page


def test_ours_comes_back(admin):
    admin.post(word(), typed(save="Save"))

    page = admin.post(word("outbox_wording_shipped"), {"seen": 1}, follow=True).content.decode()

    assert "News of Autumn cohort" in page
    assert "Worded by" not in page


def test_whoever_saves_second_is_told_and_keeps_their_words(admin):
    admin.post(word(), typed(save="Save"))

    page = admin.post(word(), typed("Another {cohort}", save="Save")).content.decode()

    assert "Robin Hale changed this wording while you wrote." in page
    assert "Another {cohort}</textarea>" in page
    assert Wording.objects.get().sentences == {"News of %(cohort)s": "About %(cohort)s"}


def test_a_trial_that_was_never_made_is_not_there(admin):
    assert admin.get(reverse("admin:outbox_wording_trial", args=["guess"])).status_code == 404


# --- Holding back -----------------------------------------------------------------------------------


def test_a_kind_is_held_back_and_the_pages_say_since_when_and_by_whom(admin, queue):
    answer = admin.post(held("pause", "reminder"), follow=True).content.decode()
    queue()
    log = admin.get(reverse("admin:outbox_mail_changelist")).content.decode()

    assert "“Reminder” is paused." in answer
    assert ", by Robin Hale" in answer
    assert "“Reminder” is paused since" in log
    assert "1 mail of it waits." in log


def test_a_kind_is_let_go_and_what_waited_leaves(admin, queue, sink, robin):
    pause("reminder", by=robin)
    queue()
    deliver_due()

    answer = admin.post(held("resume", "reminder"), follow=True).content.decode()
    deliver_due()

    assert "1 mail that waited is on its way." in answer
    assert Mail.objects.get().state == Mail.State.SENT


def test_a_second_click_is_told_and_changes_nothing(admin, robin):
    pause("reminder", by=robin)

    again = admin.post(held("pause", "reminder"), follow=True).content.decode()
    admin.post(held("resume", "reminder"))
    resumed = admin.post(held("resume", "reminder"), follow=True).content.decode()

    assert "is paused already, by Robin Hale." in again
    assert "is not paused any longer." in resumed


def test_a_code_is_not_held_back(admin):
    answer = admin.post(held("pause", "code"), follow=True).content.decode()

    assert "cannot be held back" in answer
    assert not Pause.objects.exists()


def test_a_kind_that_is_not_is_not_found(admin):
    assert admin.post(held("pause", "postcard")).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_kinds_costs_the_same_however_many_are_changed(
    admin, robin, count, django_assert_num_queries
):
    for name in ["reminder", "introduction", "match_held"][:count]:
        pause(name, by=robin)
        Wording.objects.create(kind=name, language="en", sentences={"a": "b"}, changed_by=robin)
    admin.get(reverse("admin:outbox_mail_kinds"))

    with django_assert_num_queries(KINDS_QUERIES):
        admin.get(reverse("admin:outbox_mail_kinds"))
