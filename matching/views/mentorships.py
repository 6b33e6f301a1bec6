from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from matching.begun import begun
from matching.encounters import Encounter, encounters, my_place
from matching.errors import NotOnHold
from matching.parts import parts_of
from matching.queries.mentorships import visible_to, with_people
from matching.services.leaving import decline_match


@require_safe
def mentorships(request):
    mine = with_people(visible_to(request.user)).order_by("state", "-pk")
    return render(
        request, "matching/mentorships/list.html", {"encounters": encounters(mine, request.user.pk)}
    )


@require_safe
def mentorship(request, pk):
    encounter = found(request, pk)
    context = {"encounter": encounter, "parts": parts_of(encounter), "has_begun": bool(begun([pk]))}
    return render(request, "matching/mentorships/page.html", context)


def not_this_person(request, pk):
    encounter = found(request, pk)
    if request.method != "POST":
        return render(request, "matching/mentorships/not_this_person.html", {"encounter": encounter})
    try:
        decline_match(encounter.me)
    except NotOnHold as refused:
        messages.error(request, str(refused))
        return redirect("matching:mentorship", pk)
    messages.success(
        request,
        _("Done, and thank you for saying so. Nobody is told that it was you, or why."),
    )
    return redirect("matching:mentorships")


def found(request, pk) -> Encounter:
    """One's own mentorship; anybody else's is not there."""
    mentorship = get_object_or_404(with_people(visible_to(request.user)), pk=pk)
    return Encounter(mentorship, my_place(mentorship, request.user.pk))
