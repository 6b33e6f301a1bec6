"""One's own pages: profile, roles, photo, language, data."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.forms import DeleteForm, LanguageForm, PhotoForm, ProfileForm, WhatIDoForm
from accounts.services.my_data import LastAdmin, delete_person, export_person
from accounts.services.photos import remove_photo


def posted(request):
    """What was sent, also where that is nothing; None where a page is only looked at."""
    return request.POST if request.method == "POST" else None


@require_safe
def hub(request):
    return render(request, "accounts/settings.html")


def profile(request):
    form = ProfileForm(posted(request), person=request.user)
    if form.is_valid():
        form.save()
        messages.success(request, _("Your profile is saved."))
        return redirect("accounts:settings")
    return render(request, "accounts/profile.html", {"form": form})


def roles(request):
    form = WhatIDoForm(posted(request), person=request.user)
    if form.is_valid():
        form.save()
        messages.success(request, _("What you do is saved."))
        return redirect("accounts:settings")
    return render(request, "accounts/roles.html", {"form": form})


def language(request):
    form = LanguageForm(posted(request), person=request.user)
    if form.is_valid():
        form.save()
        # Said in the language that was just chosen.
        with override(form.cleaned_data["language"]):
            messages.success(request, _("Language and time zone are saved."))
        return redirect("accounts:settings")
    return render(request, "accounts/language.html", {"form": form})


def edit_photo(request):
    form = PhotoForm(posted(request), request.FILES or None, person=request.user)
    if form.is_valid():
        form.save()
        messages.success(request, _("Your photo is saved."))
        return redirect("accounts:edit_photo")
    return render(request, "accounts/photo.html", {"form": form})


@require_POST
def drop_photo(request):
    remove_photo(request.user)
    messages.success(request, _("Your photo is removed."))
    return redirect("accounts:edit_photo")


@require_safe
def my_data(request):
    agreements = request.user.consents.select_related("version__notice").order_by("-given_at")
    return render(request, "accounts/my_data.html", {"agreements": agreements})


@require_safe
@never_cache
@reauthentication_required
def download_data(request):
    response = JsonResponse(
        export_person(request.user), json_dumps_params={"indent": 2, "ensure_ascii": False}
    )
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@reauthentication_required
def delete(request):
    form = DeleteForm(posted(request), person=request.user)
    if form.is_valid():
        try:
            delete_person(request.user)
        except LastAdmin as refusal:
            form.add_error(None, str(refusal))
        else:
            logout(request)
            messages.success(request, _("Your account is deleted. A mail confirms it."))
            return redirect("front")
    return render(request, "accounts/delete.html", {"form": form})
