import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from accounts.models import Person
from accounts.services.notices import load_notices
from matching.errors import Refused
from matching.models import Application, Sheet
from matching.services import importing
from outbox.models import Mail
from tests.accounts.factories import PersonFactory
from tests.matching.at_once import at_once
from tests.matching.factories import CohortFactory

pytestmark = pytest.mark.django_db

SHEET = """Autumn applications,,,,
Full name,E-mail,Mentor/Mentee,Roles without the title,Areas of expertise,Needs,Places
Ana Lopes,ana@example.org,mentee,CNIO,,ePMA; Confidence,
Ben Okoro,ben@example.org,mentor,,ePMA,,2
"""
FAULTY = SHEET + "Cleo,cleo@@example,mentee,,,,\n"


@pytest.fixture
def cohort():
    call_command("load_catalogues")
    load_notices()
    return CohortFactory()


@pytest.fixture
def admin():
    return PersonFactory(admin=True)


@pytest.fixture
def sheet(cohort, admin):
    return importing.keep_sheet(cohort, name="autumn.csv", content=SHEET.encode(), by=admin)


def applications() -> set:
    return set(Application.objects.values_list("person__email", "part", "state", "capacity"))


def test_a_sheet_becomes_people_with_applications_that_wait_for_a_decision(sheet):
    assert importing.import_sheet(sheet) == 2

    assert applications() == {
        ("ana@example.org", "mentee", "submitted", 0),
        ("ben@example.org", "mentor", "submitted", 2),
    }
    ana = Person.objects.get(email="ana@example.org")
    assert [(role.label, role.how) for role in ana.roles.all()] == [
        ("Chief nursing information officer (CNIO)", "untitled")
    ]
    assert [need.topic.slug for need in ana.applications.get().needs.all()] == ["epma", "confidence"]
    assert not ana.has_usable_password()


def test_each_person_is_told_once_and_asked_to_agree(sheet):
    importing.import_sheet(sheet)

    mails = Mail.objects.filter(kind="application_entered")
    assert sorted(mails.values_list("to", flat=True)) == ["ana@example.org", "ben@example.org"]


def test_the_cells_are_forgotten_once_they_are_imported(sheet):
    importing.import_sheet(sheet)

    sheet.refresh_from_db()
    assert (sheet.rows, sheet.imported) == ([], 2)


def test_a_sheet_with_a_faulty_row_brings_nothing_until_it_is_left_out(cohort, admin):
    sheet = importing.keep_sheet(cohort, name="f.csv", content=FAULTY.encode(), by=admin)

    with pytest.raises(importing.StillFaulty):
        importing.import_sheet(sheet)
    assert Application.objects.count() == 0

    assert importing.import_sheet(sheet, leave_out_faulty=True) == 2
    sheet.refresh_from_db()
    assert sheet.left_out == [5]


def test_the_profile_of_somebody_who_has_an_account_stays_theirs(sheet):
    ana = PersonFactory(email="ana@example.org", name="Ana in her own words", official_title="Ward manager")

    importing.import_sheet(sheet)

    ana.refresh_from_db()
    assert (ana.name, ana.official_title, ana.roles.count()) == ("Ana in her own words", "Ward manager", 0)
    assert ana.applications.get().part == "mentee"


def test_who_withdrew_or_applied_is_not_entered_again(sheet, cohort):
    importing.import_sheet(sheet)
    again = importing.keep_sheet(cohort, name="again.csv", content=SHEET.encode(), by=sheet.sent_by)

    with pytest.raises(importing.NobodyToImport):
        importing.import_sheet(again)


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_import_at_once_bring_it_in_once(sheet):
    def go():
        try:
            return importing.import_sheet(sheet)
        except Refused as refused:
            return str(refused)

    outcomes = at_once(go, go)

    assert sorted(map(str, outcomes)) == [
        "2",
        "This sheet was imported already. Nothing was brought in twice.",
    ]
    assert Application.objects.count() == 2
    assert Mail.objects.filter(kind="application_entered").count() == 2


def test_an_admin_walks_from_the_file_to_the_applications(signed_in_client, cohort, admin):
    browser = signed_in_client(admin)
    file = SimpleUploadedFile("autumn.csv", FAULTY.encode())

    answer = browser.post(reverse("admin:matching_send_sheet", args=[cohort.pk]), {"file": file})
    sheet = Sheet.objects.get()
    assert answer.url == reverse("admin:matching_sheet_columns", args=[sheet.pk])
    page = browser.get(answer.url).content.decode()
    assert "cleo@@example" in page
    chosen = dict(re.findall(r'name="(column_\d)".*?value="(\w*)" selected', page, re.DOTALL))
    answer = browser.post(answer.url, chosen | {"part_unless_said": ""})
    looked = browser.get(answer.url).content.decode()
    assert "This is no mail address" in looked
    assert "Import these applications" in looked

    refused = browser.post(answer.url, follow=True).content.decode()
    assert "Some rows cannot be read" in refused
    done = browser.post(answer.url, {"leave_out_faulty": "on"}, follow=True).content.decode()
    assert "2 applications are imported" in done


@pytest.mark.parametrize(
    ("meanings", "words"),
    [
        (["", "email", "part"], "Say which column holds the name."),
        (["name", "", "part"], "Say which column holds the mail address."),
        (["name", "email", ""], "choose it for all of them"),
        (["name", "email", "name"], "cannot both be “Name”"),
    ],
)
def test_columns_that_cannot_be_are_refused_with_what_to_do(signed_in_client, cohort, admin, meanings, words):
    sheet = importing.keep_sheet(cohort, name="a.csv", content=b"A,B,C\nAna,ana@example.org,mentee", by=admin)
    chosen = {f"column_{index}": meaning for index, meaning in enumerate(meanings)}

    answer = signed_in_client(admin).post(reverse("admin:matching_sheet_columns", args=[sheet.pk]), chosen)

    assert words in answer.content.decode()


def test_a_file_that_is_none_says_why_beside_the_field(signed_in_client, cohort, admin):
    file = SimpleUploadedFile("people.zip", b"\x00\x01")

    answer = signed_in_client(admin).post(
        reverse("admin:matching_send_sheet", args=[cohort.pk]), {"file": file}
    )

    assert (
        "no line of headings" in answer.content.decode() or "neither CSV nor XLSX" in answer.content.decode()
    )
    assert not Sheet.objects.exists()


@pytest.mark.parametrize("name", ["matching_sheet_columns", "matching_sheet_change"])
def test_nobody_but_an_admin_sees_a_sheet(signed_in_client, sheet, name):
    url = reverse(f"admin:{name}", args=[sheet.pk])

    assert signed_in_client(PersonFactory()).get(url).status_code == 302
    assert signed_in_client(sheet.sent_by).get(url).status_code == 200


def test_whoever_was_entered_reads_what_is_confidential_and_agrees(signed_in_client, sheet):
    importing.import_sheet(sheet)
    application = Application.objects.get(part="mentee")
    browser = signed_in_client(application.person)
    url = reverse("matching:application_step", args=[application.pk, "agree"])

    assert "Read what is confidential, and agree" in browser.get(reverse("home")).content.decode()
    version = re.search(r'name="version" value="(\d+)"', browser.get(url).content.decode())[1]
    browser.post(url, {"version": version, "agrees": "on"})

    application.refresh_from_db()
    assert application.agreed_to_id == int(version)
    assert application.person.consents.count() == 1
    assert "and agree" not in browser.get(reverse("home")).content.decode()


def test_a_sheet_that_nobody_imported_is_forgotten_after_two_weeks(sheet):
    importing.forget_sheets()
    assert Sheet.objects.count() == 1

    Sheet.objects.update(sent_at=sheet.sent_at - importing.KEPT_UNIMPORTED)
    importing.forget_sheets()
    assert Sheet.objects.count() == 0
