"""Applications as a sheet: what is in it, what is never in it, and that it can be imported again."""

import csv
import io

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import load_workbook

from accounts.models import Discipline, Organisation, PersonRole, Role, Sector, Topic
from accounts.services.notices import load_notices
from matching import exports
from matching.models import Application, Block, Cohort
from matching.services import importing, notes
from matching.sheets.columns import guess
from matching.sheets.harmless import shielded, unshielded
from matching.sheets.reading import read
from tests.accounts.factories import OrganisationFactory, PersonFactory, TopicFactory
from tests.matching.factories import ApplicationFactory, CohortFactory, StreamFactory, give_hours

pytestmark = pytest.mark.django_db

Part = Application.Part
State = Application.State
DANGEROUS = [
    "=1+1",
    "+44 20",
    "-2",
    "@SUM(A1)",
    "＝1+1",
    "＋1",
    "－1",
    "＠A",
    "'=1",
    "''+1",
    '=HYPERLINK("x")',
]


@pytest.fixture
def cohort():
    return CohortFactory(slug="autumn")


def fetch(client, cohort, kind: str, **query) -> bytes:
    url = reverse("admin:matching_export_applications", args=[cohort.pk])
    return b"".join(client.get(url, {"as": kind, **query}).streaming_content)


def lines_of_csv(content: bytes, delimiter=",") -> list[dict]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def cells_of_xlsx(content: bytes) -> list[dict]:
    headings, *lines = load_workbook(io.BytesIO(content)).active.iter_rows()
    return [{head.value: cell for head, cell in zip(headings, line, strict=True)} for line in lines]


# --- formulas ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [*DANGEROUS, "\t=1", "\r=1", "\n=1"])
def test_what_begins_a_formula_is_shielded_and_comes_back(text):
    assert shielded(text)[0] == "'"
    assert unshielded(shielded(text)) == text


@pytest.mark.parametrize("text", ["", "Ana", "O’Neill", "'quoted'", "a=b", "1-2", "5"])
def test_what_is_harmless_stays_as_it_is(text):
    assert shielded(text) == text
    assert unshielded(text) == text


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("text", DANGEROUS)
def test_no_cell_is_a_formula_and_the_import_reads_the_words_as_they_were(admin_client, cohort, kind, text):
    person = PersonFactory(name=text, official_title=text, organisation=OrganisationFactory(name=text))
    ApplicationFactory(submitted=True, cohort=cohort, person=person, needs=[text])

    content = fetch(admin_client, cohort, kind)

    if kind == "csv":
        cells = list(lines_of_csv(content)[0].values())
    else:
        cells = [cell.value for cell in cells_of_xlsx(content)[0].values() if cell.data_type != "n"]
        assert not [cell for cell in cells_of_xlsx(content)[0].values() if cell.data_type == "f"]
    assert not [cell for cell in cells if isinstance(cell, str) and cell[:1] in "=+-@＝＋－＠" and cell]
    table = read(content)
    found = dict(zip(guess(table.headers), table.rows[0].cells, strict=True))
    assert [found[name] for name in ("name", "official_title", "organisation", "needs")] == [text] * 4


# --- what is in it ----------------------------------------------------------------------------------


def test_numbers_are_numbers_and_moments_are_moments_of_the_wall_clock(admin_client, admin_user, cohort):
    ApplicationFactory(
        cohort=cohort, mentor=True, state=State.ACCEPTED, capacity=3, submitted_at="2026-07-01T10:30:00Z"
    )

    [line] = cells_of_xlsx(fetch(admin_client, cohort, "xlsx", state="all"))
    [plain] = lines_of_csv(fetch(admin_client, cohort, "csv", state="all"))

    assert (line["Places of a mentor"].value, line["Places taken"].value) == (3, 0)
    assert f"{line['Sent on'].value:%Y-%m-%d %H:%M}" == "2026-07-01 11:30"
    assert (plain["Places of a mentor"], plain["Sent on"]) == ("3", "2026-07-01 11:30")


def test_only_whom_the_filter_finds_is_in_it(admin_client, cohort):
    mentor = ApplicationFactory(submitted=True, mentor=True, cohort=cohort)
    ApplicationFactory(submitted=True, cohort=cohort)
    ApplicationFactory(submitted=True, mentor=True)

    lines = lines_of_csv(fetch(admin_client, cohort, "csv", part="mentor"))

    assert [line["Mail address"] for line in lines] == [mentor.person.email]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_private_is_never_in_it(admin_client, cohort, kind):
    secret, seen = (
        TopicFactory(sensitive=True, en="Facing discrimination"),
        TopicFactory(en="Clinical safety"),
    )
    application = ApplicationFactory(submitted=True, cohort=cohort, needs=[secret, seen])
    Block.objects.create(person=application.person, typed="Dr Unwelcome")
    hidden = Role.objects.create(slug="hidden", en="Whistleblower", fr="Lanceuse", sensitive=True)
    PersonRole.objects.create(person=application.person, role=hidden, how="untitled")

    text = str([row.cells for row in read(fetch(admin_client, cohort, kind)).rows])

    assert "Clinical safety" in text
    assert not [word for word in ("discrimination", "Unwelcome", "Whistleblower", "private") if word in text]


def test_notes_are_in_it_with_who_and_when(admin_client, cohort):
    application = ApplicationFactory(submitted=True, cohort=cohort)
    note = notes.add_note(application, "Met in May.", by=PersonFactory(name="Ada Admin"))

    [line] = lines_of_csv(fetch(admin_client, cohort, "csv"))

    assert "Ada Admin: Met in May." in line["Notes of admins"]
    assert f"{timezone.localtime(note.at):%Y}" in line["Notes of admins"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_heading_that_the_import_knows_is_guessed_and_no_other(language):
    with translation.override(language):
        headings = exports.headings()

    known = [column.name for column in exports.UNDERSTOOD]
    assert guess(headings) == known + [""] * len(exports.BESIDE)


# --- and back ---------------------------------------------------------------------------------------


def asked_of(application: Application) -> tuple:
    person = application.person
    kept = application.availability
    return (
        application.part, application.capacity, application.stream and application.stream.slug,
        application.discipline_wish, application.wants_bridge, application.preferred_language,
        [need.label for need in application.needs.all()], [offer.label for offer in application.offers.all()],
        kept.zone, kept.half_hours, kept.varies, person.name, person.about, person.official_title,
        str(person.organisation), person.spoken_languages, person.other_discipline,
        sorted((role.label, role.how) for role in person.roles.all()),
        [str(each) for each in person.disciplines.all()], [str(each) for each in person.sectors.all()],
    )  # fmt: skip


def a_full_application(cohort: Cohort, stream, **fields) -> Application:
    person = PersonFactory(
        name="=Élodie O’Neill", about="+ I lead.\nAnd I nurse.", official_title="-Ward manager",
        organisation=Organisation.objects.get_or_create(name="@Leeds")[0], spoken_languages=["en", "fr"], other_discipline="Juggling",
    )  # fmt: skip
    person.disciplines.set(Discipline.objects.filter(slug__in=["nursing", "pharmacy"]))
    person.sectors.set(Sector.objects.filter(slug="industry"))
    for how, role in [("titled", "cnio"), ("untitled", "ccio"), ("aim", "cio")]:
        PersonRole.objects.create(person=person, role=Role.objects.get(slug=role), how=how)
    PersonRole.objects.create(person=person, text="Rota guru", how="untitled")
    application = ApplicationFactory(
        submitted=True, cohort=cohort, person=person, stream=stream, preferred_language="fr", **fields
    )
    give_hours(application, {1: [12, 13, 18], 3: [23], 6: [0]}, zone="Europe/Paris", varies=True)
    return application


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_export_comes_back_as_it_was(admin_client, admin_user, cohort, kind, language):
    call_command("load_catalogues")
    load_notices()
    admin_user.language = language
    admin_user.save(update_fields=["language"])
    admin_client.cookies["django_language"] = language
    stream, other = StreamFactory(cohort=cohort), CohortFactory()
    twin = StreamFactory(cohort=other, slug=stream.slug, name_en=stream.name_en, name_fr=stream.name_fr)
    topics = list(Topic.objects.filter(slug__in=["epma", "strategy", "cyber"]))
    mentee = a_full_application(
        cohort, stream, needs=[*topics, "Own words"], wants_bridge=True, discipline_wish="same"
    )
    mentor = a_full_application(cohort, stream, mentor=True, capacity=3, offers=[*topics, "=Own words"])
    before = {each.part: asked_of(each) for each in (mentee, mentor)}

    content = fetch(admin_client, cohort, kind)
    Application.objects.filter(cohort=cohort).delete()
    mentee.person.delete()
    mentor.person.delete()
    with translation.override(language):
        sheet = importing.keep_sheet(other, name="back", content=content, by=admin_user)
        assert importing.look_at(sheet).stopping == []
        importing.import_sheet(sheet)

    with translation.override("en"):
        after = {each.part: asked_of(each) for each in Application.objects.filter(cohort=other)}
    assert after == before
    assert twin.applications.count() == 2


def test_a_long_export_costs_as_many_queries_as_a_short_one(admin_client, cohort):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            fetch(admin_client, cohort, "csv")
        return len(queries)

    ApplicationFactory(submitted=True, cohort=cohort, needs=["x"])
    fetch(admin_client, cohort, "csv")
    with_one = cost()
    ApplicationFactory.create_batch(2, submitted=True, cohort=cohort, needs=["x", "y"])

    assert cost() == with_one
