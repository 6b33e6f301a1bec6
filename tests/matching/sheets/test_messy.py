"""A truly messy sheet of sixty people, as a new admin would send it."""

import pytest
from django.core.management import call_command
from django.utils import translation

from accounts.models import Person
from accounts.services.notices import load_notices
from matching.models import Application, MatchRun
from matching.services import importing
from matching.services.decisions import decide_many
from matching.services.runs import compute_run, start_run
from tests.accounts.factories import PersonFactory
from tests.matching.factories import CohortFactory, StreamFactory
from tests.matching.sheets.messy import BAD_ROWS, MENTEES, MENTORS, STREAMS, TWICE, messy_csv, messy_xlsx

pytestmark = pytest.mark.django_db

Part = Application.Part


@pytest.fixture
def cohort():
    call_command("load_catalogues")
    load_notices()
    cohort = CohortFactory()
    for english, french in STREAMS:
        StreamFactory(cohort=cohort, name_en=english, name_fr=french)
    return cohort


def look(cohort, content: bytes):
    sheet = importing.keep_sheet(cohort, name="sign-ups", content=content, by=PersonFactory(admin=True))
    return sheet, importing.look_at(sheet)


@pytest.mark.parametrize(
    "content",
    [messy_csv(), messy_csv("cp1252", ";"), messy_csv("utf-16", "\t"), messy_xlsx()],
    ids=["csv", "windows", "tabs", "xlsx"],
)
def test_sixty_people_are_understood_in_whatever_file_they_come(cohort, content):
    _sheet, findings = look(cohort, content)

    assert (findings.count(Part.MENTOR), findings.count(Part.MENTEE)) == (MENTORS, MENTEES)
    assert len(findings.bad_rows) == BAD_ROWS
    assert sorted((one.column.name, one.value) for one in findings.stopping) == [
        ("email", "jo.at.trust.example"),
        ("part", "maybe later"),
    ]
    assert sum("It is taken once." in one.sentence for one in findings.notes) == TWICE


def test_an_admin_who_reads_french_sees_the_same(cohort):
    with translation.override("fr"):
        _sheet, findings = look(cohort, messy_csv())

    assert (findings.count(Part.MENTOR), findings.count(Part.MENTEE)) == (MENTORS, MENTEES)


def test_they_come_in_with_what_a_matching_needs(cohort):
    sheet, _findings = look(cohort, messy_xlsx())

    assert importing.import_sheet(sheet, leave_out_faulty=True) == MENTORS + MENTEES

    applications = Application.objects.filter(cohort=cohort)
    mentors, mentees = applications.filter(part=Part.MENTOR), applications.filter(part=Part.MENTEE)
    assert {mentor.capacity for mentor in mentors} == {1, 2, 3}
    assert not applications.filter(availability=None).exists()
    assert not mentees.filter(needs=None).exists()
    assert not mentors.filter(offers=None).exists()
    assert not Person.objects.filter(applications__in=applications, organisation=None).exists()
    for stream in cohort.streams.all():
        assert mentees.filter(stream=stream).count() == 10
        assert mentors.filter(stream=stream).count() == 3


def test_once_accepted_nearly_everybody_has_a_mentor(cohort):
    sheet, _findings = look(cohort, messy_csv())
    importing.import_sheet(sheet, leave_out_faulty=True)
    decide_many(
        Application.objects.filter(cohort=cohort), Application.State.ACCEPTED, by=PersonFactory(admin=True)
    )

    run = start_run(cohort, by=None)
    compute_run(run)

    run.refresh_from_db()
    assert (run.state, run.matched) == (MatchRun.State.DONE, min(MENTEES, 42))
