"""A cohort on one page: how far it is, and what needs attention today."""

from django.shortcuts import get_object_or_404

from matching.models import Cohort


class DashboardPages:
    """Pages of a cohort: for CohortAdmin."""

    def dashboard_urls(self):
        return [self.page("<int:pk>/dashboard/", self.dashboard, "matching_cohort_dashboard")]

    def dashboard(self, request, pk):
        cohort = get_object_or_404(Cohort.objects.select_related("programme"), pk=pk)
        return self.show(request, "cohort/dashboard.html", title=str(cohort), cohort=cohort)
