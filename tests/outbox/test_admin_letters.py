"""Letters in the admin: who may write them, what is seen before they leave, and that two clicks send one."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.models import Person
from outbox import audiences
from outbox.audiences import Audience
from outbox.models import Letter, Mail
from outbox.services import suppress
from tests.accounts.factories import PersonFactory

pytestmark = pytest.mark.django_db

LIST_QUERIES = 7
PAGE_QUERIES = 10


@pytest.fixture(autouse=True)
def circle(monkeypatch):
    monkeypatch.setattr(audiences, "_audiences", {})
    circles = Audience(
        "circle",
        "Circles",
        lambda: [("1", "Evening circle")],
        lambda pk: Person.objects.filter(pronouns="circle"),
    )
    audiences.register(circles)


@pytest.fixture
def robin(db):
    return PersonFactory(name="Robin Hale", email="robin@example.org", admin=True)


@pytest.fixture
def admin(signed_in_client, robin):
    return signed_in_client(robin)


@pytest.fixture
def letter(robin):
    words = {"subject_en": "Thursday", "body_en": "We meet, {first_name}."}
    return Letter.objects.create(audience="circle:1", written_by=robin, **words)


@pytest.fixture
def samira(db):
    return PersonFactory(name="Samira Haddad", pronouns="circle")


def url(name, *args):
    return reverse(f"admin:outbox_letter_{name}", args=args)


def typed(**words):
    both = {"subject_en": "Thursday", "body_en": "We meet.", "subject_fr": "", "body_fr": "", "seen": 1}
    return {"audience": "circle:1"} | both | words


def send(browser, letter, seen=1):
    return browser.post(url("send", letter.pk), {"seen": seen}, follow=True).content.decode()


# --- Who may ------------------------------------------------------------------------------------


def doors(letter):
    pages = [url("changelist"), url("change", letter.pk), url("looks", letter.pk, "en")]
    writing = [url("add"), url("edit", letter.pk)]
    return pages, writing, [url(verb, letter.pk) for verb in ("send", "try", "throw_away", "take_back")]


def test_nobody_without_the_right_reads_or_writes_a_letter(client, signed_in_client, letter, samira):
    pages, writing, verbs = doors(letter)
    outsiders = {
        "a stranger": client,
        "a member, even a reader": signed_in_client(samira),
        "staff without the right": signed_in_client(PersonFactory(is_staff=True)),
    }

    opened = {
        who: [door for door in pages + writing if browser.get(door).status_code == 200]
        + [door for door in verbs if browser.post(door, {"seen": 1}, follow=False).status_code == 200]
        for who, browser in outsiders.items()
    }

    assert opened == {who: [] for who in outsiders}
    assert (Letter.objects.get().state, Mail.objects.count()) == (Letter.State.DRAFT, 0)


def test_staff_who_may_read_letters_may_not_send_them(signed_in_client, letter, samira):
    watcher = PersonFactory(is_staff=True)
    watcher.user_permissions.add(Permission.objects.get(codename="view_letter"))
    browser, (pages, writing, verbs) = signed_in_client(watcher), doors(letter)

    assert [browser.get(page).status_code for page in pages] == [200] * 3
    assert [browser.get(page).status_code for page in writing] == [403] * 2
    assert [browser.post(verb, {"seen": 1}).status_code for verb in verbs] == [403] * 4
    assert "Send it to 1 person" not in browser.get(pages[1]).content.decode()


def test_staff_with_the_right_to_write_need_no_other(signed_in_client, letter, samira):
    writer = PersonFactory(is_staff=True)
    writer.user_permissions.add(*Permission.objects.filter(codename__in=["view_letter", "add_letter"]))
    browser = signed_in_client(writer)

    assert "on its way to 1 person" in send(browser, letter)


def test_looking_sends_nothing(admin, letter, samira):
    _pages, _writing, verbs = doors(letter)

    assert [admin.get(verb).status_code for verb in verbs] == [405] * 4
    assert Letter.objects.get().state == Letter.State.DRAFT


# --- Writing --------------------------------------------------------------------------------------


def test_what_is_written_is_shown_before_anything_leaves(admin, samira):
    page = admin.post(url("add"), typed(), follow=True)

    letter = Letter.objects.get()
    assert page.redirect_chain[-1][0] == url("change", letter.pk)
    assert "1 person gets it." in page.content.decode()
    assert "Send it to 1 person" in page.content.decode()
    assert not Mail.objects.exists()


def test_the_preview_is_the_mail_itself(admin, letter, samira):
    answer = admin.get(url("looks", letter.pk, "en"))

    assert "We meet, Robin." in answer.content.decode()
    assert "Evening circle" in answer.content.decode()
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


def test_an_unknown_placeholder_is_named_and_what_was_typed_is_kept(admin, samira):
    page = admin.post(url("add"), typed(body_en="Dear {nickname}")).content.decode()

    assert "{nickname} is not a placeholder here." in page
    assert "Dear {nickname}</textarea>" in page
    assert not Letter.objects.exists()


def test_a_missing_language_keeps_the_letter_from_leaving_and_is_named(admin, letter, samira):
    PersonFactory(pronouns="circle", language="fr")

    page = admin.get(url("change", letter.pk)).content.decode()
    answer = send(admin, letter)

    assert "1 of them reads French" in page
    assert "Send it to 2 people" not in page
    assert "1 of them reads French" in answer
    assert not Mail.objects.exists()


def test_those_who_will_not_get_it_are_named(admin, letter, samira):
    PersonFactory(name="Ben Closed", pronouns="circle", is_active=False)
    suppress(PersonFactory(name="Cleo Refused", pronouns="circle").email, reason="550")

    page = admin.get(url("change", letter.pk)).content.decode()

    assert "since their account is closed: Ben Closed." in page
    assert "since mail to their address comes back: Cleo Refused." in page


def test_whoever_edits_what_another_has_changed_is_told_and_keeps_their_words(admin, letter):
    admin.post(url("edit", letter.pk), typed(subject_en="Friday"))

    page = admin.post(url("edit", letter.pk), typed(subject_en="Saturday")).content.decode()

    assert "changed this letter meanwhile" in page
    assert 'value="Saturday"' in page
    assert Letter.objects.get().subject_en == "Friday"


# --- Sending --------------------------------------------------------------------------------------


def test_two_clicks_send_one_and_say_so(admin, letter, samira):
    first, second = send(admin, letter), send(admin, letter)

    assert "The letter is on its way to 1 person." in first
    assert "Robin Hale sent it. Nobody gets it twice." in second
    assert Mail.objects.count() == 1


def test_a_letter_changed_since_it_was_looked_at_does_not_leave(admin, letter, samira):
    admin.post(url("edit", letter.pk), typed(subject_en="Friday"))

    assert "Read it again before you go on." in send(admin, letter, seen=1)
    assert not Mail.objects.exists()


def test_a_trial_is_addressed_to_oneself(admin, letter, samira, robin):
    page = admin.post(url("try", letter.pk), follow=True).content.decode()

    assert "to you, robin@example.org, and to nobody else" in page
    assert list(Mail.objects.values_list("kind", "to")) == [("letter_trial", "robin@example.org")]


def test_a_sent_letter_says_what_became_of_it_and_can_be_taken_back(admin, letter, samira):
    send(admin, letter)

    page = admin.get(url("change", letter.pk)).content.decode()
    taken = admin.post(url("take_back", letter.pk), follow=True).content.decode()

    assert "Waiting to leave: 1" in page
    assert "Keep back what has not left yet" in page
    assert "What has not left yet is kept back." in taken
    assert Letter.objects.get().state == Letter.State.TAKEN_BACK


def test_a_draft_can_be_thrown_away_and_a_sent_letter_cannot(admin, letter, samira):
    send(admin, letter)
    kept = admin.post(url("throw_away", letter.pk), {"seen": 1}, follow=True).content.decode()
    draft = Letter.objects.create(audience="circle:1")
    admin.post(url("throw_away", draft.pk), {"seen": 1})

    assert "has left already" in kept
    assert list(Letter.objects.all()) == [letter]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_many_letters(admin, robin, count, django_assert_num_queries):
    for number in range(count):
        Letter.objects.create(audience="circle:1", subject_en=str(number), written_by=robin)
    admin.get(url("changelist"))

    with django_assert_num_queries(LIST_QUERIES):
        admin.get(url("changelist"))


@pytest.mark.parametrize("count", [1, 3])
def test_a_letters_page_costs_the_same_however_many_readers(admin, letter, count, django_assert_num_queries):
    PersonFactory.create_batch(count, pronouns="circle")
    admin.get(url("change", letter.pk))

    with django_assert_num_queries(PAGE_QUERIES):
        admin.get(url("change", letter.pk))
