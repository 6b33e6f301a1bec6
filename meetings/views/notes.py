from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from matching.models import Mentorship
from meetings.forms.private import NoteForm
from meetings.models import Note
from meetings.queries.notes import (
    Place,
    actions_at,
    goals_open_to,
    notes_at,
    notes_of,
    place_of,
    place_of_mentorship,
)
from meetings.queries.private import mentorships_open_to
from meetings.services.notes import SavedMeanwhile, copy_own, save_note
from meetings.views.private import found_access, private_page

SHARED, OWN = "shared", "own"


@private_page
def of_session(request, pk):
    place = place_or_404(place_of(found_access(request, pk)))
    return write(request, place, back=reverse("meetings:session", args=[pk]))


@private_page
def of_mentorship(request, pk):
    place = place_or_404(place_of_mentorship(request.user, pk))
    return write(request, place, back=reverse("meetings:mentorship_notes", args=[pk]))


@private_page
@require_safe
def everything(request, pk):
    """All notes, actions and goals of a mentorship; also once it has ended."""
    place = place_or_404(place_of_mentorship(request.user, pk))
    current = mentorships_open_to(request.user).filter(state=Mentorship.State.INTRODUCED).exclude(pk=pk)
    return render(
        request,
        "meetings/private/mentorship.html",
        {
            "place": place,
            "notes": notes_of(place.mentorship, request.user),
            "actions": actions_at(place),
            "goals": goals_open_to(request.user).filter(mentorship=pk),
            "others": [] if place.goes_on else current.select_related("cohort"),
        },
    )


@private_page
@require_POST
def copy(request, pk):
    """What is one's own goes along into the next mentorship; what was shared stays."""
    mine = mentorships_open_to(request.user)
    old = get_object_or_404(mine, pk=pk)
    into = request.POST.get("into", "")
    current = mine.filter(state=Mentorship.State.INTRODUCED)
    new = get_object_or_404(current, pk=int(into) if into.isascii() and into.isdigit() else 0)
    number = copy_own(request.user, old=old, new=new)
    said = ngettext("%(n)s of your own was copied.", "%(n)s of your own were copied.", number) % {"n": number}
    messages.success(request, said if number else _("Everything of your own is there already."))
    return redirect("meetings:mentorship_notes", new.pk)


# --- Writing ------------------------------------------------------------------------------------


def place_or_404(place: Place | None) -> Place:
    if place is None:
        raise Http404
    return place


def write(request, place: Place, *, back: str):
    """The shared page and one's own, each a form of its own."""
    shared, own = notes_at(place, request.user)
    forms = {SHARED: form_of(shared, SHARED), OWN: form_of(own, OWN)}
    which = request.POST.get("which", SHARED)
    context = {"place": place, "shared": shared, "own": own, "back": back}
    if request.method == "POST":
        if not place.goes_on or which not in forms:
            raise Http404
        forms[which] = form = form_of(None, which, request.POST)
        if form.is_valid():
            try:
                save(request, place, form, which)
            except SavedMeanwhile as refused:
                forms[which], context["theirs"] = beside_theirs(form, which, refused)
            else:
                messages.success(request, _("Saved."))
                return redirect(request.path)
    return render(
        request, "meetings/private/notes.html", {**context, "form": forms[SHARED], "own_form": forms[OWN]}
    )


def save(request, place: Place, form: NoteForm, which: str) -> None:
    typed = form.cleaned_data
    save_note(place, by=request.user, is_shared=which == SHARED, body=typed["body"], version=typed["version"])


def beside_theirs(form: NoteForm, which: str, refused: SavedMeanwhile) -> tuple[NoteForm, Note | None]:
    """What was typed, now on top of what the other left, and that."""
    held = refused.note
    data = {f"{which}-body": form.cleaned_data["body"], f"{which}-version": held.version if held else 0}
    again = form_of(None, which, data)
    again.add_error(None, str(refused))
    return again, held


def form_of(note: Note | None, which: str, data=None) -> NoteForm:
    held = {"body": note.body, "version": note.version} if note else {"version": 0}
    words = {SHARED: _("Shared notes"), OWN: _("Notes of my own")}
    helps = {
        SHARED: _("The people of this session or mentorship read and change them."),
        OWN: _("Only you read them."),
    }
    return NoteForm(data, initial=held, prefix=which, label=words[which], help_text=helps[which])
