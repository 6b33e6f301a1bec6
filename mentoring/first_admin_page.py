from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from django import forms
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.password_validation import validate_password
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from mentoring.first_admin import AdminExists, LinkRefused, become_first_admin, read_token


class FirstAdminForm(forms.Form):
    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        help_text=_("As you wish to be called."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("At least 12 characters. A few words in a row do well."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password(self):
        validate_password(self.cleaned_data["password"])
        return self.cleaned_data["password"]


@login_not_required
@never_cache
@sensitive_post_parameters("password")
def first_admin(request, token):
    """The page behind the printed link. Looking at it changes nothing; only its form does."""
    try:
        email = read_token(token)
        form = FirstAdminForm(request.POST or None)
        if not form.is_valid():
            return render(request, "mentoring/first_admin.html", {"form": form, "email": email})
        person = become_first_admin(token, **form.cleaned_data)
    except (LinkRefused, AdminExists):
        return render(request, "mentoring/first_admin_refused.html", status=410)
    sign_in(request, person)
    return redirect("admin:index")


def sign_in(request, person) -> None:
    login(request, person, backend="allauth.account.auth_backends.AuthenticationBackend")
    # The password was typed a moment ago: adding the second factor need not ask for it again.
    reauthenticate_by_password(request)
