"""A sheet of applications: the file, and what its columns mean."""

from collections import Counter

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from matching.models import Application, Sheet
from matching.sheets import columns
from matching.sheets.columns import BY_NAME, COLUMNS, EMAIL, FIRST_NAME, NAME, PART

MOST_EXAMPLES = 3
NOT_READ = ("", lazy("Not read"))


class SendSheetForm(forms.Form):
    file = forms.FileField(
        label=lazy("File, CSV or XLSX"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt,.tsv"}),
        error_messages={
            "required": lazy("Choose the file with the applications."),
            "empty": lazy("This file is empty. Choose the one with the applications."),
        },
    )


class ColumnsForm(forms.Form):
    """One choice for each heading of the sheet."""

    part_unless_said = forms.ChoiceField(
        label=lazy("Whoever's row does not say it is"),
        choices=[("", lazy("to be asked about")), *Application.Part.choices],
        required=False,
    )

    def __init__(self, data=None, *, sheet: Sheet):
        self.sheet = sheet
        super().__init__(data, initial={"part_unless_said": sheet.part_unless_said})
        choices = [NOT_READ, *((column.name, column.label) for column in COLUMNS)]
        for index, meaning in enumerate(sheet.meanings):
            self.fields[f"column_{index}"] = forms.ChoiceField(
                label=sheet.headers[index] or _("Column %(number)s") % {"number": index + 1},
                choices=choices,
                initial=meaning,
                required=False,
            )

    @property
    def headings(self) -> list[dict]:
        """Each heading with its choice and what stands below it."""
        return [
            {"field": self[f"column_{index}"], "examples": self._examples(index)}
            for index in range(len(self.sheet.headers))
        ]

    def _examples(self, index: int) -> list[str]:
        filled = (cells[index] for _number, cells in self.sheet.rows if cells[index])
        return list(dict.fromkeys(filled))[:MOST_EXAMPLES]

    @property
    def meanings(self) -> list[str]:
        return [self.cleaned_data[f"column_{index}"] for index in range(len(self.sheet.headers))]

    def clean(self):
        if self.errors:
            return
        said = Counter(meaning for meaning in self.meanings if meaning)
        for name, count in said.items():
            if count > 1:
                self.add_error(
                    None, _("Two columns cannot both be “%(column)s”.") % {"column": BY_NAME[name].label}
                )
        if EMAIL.name not in said:
            self.add_error(None, _("Say which column holds the mail address."))
        if NAME.name not in said and not {FIRST_NAME.name, columns.LAST_NAME.name} & set(said):
            self.add_error(None, _("Say which column holds the name."))
        if PART.name not in said and not self.cleaned_data["part_unless_said"]:
            self.add_error(
                "part_unless_said",
                _("No column says who is a mentee and who is a mentor: choose it for all of them."),
            )
