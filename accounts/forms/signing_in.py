from django import forms
from django.utils.translation import gettext_lazy as _


class SignupDetails(forms.Form):
    """What sign-up asks beside address and password."""

    name = forms.CharField(label=_("Your name"), max_length=120, help_text=_("As you wish to be called."))

    def signup(self, request, person):
        person.name = self.cleaned_data["name"]
        person.save(update_fields=["name"])
