from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin import action
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from matching import comparing
from matching.models import Cohort, MatchRun
from matching.queries.comparing import READY, comparable, differences, side_by_side
from matching.recruiting import Recruiting

PAIRS_A_PAGE = 50
RUNS_TO_CHOOSE = 30


class ComparingPages:
    """Several runs side by side, and where to recruit: for MatchRunAdmin."""

    actions = ["compare_selected"]

    def comparing_urls(self):
        return [
            self.page("compare/<int:cohort>/", self.compare, "matching_compare_runs"),
            self.page("<int:pk>/recruit/", self.recruit, "matching_recruit"),
        ]

    @action(description=lazy("Compare the selected runs"))
    def compare_selected(self, request, queryset):
        cohorts = set(queryset.values_list("cohort", flat=True))
        if len(cohorts) != 1:
            self.message_user(
                request, _("Choose runs of one cohort: others have other people."), messages.WARNING
            )
            return None
        chosen = urlencode([("run", pk) for pk in queryset.values_list("pk", flat=True)])
        return redirect(f"{reverse('admin:matching_compare_runs', args=cohorts)}?{chosen}")

    def compare(self, request, cohort):
        cohort = get_object_or_404(Cohort, pk=cohort)
        wanted = {int(pk) for pk in request.GET.getlist("run") if pk.isdecimal()}
        runs = sorted((run for run in comparable(cohort).filter(pk__in=wanted)), key=lambda run: run.pk)
        if not comparing.FEWEST <= len(runs) <= comparing.MOST:
            return self.choose_runs(request, cohort, asked=bool(wanted))
        found = differences(runs)
        page = Paginator(found.mentees, PAIRS_A_PAGE).get_page(request.GET.get("page"))
        return self.show(
            request,
            "run/compare.html",
            title=_("Runs side by side"),
            cohort=cohort,
            runs=comparing.names(runs),
            figures=comparing.figures(runs),
            weights=comparing.weights(runs),
            have_other_weights=comparing.have_other_weights(runs),
            fairness=list(comparing.fairness(runs)),
            sentences=comparing.sentences(runs, found),
            page=page,
            rows=comparing.rows(side_by_side(runs, list(page))),
            query=urlencode([("run", run.pk) for run in runs]),
        )

    def choose_runs(self, request, cohort, *, asked: bool):
        return self.show(
            request,
            "run/compare_choose.html",
            title=_("Compare runs"),
            cohort=cohort,
            runs=comparing.names(list(comparable(cohort)[:RUNS_TO_CHOOSE])),
            asked=asked,
            fewest=comparing.FEWEST,
            most=comparing.MOST,
        )

    def recruit(self, request, pk):
        runs = MatchRun.objects.select_related("cohort").defer("features", "plan").filter(state__in=READY)
        run = get_object_or_404(runs, pk=pk)
        recruiting = Recruiting(run)
        return self.show(
            request,
            "run/recruit.html",
            title=_("Where to recruit"),
            run=run,
            cohort=run.cohort,
            unmatched=run.proposals.filter(mentor=None).count(),
            advice=list(recruiting.advice()),
            tables=recruiting.tables(),
            unserved=recruiting.unserved(),
            reasons=recruiting.reasons(),
        )
