from django.contrib import admin
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from matching.admin.history import HistoryPages
from matching.admin.pages import PagesMixin
from matching.admin.publishing import PublishingPages
from matching.admin.review import ReviewPages, fit, review, standing
from matching.forms.policy import PolicyForm
from matching.forms.runs import StartForm
from matching.models import Cohort, MatchRun
from matching.queries.runs import accepted_in
from matching.services.policies import change_policy
from matching.services.runs import UNFINISHED, start_run, stop_run

State = MatchRun.State


@admin.register(MatchRun)
class MatchRunAdmin(HistoryPages, ReviewPages, PublishingPages, PagesMixin, admin.ModelAdmin):
    """Runs are started from their cohort, followed, reviewed, published and undone: pages, no forms."""

    list_display = ["__str__", "state", "matched", "least_fit", "created_by", "created_at", "published_at"]
    list_filter = ["cohort", "state"]
    list_select_related = ["cohort", "created_by"]
    list_per_page = 50

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, (extra_context or {}) | {"title": _("Match runs")})

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=lazy("least good fit, of 100"), ordering="worst")
    def least_fit(self, run):
        return fit(run.worst)

    def get_urls(self):
        pages = [
            self.page("start/<int:cohort>/", self.start, "matching_start_run"),
            self.page("weights/<int:cohort>/", self.weights, "matching_weights"),
            self.page("<int:pk>/progress/", self.progress, "matching_run_progress"),
            self.page("<int:pk>/stop/", self.stop, "matching_stop_run"),
        ]
        return pages + self.publishing_urls() + self.review_urls() + super().get_urls()

    def start(self, request, cohort):
        cohort = get_object_or_404(Cohort, pk=cohort)
        form = StartForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            with self.reporting(request):
                run = start_run(cohort, by=request.user, seed=form.cleaned_data["seed"])
                return redirect("admin:matching_matchrun_change", run.pk)
        return self.show(
            request,
            "run/start.html",
            title=_("Match mentees and mentors"),
            cohort=cohort,
            form=form,
            accepted=accepted_in(cohort),
        )

    def weights(self, request, cohort):
        cohort = get_object_or_404(Cohort, pk=cohort)
        form = PolicyForm(request.POST or None, cohort=cohort)
        if request.method == "POST" and form.is_valid():
            change_policy(cohort, form.policy)
            self.log_change(request, cohort, "weights")
            self.succeeded(request, _("The weights are saved. The next run uses them."))
            return redirect("admin:matching_start_run", cohort.pk)
        return self.show(
            request, "run/weights.html", title=_("What a pair is made of"), cohort=cohort, form=form
        )

    def change_view(self, request, object_id, form_url="", extra_context=None):
        run = get_object_or_404(MatchRun.objects.select_related("cohort", "created_by"), pk=object_id)
        if not self.has_view_permission(request, run):
            return super().change_view(request, object_id, form_url, extra_context)
        context = standing(run)
        if run.state in (State.DONE, State.PUBLISHED):
            context |= review(run, request)
        return self.show(request, "run/page.html", title=str(run), **context)

    def progress(self, request, pk):
        """What htmx asks for every second; once the run has ended, the whole page is read anew."""
        run = get_object_or_404(MatchRun, pk=pk)
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
