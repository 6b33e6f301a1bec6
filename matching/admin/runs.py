from typing import ClassVar

from django.contrib import admin
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from matching.admin.comparing import ComparingPages
from matching.admin.history import HistoryPages
from matching.admin.pages import PagesMixin
from matching.admin.publishing import PublishingPages
from matching.admin.review import ReviewPages, review
from matching.comparing import fit, whole
from matching.forms.policy import PolicyForm, policy_or_default
from matching.forms.runs import StartForm
from matching.intake import left_out, warnings
from matching.models import Cohort, MatchRun
from matching.presets import PRESETS, name_for, name_of
from matching.queries.comparing import READY
from matching.queries.intake import intake_of, last_ruled_on, seconds_of_the_last, under_way
from matching.queries.runs import dropped_rulings
from matching.services.at_work import UNFINISHED
from matching.services.policies import change_policy
from matching.services.runs import fail_silent_runs, start_run, stop_run
from matching.weights import parts_of, sentence_of

State = MatchRun.State
TONES = {State.DONE: "good", State.PUBLISHED: "good", State.FAILED: "bad", State.STOPPED: "quiet"}
# A page asks every second, and a worker speaks twice a second: after this it is worth a word.
SECONDS_OF_SILENCE = 10
SECONDS_TO_WAIT = 30


@admin.register(MatchRun)
class MatchRunAdmin(HistoryPages, ReviewPages, PublishingPages, ComparingPages, PagesMixin, admin.ModelAdmin):
    """Runs are started from their cohort, followed, reviewed, compared, published and undone: pages, no forms."""

    list_display = [
        "__str__",
        "state",
        "policy_name",
        "matched",
        "least_fit",
        "all_fits",
        "started",
    ]
    list_filter = ["cohort", "state"]
    list_select_related = ["cohort", "created_by"]
    list_per_page = 50

    class Media:
        css: ClassVar = {"all": ["mentoring/admin_matching.css"]}

    def get_queryset(self, request):
        return super().get_queryset(request).defer("features", "plan", "findings")

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, (extra_context or {}) | {"title": _("Match runs")})

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=lazy("least good fit, of 100"), ordering="worst")
    def least_fit(self, run):
        return fit(run.worst)

    @admin.display(description=lazy("all fits together"), ordering="total")
    def all_fits(self, run):
        return whole(run.total)

    @admin.display(description=lazy("policy"), ordering="preset")
    def policy_name(self, run):
        return name_for(run)

    @admin.display(description=lazy("started"), ordering="created_at")
    def started(self, run):
        when = date_format(timezone.localtime(run.created_at), "SHORT_DATETIME_FORMAT")
        return f"{when}, {run.created_by}" if run.created_by else when

    def get_urls(self):
        pages = [
            self.page("start/<int:cohort>/", self.start, "matching_start_run"),
            self.page("weights/<int:cohort>/", self.weights, "matching_weights"),
            self.page("<int:pk>/progress/", self.progress, "matching_run_progress"),
            self.page("<int:pk>/stop/", self.stop, "matching_stop_run"),
        ]
        own = pages + self.comparing_urls() + self.publishing_urls() + self.review_urls()
        return own + super().get_urls()

    def start(self, request, cohort):
        cohort = get_object_or_404(Cohort.objects.select_related("programme"), pk=cohort)
        ruled_on = last_ruled_on(cohort)
        form = StartForm(request.POST or None, cohort=cohort, ruled_on=ruled_on)
        if request.method == "POST" and form.is_valid():
            with self.reporting(request):
                run = start_run(
                    cohort,
                    by=request.user,
                    seed=form.cleaned_data["seed"],
                    preset=form.cleaned_data["preset"],
                    keep=ruled_on if form.cleaned_data.get("keeps_rulings") else None,
                )
                return redirect("admin:matching_matchrun_change", run.pk)
        intake = intake_of(cohort)
        return self.show(
            request,
            "run/start.html",
            title=_("Match mentees and mentors"),
            cohort=cohort,
            form=form,
            intake=intake,
            left_out=left_out(intake),
            warnings=warnings(intake),
            options=options(cohort, form),
            ruled_on=ruled_on,
            under_way=under_way(cohort),
            usual=usually(cohort),
        )

    def weights(self, request, cohort):
        cohort = get_object_or_404(Cohort, pk=cohort)
        preset = PRESETS.get(request.GET.get("from", ""))
        form = PolicyForm(request.POST or None, cohort=cohort, policy=preset.policy if preset else None)
        if request.method == "POST" and form.is_valid():
            change_policy(cohort, form.policy)
            self.log_change(request, cohort, "weights")
            self.succeeded(request, _("The weights are saved. The next run uses them."))
            return redirect("admin:matching_start_run", cohort.pk)
        return self.show(
            request,
            "run/weights.html",
            title=_("What a pair is made of"),
            cohort=cohort,
            form=form,
            preset=preset,
            presets=PRESETS.values(),
            parts=parts_of(form.policy),
            sentence=sentence_of(form.policy),
        )

    def change_view(self, request, object_id, form_url="", extra_context=None):
        run = get_object_or_404(MatchRun.objects.select_related("cohort", "created_by"), pk=object_id)
        if not self.has_view_permission(request, run):
            return super().change_view(request, object_id, form_url, extra_context)
        run = heard_of(run)
        context = standing(run)
        if run.state in READY:
            context |= {"dropped": dropped_rulings(run)} | review(run, request)
        return self.show(request, "run/page.html", title=str(run), **context)

    def progress(self, request, pk):
        """What htmx asks for every second; once the run has ended, the whole page is read anew."""
        run = heard_of(get_object_or_404(MatchRun.objects.select_related("cohort"), pk=pk))
        if run.state not in UNFINISHED:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return render(request, "admin/matching/run/_progress.html", standing(run))

    def stop(self, request, pk):
        run = get_object_or_404(MatchRun, pk=pk)
        if request.method == "POST":
            with self.reporting(request):
                stop_run(run)
                self.succeeded(request, _("The run stops at its next step, and nothing of it is kept."))
        return redirect("admin:matching_matchrun_change", pk)


def options(cohort: Cohort, form: StartForm) -> list[dict]:
    """The policies to choose from, each with its sentence and its picture."""
    keys = [key for key, _name in form.fields["preset"].choices]
    own = policy_or_default(cohort)
    return [
        {
            "key": key,
            "name": name_of(key),
            "sentence": PRESETS[key].sentence
            if key in PRESETS
            else _("What this cohort has been given by hand."),
            "is_chosen": form.chosen == key,
            "parts": parts_of(PRESETS[key].policy if key in PRESETS else own),
        }
        for key in keys
    ]


def heard_of(run: MatchRun) -> MatchRun:
    """The run as it stands once those whose worker has died are given up: no worker may be left to do it."""
    if run.state in UNFINISHED and fail_silent_runs():
        run.refresh_from_db()
    return run


def standing(run: MatchRun) -> dict:
    seconds = run.findings.get("seconds")
    return {
        "run": run,
        "cohort": run.cohort,
        "tone": TONES.get(run.state, "warn"),
        "is_unfinished": run.state in UNFINISHED,
        # The engine's words and the ends of a run are stored in English and said in the reader's language.
        "words": _(run.words) if run.words else "",
        "percent": round(run.progress * 100),
        "policy_name": name_for(run),
        "took": seconds_sentence(seconds) if seconds is not None else "",
        "so_far": seconds_sentence((timezone.now() - run.created_at).total_seconds()),
        "usually": usually(run.cohort) if run.state in UNFINISHED else "",
        "silence": silence(run),
    }


def usually(cohort: Cohort) -> str:
    seconds = seconds_of_the_last(cohort)
    return _("The last run took %(seconds)s.") % {"seconds": seconds_sentence(seconds)} if seconds else ""


def seconds_sentence(seconds: float) -> str:
    whole = max(1, round(seconds))
    if whole < 60:
        return ngettext("%(n)s second", "%(n)s seconds", whole) % {"n": whole}
    minutes = round(whole / 60)
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}


def silence(run: MatchRun) -> str:
    """What there is to say when a worker is not heard, or none takes the run."""
    since = run.heard_from_at or run.created_at
    seconds = (timezone.now() - since).total_seconds()
    if run.state == State.QUEUED and seconds > SECONDS_TO_WAIT:
        return _("No worker has taken this run yet. If it stays so, ask whoever looks after this site.")
    if run.state in (State.RUNNING, State.STOPPING) and seconds > SECONDS_OF_SILENCE:
        return _("The worker has not been heard for %(seconds)s. After two minutes the run is given up.") % {
            "seconds": seconds_sentence(seconds)
        }
    return ""
