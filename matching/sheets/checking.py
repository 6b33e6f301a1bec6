"""Ask every cell of a sheet what it means, and remark on those that mean nothing, with what to do about it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from accounts.languages import language_code
from accounts.models import Discipline, Person, Role, Sector, Topic
from accounts.queries import roles_by_name
from accounts.services.organisations import ManyOrganisations, find_organisation
from accounts.wording import folded, one_line
from matching.models import Application, Cohort, Stream
from matching.models.application import MOST_PLACES
from matching.sheets import columns
from matching.sheets.columns import BY_NAME, Column
from matching.sheets.hours import Hours, NotHours, read_hours
from matching.sheets.reading import LONGEST_CELL, Row, Table

Part = Application.Part
PARTS = {
    Part.MENTEE: ("mentee", "mentees", "personne accompagnee", "accompagnee", "accompagne"),
    Part.MENTOR: ("mentor", "mentors", "mentore", "mentores"),
}
Wish = Application.DisciplineWish
WISHES = {
    Wish.NO_MATTER: ("any", "no", "no matter", "it does not matter", "peu importe"),
    Wish.SAME: (
        "same",
        "yes",
        "somebody of my discipline",
        "meme",
        "la meme",
        "une personne de ma discipline",
    ),
    Wish.DIFFERENT: ("different", "other", "another", "somebody of another discipline", "autre", "une autre"),
}
YES = ("yes", "y", "true", "1", "x", "oui", "o")
NO = ("", "no", "n", "false", "0", "non", "-")
BOTH = ("both", "mentee and mentor", "mentor and mentee", "mentee & mentor", "mentor & mentee", "les deux")
NEEDS_AT_MOST = 5
PLACES_UNLESS_SAID = 1
BETWEEN_ENTRIES = re.compile(r"[;|\n•]")
LONGEST = {
    columns.NAME: 120, columns.OFFICIAL_TITLE: 160, columns.ORGANISATION: 160, columns.ABOUT: 1500,
    columns.TITLED: 160, columns.UNTITLED: 160, columns.AIMS: 160, columns.NEEDS: 200, columns.OFFERS: 200,
}  # fmt: skip


@dataclass(frozen=True)
class Remark:
    """What is to be said of a cell. One that `stops` must be mended, or its row left out, before anything is imported."""

    row: int
    column: Column | None
    value: str
    sentence: str
    stops: bool


@dataclass
class Entry:
    """One row, understood. `person` is who has an account under this address already."""

    row: int
    email: str = ""
    name: str = ""
    person: Person | None = None
    parts: list[str] = field(default_factory=list)
    titled: list[Role | str] = field(default_factory=list)
    untitled: list[Role | str] = field(default_factory=list)
    aims: list[Role | str] = field(default_factory=list)
    official_title: str = ""
    organisation: str = ""
    disciplines: list[Discipline] = field(default_factory=list)
    other_discipline: str = ""
    sectors: list[Sector] = field(default_factory=list)
    other_sector: str = ""
    needs: list[Topic | str] = field(default_factory=list)
    offers: list[Topic | str] = field(default_factory=list)
    capacity: int = PLACES_UNLESS_SAID
    stream: Stream | None = None
    languages: list[str] = field(default_factory=list)
    about: str = ""
    hours: Hours | None = None
    zone: str = settings.TIME_ZONE
    discipline_wish: str = Wish.NO_MATTER
    wants_bridge: bool = False
    preferred_language: str = ""


@dataclass(frozen=True)
class Findings:
    entries: list[Entry]
    remarks: list[Remark]

    @property
    def stopping(self) -> list[Remark]:
        return [remark for remark in self.remarks if remark.stops]

    @property
    def notes(self) -> list[Remark]:
        return [remark for remark in self.remarks if not remark.stops]

    @property
    def bad_rows(self) -> set[int]:
        return {remark.row for remark in self.stopping}

    @property
    def good(self) -> list[Entry]:
        """Rows without a fault, that bring an application which is not there yet."""
        return [entry for entry in self.entries if entry.row not in self.bad_rows and entry.parts]

    def count(self, part: str) -> int:
        return sum(part in entry.parts for entry in self.good)


def check(table: Table, meanings: list[str], cohort: Cohort, *, part_unless_said: str = "") -> Findings:
    """Understand a whole sheet. `meanings` names the column of each heading, "" where it is not read."""
    return _Check(table, meanings, cohort, part_unless_said).run()


class _Check:
    def __init__(self, table: Table, meanings: list[str], cohort: Cohort, part_unless_said: str):
        self.table = table
        self.places = {name: index for index, name in enumerate(meanings) if name}
        self.cohort = cohort
        self.part_unless_said = part_unless_said
        self.remarks: list[Remark] = []
        self.roles, self.disciplines, self.sectors, self.topics = (
            _by_name(list(model.objects.filter(is_hidden=False)))
            for model in (Role, Discipline, Sector, Topic)
        )
        self.streams = {
            folded(name): stream
            for stream in cohort.streams.all()
            for name in (stream.name_en, stream.name_fr, stream.slug)
        }
        self.organisations: dict[str, str] = {}

    def run(self) -> Findings:
        entries = [self._entry(row) for row in self.table.rows]
        self._find_people(entries)
        self._find_doubles(entries)
        self._find_applications(entries)
        return Findings(entries, sorted(self.remarks, key=lambda remark: remark.row))

    # --- one row ---

    def _entry(self, row: Row) -> Entry:
        entry = Entry(row.number)
        entry.email = self._email(row)
        entry.name = self._name(row)
        entry.parts = self._parts(row)
        for column, names in (
            (columns.TITLED, "titled"),
            (columns.UNTITLED, "untitled"),
            (columns.AIMS, "aims"),
        ):
            setattr(entry, names, list(self._meant(row, column, self.roles)))
        entry.official_title = self._line(row, columns.OFFICIAL_TITLE)
        entry.organisation = self._organisation(row)
        entry.disciplines, entry.other_discipline = self._known(row, columns.DISCIPLINES, self.disciplines)
        entry.sectors, entry.other_sector = self._known(row, columns.SECTORS, self.sectors)
        entry.needs = self._needs(row)
        entry.offers = list(self._meant(row, columns.OFFERS, self.topics))
        entry.capacity = self._capacity(row, entry)
        entry.stream = self._stream(row)
        entry.languages = list(self._languages(row))
        entry.hours = self._hours(row)
        entry.zone = self._zone(row)
        if Part.MENTEE in entry.parts:
            entry.discipline_wish = self._wish(row)
            entry.wants_bridge = self._bridge(row)
        entry.preferred_language = next(self._languages(row, columns.PREFERRED_LANGUAGE), "")
        entry.about = self._fitting(row, columns.ABOUT, self._cell(row, columns.ABOUT))
        return entry

    def _email(self, row: Row) -> str:
        email = self._line(row, columns.EMAIL).removeprefix("mailto:").strip("<>").lower()
        if not email:
            self._stop(
                row, columns.EMAIL, "", _("There is no mail address. Write it, or leave this row out.")
            )
            return ""
        try:
            validate_email(email)
        except ValidationError:
            self._stop(
                row, columns.EMAIL, email, _("This is no mail address. Correct it, or leave this row out.")
            )
        return email

    def _name(self, row: Row) -> str:
        name = self._line(row, columns.NAME)
        both = f"{self._line(row, columns.FIRST_NAME)} {self._line(row, columns.LAST_NAME)}".strip()
        if not (name or both):
            self._stop(row, columns.NAME, "", _("There is no name. Write it, or leave this row out."))
        return self._fitting(row, columns.NAME, name or both)

    def _parts(self, row: Row) -> list[str]:
        said = folded(self._line(row, columns.PART))
        if not said and self.part_unless_said:
            return [self.part_unless_said]
        if said in BOTH:
            return list(PARTS)
        parts = [part for part, words in PARTS.items() if said in words]
        if not parts:
            self._stop(
                row, columns.PART, said, _("Is this a mentee or a mentor? Write mentee, mentor or both.")
            )
        return parts

    def _organisation(self, row: Row) -> str:
        typed = self._line(row, columns.ORGANISATION)
        if typed and typed not in self.organisations:
            try:
                found = find_organisation(typed)
            except ManyOrganisations as unclear:
                self._stop(row, columns.ORGANISATION, typed, str(unclear))
                return typed
            self.organisations[typed] = found.name if found else typed
        return self.organisations.get(typed, "")

    def _needs(self, row: Row) -> list[Topic | str]:
        needs = list(self._meant(row, columns.NEEDS, self.topics))
        if len(needs) > NEEDS_AT_MOST:
            self._note(
                row,
                columns.NEEDS,
                "",
                _("A mentee names up to five needs. The first five are taken, the others are left out."),
            )
        return needs[:NEEDS_AT_MOST]

    def _capacity(self, row: Row, entry: Entry) -> int:
        said = self._line(row, columns.CAPACITY)
        if Part.MENTOR not in entry.parts:
            return 0
        if not said:
            self._note(row, columns.CAPACITY, "", _("No number of places is given: one is taken."))
            return PLACES_UNLESS_SAID
        if not said.isdecimal() or int(said[:6]) > MOST_PLACES:
            self._stop(
                row,
                columns.CAPACITY,
                said,
                _("A mentor can offer 0 to %(most)s places. Write one of these numbers.")
                % {"most": MOST_PLACES},
            )
            return PLACES_UNLESS_SAID
        return int(said)

    def _stream(self, row: Row) -> Stream | None:
        said = self._line(row, columns.STREAM)
        stream = self.streams.get(folded(said))
        if said and stream is None:
            names = " · ".join(stream.name for stream in dict.fromkeys(self.streams.values())) or "–"
            self._stop(
                row,
                columns.STREAM,
                said,
                _("This cohort has no such stream. Write one of these: %(names)s.") % {"names": names},
            )
        return stream

    def _languages(self, row: Row, column: Column = columns.LANGUAGES) -> Iterator[str]:
        for typed in self._parts_of(row, column, also_commas=True):
            code = language_code(typed) or (typed.lower() if len(typed) == 2 else None)
            if code:
                yield code
            else:
                self._stop(
                    row,
                    column,
                    typed,
                    _("No language has this name in English or French. Correct it."),
                )

    def _hours(self, row: Row) -> Hours | None:
        said = self._cell(row, columns.HOURS)
        if not said:
            return None
        try:
            return read_hours(said)
        except NotHours as unclear:
            self._note(
                row,
                columns.HOURS,
                str(unclear),
                _(
                    "No day and time are understood here, so no hours are taken and the person is asked. "
                    "Write it like this: Tuesday 12:00 to 14:00; Thursday evening."
                ),
            )
            return None

    def _zone(self, row: Row) -> str:
        said = self._line(row, columns.ZONE)
        if not said or said in available_timezones():
            return said or settings.TIME_ZONE
        self._stop(
            row, columns.ZONE, said, _("There is no such time zone. Write it like this: Europe/London.")
        )
        return settings.TIME_ZONE

    def _wish(self, row: Row) -> str:
        said = self._line(row, columns.DISCIPLINE_WISH)
        labels = {folded(str(label)): wish for wish, label in Wish.choices}
        words = {word: wish for wish, words in WISHES.items() for word in words} | labels
        if said and folded(said) not in words:
            self._stop(
                row,
                columns.DISCIPLINE_WISH,
                said,
                _("Write same, different, or leave it empty for no matter."),
            )
        return words.get(folded(said), Wish.NO_MATTER)

    def _bridge(self, row: Row) -> bool:
        said = self._line(row, columns.BRIDGE)
        if folded(said) in NO:
            return False
        if folded(said) not in YES:
            self._stop(row, columns.BRIDGE, said, _("Write yes, or leave it empty."))
        return True

    # --- cells ---

    def _cell(self, row: Row, column: Column) -> str:
        place = self.places.get(column.name)
        return "" if place is None else row.cells[place]

    def _line(self, row: Row, column: Column) -> str:
        return self._fitting(row, column, one_line(self._cell(row, column)))

    def _fitting(self, row: Row, column: Column, text: str) -> str:
        longest = LONGEST.get(column, LONGEST_CELL)
        if len(text) <= longest:
            return text
        self._stop(
            row,
            column,
            text[:60] + "…",
            _("This is longer than %(longest)s characters. Shorten it.") % {"longest": longest},
        )
        return text[:longest]

    def _parts_of(self, row: Row, column: Column, *, also_commas: bool = False) -> list[str]:
        cell = self._cell(row, column)
        if also_commas:
            cell = cell.replace(",", ";")
        return [typed for part in BETWEEN_ENTRIES.split(cell) if (typed := one_line(part))]

    def _meant(self, row: Row, column: Column, names: dict[str, list]) -> Iterator:
        """The entries of a catalogue that a cell names; what is no entry stays in the person's own words."""
        seen = set()
        for typed in self._split(self._parts_of(row, column), names):
            meant = names.get(folded(typed), [])
            if len(meant) > 1:
                self._stop(row, column, typed, _one_of(meant))
                continue
            found = meant[0] if meant else self._fitting(row, column, typed)
            if not meant:
                self._note(row, column, typed, _("This is not in the catalogue. It is kept in these words."))
            if found not in seen:
                seen.add(found)
                yield found

    def _split(self, parts: Iterable[str], names: dict[str, list]) -> Iterator[str]:
        """Commas part entries too, unless the whole is one: "Strategy, planning" may be either."""
        for part in parts:
            pieces = [piece for one in part.split(",") if (piece := one_line(one))]
            is_list = folded(part) not in names and any(folded(piece) in names for piece in pieces)
            yield from pieces if is_list else [part]

    def _known(self, row: Row, column: Column, names: dict[str, list]) -> tuple[list, str]:
        """Entries, and what is none of them, in one line."""
        meant = list(self._meant(row, column, names))
        own = "; ".join(one for one in meant if isinstance(one, str))
        return [one for one in meant if not isinstance(one, str)], own[:160]

    # --- among rows, and beside what is there already ---

    def _find_people(self, entries: list[Entry]) -> None:
        emails = {entry.email for entry in entries}
        by_email = {person.email: person for person in Person.objects.filter(email__in=emails)}
        for entry in entries:
            entry.person = by_email.get(entry.email)
            if entry.person and not entry.person.is_active:
                self._stop(
                    entry,
                    columns.EMAIL,
                    entry.email,
                    _("The account of this person is closed. Leave this row out."),
                )
            elif entry.person:
                self._note(
                    entry,
                    columns.EMAIL,
                    entry.email,
                    _("This person has an account. Their profile stays as they wrote it."),
                )

    def _find_doubles(self, entries: list[Entry]) -> None:
        # Compared as understood: an address in capitals or a blank too many make no other person.
        said = {entry.row: replace(entry, row=0, parts=entry.parts.copy()) for entry in entries}
        first: dict[tuple[str, str], int] = {}
        for entry in entries:
            wanted = [(entry.email, part) for part in entry.parts if entry.email]
            before = next((first[key] for key in wanted if key in first), None)
            if before is None:
                first.update(dict.fromkeys(wanted, entry.row))
            elif said[before] == said[entry.row]:
                self._note(
                    entry,
                    columns.EMAIL,
                    entry.email,
                    _("Row %(row)s says the same. It is taken once.") % {"row": before},
                )
                entry.parts = []
            else:
                self._stop(
                    entry,
                    columns.EMAIL,
                    entry.email,
                    _("Row %(row)s is the same person, with other words. Leave one of the two out.")
                    % {"row": before},
                )

    def _find_applications(self, entries: list[Entry]) -> None:
        people = [entry.person for entry in entries if entry.person]
        there = set(
            Application.objects.filter(cohort=self.cohort, person__in=people).values_list("person", "part")
        )
        for entry in entries:
            again = [part for part in entry.parts if entry.person and (entry.person.pk, part) in there]
            for part in again:
                self._note(
                    entry,
                    columns.PART,
                    Part(part).label,
                    _("This person has applied to this cohort already. That application stays as it is."),
                )
            entry.parts = [part for part in entry.parts if part not in again]

    # --- remarks ---

    def _stop(self, row: Row | Entry, column: Column, value: str, sentence: str) -> None:
        self._remark(row, column, value, sentence, stops=True)

    def _note(self, row: Row | Entry, column: Column, value: str, sentence: str) -> None:
        self._remark(row, column, value, sentence, stops=False)

    def _remark(self, row: Row | Entry, column: Column, value: str, sentence: str, *, stops: bool) -> None:
        number = row.number if isinstance(row, Row) else row.row
        self.remarks.append(Remark(number, BY_NAME[column.name], value, sentence, stops))


def _by_name(entries: list) -> dict[str, list]:
    """Labels and aliases of both languages, and the short names that an export bears."""
    return {folded(entry.slug): [entry] for entry in entries} | roles_by_name(entries)


def _one_of(meant: list) -> str:
    names = " · ".join(entry.label for entry in meant)
    return _("This may be any of these: %(names)s. Write the one that is meant.") % {"names": names}
