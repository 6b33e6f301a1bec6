import io
import zipfile

import pytest
from openpyxl import Workbook

from matching.sheets.reading import MOST_ROWS, NotASheet, read


def csv(text: str, encoding="utf-8") -> bytes:
    return text.encode(encoding)


def xlsx(*lines, above=()) -> bytes:
    book = Workbook()
    book.active.title = "Notes"
    sheet = book.create_sheet("People")
    for line in [*above, *lines]:
        sheet.append(line)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_name_survives_whatever_its_file_is_written_in(encoding):
    table = read(csv("Nom;Courriel\r\nÉlodie Gérard;elodie@example.org\r\n", encoding))

    assert table.headers == ["Nom", "Courriel"]
    assert [row.cells for row in table.rows] == [["Élodie Gérard", "elodie@example.org"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_cells_are_parted_by_what_parts_most_of_them(delimiter):
    table = read(csv(delimiter.join(["Name", "Mail"]) + "\n" + delimiter.join(["A B", "a@example.org"])))

    assert table.rows[0].cells == ["A B", "a@example.org"]


def test_rows_bear_the_numbers_that_a_spreadsheet_shows():
    table = read(
        xlsx(["Name", "Mail"], ["A", "a@example.org"], [], ["B", "b@example.org"], above=[["Autumn"], []])
    )

    assert [(row.number, row.cells[0]) for row in table.rows] == [(4, "A"), (6, "B")]


def test_numbers_of_a_sheet_have_no_point():
    table = read(xlsx(["Name", "Places"], ["A", 2.0]))

    assert table.rows[0].cells == ["A", "2"]


def test_a_cell_of_several_lines_keeps_them_and_no_control_marks():
    table = read(csv('Name,Needs\nA,"ePMA\n\x07 Confidence "\n'))

    assert table.rows[0].cells == ["A", "ePMA\nConfidence"]


def test_short_rows_are_filled_and_long_ones_cut():
    table = read(csv("Name,Mail\nA\nB,b@example.org,surplus\n"))

    assert [row.cells for row in table.rows] == [["A", ""], ["B", "b@example.org"]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no line of headings"),
        (b"Name,Mail\n", "nobody below"),
        (b"\xd0\xcf\x11\xe0 old", "old Excel"),
        (b"\x00\x01\x02,\x00", "neither CSV nor XLSX"),
        (b"Name,Mail\n" + b"a,b\n" * (MOST_ROWS + 30), "more than 1000 rows"),
        (b"a," * 100 + b"\n" + b"b," * 99 + b"b\n", "more than 80 columns"),
        (b"x" * (5 * 1024 * 1024 + 1), "larger than 5 MB"),
    ],
)
def test_what_is_no_sheet_says_why(content, words):
    with pytest.raises(NotASheet, match=words):
        read(content)


def test_an_archive_of_something_else_is_no_sheet():
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("people.txt", "Name")

    with pytest.raises(NotASheet, match="neither CSV nor XLSX"):
        read(kept.getvalue())


def test_an_archive_that_unpacks_to_very_much_is_not_unpacked():
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 70_000_000)

    with pytest.raises(NotASheet, match="unpacks"):
        read(kept.getvalue())
