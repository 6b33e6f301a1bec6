"""What a person does: the roles they hold, and where. The profile and the application ask it with the same form."""

import re
from datetime import date

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.fields import EntriesField, LineField
from accounts.models import Discipline, Person, PersonRole, Role, Sector, Situation
from accounts.queries import offered_roles, roles_by_name, suggested_organisations
from accounts.services.organisations import ManyOrganisations, find_organisation
from accounts.services.profile import RoleLine, save_work
from accounts.wording import folded

MOST_ROLES = 12
EARLIEST_YEAR = 1950
PARTS = ("role", "how", "since", "until")
ROLE_FIELD = re.compile(r"role-(\d{1,2})")


class WhatIDoForm(forms.Form):
    """Rows of roles, and the work around them.

    The buttons `add_role` and `remove_role` change the number of rows and keep everything typed, without a script:
    the form is then not valid, has no errors, and is shown again.
    """

    official_title = LineField(
        label=gettext_lazy("Official title"),
        max_length=160,
        required=False,
        help_text=gettext_lazy("What your contract says. It is shown second and never used to match you."),
    )
    organisation = LineField(
        label=gettext_lazy("Organisation"),
        max_length=160,
        required=False,
        help_text=gettext_lazy(
            "Its name or its usual short form. It keeps us from matching you with a close colleague."
        ),
        widget=forms.TextInput(attrs={"list": "organisation-names", "autocomplete": "organization"}),
    )
    disciplines = EntriesField(Discipline, label=gettext_lazy("Disciplines"))
    other_discipline = LineField(label=gettext_lazy("Another discipline"), max_length=160, required=False)
    sectors = EntriesField(Sector, label=gettext_lazy("Sectors"))
    other_sector = LineField(label=gettext_lazy("Another sector"), max_length=160, required=False)
    situations = EntriesField(
        Situation,
        label=gettext_lazy("What applies to you now"),
        help_text=gettext_lazy("It helps to find somebody who has been there. Tick nothing if you prefer."),
    )
    other_situation = LineField(label=gettext_lazy("Something else"), max_length=160, required=False)

    def __init__(self, data=None, *, person: Person):
        self.person = person
        self.offered_roles = offered_roles()
        rows = _held_rows(person) if data is None else _typed_rows(data)
        held = initial = _held(person)
        if data is not None and ("add_role" in data or "remove_role" in data):
            rows, initial = _reshaped(rows, data), self._typed(data)
            data = None
        super().__init__(data, initial={**initial, **_initial(rows)})
        for name in ("disciplines", "sectors", "situations"):
            self.fields[name].offer_also(held[name])
        self.row_count = len(rows)
        for index in range(self.row_count):
            self._add_row(index)

    def _typed(self, data) -> dict:
        return {
            name: field.widget.value_from_datadict(data, {}, name) for name, field in self.base_fields.items()
        }

    def _add_row(self, index: int) -> None:
        first, last = EARLIEST_YEAR, date.today().year
        year = {
            "required": False,
            "min_value": first,
            "max_value": last,
            "error_messages": dict.fromkeys(
                ("invalid", "min_value", "max_value"),
                _("Write a year between %(first)s and %(last)s, such as 2019.")
                % {"first": first, "last": last},
            ),
        }
        self.fields |= {
            f"role-{index}": LineField(
                label=_("Role"),
                max_length=160,
                required=False,
                widget=forms.TextInput(attrs={"list": "role-names", "autocomplete": "off"}),
            ),
            f"how-{index}": forms.ChoiceField(
                label=_("How you hold it"),
                choices=[("", _("Choose")), *PersonRole.How.choices],
                required=False,
            ),
            f"since-{index}": forms.IntegerField(label=_("Since (year)"), **year),
            f"until-{index}": forms.IntegerField(label=_("Until (year), if it is over"), **year),
        }

    # --- for the template ---

    @property
    def role_rows(self) -> list[dict]:
        return [{part: self[f"{part}-{index}"] for part in PARTS} for index in range(self.row_count)]

    @property
    def may_add_role(self) -> bool:
        return self.row_count < MOST_ROLES

    @property
    def role_names(self) -> list[str]:
        return [role.label for role in self.offered_roles]

    @property
    def organisation_names(self) -> list[str]:
        return suggested_organisations()

    # --- checks ---

    def clean_organisation(self):
        typed = self.cleaned_data["organisation"]
        try:
            find_organisation(typed)
        except ManyOrganisations as unclear:
            raise forms.ValidationError(str(unclear)) from unclear
        return typed

    def clean(self):
        cleaned = super().clean()
        # A role that an admin has hidden stays with those who hold it.
        held = Role.objects.filter(people__person=self.person, is_hidden=True).distinct()
        meanings = roles_by_name([*self.offered_roles, *held])
        lines = {index: line for index in range(self.row_count) if (line := self._line(index, meanings))}
        self._refuse_repeats(lines)
        return {**cleaned, "roles": list(lines.values())}

    def _line(self, index: int, meanings: dict) -> RoleLine | None:
        typed, how, since, until = (self.cleaned_data.get(f"{part}-{index}") for part in PARTS)
        if not typed:
            return None
        if not how and not self.errors.get(f"how-{index}"):
            self.add_error(
                f"how-{index}", _("Say how you hold it: with the title, without it, or growing into it.")
            )
        if since and until and until < since:
            self.add_error(f"until-{index}", _("This year is before the one in which it began."))
        meant = meanings.get(folded(typed), [])
        if len(meant) > 1:
            names = " · ".join(role.label for role in meant)
            self.add_error(
                f"role-{index}",
                _("“%(typed)s” may be any of these: %(names)s. Write the one you mean.")
                % {"typed": typed, "names": names},
            )
        return RoleLine(how=how, role=meant[0] if meant else None, text=typed, since=since, until=until)

    def _refuse_repeats(self, lines: dict[int, RoleLine]) -> None:
        seen = set()
        for index, line in lines.items():
            same = (line.role or folded(line.text), line.how)
            if same in seen:
                self.add_error(
                    f"role-{index}", _("This role is in your list already. Remove one of the two.")
                )
            seen.add(same)

    def save(self) -> Person:
        own = {name: self.cleaned_data[name] for name in self.base_fields}
        save_work(self.person, roles=self.cleaned_data["roles"], **own)
        return self.person


def _held(person: Person) -> dict:
    return {
        "official_title": person.official_title,
        "organisation": person.organisation.name if person.organisation else "",
        "disciplines": list(person.disciplines.all()),
        "sectors": list(person.sectors.all()),
        "situations": list(person.situations.all()),
        "other_discipline": person.other_discipline,
        "other_sector": person.other_sector,
        "other_situation": person.other_situation,
    }


def _held_rows(person: Person) -> list[dict]:
    roles = person.roles.select_related("role")
    held = [{"role": row.label, "how": row.how, "since": row.since, "until": row.until} for row in roles]
    return held or [{}]


def _typed_rows(data) -> list[dict]:
    indexes = [int(found[1]) for name in data if (found := ROLE_FIELD.fullmatch(name))]
    count = min(max(indexes, default=0) + 1, MOST_ROLES)
    return [{part: data.get(f"{part}-{index}", "") for part in PARTS} for index in range(count)]


def _reshaped(rows: list[dict], data) -> list[dict]:
    if "add_role" in data:
        return [*rows, {}][:MOST_ROLES]
    kept = [row for index, row in enumerate(rows) if str(index) != data["remove_role"]]
    return kept or [{}]


def _initial(rows: list[dict]) -> dict:
    return {f"{part}-{index}": value for index, row in enumerate(rows) for part, value in row.items()}
