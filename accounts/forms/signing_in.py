"""allauth's forms, asking in our words and answering alike whether or not an address is known."""

from allauth.account import forms as allauth_forms
from django import forms
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _


def say(form: forms.Form, **labels) -> None:
    """Labels of ours, and no placeholder that repeats them."""
    for name, label in labels.items():
        field = form.fields[name]
        field.label = label
        field.widget.attrs.pop("placeholder", None)


class SignupForm(allauth_forms.SignupForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        say(self, email=_("Mail address"), password1=_("Password"))
        self.fields["email"].help_text = _("One that you can open now: we send a link to it.")
        self.order_fields(["name", "email", "password1"])

    def try_save(self, request):
        if self.account_already_exists:
            # Hashing takes most of the time of a sign-up; a known address must not be told by a quick answer.
            make_password(self.cleaned_data["password1"])
            return super().try_save(request)
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            # The same address signed up a moment ago, after this form had looked for it.
            self.account_already_exists = True
            return super().try_save(request)


class LoginForm(allauth_forms.LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        say(
            self,
            login=_("Mail address"),
            password=_("Password"),
            remember=_("Keep me signed in on this device"),
        )


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        say(self, email=_("Mail address"))
