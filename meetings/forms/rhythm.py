from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.models import FitCheck
from meetings.models.rhythm import LONGEST_DAYS_BETWEEN
from meetings.queries.reminders import DAY, HOUR
from meetings.services.reminders import CHOICES

WORDS = {
    HOUR: _("1 hour before, with the link of the call"),
    2 * HOUR: _("2 hours before, with the link of the call"),
    DAY: _("1 day before"),
    2 * DAY: _("2 days before"),
}


class ReminderForm(forms.Form):
    minutes_before = forms.TypedMultipleChoiceField(
        label=_("Remind me"),
        help_text=_("Choose as many as you like, or none."),
        choices=[(minutes, WORDS[minutes]) for minutes in CHOICES],
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


OTHER = "other"
USUAL = {7: _("every week"), 14: _("every two weeks"), 30: _("every month")}


class RhythmForm(forms.Form):
    """How often the people of a mentorship wish to meet; `days` is 0 where they would rather not say."""

    how_often = forms.ChoiceField(
        label=_("How often would you like to meet?"),
        choices=[
            ("0", _("no fixed rhythm")),
            *((str(days), words) for days, words in USUAL.items()),
            (OTHER, _("another number of days")),
        ],
        widget=forms.RadioSelect,
    )
    other_days = forms.IntegerField(
        label=_("Days from one meeting to the next"),
        min_value=1,
        max_value=LONGEST_DAYS_BETWEEN,
        required=False,
    )

    def __init__(self, *args, days: int = 0, **kwargs):
        is_usual = days in USUAL or not days
        initial = {"how_often": str(days) if is_usual else OTHER, "other_days": None if is_usual else days}
        super().__init__(*args, initial=initial, **kwargs)

    def clean(self):
        cleaned = super().clean()
        is_other = cleaned.get("how_often") == OTHER
        if is_other and not cleaned.get("other_days") and "other_days" not in self.errors:
            self.add_error(
                "other_days", _("Say how many days, from 1 to %(most)s.") % {"most": LONGEST_DAYS_BETWEEN}
            )
        if not is_other:
            # A number left over from another choice is nobody's mistake.
            self.errors.pop("other_days", None)
        return cleaned

    @property
    def days(self) -> int:
        chosen = self.cleaned_data["how_often"]
        return self.cleaned_data["other_days"] if chosen == OTHER else int(chosen)


class FitForm(forms.Form):
    answer = forms.ChoiceField(
        label=_("Is it right for you?"), choices=FitCheck.Answer.choices, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("A few words for yourself"),
        help_text=_("Only you see them, here and in the copy of your data. They are stored encrypted."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    may_be_written_to = forms.BooleanField(
        label=_("If it is not a fit: the programme may know that it was me, and write to me about it"),
        required=False,
    )
