"""Finding a mentor by what they know, and what a mentee and a mentor say to each other."""

from django import forms
from django.db.models import Q, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from accounts.sorting import SortKey
from matching.choosing import FIELDS, Choosable
from matching.models import Choice

ANYTHING = {"topic": _("Any topic"), "discipline": _("Any discipline"), "role": _("Any role")}
LABELS = {"topic": _("Helps with"), "discipline": _("Discipline"), "role": _("Role")}


class MentorFilter(forms.Form):
    """By topic, discipline and role: only what some of these mentors have can be chosen."""

    def __init__(self, data, *, among: Choosable):
        super().__init__(data)
        for name in FIELDS:
            entries = sorted((str(entry), entry.slug) for entry in among.entries(name))
            self.fields[name] = forms.ChoiceField(
                label=LABELS[name],
                required=False,
                choices=[("", ANYTHING[name]), *((slug, label) for label, slug in entries)],
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    @property
    def wanted(self) -> dict[str, str]:
        """What was asked for, by field; an entry that is not offered narrows nothing."""
        self.is_valid()
        return {name: slug for name, slug in self.cleaned_data.items() if slug}


class ChoiceFilter(forms.Form):
    """For admins: requests in one state, or of people of a name."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("Any state")), *Choice.State.choices]
    )
    name = forms.CharField(
        label=_("Mentee or mentor"), required=False, max_length=100, widget=forms.SearchInput()
    )

    def narrowed(self, choices: QuerySet[Choice]) -> QuerySet[Choice]:
        if not self.is_valid():
            return choices
        state, name = self.cleaned_data["state"], self.cleaned_data["name"]
        if state:
            choices = choices.filter(state=state)
        if name:
            key = SortKey(Value(name))
            is_named = Q(mentee__person__sort_key__contains=key) | Q(mentor__person__sort_key__contains=key)
            choices = choices.filter(is_named)
        return choices


class WordsForm(forms.ModelForm):
    class Meta:
        model = Choice
        fields = ["words"]


class AnswerForm(forms.Form):
    YES, NO = "yes", "no"
    answer = forms.ChoiceField(choices=[(YES, _("Yes, introduce us")), (NO, _("Not possible this time"))])
