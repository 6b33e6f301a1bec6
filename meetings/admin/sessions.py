"""Sessions and series as the programme's admins see them: when, who hosts, how many seats. No needs, no notes, no link
of a call: those are their people's. What changes, changes through the services."""

from django.contrib import admin
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from matching.admin.pages import PagesMixin
from meetings.forms.sessions import SubstituteForm
from meetings.models import Series, Session
from meetings.my_session import in_words
from meetings.queries.sessions import with_people
from meetings.services.series import Scope, cancel_series
from meetings.services.sessions import cancel_session, replace_host


class ReadOnly(PagesMixin):
    """Rows that services write: the admin looks, and asks a service."""

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        return with_people(super().get_queryset(request))

    def show(self, request, template, *, title, **context):
        frame = self.admin_site.each_context(request) | {"opts": self.opts, "title": title}
        return TemplateResponse(request, f"admin/meetings/{template}", frame | context)

    @admin.display(description=lazy("for whom"))
    def for_whom(self, plan):
        return str(plan.mentorship or plan.stream or plan.cohort)


@admin.register(Session)
class SessionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["title", "when", "for_whom", "host", "seats_taken", "state"]
    list_filter = ["state", ("starts_at", admin.DateFieldListFilter), "cohort"]
    list_per_page = 50
    search_fields = ["title", "host__name", "host__sort_key"]
    search_help_text = lazy("Search by a session's title or its host's name.")
    date_hierarchy = "starts_at"
    ordering = ["-starts_at", "-pk"]

    def get_urls(self):
        pages = [
            self.page("<int:pk>/cancel/", self.cancel, "meetings_cancel_session"),
            self.page("<int:pk>/substitute/", self.substitute, "meetings_substitute"),
        ]
        return pages + super().get_urls()

    @admin.display(description=lazy("when"), ordering="starts_at")
    def when(self, session):
        return date_format(timezone.localtime(session.starts_at), "SHORT_DATETIME_FORMAT")

    @admin.display(description=lazy("seats"))
    def seats_taken(self, session):
        if session.seats is None:
            return _("for everybody")
        return _("%(taken)s of %(seats)s") % {"taken": session.taken, "seats": session.seats}

    def change_view(self, request, object_id, form_url="", extra_context=None):
        session = get_object_or_404(self.get_queryset(request), pk=object_id)
        if not self.has_view_permission(request, session):
            return super().change_view(request, object_id, form_url, extra_context)
        return self.show(
            request,
            "session/page.html",
            title=session.title,
            session=session,
            for_whom=self.for_whom(session),
            seats=self.seats_taken(session),
            comes_again=in_words(session.series) if session.series else "",
            may_change=is_to_come(session) and self.has_change_permission(request, session),
        )

    def cancel(self, request, pk):
        session = get_object_or_404(self.get_queryset(request), pk=pk)
        if request.method == "POST":
            with self.reporting(request):
                cancel_session(session)
                self.log_change(request, session, "cancelled")
                self.succeeded(request, _("Cancelled. Its people are told by mail."))
            return redirect("admin:meetings_session_change", pk)
        return self.show(request, "session/cancel.html", title=_("Cancel this session?"), session=session)

    def substitute(self, request, pk):
        session = get_object_or_404(self.get_queryset(request), pk=pk)
        # A host reads what people bring: no admin lets themselves in, the host or the mentor would have to ask them.
        form = SubstituteForm(request.POST or None, session=session, besides=request.user)
        if request.method == "POST" and form.is_valid():
            with self.reporting(request):
                replace_host(session, form.cleaned_data["substitute"])
                self.log_change(request, session, "another host")
                self.succeeded(
                    request, _("%(name)s hosts it now, and is told by mail.") % {"name": session.host}
                )
            return redirect("admin:meetings_session_change", pk)
        title = _("Who hosts it instead?")
        return self.show(request, "session/substitute.html", title=title, session=session, form=form)


@admin.register(Series)
class SeriesAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["title", "comes_again", "for_whom", "host", "cancelled_at"]
    list_per_page = 50
    search_fields = ["title", "host__name", "host__sort_key"]
    search_help_text = lazy("Search by a series' title or its host's name.")
    ordering = ["-pk"]

    def get_queryset(self, request):
        return Series.objects.select_related("mentorship", "cohort", "stream", "host")

    def get_urls(self):
        return [
            self.page("<int:pk>/cancel/", self.cancel, "meetings_cancel_series"),
            *super().get_urls(),
        ]

    @admin.display(description=lazy("how often"))
    def comes_again(self, series):
        return in_words(series)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        series = get_object_or_404(self.get_queryset(request), pk=object_id)
        if not self.has_view_permission(request, series):
            return super().change_view(request, object_id, form_url, extra_context)
        sessions = with_people(series.sessions.all())
        return self.show(
            request,
            "series/page.html",
            title=series.title,
            series=series,
            for_whom=self.for_whom(series),
            comes_again=in_words(series),
            coming=[session for session in sessions if is_to_come(session)],
            may_change=self.has_change_permission(request, series),
        )

    def cancel(self, request, pk):
        series = get_object_or_404(self.get_queryset(request), pk=pk)
        first = series.sessions.filter(state=Session.State.PLANNED, starts_at__gt=timezone.now()).first()
        if request.method == "POST" and first:
            with self.reporting(request):
                cancel_series(first, scope=Scope.ALL)
                self.log_change(request, series, "cancelled")
                self.succeeded(request, _("Cancelled. Its people are told by mail."))
            return redirect("admin:meetings_series_change", pk)
        return self.show(
            request, "series/cancel.html", title=_("Cancel this series?"), series=series, first=first
        )


def is_to_come(session: Session) -> bool:
    return not session.is_cancelled and session.starts_at > timezone.now()
