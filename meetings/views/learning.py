from decimal import Decimal

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from meetings.forms.private import LearningForm
from meetings.models import LearningEntry
from meetings.queries.learning import entries_of, years_of
from meetings.services import learning as services
from meetings.views.private import posted, private_page


@private_page
@require_safe
def log(request):
    return render(request, "meetings/private/learning.html", {"years": years_of(request.user)})


@private_page
def new(request):
    form = LearningForm(posted(request), initial={"day": timezone.localdate()})
    if form.is_valid():
        services.add_entry(request.user, pk=form.cleaned_data["pk"], **form.values)
        messages.success(request, _("It is in your log."))
        return redirect("meetings:learning")
    return render(request, "meetings/private/learning_entry.html", {"form": form})


@private_page
def edit(request, pk):
    entry = own_entry(request, pk)
    held = {"pk": entry.pk, "day": entry.day, "hours": Decimal(entry.minutes) / 60, "body": entry.body}
    form = LearningForm(posted(request), initial=held)
    if form.is_valid():
        services.edit_entry(entry, **form.values)
        messages.success(request, _("Saved."))
        return redirect("meetings:learning")
    return render(request, "meetings/private/learning_entry.html", {"form": form, "entry": entry})


@private_page
@require_POST
def delete(request, pk):
    services.delete_entry(own_entry(request, pk))
    messages.success(request, _("The entry is deleted."))
    return redirect("meetings:learning")


def own_entry(request, pk) -> LearningEntry:
    return get_object_or_404(entries_of(request.user), pk=pk)
