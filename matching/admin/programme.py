from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from matching.admin.dashboard import DashboardPages
from matching.admin.fields import NATIVE_DATES
from matching.admin.pages import PagesMixin
from matching.models import Application, Cohort, Programme, Stream

State = Application.State


@admin.register(Programme)
class ProgrammeAdmin(admin.ModelAdmin):
    list_display = ["name_en", "name_fr", "contact"]
    prepopulated_fields = {"slug": ["name_en"]}


class StreamInline(admin.TabularInline):
    model = Stream
    extra = 0
    fields = ["name_en", "name_fr", "slug"]
    # The stock boxes are so wide that three of them scroll sideways.
    formfield_overrides = {
        models.CharField: {"widget": forms.TextInput(attrs={"size": 17})},
        models.SlugField: {"widget": forms.TextInput(attrs={"size": 12})},
    }
    prepopulated_fields = {"slug": ["name_en"]}


@admin.register(Cohort)
class CohortAdmin(DashboardPages, PagesMixin, admin.ModelAdmin):
    list_display = [
        "name_with_way", "programme", "closes_at", "starts_on", "ends_on", "to_decide", "accepted", "settings",
    ]  # fmt: skip
    # The name leads to the dashboard; the form is one step further.
    list_display_links = None
    list_filter = ["programme"]
    list_select_related = ["programme"]
    prepopulated_fields = {"slug": ["name_en"]}
    inlines = [StreamInline]
    formfield_overrides = NATIVE_DATES
    fieldsets = [
        (None, {"fields": ["programme", "name_en", "name_fr", "slug"]}),
        (_("Dates"), {"fields": ["opens_at", "closes_at", "starts_on", "ends_on"]}),
        (_("Matching"), {"fields": ["hold_days", "lets_mentees_choose"]}),
        (
            _("Groups"),
            {
                "fields": [
                    "group_mentees_least",
                    "group_mentees_most",
                    "group_cofacilitators",
                    "group_mixes_employers",
                ]
            },
        ),
    ]

    def get_urls(self):
        return self.dashboard_urls() + super().get_urls()

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .annotate(
                submitted=Count("applications", filter=Q(applications__state=State.SUBMITTED)),
                in_it=Count("applications", filter=Q(applications__state=State.ACCEPTED)),
            )
        )

    @admin.display(description=_("cohort"), ordering="name_en")
    def name_with_way(self, cohort):
        url = reverse("admin:matching_cohort_dashboard", args=[cohort.pk])
        return format_html('<a href="{}"><strong>{}</strong></a>', url, cohort)

    @admin.display(description=_("dates, streams and settings"))
    def settings(self, cohort):
        url = reverse("admin:matching_cohort_change", args=[cohort.pk])
        return format_html(
            '<a href="{}" aria-label="{}">{}</a>',
            url,
            gettext("Change %(cohort)s") % {"cohort": cohort},
            gettext("Change"),
        )

    @admin.display(description=_("to decide"), ordering="submitted")
    def to_decide(self, cohort):
        return self._link(cohort, State.SUBMITTED, cohort.submitted)

    @admin.display(description=_("accepted"), ordering="in_it")
    def accepted(self, cohort):
        return self._link(cohort, State.ACCEPTED, cohort.in_it)

    def _link(self, cohort, state, count):
        query = urlencode({"cohort__id__exact": cohort.pk, "state__exact": state})
        url = reverse("admin:matching_application_changelist")
        return format_html('<a href="{}?{}">{}</a>', url, query, count)
