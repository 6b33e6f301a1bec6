from datetime import date

import pytest
from django.utils import translation

from accounts.models import PersonRole, Topic
from matching.encoding import encode
from matching.engine.breakdown import pair_breakdown
from matching.engine.policy import Policy
from matching.models import Application
from matching.queries.runs import sensitive_topics
from matching.reasons import (
    ADMIN,
    MENTEE,
    MENTOR,
    SENTENCES,
    Labels,
    Pair,
    explain,
    reasons_of,
    unmatched_sentence,
)
from tests.accounts.factories import (
    DisciplineFactory,
    PersonRoleFactory,
    RoleFactory,
    SectorFactory,
    TopicFactory,
)
from tests.matching.factories import CohortFactory, StreamFactory, give_hours
from tests.matching.mentorship_factories import mentee_of, mentor_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return CohortFactory(starts_on=date(2027, 1, 4), ends_on=date(2027, 6, 1))


@pytest.fixture
def pair(cohort):
    """A mentee and a mentor of whom nothing is said yet; called with what each says."""

    def make(mentee=None, mentor=None):
        return (
            mentee_of(cohort, person__name="Samira Aziz", **(mentee or {})),
            mentor_of(cohort, person__name="Ngozi Okafor", **(mentor or {})),
        )

    return make


def found(cohort) -> list[dict]:
    """What a run would store of the cohort's only pair."""
    encoded = encode(cohort)
    breakdown = pair_breakdown(encoded.features, Policy(), 0, 0)
    return reasons_of(encoded, breakdown, mentee=0, mentor=0, sensitive=sensitive_topics())


def why(cohort, reader=MENTEE, zone="Europe/London"):
    mentee, mentor = (Application.objects.get(part=part).person for part in ("mentee", "mentor"))
    return explain(found(cohort), Pair(mentee, mentor, reader, Labels.load(), zone))


def does(application, role, how):
    PersonRoleFactory(person=application.person, role=role, how=how)


@pytest.mark.parametrize(
    ("reader", "sentence"),
    [
        (
            MENTEE,
            "Ngozi Okafor took the step you are preparing, from doing the work to holding the title: CNIO.",
        ),
        (MENTOR, "Samira Aziz does the work already and is preparing the step that you took: CNIO."),
        (
            ADMIN,
            "Ngozi Okafor took the step that Samira Aziz, who does the work already, is preparing: CNIO.",
        ),
    ],
)
def test_who_took_the_step_that_a_mentee_prepares_is_the_first_reason(cohort, pair, reader, sentence):
    mentee, mentor = pair()
    cnio = RoleFactory(en="CNIO")
    does(mentee, cnio, PersonRole.How.AIM)
    does(mentee, cnio, PersonRole.How.UNTITLED)
    does(mentor, cnio, PersonRole.How.TITLED)

    assert why(cohort, reader).sentences == [sentence]


def test_a_mentor_without_the_title_is_said_to_do_the_work(cohort, pair):
    mentee, mentor = pair()
    cnio = RoleFactory(en="CNIO")
    does(mentee, cnio, PersonRole.How.AIM)
    does(mentor, cnio, PersonRole.How.UNTITLED)

    assert why(cohort).sentences == [
        "Ngozi Okafor does, without the title, the work that you are growing into: CNIO."
    ]


def test_a_role_of_the_same_family_is_said_to_be_close(cohort, pair):
    mentee, mentor = pair()
    does(mentee, RoleFactory(en="CNIO"), PersonRole.How.AIM)
    does(mentor, RoleFactory(en="CCIO"), PersonRole.How.TITLED)

    assert why(cohort).sentences == ["Ngozi Okafor works close to the role that you are growing into: CNIO."]


def test_needs_are_met_nearly_met_or_not_covered(cohort, pair):
    safety, law = TopicFactory(en="Clinical safety"), TopicFactory(en="Regulation")
    data = TopicFactory(en="Data platforms", family="data")
    pair(mentee={"needs": [safety, law, data]}, mentor={"offers": [safety]})

    told = why(cohort)

    assert told.sentences == [
        "Ngozi Okafor offers what you need: Clinical safety.",
        "Ngozi Okafor works on subjects close to what you need: Regulation.",
    ]
    assert told.uncovered == ["Data platforms"]


def test_a_role_that_nobody_of_the_pair_knows_is_not_covered(cohort, pair):
    mentee, _ = pair()
    does(mentee, RoleFactory(en="CNIO"), PersonRole.How.AIM)

    assert why(cohort).uncovered == ["CNIO"]


def test_the_discipline_is_a_reason_only_as_wished(cohort, pair):
    mentee, mentor = pair(mentee={"discipline_wish": "same"})
    nursing = DisciplineFactory(en="Nursing")
    mentee.person.disciplines.add(nursing)
    mentor.person.disciplines.add(nursing)

    assert why(cohort).sentences == ["You share a discipline, as you wished: Nursing."]

    Application.objects.update(discipline_wish="any")
    assert "Nursing" not in " ".join(why(cohort).sentences)


def test_another_discipline_is_named_where_it_was_wished(cohort, pair):
    mentee, mentor = pair(mentee={"discipline_wish": "different"})
    mentee.person.disciplines.add(DisciplineFactory(en="Nursing"))
    mentor.person.disciplines.add(DisciplineFactory(en="Pharmacy"))

    assert why(cohort).sentences == [
        "You wished for another discipline than yours: Ngozi Okafor brings Pharmacy."
    ]


@pytest.mark.parametrize(
    ("zone", "times"), [("Europe/London", "Thursday lunchtimes"), ("Asia/Tokyo", "Thursday evenings")]
)
def test_hours_in_common_are_parts_of_days_where_the_reader_is(cohort, pair, zone, times):
    for application in pair():
        give_hours(application, {3: [12]})

    assert why(cohort, zone=zone).sentences == [f"You are both free on {times}."]


def test_a_rota_that_varies_is_said_without_saying_whose(cohort, pair):
    mentee, mentor = pair()
    give_hours(mentee, {3: [12]})
    give_hours(mentor, {}, varies=True)

    assert why(cohort).sentences == ["A rota varies here, so you agree on times as you go."]


def test_language_bridge_and_stream_are_said_where_they_were_wished(cohort, pair):
    stream = StreamFactory(cohort=cohort, name_en="Clinical safety")
    french = {"person__spoken_languages": ["en", "fr"], "stream": stream}
    mentee, mentor = pair(mentee=french | {"preferred_language": "fr", "wants_bridge": True}, mentor=french)
    mentee.person.sectors.add(SectorFactory(slug="nhs-acute"))
    mentor.person.sectors.add(SectorFactory(slug="industry"))

    assert why(cohort).sentences == [
        "You both speak French.",
        "You wished for a bridge between the NHS and industry: Ngozi Okafor works on the other side.",
        "You both chose the stream Clinical safety.",
    ]


def test_who_states_nothing_is_welcome(cohort, pair):
    pair()

    assert why(cohort).sentences == [
        "You came without fixed goals, which is welcome: you will find out together what helps."
    ]


# --- What is never said -----------------------------------------------------------------------


def test_a_sensitive_need_is_neither_stored_nor_said_nor_listed_as_uncovered(cohort, pair):
    met, missed = (
        TopicFactory(en="Harassment", sensitive=True),
        TopicFactory(en="Illness", sensitive=True, family="health"),
    )
    plain = TopicFactory(en="Clinical safety")
    pair(mentee={"needs": [met, plain, missed]}, mentor={"offers": [met, plain]})

    assert found(cohort) == [{"code": "needs", "topics": [plain.slug]}]
    assert why(cohort).sentences == ["Ngozi Okafor offers what you need: Clinical safety."]
    assert why(cohort).uncovered == []


def test_where_all_that_speaks_for_a_pair_is_sensitive_nothing_hints_at_it(cohort, pair):
    topic = TopicFactory(en="Harassment", sensitive=True)
    pair(mentee={"needs": [topic]}, mentor={"offers": [topic]})

    assert why(cohort).sentences == ["What each of you said goes well together."]


def test_a_topic_marked_sensitive_after_the_run_is_not_said_any_more(cohort, pair):
    topic = TopicFactory(en="Harassment")
    mentee, mentor = pair(mentee={"needs": [topic]}, mentor={"offers": [topic]})
    stored = found(cohort)
    Topic.objects.update(sensitive=True)

    told = explain(stored, Pair(mentee.person, mentor.person, MENTEE, Labels.load(), "Europe/London"))

    assert stored == [{"code": "needs", "topics": [topic.slug]}]
    assert told.sentences == ["What each of you said goes well together."]


def test_a_need_in_somebodys_own_words_is_not_repeated(cohort, pair):
    pair(mentee={"needs": ["My manager bullies me"]}, mentor={})

    assert "bullies" not in str(found(cohort)) + str(why(cohort))


def test_no_member_ever_reads_a_number(cohort, pair):
    topic = TopicFactory(en="Clinical safety")
    mentee, mentor = pair(mentee={"needs": [topic]}, mentor={"offers": [topic]})
    cnio = RoleFactory(en="CNIO")
    does(mentee, cnio, PersonRole.How.AIM)
    does(mentor, cnio, PersonRole.How.TITLED)
    for application in (mentee, mentor):
        give_hours(application, {1: [18], 3: [12]})

    for reader in (MENTEE, MENTOR):
        assert not any(letter.isdigit() for letter in " ".join(why(cohort, reader).sentences))


# --- Languages and stability --------------------------------------------------------------------


def test_the_same_stored_reasons_are_said_in_the_readers_language(cohort, pair):
    topic = TopicFactory(en="Clinical safety", fr="Sécurité clinique")
    pair(mentee={"needs": [topic]}, mentor={"offers": [topic]})

    with translation.override("fr"):
        [sentence] = why(cohort).sentences

    assert sentence.endswith("Sécurité clinique.")


def test_a_code_that_this_version_does_not_know_is_passed_over(cohort, pair):
    mentee, mentor = pair()
    reasons = [{"code": "moon_phase"}, {"code": "varies"}, {"code": "role", "role": "gone", "how": "titled"}]

    told = explain(reasons, Pair(mentee.person, mentor.person, MENTEE, Labels.load(), "Europe/London"))

    assert told.sentences == ["A rota varies here, so you agree on times as you go."]


def test_every_code_has_a_sentence_for_each_reader(cohort, pair):
    mentee, mentor = pair()
    stream = StreamFactory(cohort=cohort)
    role, topic, discipline = RoleFactory(), TopicFactory(), DisciplineFactory()
    facts = {
        "role": role.slug,
        "how": "titled",
        "does_it": False,
        "topics": [topic.slug],
        "disciplines": [discipline.slug],
        "half_hours": [36, 37],
        "week": "2027-01-04",
        "language": "fr",
        "stream": stream.pk,
    }
    labels = Labels.load()

    for code in SENTENCES:
        for reader in (MENTEE, MENTOR, ADMIN):
            about = Pair(mentee.person, mentor.person, reader, labels, "Europe/London")
            [sentence] = explain([facts | {"code": code}], about).sentences
            assert sentence.endswith(".")
            assert "%(" not in sentence


@pytest.mark.parametrize(
    ("shortage", "sentence"),
    [
        ({"mentors": 0}, "The rules leave no mentor for this mentee."),
        (
            {"mentees": 7, "mentors": 3, "places": 5},
            "Among 7 mentees who can only meet 3 mentors with 5 places between them.",
        ),
        (
            {"mentees": 2, "mentors": 1, "places": 1, "rule": "no_common_hour"},
            "Among 2 mentees who can only meet 1 mentor with 1 place between them. "
            "The rule that stands most in the way: an hour in common.",
        ),
        ({"mentors": 0, "rule": "blocked"}, "The rules leave no mentor for this mentee."),
    ],
)
def test_why_somebody_is_unmatched_is_said_without_naming_a_protecting_rule(shortage, sentence):
    assert unmatched_sentence([{"code": "unmatched"} | shortage]) == sentence
