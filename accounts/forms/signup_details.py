from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.forms.fields import LineField
from accounts.services.profile import save_profile

# Where a reader of this language most likely is, when the browser does not say.
LIKELY_ZONES = {"fr": "Europe/Paris"}


class SignupDetails(forms.Form):
    """What sign-up asks beside address and password. allauth's forms inherit it, so it must import none of them."""

    name = LineField(
        label=_("Your name"),
        max_length=120,
        help_text=_("As you wish to be called."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    # A script fills it in where there is one; nobody is asked.
    time_zone = LineField(required=False, widget=forms.HiddenInput(attrs={"data-time-zone": ""}))

    def clean_time_zone(self):
        typed = self.cleaned_data["time_zone"]
        likely = LIKELY_ZONES.get(get_language(), settings.TIME_ZONE)
        return typed if typed in available_timezones() else likely

    def signup(self, request, person):
        save_profile(
            person,
            name=self.cleaned_data["name"],
            time_zone=self.cleaned_data["time_zone"],
            language=get_language(),
        )
