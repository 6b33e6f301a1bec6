"""A spreadsheet as people send it, made into rows of plain cells. What it means is not asked here."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from accounts.wording import NOT_TEXT
from matching.sheets.harmless import unshielded

MOST_BYTES = 5 * 1024 * 1024
MOST_BYTES_UNPACKED = 60 * 1024 * 1024
MOST_ROWS = 1000
MOST_COLUMNS = 80
LONGEST_CELL = 2000
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
DELIMITERS = ",;\t|"


class NotASheet(ValueError):
    """This file cannot be read; the text says why and what to send instead."""


@dataclass(frozen=True)
class Row:
    """`number` is the one that a spreadsheet program shows beside it."""

    number: int
    cells: list[str]


@dataclass(frozen=True)
class Table:
    headers: list[str]
    rows: list[Row]


def read(content: bytes) -> Table:
    """The table in a CSV or XLSX file. Raises NotASheet."""
    if len(content) > MOST_BYTES:
        raise NotASheet(_("This file is larger than 5 MB. Split it, or remove what is not about people."))
    if content.startswith(OLD_EXCEL):
        raise NotASheet(
            _("This is an old Excel file (.xls), or one with a password. Save it as .xlsx or as CSV.")
        )
    lines = _lines_of_xlsx(content) if zipfile.is_zipfile(io.BytesIO(content)) else _lines_of_csv(content)
    return _table(lines)


def _table(lines: Iterable[list[str]]) -> Table:
    """The first line with two filled cells holds the headings; blank lines and what stands above are passed over."""
    numbered = ((number, cells) for number, cells in enumerate(lines, start=1) if any(cells))
    headers = next((cells for _number, cells in numbered if sum(map(bool, cells)) > 1), None)
    if headers is None:
        raise NotASheet(
            _("This sheet has no line of headings. The first line names the columns, such as Name and Mail.")
        )
    width = len(headers)
    rows = [Row(number, _fitted(cells, width)) for number, cells in numbered if any(cells[:width])]
    if not rows:
        raise NotASheet(_("This sheet has headings and nobody below them."))
    return Table(headers, rows)


def _fitted(cells: list[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))][:width]


def _bounded(lines: Iterable[Iterable[object]]) -> Iterator[list[str]]:
    for count, line in enumerate(lines):
        cells = [_text(cell) for cell in line]
        if count > MOST_ROWS + 20 and any(cells):
            raise NotASheet(
                _(
                    "This sheet has more than %(most)s rows. Split it and import the parts one after the other."
                )
                % {"most": MOST_ROWS}
            )
        while cells and not cells[-1]:
            cells.pop()
        if len(cells) > MOST_COLUMNS:
            raise NotASheet(
                _("This sheet has more than %(most)s columns. Remove those that are not about people.")
                % {"most": MOST_COLUMNS}
            )
        yield cells


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime | date):
        cell = cell.isoformat()
    lines = (NOT_TEXT.sub(" ", line).strip() for line in unshielded(str(cell)).splitlines())
    return "\n".join(line for line in lines if line)[: LONGEST_CELL + 1]


# --- CSV ------------------------------------------------------------------------------------------


def _lines_of_csv(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    if "\0" in text:
        raise NotASheet(_("This file is neither CSV nor XLSX. Save it as one of the two."))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        yield from _bounded(reader)
    except csv.Error as error:
        raise NotASheet(
            _("Line %(line)s of this file cannot be read as CSV. Save it again, as CSV or XLSX.")
            % {"line": reader.line_num}
        ) from error


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What Excel writes on a British or French Windows.
        return content.decode("cp1252", errors="replace")


def _delimiter(text: str) -> str:
    """What parts most cells in the first lines: an Excel in French writes semicolons and calls it CSV."""
    first_lines = text[:20_000].splitlines()[:10]

    def cells(delimiter: str) -> int:
        return max((len(line) for line in csv.reader(first_lines, delimiter=delimiter)), default=0)

    return max(DELIMITERS, key=cells)


# --- XLSX -----------------------------------------------------------------------------------------


def _lines_of_xlsx(content: bytes) -> list[list[str]]:
    """Of the first sheet with something in it."""
    _refuse_bombs(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    # A damaged or foreign archive stops the library in many ways; none of them may stop us.
    except (InvalidFileException, KeyError, ValueError, OSError, zipfile.BadZipFile, SyntaxError) as error:
        raise NotASheet(_("This file is neither CSV nor XLSX. Save it as one of the two.")) from error
    for sheet in book.worksheets:
        lines = list(_bounded(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1)))
        if any(lines):
            return lines
    return []


def _refuse_bombs(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > MOST_BYTES_UNPACKED:
            raise NotASheet(
                _("This file unpacks to more than a sheet of people needs. Remove pictures and other sheets.")
            )
