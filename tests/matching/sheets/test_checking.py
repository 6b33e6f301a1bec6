import pytest
from django.core.management import call_command

from accounts.models import Organisation, Role, Topic
from matching.sheets.checking import check
from matching.sheets.columns import guess
from matching.sheets.reading import Row, Table
from tests.accounts.factories import PersonFactory
from tests.matching.factories import ApplicationFactory, CohortFactory, StreamFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    call_command("load_catalogues")
    return CohortFactory()


def findings(cohort, *rows: dict, part="mentee"):
    headers = list(dict.fromkeys(name for row in rows for name in row))
    table = Table(
        headers, [Row(number, [row.get(name, "") for name in headers]) for number, row in enumerate(rows, 2)]
    )
    return check(table, guess(headers), cohort, part_unless_said=part)


def somebody(**cells) -> dict:
    return {"Name": "Ana Lopes", "E-mail": "ana@example.org"} | cells


def test_headings_are_known_by_many_names():
    headings = [
        "Full Name:",
        "E-mail",
        "Job_title",
        "Employer",
        "Mentor/Mentee",
        "Areas of expertise",
        "Shoe size",
    ]

    assert guess(headings) == ["name", "email", "official_title", "organisation", "part", "offers", ""]


def test_two_headings_never_mean_the_same():
    assert guess(["Mail", "Email"]) == ["email", ""]


def test_aliases_of_the_catalogues_are_understood(cohort):
    Organisation.objects.create(name="Guy’s and St Thomas’", aliases=["GSTT"])

    found = findings(
        cohort,
        somebody(
            **{
                "Role": "CNIO",
                "Needs": "epma; Confidence",
                "Discipline": "nursing",
                "Trust": "gstt",
                "Languages": "English, français",
            }
        ),
    )

    (entry,) = found.good
    assert entry.titled == [Role.objects.get(slug="cnio")]
    assert [topic.slug for topic in entry.needs] == ["epma", "confidence"]
    assert [each.slug for each in entry.disciplines] == ["nursing"]
    assert entry.organisation == "Guy’s and St Thomas’"
    assert entry.languages == ["en", "fr"]
    assert found.stopping == []


def test_what_no_catalogue_knows_stays_in_own_words_and_is_remarked_on(cohort):
    found = findings(cohort, somebody(Needs="Surviving a go-live in a lighthouse"))

    assert found.good[0].needs == ["Surviving a go-live in a lighthouse"]
    assert [(note.row, note.column.name) for note in found.notes] == [(2, "needs")]


def test_commas_part_entries_only_where_one_of_them_is_known(cohort):
    label = Topic.objects.filter(en__contains=",").values_list("en", flat=True).first()

    found = findings(
        cohort, somebody(Needs="ePMA, Confidence"), somebody(**{"E-mail": "b@example.org", "Needs": "a, b"})
    )

    assert len(found.good[0].needs) == 2
    assert found.good[1].needs == ["a, b"]
    if label:
        assert len(findings(cohort, somebody(Needs=label)).good[0].needs) == 1


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"E-mail": ""}, "email", "There is no mail address"),
        ({"E-mail": "ana@@example"}, "email", "no mail address"),
        ({"E-mail": "a@example.org, b@example.org"}, "email", "no mail address"),
        ({"Name": ""}, "name", "There is no name"),
        ({"Name": "x" * 121}, "name", "longer than 120"),
        ({"Part": "menteee"}, "part", "mentee, mentor or both"),
        ({"Part": "mentor", "Places": "nine"}, "capacity", "0 to 8"),
        ({"Part": "mentor", "Places": "-1"}, "capacity", "0 to 8"),
        ({"Part": "mentor", "Places": "9"}, "capacity", "0 to 8"),
        ({"Stream": "Astronomy"}, "stream", "Write one of these: CNIO circle"),
        ({"Languages": "Klingonese"}, "languages", "Correct it"),
        ({"Bio": "x" * 1501}, "about", "longer than 1500"),
    ],
)
def test_a_bad_cell_names_its_row_its_column_and_what_to_do(cohort, cells, column, words):
    StreamFactory(cohort=cohort, name_en="CNIO circle")

    found = findings(cohort, somebody(**cells), somebody(**{"E-mail": "good@example.org", "Part": "mentee"}))

    (remark,) = found.stopping
    assert (remark.row, remark.column.name) == (2, column)
    assert words in remark.sentence
    assert [entry.row for entry in found.good] == [3]


def test_a_row_that_is_there_twice_is_taken_once(cohort):
    found = findings(cohort, somebody(), somebody(), somebody(Name="Ana L."))

    assert [entry.row for entry in found.good] == [2]
    assert [(remark.row, remark.stops) for remark in found.remarks] == [(3, False), (4, True)]


def test_one_person_may_be_mentee_in_one_row_and_mentor_in_another(cohort):
    found = findings(cohort, somebody(Part="mentee"), somebody(Part="mentor", Places="2"))

    assert [entry.parts for entry in found.good] == [["mentee"], ["mentor"]]
    assert (found.count("mentee"), found.count("mentor")) == (1, 1)


def test_who_has_applied_already_is_left_alone(cohort):
    ana = PersonFactory(email="ana@example.org")
    ApplicationFactory(cohort=cohort, person=ana)

    found = findings(cohort, somebody(), somebody(**{"E-mail": "new@example.org"}))

    assert [entry.email for entry in found.good] == ["new@example.org"]
    assert found.stopping == []


def test_a_closed_account_is_not_opened_by_a_sheet(cohort):
    PersonFactory(email="ana@example.org", is_active=False)

    assert [remark.column.name for remark in findings(cohort, somebody()).stopping] == ["email"]


def test_a_long_sheet_costs_as_many_queries_as_a_short_one(cohort, django_assert_num_queries):
    for count in (1, 30):
        rows = [somebody(**{"E-mail": f"p{number}@example.org", "Needs": "ePMA"}) for number in range(count)]
        with django_assert_num_queries(6):
            assert len(findings(cohort, *rows).good) == count
