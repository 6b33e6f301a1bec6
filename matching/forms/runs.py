from django import forms
from django.utils.translation import gettext_lazy as _


class StartForm(forms.Form):
    seed = forms.IntegerField(
        label=_("Seed"),
        initial=0,
        min_value=0,
        max_value=999_999,
        help_text=_("Settles ties. The same people, weights and seed give the same pairs."),
    )
