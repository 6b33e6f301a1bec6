"""Form the groups of a stream: started, followed, looked at, changed by hand, and kept."""

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matching.admin.pages import PagesMixin
from matching.errors import GroupRefused
from matching.forms.groups import GroupRunForm, MoveForm
from matching.group_board import Board, read_board
from matching.group_pages import cards, confirmation, found, places_for, standing
from matching.models import Application, GroupRun, Stream
from matching.queries.groups import (
    MOST_AT_ONCE,
    MOST_OFFERED,
    mentees_for_groups,
    next_group_number,
    spare_mentors,
    without_group,
)
from matching.services.at_work import UNFINISHED
from matching.services.group_moves import make_move
from matching.services.group_runs import form_groups_of, start_groups, stop_groups

State = GroupRun.State
LEFT_ON_A_PAGE = 25
NAME_LENGTH = 120
NAMES_SHOWN = 100


@admin.register(GroupRun)
class GroupRunAdmin(PagesMixin, admin.ModelAdmin):
    list_display = ["__str__", "state", "created_by", "created_at"]
    list_filter = ["cohort", "state"]
    list_select_related = ["cohort", "stream", "created_by"]
    list_per_page = 50

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(
            request, (extra_context or {}) | {"title": _("Groups formed for streams")}
        )

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        pages = [
            self.page("start/<int:stream>/", self.start, "matching_start_groups"),
            self.page("<int:pk>/progress/", self.progress, "matching_group_progress"),
            self.page("<int:pk>/stop/", self.stop, "matching_stop_groups"),
            self.page("<int:pk>/move/", self.move, "matching_move_in_groups"),
            self.page("<int:pk>/form/", self.form_groups, "matching_form_groups"),
        ]
        return pages + super().get_urls()

    # --- Start, follow, stop ---

    def start(self, request, stream):
        stream = get_object_or_404(Stream.objects.select_related("cohort"), pk=stream)
        form = GroupRunForm(request.POST or None, stream=stream)
        if request.method == "POST" and form.is_valid():
            with self.reporting(request):
                chosen = form.cleaned_data
                run = start_groups(
                    stream,
                    form.rules,
                    leads=[one.pk for one in chosen["leads"]],
                    helpers=[one.pk for one in chosen["helpers"]],
                    by=request.user,
                )
                self.log_addition(request, run, "started")
                return redirect("admin:matching_grouprun_change", run.pk)
        return self.show(
            request,
            "group/start.html",
            title=_("Form groups: %(stream)s") % {"stream": stream},
            stream=stream,
            form=form,
            rows=form.rows(),
            **who_is_in(stream),
            most_offered=MOST_OFFERED if len(form.mentors) == MOST_OFFERED else None,
        )

    def change_view(self, request, object_id, form_url="", extra_context=None):
        run = self._run(object_id)
        if not self.has_view_permission(request, run):
            return super().change_view(request, object_id, form_url, extra_context)
        context = standing(run)
        if run.state == State.DONE:
            context |= self._result(request, run)
        return self.show(request, "group/page.html", title=title_of(run), **context)

    def _run(self, pk) -> GroupRun:
        runs = GroupRun.objects.select_related("cohort__programme", "stream__cohort", "created_by")
        return get_object_or_404(runs, pk=pk)

    def _result(self, request, run: GroupRun) -> dict:
        page = Paginator(without_group(run), LEFT_ON_A_PAGE).get_page(request.GET.get("page"))
        board = read_board(run, also=[one.pk for one in page])
        return found(board, request.user.time_zone) | {
            "cards": cards(board, request.user.time_zone),
            "page": page,
            "left": [(one, board.why_left(one)) for one in page],
            "spare": list(spare_mentors(run).prefetch_related(None)),
        }

    def progress(self, request, pk):
        """What htmx asks for every second; once the run has ended, the whole page is read anew."""
        run = get_object_or_404(GroupRun, pk=pk)
        if run.state not in UNFINISHED:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return render(request, "admin/matching/group/_progress.html", standing(run))

    def stop(self, request, pk):
        run = get_object_or_404(GroupRun, pk=pk)
        if request.method == "POST":
            with self.reporting(request):
                stop_groups(run)
                self.succeeded(request, _("It stops at its next step, and nothing of it is kept."))
        return redirect("admin:matching_grouprun_change", pk)

    # --- Move people by hand ---

    def move(self, request, pk):
        """Where somebody could go; then, for one place, what it would change; then the change itself."""
        run = self._run(pk)
        if run.state != State.DONE:
            return redirect("admin:matching_grouprun_change", pk)
        if request.method == "POST":
            return self._make_move(request, run)
        form = MoveForm(request.GET)
        if form.is_valid():
            return self._confirm(request, run, form)
        return self._choose_place(request, run)

    def _make_move(self, request, run):
        form = MoveForm(request.POST)
        if not form.is_valid():
            return redirect("admin:matching_grouprun_change", run.pk)
        chosen = form.cleaned_data
        with self.reporting(request):
            make_move(run, form.move(), version=chosen["version"] or 0, overrule=chosen["overrule"])
            self.log_change(request, run, f"changed by hand: {chosen['verb']}")
            self.succeeded(request, _("The groups are changed."))
        return redirect("admin:matching_grouprun_change", run.pk)

    def _confirm(self, request, run, form):
        move = form.move()
        board = read_board(run, also=[pk for pk in (move.who, move.other) if pk])
        try:
            shown = confirmation(board, move, request.user.time_zone)
        except GroupRefused as refused:
            shown = {"hard": refused.sentences}
        return self.show(
            request,
            "group/confirm.html",
            title=_("Change the groups"),
            run=run,
            move=move,
            form=form,
            **shown,
        )

    def _choose_place(self, request, run):
        who = request.GET.get("who", "")
        board = read_board(run, also=[int(who)] if who.isdigit() else [])
        one = board.who.get(int(who)) if who.isdigit() else None
        return self.show(
            request,
            "group/move.html",
            title=_("Move %(name)s") % {"name": one.person} if one else _("A new group"),
            run=run,
            one=one,
            home=one and board.group_of.get(one.pk),
            places=places_for(board, one, request.user.time_zone) if one else [],
            others=self._others(board, one),
            mentors=[] if one else self._who_could_lead(run, board),
        )

    def _others(self, board: Board, one: Application | None) -> list[tuple[str, Application]]:
        """With whom somebody could trade places."""
        home = one and board.group_of.get(one.pk)
        return [
            (group.label, other)
            for group in board.open_groups
            for other in group.everybody
            if one and group != home and other.part == one.part and other != one
        ]

    def _who_could_lead(self, run: GroupRun, board: Board) -> list[Application]:
        helpers = [one for group in board.open_groups for one in group.cofacilitators]
        return [*spare_mentors(run), *helpers]

    # --- Keep them ---

    def form_groups(self, request, pk):
        run = self._run(pk)
        if run.state != State.DONE:
            return redirect("admin:matching_grouprun_change", pk)
        if request.method == "POST" and (formed := self._form(request, run)):
            self.succeeded(
                request,
                ngettext(
                    "%(count)s group is formed. Nobody is told before you publish it.",
                    "%(count)s groups are formed. Nobody is told before you publish them.",
                    len(formed),
                )
                % {"count": len(formed)},
            )
            return redirect(after_forming(run))
        board = read_board(self._run(pk))
        unformed = [card for card in cards(board, request.user.time_zone) if not card.group.mentorship]
        return self.show(
            request,
            "group/form.html",
            title=_("Form these groups"),
            run=board.run,
            cards=unformed,
            breaks_rules=any(card.soft for card in unformed),
            next_number=next_group_number(run),
        )

    def _form(self, request, run):
        numbers = [int(value) for value in request.POST.getlist("group") if value.isdigit()]
        names = {
            number: request.POST.get(f"name-{number}", "").strip()[:NAME_LENGTH]
            for number in numbers
            if number < len(run.groups)
        }
        if not names:
            self.succeeded(request, _("Tick at least one group. Nothing was changed."))
            return None
        version = request.POST.get("version", "")
        with self.reporting(request):
            formed = form_groups_of(
                run,
                names,
                version=int(version) if version.isdigit() else 0,
                overrule="overrule" in request.POST,
            )
            for group in formed:
                self.log_addition(request, group, "formed")
            return formed
        return None


def who_is_in(stream: Stream) -> dict:
    mentees = mentees_for_groups(stream)
    return {
        "count": mentees.count(),
        "first": list(mentees.prefetch_related(None)[:NAMES_SHOWN]),
        "most_at_once": MOST_AT_ONCE,
    }


def after_forming(run: GroupRun) -> str:
    if run.stream_id:
        return reverse("admin:matching_publish_groups", args=[run.stream_id])
    return reverse("admin:matching_grouprun_change", args=[run.pk])


def title_of(run: GroupRun) -> str:
    return _("Groups: %(stream)s") % {"stream": run.stream or run.cohort}
