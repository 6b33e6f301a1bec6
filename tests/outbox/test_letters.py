"""An admin writes to many: who gets it, in which language, once; what is refused; what a reader sees."""

import pytest

from accounts.models import Person
from outbox import audiences, gate, kinds, writing
from outbox.audiences import Audience
from outbox.delivery import deliver_due
from outbox.models import Letter, Mail
from outbox.placeholders import BadPlaceholder
from outbox.services import suppress
from outbox.writing import (
    LetterChanged,
    LetterRefused,
    preview,
    save_draft,
    send_letter,
    take_back,
    throw_away,
    try_on_oneself,
)
from tests.accounts.factories import PersonFactory
from tests.matching.at_once import at_once

pytestmark = pytest.mark.django_db

State = Mail.State


@pytest.fixture(autouse=True)
def circle(monkeypatch):
    """An audience that only these tests have: whoever works in the organisation of that number."""
    monkeypatch.setattr(audiences, "_audiences", {})
    monkeypatch.setattr(gate, "RULES", [rule for rule in gate.RULES if "night" not in rule.__name__])
    audiences.register(
        Audience(
            "circle",
            "Circles",
            lambda: [("1", "Evening circle")],
            lambda pk: Person.objects.filter(pronouns="circle"),
        )
    )


@pytest.fixture
def admin(db):
    return PersonFactory(name="Ngozi Okafor", email="ngozi@example.org", admin=True)


def member(name, **more):
    return PersonFactory(name=name, pronouns="circle", **more)


def a_letter(by, **words):
    both = {"subject_en": "Thursday", "body_en": "We meet.", "subject_fr": "Jeudi", "body_fr": "Rencontre."}
    return Letter.objects.create(written_by=by, **{"audience": "circle:1"} | both | words)


def test_each_reads_it_once_in_the_language_they_read(admin, sink):
    english, french = member("Samira Haddad"), member("Élodie Roux", language="fr")
    letter = a_letter(admin)

    count = send_letter(letter, by=admin, seen=1)
    deliver_due()

    assert count == 2
    assert {message["To"]: message["Subject"] for message in sink.messages} == {
        english.email: "Thursday",
        french.email: "Jeudi",
    }
    assert sorted(Mail.objects.values_list("key", flat=True)) == sorted(
        f"letter:{letter.pk}:{person.pk}" for person in (english, french)
    )


def test_the_letter_says_who_sent_it_when_to_whom_and_to_how_many(admin):
    member("Samira Haddad")
    letter = a_letter(admin)

    send_letter(letter, by=admin, seen=1)

    letter.refresh_from_db()
    assert (letter.state, letter.sent_by, letter.readers) == (Letter.State.SENT, admin, 1)
    assert (letter.audience_name, letter.sent_at is not None) == ("Evening circle", True)


def test_two_clicks_send_once(admin):
    member("Samira Haddad")
    letter = a_letter(admin)
    send_letter(letter, by=admin, seen=1)

    with pytest.raises(LetterChanged, match="Ngozi Okafor sent it"):
        send_letter(letter, by=admin, seen=1)

    assert Mail.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_who_send_at_the_same_moment_one_is_told(admin):
    member("Samira Haddad")
    other, letter = PersonFactory(admin=True), a_letter(admin)

    answers = at_once(
        lambda: send_letter(letter, by=admin, seen=1), lambda: send_letter(letter, by=other, seen=1)
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["LetterChanged", "int"]
    assert Mail.objects.count() == 1


def test_of_two_admins_who_edit_a_draft_the_second_is_told(admin):
    member("Samira Haddad")
    letter = a_letter(admin)
    same = Letter.objects.get(pk=letter.pk)
    letter.subject_en = "Friday"
    save_draft(letter, by=admin, seen=1)

    same.subject_en = "Saturday"
    with pytest.raises(LetterChanged, match="changed this letter meanwhile"):
        save_draft(same, by=admin, seen=1)
    with pytest.raises(LetterChanged):
        send_letter(same, by=admin, seen=1)
    with pytest.raises(LetterChanged):
        throw_away(same, seen=1)

    assert Letter.objects.get().subject_en == "Friday"


def test_closed_and_suppressed_people_are_named_and_get_nothing(admin, sink):
    reader, closed, refused = member("Ada"), member("Ben", is_active=False), member("Cleo")
    suppress(refused.email, reason="550 no such user")
    letter = a_letter(admin)

    readers = writing.readers_of(writing.audience_of(letter))
    send_letter(letter, by=admin, seen=1)
    deliver_due()

    assert (readers.people, readers.closed, readers.suppressed) == ([reader], [closed], [refused])
    assert readers.by_language == {"en": 1, "fr": 0}
    assert sink.readers == [reader.email]


def test_a_language_that_somebody_reads_must_be_written(admin):
    member("Samira Haddad"), member("Élodie Roux", language="fr")

    with pytest.raises(LetterRefused, match="1 of them reads French"):
        send_letter(a_letter(admin, subject_fr="", body_fr=""), by=admin, seen=1)

    assert not Mail.objects.exists()


def test_a_language_that_nobody_reads_may_be_left_out(admin):
    member("Samira Haddad")

    assert send_letter(a_letter(admin, subject_fr="", body_fr=""), by=admin, seen=1) == 1


def test_half_a_language_is_refused_even_where_nobody_reads_it(admin):
    member("Samira Haddad")

    with pytest.raises(LetterRefused, match="but not both"):
        send_letter(a_letter(admin, body_fr=""), by=admin, seen=1)


def test_a_letter_to_nobody_is_refused(admin):
    with pytest.raises(LetterRefused, match="Nobody there"):
        send_letter(a_letter(admin), by=admin, seen=1)


def test_a_letter_to_those_who_are_there_no_more_is_refused(admin):
    with pytest.raises(LetterRefused, match="Choose anew"):
        send_letter(a_letter(admin, audience="circle:2"), by=admin, seen=1)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("Hello {nickname}", r"{nickname} is not a placeholder here. Here there is {first_name} and {name}."),
        ("{first_name", "A curly bracket stands alone"),
        ("{{ person.password }}", "A curly bracket stands alone"),
    ],
)
def test_a_placeholder_that_does_not_exist_is_named(admin, body, sentence):
    member("Samira Haddad")

    with pytest.raises(BadPlaceholder, match=sentence):
        send_letter(a_letter(admin, body_en=body), by=admin, seen=1)


def test_names_are_filled_in_and_are_never_markup(admin):
    person = member("<b>Sam</b> *x*")
    letter = a_letter(
        admin,
        subject_en="For {first_name}",
        body_en="**You**, {name}: <i>read</i> https://example.org/a?b=1&c=2",
    )

    looks = preview(letter, "en", reader=person)

    assert looks.subject == "For <b>Sam</b>"
    assert "You</strong>, &lt;b&gt;Sam&lt;/b&gt; *x*: &lt;i&gt;read&lt;/i&gt;" in looks.html
    assert 'href="https://example.org/a?b=1&amp;c=2"' in looks.html
    assert "**You**, <b>Sam</b> *x*: <i>read</i> https://example.org/a?b=1&c=2" in looks.text


@pytest.mark.parametrize("body", ["[x](javascript:alert(1))", "![x](https://example.org/a.png)"])
def test_no_script_and_no_picture_comes_with_a_letter(admin, body):
    html = preview(a_letter(admin, body_en=body), "en", reader=admin).html

    assert 'href="javascript' not in html
    assert "<img" not in html


def test_what_has_not_left_can_be_taken_back(admin, sink):
    member("Samira Haddad")
    letter = a_letter(admin)
    send_letter(letter, by=admin, seen=1)

    take_back(letter)
    deliver_due()

    assert list(Mail.objects.values_list("state", "note")) == [(State.SKIPPED, writing.TAKEN_BACK)]
    assert sink.messages == []
    with pytest.raises(LetterRefused):
        take_back(letter)


def test_whoever_left_those_people_before_it_leaves_does_not_get_it(admin, sink):
    person = member("Samira Haddad")
    send_letter(a_letter(admin), by=admin, seen=1)
    Person.objects.filter(pk=person.pk).update(pronouns="")

    deliver_due()

    assert list(Mail.objects.values_list("state", "note")) == [(State.SKIPPED, writing.NOT_AMONG_THEM)]


def test_a_trial_goes_to_its_writer_alone_in_each_language(admin, sink):
    member("Samira Haddad")

    languages = try_on_oneself(a_letter(admin), reader=admin)
    deliver_due()

    assert languages == ["en", "fr"]
    assert {(message["To"], message["Content-Language"]) for message in sink.messages} == {
        (admin.email, "en"),
        (admin.email, "fr"),
    }
    assert Letter.objects.get().state == Letter.State.DRAFT


def test_a_letter_cannot_be_switched_off_but_respects_the_night():
    kind = kinds.find("letter")

    assert (kind.is_essential, kind.ignores_night) == (True, False)
