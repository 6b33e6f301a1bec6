from django import forms

from insights.questions import QUESTIONS, SCALE


class PulseForm(forms.Form):
    """Five questions, each from 1 to 5."""

    def __init__(self, *args, answers: dict[str, int] | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        for number, question in QUESTIONS.items():
            self.fields[f"question_{number}"] = forms.TypedChoiceField(
                label=question,
                choices=list(SCALE.items()),
                coerce=int,
                initial=(answers or {}).get(number),
                widget=forms.RadioSelect,
            )

    @property
    def answers(self) -> dict[str, int]:
        return {number: self.cleaned_data[f"question_{number}"] for number in QUESTIONS}
