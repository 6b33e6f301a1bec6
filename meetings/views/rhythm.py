from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.views.me import posted
from matching.encounters import Encounter, my_place
from matching.models import Mentorship
from matching.queries.mentorships import with_people
from meetings.forms.rhythm import FitForm, ReminderForm, RhythmForm
from meetings.models import FitCheck
from meetings.queries.reminders import choice_of
from meetings.queries.rhythm import fit_checks_of, membership, rhythm_of
from meetings.services.fit_checks import answer_fit_check
from meetings.services.reminders import choose_reminders
from meetings.services.rhythm import agree_rhythm, say_met


def reminders(request):
    form = ReminderForm(posted(request), initial={"minutes_before": choice_of(request.user)})
    if form.is_valid():
        choose_reminders(request.user, form.cleaned_data["minutes_before"])
        messages.success(request, _("Your reminders are saved."))
        return redirect("accounts:settings")
    return render(request, "meetings/rhythm/reminders.html", {"form": form})


@never_cache
def fit_check(request, pk):
    encounter = found(request, pk)
    said = fit_checks_of(request.user, encounter.mentorship)
    form = FitForm(posted(request), initial=as_typed(said[-1]) if said else None)
    if form.is_valid():
        check = answer_fit_check(request.user, pk, **form.cleaned_data)
        return (
            redirect("meetings:fit_check_done", pk)
            if check.answer != FitCheck.Answer.GOOD
            else thank(request, pk)
        )
    return render(
        request, "meetings/rhythm/fit_check.html", {"form": form, "encounter": encounter, "said": said}
    )


def thank(request, pk):
    messages.success(request, _("Good to hear. Nobody is told what you answered."))
    return redirect("matching:mentorship", pk)


@never_cache
def fit_check_done(request, pk):
    """What one can do now; where nothing was said there is nothing to do."""
    encounter = found(request, pk)
    said = fit_checks_of(request.user, encounter.mentorship)
    if not said or said[-1].answer == FitCheck.Answer.GOOD:
        return redirect("meetings:fit_check", pk)
    return render(request, "meetings/rhythm/fit_check_done.html", {"check": said[-1], "encounter": encounter})


def rhythm(request, pk):
    encounter = found(request, pk)
    form = RhythmForm(posted(request), days=rhythm_of(encounter.mentorship))
    if form.is_valid():
        agree_rhythm(encounter.mentorship, form.days)
        messages.success(request, _("Your rhythm is saved. Anybody in the mentorship can change it."))
        return redirect("matching:mentorship", pk)
    return render(request, "meetings/rhythm/rhythm.html", {"form": form, "encounter": encounter})


@require_POST
def met(request, pk):
    found(request, pk)
    say_met(request.user, pk)
    messages.success(request, _("Noted, thank you. We no longer ask whether you have met."))
    return redirect("matching:mentorship", pk)


def as_typed(check: FitCheck) -> dict:
    return {"answer": check.answer, "words": check.words, "may_be_written_to": check.may_be_written_to}


def found(request, pk) -> Encounter:
    """One's own mentorship that is under way; anybody else's is not there."""
    if membership(request.user, pk) is None:
        raise Http404
    mentorship = with_people(Mentorship.objects.all()).get(pk=pk)
    return Encounter(mentorship, my_place(mentorship, request.user.pk))
