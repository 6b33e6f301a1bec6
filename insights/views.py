from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from insights import chart
from insights.forms import PulseForm
from insights.queries import cohort_of, pulses_of
from insights.services import PulseClosed, open_stage, save_pulse


@never_cache
def pulse(request, cohort_slug):
    """One's own answers, and the questions while they are open."""
    cohort = cohort_of(request.user, cohort_slug)
    if cohort is None:
        raise Http404
    if request.method == "POST" and "skip" in request.POST:
        return settle(request, cohort, None, _("Skipped, and that is fine."))
    stage, mine = open_stage(request.user, cohort), pulses_of(request.user, cohort)
    given = mine[stage].answers if stage in mine else None
    form = PulseForm(request.POST if request.method == "POST" else None, answers=given)
    if form.is_valid():
        return settle(request, cohort, form.answers, _("Your answers are saved. Only you see them."))
    context = {"cohort": cohort, "form": form, "stage": stage, "given": given, **drawn(mine)}
    return render(request, "insights/pulse.html", context)


def settle(request, cohort, answers, said):
    try:
        save_pulse(request.user, cohort, answers)
    except PulseClosed as closed:
        messages.error(request, str(closed))
    else:
        messages.success(request, said)
    return redirect("insights:pulse" if answers else "home", *([cohort.slug] if answers else []))


def drawn(mine) -> dict:
    answered = {stage: one for stage, one in mine.items() if one.answers}
    if not answered:
        return {}
    return {
        "lines": chart.lines(answered),
        "rows": chart.rows(answered),
        "grid": chart.grid(),
        "stages": chart.stages(),
        "sentence": chart.sentence(answered),
    }
