"""Applications as a sheet: all that an admin may see of them, in the columns that the import understands, and more.

Never in it: blocks, what a catalogue marks as sensitive, and what is private to a mentorship.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, tzinfo
from itertools import chain, islice
from tempfile import TemporaryFile
from typing import IO

from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from openpyxl import Workbook
from openpyxl.cell import Cell as CellOfSheet
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

from accounts.languages import language_name
from accounts.models import PersonRole
from accounts.wording import NOT_TEXT
from matching import answers
from matching.models import Application, Need, Offer
from matching.sheets import columns
from matching.sheets.harmless import shielded

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
How = PersonRole.How
Cell = str | int | datetime | None
AT_ONCE = 500
# Excel takes no more in one cell.
LONGEST_CELL = 32_000
BETWEEN_ENTRIES = "; "
PARTS_ENTRIES = re.compile(r"[;|\n•]+")


def headings() -> list[str]:
    return [str(label) for label, _cell in COLUMNS]


def rows(applications: QuerySet[Application]) -> Iterator[list[Cell]]:
    """The headings, then one row for each application, read in batches. Needs `with_row`."""
    # A streamed answer is read after its request: whoever asked is by then forgotten by the thread.
    return _rows(applications, language=get_language(), zone=timezone.get_current_timezone())


def _rows(applications: QuerySet[Application], *, language: str, zone: tzinfo) -> Iterator[list[Cell]]:
    found = applications.iterator(chunk_size=AT_ONCE)
    with translation.override(language):
        first = headings()
    yield first
    while batch := list(islice(found, AT_ONCE)):
        with translation.override(language), timezone.override(zone):
            lines = [[cell(application) for _label, cell in COLUMNS] for application in batch]
        yield from lines


def csv_lines(lines: Iterable[list[Cell]]) -> Iterator[str]:
    """As UTF-8 that Excel takes for it, parted as the Excel of that language expects."""
    writer = csv.writer(_Echo(), delimiter=";" if get_language() == "fr" else ",")
    return chain(["\ufeff"], (writer.writerow([_as_text(cell) for cell in cells]) for cells in lines))


class _Echo:
    def write(self, line: str) -> str:
        return line


def _as_text(cell: Cell) -> str | int | None:
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    return shielded(cell) if isinstance(cell, str) else cell


def workbook(lines: Iterable[list[Cell]]) -> IO[bytes]:
    """An Excel file, written row by row, at its beginning."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Applications"))
    sheet.freeze_panes = "B2"
    for number in range(1, len(COLUMNS) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = 24
    for cells in lines:
        sheet.append([_cell(sheet, cell) for cell in cells])
    file = TemporaryFile()  # noqa: SIM115 — the response closes it
    book.save(file)
    file.seek(0)
    return file


def _cell(sheet, value: Cell) -> CellOfSheet | Cell:
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, shielded(value))
        # Whatever it begins with: the library would take "=" for a formula and "#N/A" for an error.
        cell.data_type = "s"
        return cell
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = "yyyy-mm-dd hh:mm"
        return cell
    return value


# --- cells ----------------------------------------------------------------------------------------


def _lines(text: str) -> str:
    """Lines kept, marks that no cell can hold left out."""
    return "\n".join(NOT_TEXT.sub(" ", line) for line in text.splitlines())[:LONGEST_CELL]


def _several(entries: Iterable[str]) -> str:
    """Entries that hold what parts them would come back as two."""
    return BETWEEN_ENTRIES.join(PARTS_ENTRIES.sub(",", entry) for entry in entries if entry)


def _open(entries: Iterable) -> list[str]:
    return [entry.label for entry in entries if not entry.sensitive]


def _roles(how: str) -> Callable[[Application], str]:
    def cell(application: Application) -> str:
        held = (role for role in application.person.roles.all() if role.how == how)
        return _several(role.label for role in held if not (role.role_id and role.role.sensitive))

    return cell


def _topics(chosen: Iterable[Need | Offer]) -> str:
    return _several(each.label for each in chosen if not (each.topic_id and each.topic.sensitive))


def _disciplines(application: Application) -> str:
    person = application.person
    return _several([*_open(person.disciplines.all()), person.other_discipline])


def _sectors(application: Application) -> str:
    person = application.person
    return _several([*_open(person.sectors.all()), person.other_sector])


def _organisation(application: Application) -> str:
    return str(application.person.organisation or "")


def _places(application: Application) -> int | None:
    return application.capacity if application.part == Application.Part.MENTOR else None


def _language(code: str) -> str:
    return language_name(code, get_language()) if code else ""


def _free(application: Application) -> str:
    kept = getattr(application, "availability", None)
    varies = [_("The rota varies")] if kept and kept.varies else []
    return BETWEEN_ENTRIES.join([*answers.hours(application), *varies])


def _zone(application: Application) -> str:
    kept = getattr(application, "availability", None)
    return kept.zone if kept else ""


def _wish(application: Application) -> str:
    is_any = application.discipline_wish == Application.DisciplineWish.NO_MATTER
    return "" if is_any else application.get_discipline_wish_display()


def _moment(at: datetime | None) -> datetime | None:
    """On the wall clock of whoever asks: a cell knows no time zone."""
    return at and localtime(at).replace(tzinfo=None, microsecond=0)


def _yes(is_so: bool) -> str:
    return _("yes") if is_so else ""


def _notes(application: Application) -> str:
    return _lines(
        "\n".join(
            f"{date_format(localtime(note.at), 'SHORT_DATE_FORMAT')}, {note.by or '–'}: {note.text}"
            for note in application.notes.all()
        )
    )


def _person(name: str) -> Callable[[Application], str]:
    return lambda application: _lines(getattr(application.person, name))


UNDERSTOOD = {
    columns.EMAIL: _person("email"),
    columns.NAME: _person("name"),
    columns.PART: lambda application: application.get_part_display(),
    columns.TITLED: _roles(How.TITLED),
    columns.UNTITLED: _roles(How.UNTITLED),
    columns.AIMS: _roles(How.AIM),
    columns.OFFICIAL_TITLE: _person("official_title"),
    columns.ORGANISATION: _organisation,
    columns.DISCIPLINES: _disciplines,
    columns.SECTORS: _sectors,
    columns.NEEDS: lambda application: _topics(application.needs.all()),
    columns.OFFERS: lambda application: _topics(application.offers.all()),
    columns.CAPACITY: _places,
    columns.STREAM: lambda application: application.stream.name if application.stream_id else "",
    columns.HOURS: _free,
    columns.ZONE: _zone,
    columns.DISCIPLINE_WISH: _wish,
    columns.BRIDGE: lambda application: _yes(application.wants_bridge),
    columns.PREFERRED_LANGUAGE: lambda application: _language(application.preferred_language),
    columns.LANGUAGES: lambda application: _several(map(_language, application.person.spoken_languages)),
    columns.ABOUT: _person("about"),
}
# What the import leaves alone: it is decided here, not said by the person.
BESIDE = [
    (lazy("State of the application"), lambda application: application.get_state_display()),
    (lazy("Sent on"), lambda application: _moment(application.submitted_at)),
    (lazy("Decided on"), lambda application: _moment(application.decided_at)),
    (lazy("Decided by"), lambda application: str(application.decided_by or "")),
    (lazy("Places taken"), lambda application: application.taken if application.capacity else None),
    (lazy("Imported, not agreed yet"), lambda one: _yes(one.was_entered and not one.agreed_to_id)),
    (lazy("Was in an earlier cohort"), lambda application: _yes(application.was_in_one)),
    (lazy("Region"), lambda application: application.person.get_region_display()),
    (lazy("Notes of admins"), _notes),
]
COLUMNS = [*((column.label, cell) for column, cell in UNDERSTOOD.items()), *BESIDE]
