"""Whom an admin looks for among applications, what they note, and about whom they have decided."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Discipline, Sector
from matching.models import Application, ApplicationNote, Cohort
from matching.queries.queue import NO_STREAM, Wanted

State = Application.State
ANSWERS = [State.ACCEPTED, State.WAITING, State.DECLINED]
STATES = [
    ("", _("waiting for a decision")),
    (State.SUBMITTED, _("new")),
    (State.WAITING, _("on the waiting list")),
    (State.ACCEPTED, _("accepted")),
    (State.DECLINED, _("declined")),
    (State.WITHDRAWN, _("withdrawn")),
    ("all", _("everybody who applied")),
]
STANDINGS = [
    ("", _("no matter")),
    ("returning", _("was in an earlier cohort")),
    ("before", _("applied before, without a place")),
    ("entered", _("imported, not agreed yet")),
    ("noted", _("with notes")),
]


class QueueFilter(forms.Form):
    """What it does not understand it passes over: an old link still leads to a page."""

    text = forms.CharField(
        label=_("Search"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "size": 20}),
        help_text=_("A name, address, role, organisation, need or offer."),
    )
    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False)
    part = forms.ChoiceField(
        label=_("Part"), choices=[("", _("mentees and mentors")), *Application.Part.choices], required=False
    )
    stream = forms.ChoiceField(label=_("Stream"), required=False)
    discipline = forms.ModelChoiceField(
        Discipline.objects.all(), label=_("Discipline"), required=False, empty_label=_("any")
    )
    sector = forms.ModelChoiceField(
        Sector.objects.all(), label=_("Sector"), required=False, empty_label=_("any")
    )
    standing = forms.ChoiceField(label=_("Standing"), choices=STANDINGS, required=False)

    def __init__(self, data=None, *, cohort: Cohort):
        super().__init__(data)
        self.streams = {str(stream.pk): stream for stream in cohort.streams.all()}
        self.fields["stream"].choices = [
            ("", _("any")),
            *((pk, stream.name) for pk, stream in self.streams.items()),
            (NO_STREAM, _("none")),
        ]

    @property
    def at_hand(self) -> list:
        return [self[name] for name in ("text", "state", "part")]

    @property
    def further(self) -> list:
        return [self[name] for name in ("stream", "discipline", "sector", "standing")]

    @property
    def is_further(self) -> bool:
        """Whether one of the choices that stand folded away is in use."""
        return any(field.value() for field in self.further)

    @property
    def wanted(self) -> Wanted:
        self.is_valid()
        said = self.cleaned_data
        stream = said.get("stream", "")
        return Wanted(
            text=said.get("text", ""),
            part=said.get("part", ""),
            state=said.get("state", ""),
            stream=self.streams.get(stream, stream),
            discipline=said.get("discipline"),
            sector=said.get("sector"),
            standing=said.get("standing", ""),
        )

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves anybody out who waits for a decision."""
        return self.wanted != Wanted()


class NoteForm(forms.ModelForm):
    class Meta:
        model = ApplicationNote
        fields = ["text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 3, "cols": 40})}
        error_messages = {"text": {"required": _("Write the note first.")}}


class DecisionForm(forms.Form):
    """An answer, and the applications that it is for with the state in which each was seen.

    Numbers in one field for each state: Django takes at most a thousand fields, and a cohort has thousands of people.
    """

    answer = forms.ChoiceField(choices=[(answer, State(answer).label) for answer in ANSWERS])
    seen_submitted = forms.CharField(required=False, widget=forms.HiddenInput)
    seen_waiting = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_seen_submitted(self) -> list[int]:
        return _numbers(self.cleaned_data["seen_submitted"])

    def clean_seen_waiting(self) -> list[int]:
        return _numbers(self.cleaned_data["seen_waiting"])

    @property
    def seen(self) -> list[Application]:
        """Each application as it was seen."""
        by_state = {
            State.SUBMITTED: self.cleaned_data["seen_submitted"],
            State.WAITING: self.cleaned_data["seen_waiting"],
        }
        return [Application(pk=pk, state=state) for state, pks in by_state.items() for pk in pks]


def _numbers(text: str) -> list[int]:
    numbers = text.split(",") if text else []
    if not all(number.isascii() and number.isdecimal() and len(number) < 16 for number in numbers):
        raise forms.ValidationError(_("This page is damaged. Go back and choose again."))
    return [int(number) for number in numbers]
