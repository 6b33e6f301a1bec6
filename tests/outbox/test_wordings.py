"""An admin words a kind of mail: which sentences there are, what is refused, what a reader then gets."""

import pytest

from outbox import kinds, sentences, wordings
from outbox.delivery import deliver_due
from outbox.kinds import MailKind
from outbox.placeholders import BadPlaceholder
from outbox.rendering import render
from outbox.services import queue_mail
from outbox.wordings import Said, WordingChanged, as_said, reword
from tests.accounts.factories import PersonFactory

pytestmark = pytest.mark.django_db

WORDS = {"cohort": "Autumn & co", "url": "https://example.org/a", "places": 3}
SUBJECT, NEW, LINK = "News of %(cohort)s", "100%% of it is new.", "Open %(url)s to see it."
ONE, SEVERAL, MAY = "One place is left.", "%(places)s places are left.", "month of a test\x04May"


@pytest.fixture(autouse=True)
def worded(test_kinds):
    kinds.register(MailKind("worded", "Worded", build=lambda mail: WORDS, sample=lambda: WORDS))


@pytest.fixture
def admin(db):
    return PersonFactory(name="Ngozi Okafor", admin=True)


def say(admin, texts=None, closing="", *, language="en", seen=0):
    reword("worded", language, as_said("worded", language, texts or {}, closing), by=admin, seen=seen)


def rendered(reader, language="en", **words):
    return render("worded", WORDS | words, person=reader, language=language)


# --- Which sentences there are ------------------------------------------------------------------


def test_a_kinds_sentences_are_read_from_its_templates_the_frames_last():
    found = [sentence.key for sentence in sentences.sentences_of("worded") if not sentence.is_shared]

    assert found == [
        SUBJECT, NEW, LINK, ONE, SEVERAL, MAY, "This is a test of wordings.", "Only plain text says this.",
    ]  # fmt: skip


def test_what_the_kind_says_instead_of_the_frame_is_not_listed_twice():
    shared = [sentence.key for sentence in sentences.sentences_of("worded") if sentence.is_shared]

    assert "Hello %(name)s," in shared
    assert "This is a test of wordings." not in shared


@pytest.mark.parametrize("kind", kinds.every(), ids=lambda kind: kind.name)
def test_every_sentence_of_every_kind_may_be_said_as_it_is(kind):
    for language in ("en", "fr"):
        for sentence in sentences.sentences_of(kind.name):
            shipped = sentence.shipped(language)
            wordings.check_sentence(sentence, shipped)
            assert sentences.to_braces(sentences.to_catalogue(shipped)) == shipped


def test_a_form_for_several_is_shown_as_it_is_shipped():
    several = next(one for one in sentences.sentences_of("application_unfinished") if one.one)

    assert several.shipped("fr").startswith("Votre candidature à")
    assert "{minutes}" in several.shipped("fr")


# --- What a reader gets ---------------------------------------------------------------------------


def test_ours_stands_where_nobody_has_changed_anything(reader):
    mail = rendered(reader)

    assert mail.subject == "News of Autumn & co"
    assert "100% of it is new.\nOpen https://example.org/a to see it.\n3 places are left.\nMay" in mail.text


def test_an_admins_sentences_stand_in_subject_text_and_html(admin, reader, sink):
    say(admin, {SUBJECT: "About {cohort}", NEW: "50% <i>old</i> & kept", MAY: "Mai", SEVERAL: "{places}!"})
    queue_mail("worded", key="w", person=reader)

    deliver_due()

    message = sink.messages[0]
    text, html = (message.get_body([part]).get_content().replace("\r", "") for part in ("plain", "html"))
    assert message["Subject"] == "About Autumn & co"
    assert "50% <i>old</i> & kept\nOpen https://example.org/a to see it.\n3!\nMai" in text
    assert "50% &lt;i&gt;old&lt;/i&gt; &amp; kept" in html
    assert "<b>Bold</b> stays ours." in html


def test_each_language_and_each_kind_has_its_own(admin, reader):
    say(admin, {NEW: "Nouveau."}, language="fr")

    assert "Nouveau." in rendered(reader, "fr").text
    assert "100% of it is new." in rendered(reader, "en").text
    assert "Nouveau." not in render("reminder", {"title": "x"}, person=reader, language="fr").text


@pytest.mark.parametrize(
    ("language", "places", "line"),
    [("en", 0, "0 or many"), ("en", 1, "just one"), ("fr", 0, "just one"), ("fr", 2, "2 or many")],
)
def test_one_and_several_are_told_apart_as_the_language_does(admin, reader, language, places, line):
    say(admin, {ONE: "just one", SEVERAL: "{places} or many"}, language=language)

    assert line in rendered(reader, language, places=places).text


def test_a_closing_stands_below_and_greets_by_name(admin, reader):
    say(admin, closing="See you, {first_name}, in **May**.")

    mail = rendered(reader)

    assert "Only plain text says this.\n\nSee you, Samira, in **May**.\n\n--" in mail.text
    assert ">See you, Samira, in <strong>May</strong>.</p>" in mail.html


def test_a_wording_leaves_nothing_behind_in_the_process(admin, reader):
    say(admin, {NEW: "Mine."})
    rendered(reader)

    assert sentences.sentences_of("worded")[1].shipped("en") == "100% of it is new."


def test_the_shipped_wording_comes_back(admin, reader):
    say(admin, {NEW: "Mine."})

    say(admin, seen=1)

    assert "100% of it is new." in rendered(reader).text
    assert wordings.changed() == {}


def test_what_is_left_as_we_ship_it_stays_ours_and_spaces_that_do_not_break_stay():
    subject = sentences.sentences_of("application_unfinished")[0]
    shipped = subject.shipped("fr")

    same = as_said("application_unfinished", "fr", {subject.key: f"  {shipped}\r\n"}, "")
    other = as_said("application_unfinished", "fr", {subject.key: f"{shipped} !"}, "")

    assert "\xa0" in shipped
    assert same == Said()
    assert sentences.to_braces(other.sentences[subject.key]) == f"{shipped} !"


# --- What is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "text", "sentence"),
    [
        (SUBJECT, "For {person}", r"{person} is not a placeholder here. Here there is {cohort}."),
        (NEW, "For {cohort}", r"{cohort} is not a placeholder here. There is no placeholder here."),
        (LINK, "See it on the site.", "{url} is missing, and readers need it."),
        (NEW, "{{ person.password }}", "A curly bracket stands alone"),
        (NEW, "{% load x %}", "A curly bracket stands alone"),
    ],
)
def test_what_could_not_be_filled_in_is_refused_with_a_sentence(key, text, sentence):
    with pytest.raises(BadPlaceholder, match=sentence):
        as_said("worded", "en", {key: text}, "")


def test_a_percent_sign_is_no_placeholder(admin, reader):
    say(admin, {NEW: "%(cohort)s %s 5%"})

    assert "%(cohort)s %s 5%" in rendered(reader).text


def test_of_two_admins_who_reword_a_mail_the_second_is_told(admin, reader):
    say(admin, {NEW: "First."})

    with pytest.raises(WordingChanged, match="Ngozi Okafor changed this wording"):
        say(PersonFactory(admin=True), {NEW: "Second."})

    assert "First." in rendered(reader).text


def test_a_sentence_that_an_update_took_away_is_shown_and_does_nothing(admin, reader):
    reword("worded", "en", Said({"Gone in %(year)s": "Weg in %(year)s"}), by=admin, seen=0)

    assert wordings.out_of_use(wordings.find("worded", "en")) == ["Weg in {year}"]
    assert "100% of it is new." in rendered(reader).text
