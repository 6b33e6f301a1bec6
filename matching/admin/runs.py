from django.contrib import admin
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from matching.admin.pages import PagesMixin
from matching.admin.review import fit, review, standing
from matching.forms.policy import PolicyForm
from matching.forms.runs import StartForm
from matching.models import Cohort, MatchRun, Mentorship
from matching.previews import first_mail
from matching.queries.runs import accepted_in, for_review
from matching.services.policies import change_policy
from matching.services.publishing import Publication, publish_run, undo_publication
from matching.services.runs import UNFINISHED, start_run, stop_run
from matching.working_days import working_days_after

State = MatchRun.State


@admin.register(MatchRun)
class MatchRunAdmin(PagesMixin, admin.ModelAdmin):
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
            self.page("<int:pk>/publish/", self.publish, "matching_publish_run"),
            self.page("<int:pk>/undo/", self.undo, "matching_undo_run"),
        ]
        return pages + super().get_urls()

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
            context |= review(run, page=request.GET.get("page"), zone=request.user.time_zone)
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

    def publish(self, request, pk):
        run = get_object_or_404(MatchRun.objects.select_related("cohort__programme"), pk=pk)
        if request.method == "POST":
            with self.reporting(request):
                publication = publish_run(run, by=request.user)
                self.log_change(request, run, "published")
                self.succeeded(request, published_sentence(publication))
            return redirect("admin:matching_matchrun_change", pk)
        if run.state != State.DONE:
            return redirect("admin:matching_matchrun_change", pk)
        pairs = for_review(run).filter(mentor__isnull=False)
        ends_at = working_days_after(timezone.now(), run.cohort.hold_days)
        return self.show(
            request,
            "run/publish.html",
            title=_("Publish these matches"),
            run=run,
            pairs=pairs,
            hold_ends_at=ends_at,
            mail=first_mail(pairs.first(), ends_at),
        )

    def undo(self, request, pk):
        run = get_object_or_404(MatchRun.objects.select_related("cohort"), pk=pk)
        if request.method == "POST":
            with self.reporting(request):
                count = undo_publication(run, by=request.user)
                self.log_change(request, run, "publication undone")
                self.succeeded(request, undone_sentence(count))
            return redirect("admin:matching_matchrun_change", pk)
        held = run.mentorships.filter(state=Mentorship.State.HELD).count()
        return self.show(request, "run/undo.html", title=_("Undo this publication"), run=run, held=held)


def published_sentence(publication: Publication) -> str:
    count, left_out = len(publication.mentorships), len(publication.left_out)
    said = [
        ngettext(
            "%(count)s match is published, and both people are told by mail.",
            "%(count)s matches are published, and everybody in them is told by mail.",
            count,
        )
        % {"count": count}
    ]
    if left_out:
        said.append(
            ngettext(
                "%(count)s was left out, since it was declined before.",
                "%(count)s were left out, since they were declined before.",
                left_out,
            )
            % {"count": left_out}
        )
    return " ".join(said)


def undone_sentence(count: int) -> str:
    return ngettext(
        "%(count)s match is taken back. Whoever was told of it is told that it is not going ahead.",
        "%(count)s matches are taken back. Whoever was told of one is told that it is not going ahead.",
        count,
    ) % {"count": count}
