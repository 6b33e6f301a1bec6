"""What an admin says when a mentorship is paused, extended, ended or matched anew."""

from django import forms
from django.utils.translation import gettext_lazy as _

from matching.models import Turn
from matching.services.turns import Reason

Because = Turn.Because
MOST_WORDS = 2000


class ReasonForm(forms.Form):
    """Why: for the admins of the programme and nobody else."""

    because = forms.ChoiceField(label=_("Reason"), choices=Because.choices, initial=Because.UNSAID)
    words = forms.CharField(
        label=_("In your words"),
        required=False,
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Both stay between the programme's admins: sealed, on this mentorship's page alone, in no mail and no export."
        ),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["words"].widget.attrs["aria-describedby"] = "id_words_helptext"

    @property
    def reason(self) -> Reason:
        return Reason(self.cleaned_data["because"], self.cleaned_data["words"])


class DayForm(ReasonForm):
    """With a day: until when it is paused, or goes on."""

    until = forms.DateField(
        label=_("Until"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    # The last day that was seen: of two who change it at once, the second is told.
    seen = forms.DateField(required=False, widget=forms.HiddenInput)

    field_order = ["until", "because", "words"]
