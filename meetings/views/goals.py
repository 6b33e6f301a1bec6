from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from matching.models import Mentorship
from meetings.forms.private import GoalForm
from meetings.models import Goal
from meetings.queries.notes import goals_open_to, place_of_mentorship
from meetings.services import goals as services
from meetings.views.private import posted, private_page


@private_page
def new(request, pk):
    place = place_of_mentorship(request.user, pk)
    if place is None or not place.goes_on:
        raise Http404
    form = GoalForm(posted(request))
    if form.is_valid():
        services.add_goal(place.mentorship, owner=request.user, **form.cleaned_data)
        messages.success(request, _("Your goal is noted."))
        return redirect("meetings:mentorship_notes", pk)
    return render(request, "meetings/private/goal.html", {"form": form, "mentorship": place.mentorship})


@private_page
def edit(request, pk):
    goal = own_goal(request, pk)
    held = {"pk": goal.pk, "body": goal.body, "is_shared": goal.is_shared}
    form = GoalForm(posted(request), initial=held)
    if form.is_valid():
        typed = form.cleaned_data
        services.edit_goal(goal, body=typed["body"], is_shared=typed["is_shared"])
        messages.success(request, _("Saved."))
        return redirect("meetings:mentorship_notes", goal.mentorship_id)
    context = {"form": form, "mentorship": goal.mentorship, "goal": goal}
    return render(request, "meetings/private/goal.html", context)


@private_page
@require_POST
def reached(request, pk):
    goal = own_goal(request, pk)
    services.mark_reached(goal, is_reached=request.POST.get("reached") != "0")
    return redirect("meetings:mentorship_notes", goal.mentorship_id)


@private_page
@require_POST
def delete(request, pk):
    goal = own_goal(request, pk)
    services.delete_goal(goal)
    messages.success(request, _("Your goal is deleted."))
    return redirect("meetings:mentorship_notes", goal.mentorship_id)


def own_goal(request, pk) -> Goal:
    """One's own, while the mentorship goes on; a shared one of somebody else can be read and no more."""
    going_on = goals_open_to(request.user).filter(mentorship__state=Mentorship.State.INTRODUCED)
    return get_object_or_404(going_on, pk=pk, owner=request.user)
