from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.utils.translation import gettext_lazy as _

from accounts.forms import LineField


class AliasesField(SimpleArrayField):
    """Other names of one thing, separated by semicolons as in the catalogue files."""

    def __init__(self, **options):
        super().__init__(
            LineField(max_length=160, required=False),
            delimiter=";",
            required=False,
            help_text=_("Other names and short forms, separated by semicolons."),
            widget=forms.Textarea(attrs={"rows": 2}),
            **options,
        )

    def clean(self, value):
        return [alias for alias in super().clean(value) if alias]
