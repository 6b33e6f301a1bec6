"""Django's own pages of history, told in sentences: of a cohort, an application, a run, a mentorship."""

from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from matching.forms.history import HistoryForm
from matching.history.telling import newest_first, row, tell, tell_act, tell_log, tell_one, title_of
from matching.models import Act, Cohort, Mentorship
from matching.queries.history import Named, acts_of, events_of, first_events, log_of

ROWS_OF_AN_ACT = 100


class HistoryPages:
    """For the admin of an application, a run or a mentorship: what was done to it."""

    def history_view(self, request, object_id, extra_context=None):
        thing = self._thing(request, object_id)
        events = events_of(thing)
        named = Named.load(events)
        told = tell_one(events, named)
        # A pair is called by its people, whom `named` has read.
        called = (
            title_of(named.mentorships[thing.pk]) if isinstance(thing, Mentorship) and events else str(thing)
        )
        return self._tell(
            request,
            "thing.html",
            thing,
            called=called,
            told=newest_first([*told, *tell_log(log_of(thing), events)]),
            cohort=thing.cohort_id,
        )

    def _thing(self, request, object_id):
        thing = self.get_queryset(request).filter(pk=object_id).first() if object_id.isdecimal() else None
        if thing is None:
            raise Http404
        if not self.has_view_or_change_permission(request, thing):
            raise PermissionDenied
        return thing

    def _tell(self, request, template, thing, *, called="", **context):
        called = called or str(thing)
        title = _("History: %(thing)s") % {"thing": called}
        frame = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": title,
            "thing": thing,
            "called": called,
        }
        return TemplateResponse(request, f"admin/matching/history/{template}", frame | context)


class CohortHistoryPages(HistoryPages):
    """For the admin of cohorts: everything in one, by whom, what and when."""

    def history_view(self, request, object_id, extra_context=None):
        cohort = self._thing(request, object_id)
        if request.GET.get("act", "").isdecimal():
            return self._one_act(request, cohort, int(request.GET["act"]))
        form = HistoryForm(request.GET or None)
        before = request.GET.get("before", "")
        found = acts_of(cohort, form.narrowed(), int(before) if before.isdecimal() else None)
        events = first_events(found.acts)
        asked = {name: value for name, value in request.GET.items() if name in form.fields and value}
        return self._tell(
            request,
            "cohort.html",
            cohort,
            cohort=cohort.pk,
            form=form,
            told=list(tell(found.acts, events, Named.load(events))),
            older=found.older and urlencode(asked | {"before": found.older}),
            newest=before and "?" + urlencode(asked),
            is_narrowed=bool(asked),
        )

    def _one_act(self, request, cohort: Cohort, pk: int):
        act = get_object_or_404(Act.objects.select_related("by"), pk=pk, cohort=cohort)
        page = Paginator(act.events.order_by("pk"), ROWS_OF_AN_ACT).get_page(request.GET.get("page"))
        events = list(page)
        named = Named.load(events)
        return self._tell(
            request,
            "act.html",
            cohort,
            cohort=cohort.pk,
            told=tell_act(act, events, named),
            rows=[row(event, act, named) for event in events],
            page=page,
            query=urlencode({"act": pk}),
        )
