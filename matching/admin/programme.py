from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Count, Q
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from matching.admin.choices import ChoicePages
from matching.admin.dashboard import DashboardPages
from matching.admin.fields import NATIVE_DATES
from matching.admin.history import CohortHistoryPages
from matching.admin.pages import PagesMixin
from matching.forms.cohorts import CohortForm, StreamFormSet
from matching.models import Application, Cohort, Programme, Stream

State = Application.State


@admin.register(Programme)
class ProgrammeAdmin(admin.ModelAdmin):
    list_display = ["name_en", "name_fr", "contact"]
    prepopulated_fields = {"slug": ["name_en"]}


class StreamInline(admin.TabularInline):
    model = Stream
    formset = StreamFormSet
    extra = 0
    fields = ["name_en", "name_fr", "slug"]
    # The stock boxes are so wide that three of them scroll sideways.
    formfield_overrides = {
        models.CharField: {"widget": forms.TextInput(attrs={"size": 17})},
        models.SlugField: {"widget": forms.TextInput(attrs={"size": 12})},
    }
    prepopulated_fields = {"slug": ["name_en"]}


@admin.register(Cohort)
class CohortAdmin(CohortHistoryPages, ChoicePages, DashboardPages, PagesMixin, admin.ModelAdmin):
    form = CohortForm
    list_display = ["cohort", "applications", "under_way", "to_decide", "accepted", "settings"]
    # The name leads to the dashboard; the form is one step further.
    list_display_links = None
    # Nothing is deleted in passing.
    actions = None
    list_filter = ["programme"]
    list_select_related = ["programme"]
    list_per_page = 50
    prepopulated_fields = {"slug": ["name_en"]}
    inlines = [StreamInline]
    formfield_overrides = NATIVE_DATES
    fieldsets = [
        (None, {"fields": ["programme", "name_en", "name_fr", "slug"]}),
        (
            _("Dates"),
            {
                "description": _(
                    "People apply while applications are open, and meet from the start to the end. "
                    "Leave two weeks or so between, for decisions, matching and the hold."
                ),
                "fields": ["opens_at", "closes_at", "starts_on", "ends_on"],
            },
        ),
        (
            _("Matching"),
            {
                "description": _(
                    "Where mentees may choose, each accepted mentee without a mentor sees the mentors and puts up to "
                    "five in order. The first is asked and has 14 days, with two reminders; then the next. A yes takes "
                    "a place and introduces the two at once, without a hold. Runs go on as usual and prefer whom "
                    "somebody named. Switching it off closes what is open; you see first what that is."
                ),
                "fields": ["hold_days", "lets_mentees_choose"],
            },
        ),
        (
            _("Groups"),
            {
                "description": _(
                    "What a group is like when you form groups; each run for groups may differ."
                ),
                "fields": [
                    "group_mentees_least",
                    "group_mentees_most",
                    "group_cofacilitators",
                    "group_mixes_employers",
                ],
            },
        ),
    ]

    def has_delete_permission(self, request, obj=None):
        """A cohort in which somebody applied is kept; to find that out by collecting its rows would take long."""
        has_people = obj is not None and obj.applications.exists()
        return not has_people and super().has_delete_permission(request, obj)

    def get_actions(self, request):
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_urls(self):
        return self.choice_urls() + self.dashboard_urls() + super().get_urls()

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, (extra_context or {}) | {"title": _("Cohorts")})

    def change_view(self, request, object_id, form_url="", extra_context=None):
        more = {"title": _("Dates, streams and settings")} | (extra_context or {})
        return super().change_view(request, object_id, form_url, more)

    def formfield_for_dbfield(self, db_field, request, **options):
        """A programme is made and changed on its own page: beside the box, four signs would be in the way."""
        field = super().formfield_for_dbfield(db_field, request, **options)
        if db_field.name == "programme":
            field.widget = field.widget.widget
        return field

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .annotate(
                submitted=Count("applications", filter=Q(applications__state=State.SUBMITTED)),
                in_it=Count("applications", filter=Q(applications__state=State.ACCEPTED)),
            )
        )

    def response_add(self, request, obj, post_url_continue=None):
        """A new cohort begins on its dashboard, which says what to do next."""
        if {"_continue", "_addanother", "_popup"} & request.POST.keys():
            return super().response_add(request, obj, post_url_continue)
        super().response_add(request, obj, post_url_continue)
        return redirect("admin:matching_cohort_dashboard", obj.pk)

    def response_change(self, request, obj):
        if request.asks_to_stop_choosing:
            return self.lead_to_stopping(request, obj)
        answer = super().response_change(request, obj)
        if {"_continue", "_addanother", "_popup"} & request.POST.keys():
            return answer
        return redirect("admin:matching_cohort_dashboard", obj.pk)

    # --- the list ---

    @admin.display(description=_("cohort"), ordering="name_en")
    def cohort(self, cohort):
        url = reverse("admin:matching_cohort_dashboard", args=[cohort.pk])
        words = '<a href="{}"><strong>{}</strong></a><div class="quiet">{}</div>'
        return format_html(words, url, cohort, cohort.programme)

    @admin.display(description=_("applications"), ordering="opens_at")
    def applications(self, cohort):
        opens, closes = timezone.localdate(cohort.opens_at), timezone.localdate(cohort.closes_at)
        if not cohort.has_closed and not cohort.is_open:
            return gettext("open on %(day)s") % {"day": short(opens)}
        sentence = gettext("open until %(day)s") if cohort.is_open else gettext("closed since %(day)s")
        return sentence % {"day": short(closes)}

    @admin.display(description=_("under way"), ordering="starts_on")
    def under_way(self, cohort):
        return gettext("%(starts)s – %(ends)s") % {
            "starts": short(cohort.starts_on),
            "ends": short(cohort.ends_on),
        }

    @admin.display(description=_("to decide"), ordering="submitted")
    def to_decide(self, cohort):
        return self._link(cohort, State.SUBMITTED, cohort.submitted)

    @admin.display(description=_("accepted"), ordering="in_it")
    def accepted(self, cohort):
        return self._link(cohort, State.ACCEPTED, cohort.in_it)

    @admin.display(description=_("dates, streams, settings"))
    def settings(self, cohort):
        url = reverse("admin:matching_cohort_change", args=[cohort.pk])
        label = gettext("Change %(cohort)s") % {"cohort": cohort}
        return format_html('<a href="{}" aria-label="{}">{}</a>', url, label, gettext("Change"))

    def _link(self, cohort, state, count):
        query = urlencode({"cohort__id__exact": cohort.pk, "state__exact": state})
        url = reverse("admin:matching_application_changelist")
        return format_html('<a href="{}?{}">{}</a>', url, query, count)


def short(day) -> str:
    return date_format(day, "j F Y")
