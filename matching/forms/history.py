"""What an admin looks for in the history of a cohort."""

from django import forms
from django.utils.translation import gettext_lazy as _

from matching.models import Act
from matching.queries.history import Filter, admins

WHAT = [
    ("", _("everything")),
    ("applications", _("applications")),
    ("runs", _("match runs")),
    ("mentorships", _("mentorships")),
    ("groups", _("group runs")),
    ("cohort", _("settings of the cohort")),
]


class HistoryForm(forms.Form):
    who = forms.ChoiceField(label=_("Who"), required=False)
    what = forms.ChoiceField(label=_("What"), required=False, choices=WHAT)
    day = forms.DateField(
        label=_("Day"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, data=None):
        super().__init__(data)
        kinds = [(value, label) for value, label in Act.Actor.choices if value != Act.Actor.ADMIN]
        named = [(str(person.pk), person.name) for person in admins()]
        self.fields["who"].choices = [
            ("", _("everybody")),
            (_("Admins"), [(Act.Actor.ADMIN.value, _("any admin")), *named]),
            (_("Others"), kinds),
        ]

    def narrowed(self) -> Filter:
        """What was asked for, as far as it can be understood."""
        given = self.cleaned_data if self.is_valid() else {}
        return Filter(given.get("who", ""), given.get("what", ""), given.get("day"))
