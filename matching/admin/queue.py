"""The review queue: what matters for a decision on one screen, decided in bulk after a look at the mails."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from matching import answers, decision_mails, exports
from matching.forms.decisions import DecisionForm, NoteForm, QueueFilter
from matching.models import Application, ApplicationNote, Cohort
from matching.queries import queue
from matching.services import decisions, notes
from matching.services.decisions import MAIL_OF, Outcome
from matching.services.refusals import DecidedMeanwhile

State = Application.State
Part = Application.Part

ROWS_A_PAGE = 50
MOST_NAMED = 5
MOST_LISTED = 200
VERBS = {
    State.ACCEPTED: lazy("Accept"),
    State.WAITING: lazy("Put on the waiting list"),
    State.DECLINED: lazy("Decline"),
}


@dataclass(frozen=True)
class Line:
    """One application as the queue shows it."""

    application: Application
    roles: list[str]
    aims: list[str]
    setting: list[str]
    topics: list[str]
    scarce: str
    is_own: bool

    @property
    def may_be_chosen(self) -> bool:
        return not self.is_own and self.application.state in decisions.PENDING

    @property
    def label(self) -> str:
        return _("new") if self.application.state == State.SUBMITTED else self.application.get_state_display()

    @property
    def marks(self) -> list[str]:
        """What else an admin should know before deciding."""
        application = self.application
        has_agreed = application.agreed_to_id or not application.was_entered
        said = [
            (application.was_in_one, _("Was in an earlier cohort")),
            (application.asked_before and not application.was_in_one, _("Applied before, without a place")),
            (not has_agreed, _("Imported, has not agreed yet")),
            (application.has_other_part, _("Applies as mentee and as mentor")),
        ]
        return [sentence for is_so, sentence in said if is_so]

    @property
    def tone(self) -> str:
        tones = {State.SUBMITTED: "warn", State.ACCEPTED: "good", State.DECLINED: "bad"}
        return tones.get(self.application.state, "quiet")


class QueuePages:
    """The pages of ApplicationAdmin about many applications of a cohort at once."""

    def queue_urls(self):
        return [
            self.page("queue/<int:cohort>/", self.queue, "matching_application_queue"),
            self.page("export/<int:cohort>/", self.export, "matching_export_applications"),
            self.page("decide/", self.decide, "matching_decide_applications"),
            self.page("<int:pk>/note/", self.add_note, "matching_add_note"),
            self.page("note/<int:pk>/", self.note, "matching_note"),
        ]

    def queue(self, request, cohort):
        cohort = get_object_or_404(Cohort.objects.select_related("programme"), pk=cohort)
        form = QueueFilter(request.GET, cohort=cohort)
        found = queue.found(cohort, form.wanted)
        if request.method == "POST":
            return self._ask_about(request, cohort, found)
        page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
        return self.show(
            request,
            "application/queue.html",
            title=_("Applications to %(cohort)s") % {"cohort": cohort},
            cohort=cohort,
            form=form,
            page=page,
            lines=self._lines(request, cohort, page),
            tally=queue.tally(cohort),
            to_decide=found.filter(state__in=queue.TO_DECIDE).exclude(person=request.user).count(),
            verbs=VERBS.items(),
            query=_without_page(request),
            note_form=NoteForm(auto_id=False),
            here=request.get_full_path(),
            # Rows are wide, and the way back stands above them.
            is_nav_sidebar_enabled=False,
        )

    def _lines(self, request, cohort, page) -> list[Line]:
        applications = list(queue.with_row(page.object_list))
        topics = {each.topic_id for one in applications for each in _open_topics(one)}
        market = queue.market(cohort, topics)
        return [_line(application, market, request.user) for application in applications]

    def _ask_about(self, request, cohort, found):
        if request.POST.get("whom") == "all":
            chosen = found.filter(state__in=queue.TO_DECIDE)
        else:
            pks = [int(pk) for pk in request.POST.getlist("chosen") if pk.isdecimal()]
            chosen = Application.objects.filter(cohort=cohort, pk__in=pks).order_by("submitted_at", "pk")
        answer, back = request.POST.get("answer", ""), request.get_full_path()
        if answer not in VERBS or not chosen.exists():
            self.message_user(request, _("Tick somebody first, then choose an answer."), messages.WARNING)
            return redirect(back)
        return self.ask(request, answer, chosen, back=back)

    # --- deciding about many ---

    def ask(self, request, answer, applications, *, back):
        """What would be done, with the mails, before anything is."""
        applications = applications.select_related("cohort__programme", "person", "decided_by")
        outcomes = decisions.look_ahead(applications, answer, by=request.user)
        ready = [outcome.application for outcome in outcomes if not outcome.refused]
        return self.show(
            request,
            "application/decide.html",
            title=_question(answer, len(ready)),
            answer=answer,
            verb=VERBS[answer],
            ready=ready,
            listed=ready[:MOST_LISTED],
            refused=refusals(outcomes),
            preview=decision_mails.preview(MAIL_OF[answer], ready),
            seen={state: _numbers(ready, state) for state in queue.TO_DECIDE},
            back=back,
        )

    def decide(self, request):
        back = self._back(request)
        form = DecisionForm(request.POST)
        if request.method != "POST" or not form.is_valid():
            for error in form.errors.get("seen_submitted", []) + form.errors.get("seen_waiting", []):
                self.message_user(request, error, messages.WARNING)
            return redirect(back)
        answer = form.cleaned_data["answer"]
        outcomes = decisions.decide_many(form.seen, answer, by=request.user)
        self.report(request, answer, outcomes)
        return HttpResponseRedirect(back)

    def _back(self, request) -> str:
        """Where the admin came from, if that is a page of ours."""
        back = request.POST.get("back", "")
        is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
        return back if is_ours else reverse("admin:matching_application_changelist")

    def report(self, request, answer, outcomes):
        for sentence in refusals(outcomes):
            self.message_user(request, sentence, messages.WARNING)
        decided = [outcome.application for outcome in outcomes if not outcome.refused]
        if decided:
            LogEntry.objects.log_actions(request.user.pk, decided, CHANGE, str(State(answer).label))
            self.message_user(request, _count_sentence(answer, len(decided)), messages.SUCCESS)

    def export(self, request, cohort):
        cohort = get_object_or_404(Cohort, pk=cohort)
        found = queue.found(cohort, QueueFilter(request.GET, cohort=cohort).wanted)
        rows = exports.rows(queue.with_row(found))
        name = f"{cohort.slug}-{localdate():%Y-%m-%d}"
        if request.GET.get("as") == "xlsx":
            return FileResponse(
                exports.workbook(rows), as_attachment=True, filename=f"{name}.xlsx", content_type=exports.XLSX
            )
        answer = StreamingHttpResponse(exports.csv_lines(rows), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return answer

    # --- notes ---

    def add_note(self, request, pk):
        application = get_object_or_404(Application.objects.select_related("person"), pk=pk)
        form = NoteForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            with self.reporting(request):
                notes.add_note(application, form.cleaned_data["text"], by=request.user)
                self.succeeded(
                    request, _("Your note about %(person)s is kept.") % {"person": application.person}
                )
            return HttpResponseRedirect(self._back(request))
        return self._show_note(request, form, application, title=_("Add a note"))

    def note(self, request, pk):
        """Whoever wrote a note changes it or takes it back; to others it is not there."""
        note = get_object_or_404(
            ApplicationNote.objects.select_related("application__person"), pk=pk, by=request.user
        )
        form = NoteForm(request.POST or None, instance=note)
        if request.method == "POST" and "delete" in request.POST:
            with self.reporting(request):
                notes.delete_note(note, by=request.user)
                self.succeeded(request, _("Your note is deleted."))
            return HttpResponseRedirect(self._back(request))
        if request.method == "POST" and form.is_valid():
            with self.reporting(request):
                notes.change_note(note, form.cleaned_data["text"], by=request.user)
                self.succeeded(request, _("Your note is kept."))
            return HttpResponseRedirect(self._back(request))
        return self._show_note(request, form, note.application, title=_("Change your note"), note=note)

    def _show_note(self, request, form, application, **context):
        back = request.POST.get("back") or request.GET.get("back", "")
        return self.show(
            request, "application/note.html", form=form, application=application, back=back, **context
        )


def refusals(outcomes: list[Outcome]) -> list[str]:
    """What was refused, about whom: each in a sentence, or, where they are many, together by what became of them."""
    refused = [outcome for outcome in outcomes if outcome.refused]
    if len(refused) <= MOST_NAMED:
        return [str(outcome.refused) for outcome in refused]
    alike: dict[tuple, list[Outcome]] = {}
    for outcome in refused:
        application = outcome.application
        alike.setdefault((type(outcome.refused), application.state, application.decided_by_id), []).append(
            outcome
        )
    return [_together(outcomes) for outcomes in alike.values()]


def _together(outcomes: list[Outcome]) -> str:
    first = outcomes[0]
    if len(outcomes) == 1:
        return str(first.refused)
    words = {
        "names": _some_names([outcome.application for outcome in outcomes]),
        "count": len(outcomes),
        "state": first.application.get_state_display(),
        "admin": first.application.decided_by,
    }
    if not isinstance(first.refused, DecidedMeanwhile):
        return _("%(count)s are in a mentorship and were left as they are: %(names)s.") % words
    if first.application.decided_by_id:
        return (
            _("%(count)s are %(state)s, decided by %(admin)s, and were left as they are: %(names)s.") % words
        )
    return _("%(count)s are %(state)s and were left as they are: %(names)s.") % words


def _some_names(applications: list[Application]) -> str:
    named = ", ".join(str(application.person) for application in applications[:MOST_NAMED])
    others = len(applications) - MOST_NAMED
    if others <= 0:
        return named
    return ngettext("%(names)s and %(count)s other", "%(names)s and %(count)s others", others) % {
        "names": named,
        "count": others,
    }


def _question(answer: str, count: int) -> str:
    questions = {
        State.ACCEPTED: ngettext("Accept %(count)s person?", "Accept %(count)s people?", count),
        State.WAITING: ngettext(
            "Put %(count)s person on the waiting list?", "Put %(count)s people on the waiting list?", count
        ),
        State.DECLINED: ngettext("Decline %(count)s application?", "Decline %(count)s applications?", count),
    }
    return questions[answer] % {"count": count}


def _count_sentence(answer: str, count: int) -> str:
    return ngettext(
        "%(count)s application is %(state)s now. The person is told by mail.",
        "%(count)s applications are %(state)s now. Each person is told by mail.",
        count,
    ) % {"count": count, "state": State(answer).label}


def _numbers(applications: list[Application], state: str) -> str:
    return ",".join(str(application.pk) for application in applications if application.state == state)


def _without_page(request) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()


# --- one row ---


def _line(application: Application, market: queue.Market, admin) -> Line:
    person = application.person
    own_words = [person.other_discipline, person.other_sector]
    known = [each.label for each in (*person.disciplines.all(), *person.sectors.all()) if not each.sensitive]
    return Line(
        application,
        roles=answers.roles(application),
        aims=answers.aims(application),
        setting=[
            str(said) for said in (person.official_title, person.organisation, *known, *own_words) if said
        ],
        topics=answers.topics(_asked(application), shows_sensitive=False),
        scarce=_scarce(application, market),
        is_own=application.person_id == admin.pk,
    )


def _asked(application: Application):
    return (application.needs if application.part == Part.MENTEE else application.offers).all()


def _open_topics(application: Application) -> list:
    """Needs or offers from the catalogue, but for what is sensitive: even how many ask for that would tell."""
    return [each for each in _asked(application) if each.topic_id and not each.topic.sensitive]


def _scarce(application: Application, market: queue.Market) -> str:
    """How many offer what a mentee wants most; of what a mentor offers, that which is most short."""
    topics = _open_topics(application)
    if not topics:
        return ""
    if application.part == Part.MENTEE:
        first = topics[0]
        count = market.mentors[first.topic_id]
        return ngettext(
            "%(count)s mentor offers “%(topic)s”", "%(count)s mentors offer “%(topic)s”", count
        ) % {"count": count, "topic": first.label}
    scarcest = max(
        topics, key=lambda offer: market.mentees[offer.topic_id] / max(market.mentors[offer.topic_id], 1)
    )
    count = market.mentees[scarcest.topic_id]
    return ngettext(
        "%(count)s mentee asks for “%(topic)s”", "%(count)s mentees ask for “%(topic)s”", count
    ) % {"count": count, "topic": scarcest.label}
