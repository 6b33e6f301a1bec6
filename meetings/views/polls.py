from datetime import date, datetime, timedelta

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from matching.encounters import Encounter, my_place
from matching.errors import Refused
from matching.hours import monday_of
from matching.queries.mentorships import visible_to, with_people
from meetings.forms.polls import DEFAULT_MINUTES, MOST_SUGGESTED, AnswersForm, TimesForm
from meetings.queries.polls import Hours, hours_of, may_book, open_poll_in, page_of, polls_of, with_answers
from meetings.services import polls
from meetings.strip import Strip

WEEK = timedelta(weeks=1)
WEEKS_AHEAD = 12


def find_time(request, mentorship_pk):
    encounter = introduced(request, mentorship_pk)
    monday, this_week = asked_week(request), monday_of(timezone.localdate())
    hours = hours_of(encounter.everybody, zone=request.user.zone.key, monday=monday)
    form = TimesForm(
        request.POST or None,
        windows=easy_times(hours),
        members=hours.members,
        initial={"title": _("First meeting") if not encounter.is_group else _("Our next session")},
    )
    if request.method == "POST" and form.is_valid() and (poll := proposed(request, encounter, form)):
        return redirect("meetings:poll", poll.pk)
    context = {
        "encounter": encounter,
        "form": form,
        "strip": Strip(hours),
        "open_poll": open_poll_in(encounter.mentorship, request.user),
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "week_before": monday - WEEK if monday > this_week else None,
        "week_after": monday + WEEK if monday < this_week + WEEKS_AHEAD * WEEK else None,
    }
    return render(request, "meetings/polls/find_time.html", context)


def easy_times(hours: Hours):
    """The easiest few at which at least two could meet, or one where of nobody else the hours are known."""
    least = min(hours.known, 2)
    windows = hours.week.windows(DEFAULT_MINUTES, after=timezone.now())
    return [window for window in windows if window.free >= least][:MOST_SUGGESTED]


def asked_week(request) -> date:
    """The Monday in the address, within reach; else this week's, or from Friday on the next one's."""
    today = timezone.localdate()
    soonest = monday_of(today)
    try:
        asked = monday_of(date.fromisoformat(request.GET.get("week", "")))
    except (ValueError, OverflowError):
        return monday_of(today + timedelta(days=3))
    return min(max(asked, soonest), soonest + WEEKS_AHEAD * WEEK)


def proposed(request, encounter, form):
    try:
        poll = polls.propose_times(
            encounter.mentorship,
            request.user,
            form.times,
            title=form.cleaned_data["title"],
            minutes=form.cleaned_data["minutes"],
        )
    except Refused as refused:
        form.add_error(None, str(refused))
        return None
    messages.success(request, _("Asked. We write to everybody, and to you once all have answered."))
    return poll


def poll(request, pk):
    found = get_object_or_404(with_answers(polls_of(request.user)), pk=pk)
    page = page_of(found, request.user)
    form = AnswersForm(request.POST or None, page=page) if page.is_open else None
    if request.method == "POST" and answered(request, found, form):
        return redirect("meetings:poll", pk)
    return render(request, "meetings/polls/poll.html", {"page": page, "poll": found, "form": form})


def answered(request, found, form) -> bool:
    """Whether there is nothing to mend in the form."""
    if form and not form.is_valid():
        return False
    try:
        polls.answer_times(found, request.user, form.can if form else {})
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Thank you. You can change it until the poll closes."))
    return True


@require_POST
def book_time(request, pk, option_pk):
    found = to_decide(request, pk)
    option = get_object_or_404(found.options, pk=option_pk)
    try:
        session = polls.book_time(option, request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("meetings:poll", pk)
    messages.success(request, _("Booked, and everybody is invited."))
    return redirect("meetings:session", session.pk)


@require_POST
def withdraw_poll(request, pk):
    try:
        polls.withdraw_poll(to_decide(request, pk))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Withdrawn. Nobody is asked any more."))
    return redirect("meetings:poll", pk)


def to_decide(request, pk):
    """A poll on which this person decides; to everybody else there is nothing here."""
    found = get_object_or_404(polls_of(request.user).select_related("mentorship"), pk=pk)
    if not may_book(request.user, found):
        raise Http404
    return found


@require_POST
def book_first(request, mentorship_pk):
    encounter = introduced(request, mentorship_pk)
    if encounter.is_group and encounter.is_mentee:
        raise Http404
    try:
        moment = datetime.fromisoformat(request.POST.get("starts_at", ""))
        session = polls.book_first_session(encounter, moment)
    except ValueError:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("matching:mentorship", mentorship_pk)
    messages.success(request, _("Booked. The invitation is on its way to everybody."))
    return redirect("meetings:session", session.pk)


def introduced(request, pk) -> Encounter:
    """One's own mentorship once people know each other; anything else is not there."""
    mine = with_people(visible_to(request.user).filter(state="introduced"))
    mentorship = get_object_or_404(mine, pk=pk)
    return Encounter(mentorship, my_place(mentorship, request.user.pk))
