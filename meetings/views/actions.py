from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meetings.forms.private import ActionForm
from meetings.models import Action
from meetings.queries.notes import Place, actions_open_to, place_of, place_of_mentorship
from meetings.queries.private import access_to
from meetings.services import actions as services
from meetings.views.private import found_access, posted, private_page


@private_page
def new_of_session(request, pk):
    return new(request, place_of(found_access(request, pk)))


@private_page
def new_of_mentorship(request, pk):
    return new(request, place_of_mentorship(request.user, pk))


def new(request, place: Place | None):
    if place is None or not place.goes_on:
        raise Http404
    form = ActionForm(posted(request), people=place.people, initial={"owner": request.user.pk})
    if form.is_valid():
        services.add_action(place, **form.cleaned_data)
        messages.success(request, _("The action is noted."))
        return redirect(home_of(place))
    return render(
        request, "meetings/private/action.html", {"form": form, "place": place, "back": home_of(place)}
    )


@private_page
def edit(request, pk):
    action, place = found_action(request, pk)
    held = {"pk": action.pk, "body": action.body, "owner": action.owner_id, "due_on": action.due_on}
    form = ActionForm(posted(request), people=place.people, initial=held)
    if form.is_valid():
        typed = form.cleaned_data
        services.edit_action(action, body=typed["body"], owner=typed["owner"], due_on=typed["due_on"])
        messages.success(request, _("Saved."))
        return redirect(home_of(place))
    context = {"form": form, "place": place, "action": action, "back": home_of(place)}
    return render(request, "meetings/private/action.html", context)


@private_page
@require_POST
def done(request, pk):
    action, place = found_action(request, pk)
    services.mark_done(action, is_done=request.POST.get("done") != "0")
    return redirect(home_of(place))


@private_page
@require_POST
def delete(request, pk):
    action, place = found_action(request, pk)
    services.delete_action(action)
    messages.success(request, _("The action is deleted."))
    return redirect(home_of(place))


def found_action(request, pk) -> tuple[Action, Place]:
    """An action that this person may still change."""
    action = get_object_or_404(actions_open_to(request.user), pk=pk)
    if action.mentorship_id:
        place = place_of_mentorship(request.user, action.mentorship_id)
    else:
        place = place_of(access_to(request.user, action.session_id))
    if not place.goes_on:
        raise Http404
    return action, place


def home_of(place: Place) -> str:
    if place.mentorship:
        return reverse("meetings:mentorship_notes", args=[place.mentorship.pk])
    return reverse("meetings:notes", args=[place.session.pk])
