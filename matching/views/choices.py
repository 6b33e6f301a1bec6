from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matching.choosing import Choosable, why_for_mentor
from matching.errors import Refused
from matching.forms.choices import AnswerForm, MentorFilter, WordsForm
from matching.models import Application, Choice
from matching.models.choice import MOST_CHOICES
from matching.queries.choices import (
    asked_too_often,
    ever_asked_of,
    list_with_roles,
    may_be_asked,
    may_choose,
    with_mentees_card,
)
from matching.services import choices as services
from matching.services.places import places_left

State = Choice.State
CARDS_ON_A_PAGE = 6


@dataclass(frozen=True)
class Line:
    """One mentor on a mentee's own list."""

    choice: Choice
    can_be_asked: bool
    is_first: bool
    is_last: bool


@require_safe
def choices(request: HttpRequest, cohort_slug: str) -> HttpResponse:
    mentee = may_choose(timezone.localdate()).filter(person=request.user, cohort__slug=cohort_slug).first()
    if mentee is None:
        return nothing_to_choose(request, cohort_slug)
    everybody = Choosable.of(mentee, may_be_asked(mentee.cohort))
    listed = list_with_roles(mentee)
    others = everybody.without({choice.mentor_id for choice in listed} | asked_too_often(mentee))
    form = MentorFilter(request.GET, among=others)
    found = others.that_have(form.wanted)
    page = Paginator(found.rows, CARDS_ON_A_PAGE).get_page(request.GET.get("page"))
    lines = lines_of(listed, everybody.with_a_place())
    context = {
        "mentee": mentee,
        "lines": lines,
        "asked": next((line.choice for line in lines if line.choice.state == State.ASKED), None),
        "may_ask": any(line.can_be_asked for line in lines),
        "has_waiting": any(line.choice.state == State.LISTED for line in lines),
        "has_room": len(listed) < MOST_CHOICES,
        "most": MOST_CHOICES,
        "form": form,
        "is_filtered": bool(form.wanted),
        "has_mentors": bool(others.rows),
        "page": page,
        "cards": found.cards(page.object_list),
        "query": query_of(form),
    }
    return render(request, "matching/choices/page.html", context)


def nothing_to_choose(request: HttpRequest, cohort_slug: str) -> HttpResponse:
    """Links in mails outlive what they led to: whoever chose here once is led on, anybody else finds nothing."""
    get_object_or_404(
        Application,
        person=request.user,
        part=Application.Part.MENTEE,
        cohort__slug=cohort_slug,
        choices__isnull=False,
    )
    messages.info(request, _("There is no mentor to choose any more. The people you meet stand here."))
    return redirect("matching:mentorships")


def lines_of(listed: list[Choice], with_a_place: set[int]) -> list[Line]:
    waiting = [choice.pk for choice in listed if choice.state == State.LISTED]
    return [
        Line(
            choice,
            can_be_asked=choice.pk in waiting and choice.mentor_id in with_a_place,
            is_first=waiting[:1] == [choice.pk],
            is_last=waiting[-1:] == [choice.pk],
        )
        for choice in listed
    ]


def query_of(form: MentorFilter) -> str:
    """What the links to further pages carry along."""
    return "".join(f"&{name}={slug}" for name, slug in form.wanted.items())


@require_POST
def name_mentor(request: HttpRequest, cohort_slug: str) -> HttpResponse:
    mentee = chooser(request, cohort_slug)
    mentor = get_object_or_404(
        Application.objects.select_related("person"), pk=request.POST.get("mentor"), cohort=mentee.cohort_id
    )
    with_message(request, lambda: services.name_mentor(mentee, mentor))
    return back(request, cohort_slug)


@require_POST
def move_choice(request: HttpRequest, cohort_slug: str, pk: int) -> HttpResponse:
    mentee, choice = listed(request, cohort_slug, pk)
    is_up = request.POST.get("to") == "up"
    with_message(request, lambda: services.move_choice(mentee, choice, is_up=is_up))
    return back(request, cohort_slug)


@require_POST
def write_words(request: HttpRequest, cohort_slug: str, pk: int) -> HttpResponse:
    mentee, choice = listed(request, cohort_slug, pk)
    form = WordsForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(form.errors["words"]))
    else:
        words = form.cleaned_data["words"]
        with_message(request, lambda: services.write_words(mentee, choice, words), _("Your words are saved."))
    return back(request, cohort_slug)


@require_POST
def drop_choice(request: HttpRequest, cohort_slug: str, pk: int) -> HttpResponse:
    mentee, choice = listed(request, cohort_slug, pk)
    with_message(request, lambda: services.drop_choice(mentee, choice))
    return back(request, cohort_slug)


@require_POST
def ask(request: HttpRequest, cohort_slug: str) -> HttpResponse:
    mentee = chooser(request, cohort_slug)
    try:
        asked = services.ask_first(mentee)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(
            request, _("%(name)s is asked, and you hear from us either way.") % {"name": asked.mentor.person}
        )
    return back(request, cohort_slug)


def take_back(request: HttpRequest, cohort_slug: str, pk: int) -> HttpResponse:
    mentee, choice = listed(request, cohort_slug, pk)
    if request.method != "POST" and choice.state == State.ASKED:
        return render(request, "matching/choices/take_back.html", {"mentee": mentee, "choice": choice})
    with_message(request, lambda: services.take_back(choice), _("The request is taken back."))
    return back(request, cohort_slug)


def answer_choice(request: HttpRequest, pk: int) -> HttpResponse:
    choice = get_object_or_404(with_mentees_card(ever_asked_of(request.user)), pk=pk)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return answered(request, choice, form.cleaned_data["answer"])
    is_open = choice.state == State.ASKED
    context = {
        "choice": choice,
        "form": form,
        "is_open": is_open,
        "is_accepted": choice.state == State.ACCEPTED,
        "needs": printable_needs(choice) if is_open else [],
        "why": why_for_mentor(choice) if is_open else None,
        "places": places_left(choice.mentor),
    }
    return render(request, "matching/choices/answer.html", context)


def answered(request: HttpRequest, choice: Choice, answer: str) -> HttpResponse:
    try:
        if answer == AnswerForm.YES:
            services.accept_request(choice)
            messages.success(
                request, _("Thank you. %(name)s and you are introduced.") % {"name": choice.mentee.person}
            )
            return redirect("matching:mentorships")
        services.decline_request(choice)
        messages.success(request, _("Thank you for answering. Nobody asks why, and somebody else is asked."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("matching:answer_choice", choice.pk)


def printable_needs(choice: Choice) -> list[str]:
    return [need.label for need in choice.mentee.needs.all() if not (need.topic and need.topic.sensitive)]


def chooser(request: HttpRequest, cohort_slug: str) -> Application:
    """One's own application, whoever may choose by now: the services settle that."""
    return get_object_or_404(
        Application.objects.select_related("cohort", "person"),
        person=request.user,
        part=Application.Part.MENTEE,
        cohort__slug=cohort_slug,
    )


def listed(request: HttpRequest, cohort_slug: str, pk: int) -> tuple[Application, Choice]:
    """A choice on one's own list; anybody else's is not there."""
    mentee = chooser(request, cohort_slug)
    choices = Choice.objects.filter(mentee=mentee).select_related("mentee__person", "mentor__person")
    return mentee, get_object_or_404(choices, pk=pk)


def with_message(request: HttpRequest, act, done: str = "") -> None:
    try:
        act()
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        if done:
            messages.success(request, done)


def back(request: HttpRequest, cohort_slug: str) -> HttpResponse:
    """To the page as it was filtered: forms carry their query along."""
    response = redirect("matching:choices", cohort_slug)
    query = request.GET.urlencode()
    if query:
        response["Location"] += f"?{query}"
    return response
