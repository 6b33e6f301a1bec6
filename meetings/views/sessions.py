from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from matching.errors import Refused
from matching.models import Mentorship
from meetings.errors import CannotChange, CannotPlan
from meetings.forms.sessions import (
    CancelForm,
    EditForm,
    OpenForm,
    SeriesForm,
    SessionForm,
    SeveralForm,
    SubstituteForm,
)
from meetings.models import Series, Session
from meetings.my_session import MySession, by_time, my_sessions
from meetings.queries import coming, needs, notes, seats
from meetings.queries.planning import Audience, cohorts_to_plan_for
from meetings.queries.sessions import leads, participants, runs_it, visible_to
from meetings.services.series import cancel_series, change_series, plan_series
from meetings.services.sessions import plan_session, plan_sessions, replace_host

A_PAGE = 30


# --- See --------------------------------------------------------------------------------------


@require_safe
def sessions(request):
    is_past = request.GET.get("when") == "past"
    of = request.GET.get("of") if request.GET.get("of") in ("mine", "open") else "all"
    now = timezone.now()
    found = coming.past_for(request.user, now) if is_past else coming.to_come_for(request.user, now)
    if of == "mine":
        found = coming.mine(found, request.user)
    elif of == "open":
        found = coming.open_ones(found)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "weeks": by_time(my_sessions(page.object_list, request.user, now)),
        "page": page,
        "of": of,
        "is_past": is_past,
        "open_for": cohorts_to_plan_for(request.user),
    }
    return render(request, "meetings/sessions/list.html", context)


@require_safe
def session(request, pk):
    mine = found(request, pk)
    runs = runs_it(request.user, mine.session)
    context = {
        "mine": mine,
        "session": mine.session,
        "runs_it": runs,
        "may_see_link": runs or mine.may_see_link,
        "may_change": runs and not mine.has_begun and not mine.session.is_cancelled,
        "is_member": is_in(request.user, mine.session),
        "seats_part": seats.part_for(mine.session, request.user),
        "needs_part": needs.part_for(mine.session, request.user),
        "notes_part": notes.part_for(mine.session, request.user),
    }
    return render(request, "meetings/sessions/page.html", context)


def found(request, pk) -> MySession:
    """A session that one may see; any other is not there."""
    now = timezone.now()
    one = get_object_or_404(coming.with_my_seat(visible_to(request.user), request.user), pk=pk)
    return MySession(one, request.user, now)


def is_in(person, session: Session) -> bool:
    """A substitute sees the session, not the mentorship."""
    members = session.mentorship.members.filter(person=person, left_at=None) if session.mentorship else None
    return members is not None and members.exists()


# --- Plan -------------------------------------------------------------------------------------


def new_session(request, mentorship_pk):
    audience = Audience(to_lead(request, mentorship_pk))
    form = SessionForm(request.POST or None, audience=audience, person=request.user)
    if planned := planning(request, form, lambda: plan_session(audience, form.details())):
        return invited(request, planned)
    return plan_page(request, form, audience, title=_("Plan a session"), action=_("Plan the session"))


def new_series(request, mentorship_pk):
    audience = Audience(to_lead(request, mentorship_pk))
    form = SeriesForm(request.POST or None, audience=audience, person=request.user)
    if series := planning(request, form, lambda: plan_series(audience, form.details(), **form.rule())):
        return invited_to_series(request, series)
    return plan_page(request, form, audience, title=_("Plan a series"), action=_("Plan the series"))


def several_dates(request, mentorship_pk):
    audience = Audience(to_lead(request, mentorship_pk))
    form = SeveralForm(request.POST or None, audience=audience, person=request.user)
    if planned := planning(request, form, lambda: plan_sessions(audience, form.several())):
        return invited_to_several(request, planned)
    title, action = _("Plan several dates"), _("Plan these dates")
    return plan_page(request, form, audience, title=title, action=action)


def new_open_session(request, cohort):
    cohort = get_object_or_404(cohorts_to_plan_for(request.user), slug=cohort)
    form = OpenForm(request.POST or None, audience=Audience(cohort=cohort), person=request.user)
    if planned := planning(request, form, lambda: plan_open(form)):
        tell = invited if isinstance(planned, Session) else invited_to_series
        return tell(request, planned)
    title, action = _("Plan an open session"), _("Plan the session")
    return plan_page(request, form, form.audience, title=title, action=action)


def plan_open(form: OpenForm) -> Session | Series:
    audience, details = form.audience_chosen(), form.details()
    if form.cleaned_data["every"]:
        return plan_series(audience, details, **form.rule())
    return plan_session(audience, details)


def to_lead(request, pk) -> Mentorship:
    """A mentorship whose sessions one may plan; any other is not there."""
    mentorship = get_object_or_404(Mentorship.objects.select_related("cohort"), pk=pk)
    if not leads(request.user, mentorship):
        raise Http404
    return mentorship


def planning(request, form, plan):
    """What was planned; None while there is something to mend, and the form says what."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return plan()
    except CannotPlan as refused:
        form.put_all(refused)
        return None


def plan_page(request, form, audience: Audience, *, title: str, action: str):
    context = {"form": form, "audience": audience, "title": title, "action": action}
    return render(request, "meetings/sessions/plan.html", context)


def invited(request, planned: Session):
    messages.success(request, _("The session is planned, and its people are invited by mail."))
    return to_session_or_list(request, planned)


def invited_to_series(request, series):
    number = series.sessions.count()
    words = ngettext(
        "The series is planned: %(number)s session. Its people are invited by mail.",
        "The series is planned: %(number)s sessions. Its people are invited by mail.",
        number,
    )
    messages.success(request, words % {"number": number})
    return to_session_or_list(request, series.sessions.first())


def invited_to_several(request, planned: list[Session]):
    number = len(planned)
    words = ngettext(
        "%(number)s session is planned, and its people are invited.",
        "%(number)s sessions are planned, and their people are invited.",
        number,
    )
    messages.success(request, words % {"number": number})
    return redirect("meetings:sessions")


def to_session_or_list(request, planned: Session):
    """An admin may plan what somebody else hosts, and need not see it."""
    if visible_to(request.user).filter(pk=planned.pk).exists():
        return redirect("meetings:session", planned.pk)
    return redirect("meetings:sessions")


# --- Change, cancel, hand over ----------------------------------------------------------------


def edit_session(request, pk):
    mine = to_run(request, pk)
    if refusal := too_late(mine):
        return refused(request, pk, refusal)
    form = EditForm(request.POST or None, session=mine.session, person=request.user)
    if request.method == "POST" and form.is_valid():
        seen, scope = form.cleaned_data["seen"], form.scope_chosen
        try:
            change_series(mine.session, form.details(), scope=scope, seen=seen)
        except CannotPlan as error:
            form.put_all(error)
        except CannotChange as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, _("Done. Whoever has it in the calendar gets one mail about what is new.")
            )
            return redirect("meetings:session", pk)
    return render(request, "meetings/sessions/edit.html", {"form": form, "mine": mine})


def cancel_session(request, pk):
    mine = to_run(request, pk)
    if refusal := too_late(mine):
        return refused(request, pk, refusal)
    form = CancelForm(request.POST or None, session=mine.session)
    # One without a series has a form without fields: any POST confirms.
    if request.method == "POST" and (form.is_valid() or not form.fields):
        try:
            cancel_series(mine.session, scope=form.scope_chosen if form.fields else "one")
        except Refused as error:
            return refused(request, pk, str(error))
        messages.success(
            request, _("Cancelled. Everybody who had a seat, or waited for one, is told by mail.")
        )
        return redirect("meetings:sessions")
    context = {"form": form, "mine": mine, "told": told_of(mine.session, request.user)}
    return render(request, "meetings/sessions/cancel.html", context)


def substitute(request, pk):
    mine = to_run(request, pk)
    if refusal := too_late(mine):
        return refused(request, pk, refusal)
    form = SubstituteForm(request.POST or None, session=mine.session)
    if request.method == "POST" and form.is_valid():
        person = form.cleaned_data["substitute"]
        try:
            replace_host(mine.session, person)
        except CannotPlan as error:
            form.add_error("substitute", str(error))
        except CannotChange as error:
            return refused(request, pk, str(error))
        else:
            messages.success(
                request, _("%(name)s hosts this session now, and is told by mail.") % {"name": person}
            )
            return to_session_or_list(request, mine.session)
    return render(request, "meetings/sessions/substitute.html", {"form": form, "mine": mine})


def to_run(request, pk) -> MySession:
    """A session that one may change; any other is not there."""
    mine = found(request, pk)
    if not runs_it(request.user, mine.session):
        raise Http404
    return mine


def too_late(mine: MySession) -> str:
    if mine.session.is_cancelled:
        return _("This session was cancelled already. Nothing was changed.")
    return _("This session has begun, so it can no longer be changed.") if mine.has_begun else ""


def refused(request, pk, sentence: str):
    messages.error(request, sentence)
    return redirect("meetings:session", pk)


def told_of(session: Session, person) -> list[str]:
    return [str(one) for one in participants(session).exclude(pk=person.pk).order_by("sort_key")]
