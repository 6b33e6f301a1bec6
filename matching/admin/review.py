"""What the pages of a run show: how far it is, each proposal in sentences, and what deciding otherwise would cost."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from matching.admin.review_options import asked, change_link, fields_of, options_of, query_of
from matching.admin.review_rows import MOST_NAMES, Frame, row_of, shortages, wishes
from matching.costs import fit
from matching.errors import Refused
from matching.forms.review import ChangeForm, ReviewForm
from matching.models import MatchRun, Ruling
from matching.queries.review import (
    figures_of,
    gone_since,
    pairs_of,
    places_offered,
    rulings_on,
    weak_below,
    without_a_mentor,
)
from matching.queries.runs import has_introduced, places_used, undo_until
from matching.reasons import Labels
from matching.services.at_work import UNFINISHED
from matching.services.rulings import Change, What, apply, cost_of
from matching.services.rulings_refused import ChangedMeanwhile, TakenBackAlready

State = MatchRun.State
ROWS_A_PAGE = 100
TONES = {State.DONE: "good", State.PUBLISHED: "good", State.FAILED: "bad", State.STOPPED: "quiet"}


def standing(run: MatchRun) -> dict:
    return {
        "run": run,
        "tone": TONES.get(run.state, "warn"),
        "is_unfinished": run.state in UNFINISHED,
        # The engine's words and the ends of a run are stored in English and said in the reader's language.
        "words": _(run.words) if run.words else "",
        "percent": round(run.progress * 100),
    }


def review(run: MatchRun, request: HttpRequest) -> dict:
    figures, capacity, used = figures_of(run), places_offered(run), places_used(run)
    below = weak_below(figures.typical)
    form = ReviewForm(request.GET, run=run, typical=figures.typical)
    listed = Paginator(form.pairs(), ROWS_A_PAGE).get_page(request.GET.get("page"))
    frame = Frame(Labels.load(), request.user.time_zone, used, capacity, below)
    is_open = run.state == State.DONE
    return {
        "people": figures.mentees,
        "unmatched": figures.mentees - figures.matched,
        "worst": fit(run.worst),
        "typical": fit(figures.typical),
        "unused": sum(capacity.values()) - sum(used.values()),
        "pairs_checked": figures.mentees * len(capacity),
        "may_undo": run.state == State.PUBLISHED and not has_introduced(run),
        "undo_until": undo_until(run),
        "is_open": is_open,
        "gone": get_text_list(gone_since(run, MOST_NAMES), _("and")) if is_open else "",
        "shortages": shortages(without_a_mentor(run)),
        "rulings": list(rulings_on(run)),
        "form": form,
        "query": query_of(request, besides="page"),
        "back": urlencode({"back": request.GET.urlencode()}) if request.GET else "",
        "weak_below": fit(below),
        "page": listed,
        "rows": [row_of(pair, frame) for pair in listed],
    }


def finished(pk: int) -> MatchRun:
    runs = MatchRun.objects.select_related("cohort").filter(state__in=[State.DONE, State.PUBLISHED])
    return get_object_or_404(runs, pk=pk)


def run_page(run: MatchRun, back: str = "") -> str:
    """The review of a run, filtered as it was when it was left."""
    page = reverse("admin:matching_matchrun_change", args=[run.pk])
    return f"{page}?{back}" if back else page


def mentee_page(run: MatchRun, change: Change) -> str:
    return reverse("admin:matching_review_mentee", args=[run.pk, change.mentee.pk])


class ReviewPages:
    """Pages of a run: for MatchRunAdmin."""

    def review_urls(self):
        return [
            self.page("<int:pk>/mentee/<int:mentee>/", self.mentee, "matching_review_mentee"),
            self.page("<int:pk>/ruling/", self.ruling, "matching_ruling"),
            self.page("<int:pk>/rulings/<int:ruling>/drop/", self.drop_ruling, "matching_drop_ruling"),
        ]

    def mentee(self, request, pk, mentee):
        run = finished(pk)
        proposal = get_object_or_404(pairs_of(run), mentee=mentee)
        typical = figures_of(run).typical
        frame = Frame(
            Labels.load(), request.user.time_zone, places_used(run), places_offered(run), weak_below(typical)
        )
        pair = {"mentee": mentee, "mentor": proposal.mentor_id, "back": request.GET.get("back", "")}
        return self.show(
            request,
            "run/mentee.html",
            title=str(proposal.mentee.person),
            run=run,
            row=row_of(proposal, frame),
            wishes=wishes(proposal.mentee),
            is_open=run.state == State.DONE,
            rulings=[ruling for ruling in rulings_on(run) if ruling.mentee_id == mentee],
            lock_link=proposal.mentor_id and change_link(run, What.LOCK, **pair),
            forbid_link=proposal.mentor_id and change_link(run, What.FORBID, **pair),
            back=request.GET.get("back", ""),
            **options_of(run, proposal, request),
        )

    def ruling(self, request, pk):
        """What a change costs; and, once that has been seen and agreed to, the change itself."""
        run = finished(pk)
        form = ChangeForm(request.POST or request.GET, run=run)
        if not form.is_valid():
            self.message_user(request, _("Choose the pair from the pages of the run."), messages.WARNING)
            return redirect("admin:matching_matchrun_change", pk)
        if request.method == "POST":
            try:
                return self.done(request, run, form.change)
            except ChangedMeanwhile as refused:
                self.message_user(request, str(refused), messages.WARNING)
        return self.show_cost(request, finished(pk), form.change)

    def done(self, request, run: MatchRun, change: Change) -> HttpResponse:
        """Raises ChangedMeanwhile; whatever else is refused is told on the mentee's page."""
        version = request.POST.get("version", "")
        try:
            cost = apply(run, change, version=int(version) if version.isdecimal() else -1, by=request.user)
        except ChangedMeanwhile:
            raise
        except Refused as refused:
            return self.refused(request, run, change, refused)
        what = {"what": " ".join(cost.sentences)}
        self.succeeded(
            request, _("Done: the run is repaired, and its proof was checked again. %(what)s") % what
        )
        return redirect(run_page(run, request.POST.get("back", "")))

    def drop_ruling(self, request, pk, ruling):
        run = finished(pk)
        found = (
            Ruling.objects.filter(run=run, pk=ruling)
            .select_related("mentee__person", "mentor__person")
            .first()
        )
        if not found:
            self.message_user(request, str(TakenBackAlready()), messages.WARNING)
            return redirect("admin:matching_matchrun_change", pk)
        return self.show_cost(request, run, Change(What.DROP, found.mentee, found.mentor))

    def show_cost(self, request, run: MatchRun, change: Change) -> HttpResponse:
        try:
            cost = cost_of(run, change)
        except Refused as refused:
            return self.refused(request, run, change, refused)
        context = asked(change) | {
            "run": run,
            "change": change,
            "cost": cost,
            "fields": fields_of(change) | {"version": run.version},
            "back": request.POST.get("back", request.GET.get("back", "")),
            "leave": mentee_page(run, change),
        }
        if request.htmx:
            return render(request, "admin/matching/run/_ruling.html", context)
        return self.show(request, "run/ruling.html", title=context["question"], **context)

    def refused(self, request, run: MatchRun, change: Change, refused: Refused) -> HttpResponse:
        if request.htmx:
            return render(request, "admin/matching/run/_refused.html", {"sentence": refused})
        self.message_user(request, str(refused), messages.WARNING)
        return redirect(mentee_page(run, change))
