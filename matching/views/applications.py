from dataclasses import dataclass

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.forms import WhatIDoForm
from accounts.notices import as_page
from matching.answers import answers_of, with_answers
from matching.errors import Refused
from matching.forms import applications as forms
from matching.models import Application, Cohort
from matching.queries.applications import (
    is_done,
    journey,
    may_change,
    minutes_left,
    missing_steps,
    next_to_take,
    notice_to_accept,
    visible_to,
)
from matching.services import applications as services
from matching.services.refusals import Incomplete
from matching.steps import AGREE, BY_SLUG, FREE, GROWING_INTO, NEEDS, NOT_WITH, OFFERS, PLACE, WHAT_I_DO, Step

State = Application.State

FORMS = {
    NEEDS: forms.NeedsForm,
    GROWING_INTO: forms.GrowingIntoForm,
    OFFERS: forms.OffersForm,
    PLACE: forms.PlaceForm,
    FREE: forms.FreeForm,
    NOT_WITH: forms.NotWithForm,
}


def apply(request: HttpRequest, cohort_slug: str) -> HttpResponse:
    cohort = get_object_or_404(Cohort.objects.select_related("programme"), slug=cohort_slug)
    applications = list(visible_to(request.user).filter(cohort=cohort).order_by("part"))
    form = forms.PartForm(
        request.POST if request.method == "POST" else None, taken=[each.part for each in applications]
    )
    if form.is_valid():
        try:
            return _begin(cohort, request.user, form.parts)
        except Refused as refused:
            form.add_error(None, str(refused))
    context = {"cohort": cohort, "applications": applications, "form": form}
    return render(request, "matching/apply/apply.html", context)


def _begin(cohort, person, parts) -> HttpResponse:
    begun = [services.begin_application(cohort, person, part) for part in parts]
    owner, step = next_to_take(journey(begun[0]))
    return redirect("matching:application_step", owner.pk, step.slug)


def application(request: HttpRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(with_answers(visible_to(request.user)), pk=pk)
    to_take = journey(shown) if shown.state == State.DRAFT and shown.cohort.is_open else []
    context = {
        "application": shown,
        "answers": [(answer, _change_url(shown, answer.step)) for answer in answers_of(shown)],
        "next": next_to_take(to_take) if to_take else None,
        "minutes": minutes_left(to_take),
        "may_withdraw": shown.state in services.IN_HAND,
        "siblings": visible_to(request.user).filter(cohort=shown.cohort).exclude(pk=pk),
    }
    return render(request, "matching/apply/application.html", context)


def _change_url(application: Application, step: Step) -> str:
    if not may_change(application, step):
        return ""
    return reverse("matching:application_step", args=[application.pk, step.slug])


def application_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    shown = get_object_or_404(visible_to(request.user).select_related("availability"), pk=pk)
    page = StepPage(shown, _step_of(shown, step))
    try:
        services.check_may_change(shown, page.step)
    except Refused as refused:
        messages.info(request, str(refused))
        return redirect("matching:application", pk)
    if page.step == AGREE:
        return _agree(request, page)
    return _answer(request, page)


def _step_of(application: Application, slug: str) -> Step:
    step = BY_SLUG.get(slug)
    if step is None or not step.is_of(application.part):
        raise Http404
    return step


@dataclass
class StepPage:
    """One step as it is shown, and where it leads."""

    application: Application
    step: Step

    def __post_init__(self):
        self.journey = journey(self.application)

    @property
    def owners(self) -> list[Application]:
        return list({owner.pk: owner for owner, _step in self.journey}.values())

    @property
    def is_draft(self) -> bool:
        return self.application.state == State.DRAFT

    @property
    def steps(self) -> list[tuple]:
        return [
            (step.label, self._url(owner, step), "done" if is_done(owner, step) else "todo")
            for owner, step in self.journey
            if may_change(owner, step) or is_done(owner, step)
        ]

    def _url(self, owner: Application, step: Step) -> str:
        return (
            reverse("matching:application_step", args=[owner.pk, step.slug])
            if may_change(owner, step)
            else ""
        )

    @property
    def place(self) -> int:
        return [step for _owner, step in self.journey].index(self.step)

    @property
    def before(self) -> str:
        return self._url(*self.journey[self.place - 1]) if self.is_draft and self.place else ""

    @property
    def after(self) -> str:
        """The next step of a draft; of what was sent already, the summary."""
        if self.is_draft and self.place + 1 < len(self.journey):
            return self._url(*self.journey[self.place + 1])
        return reverse("matching:application", args=[self.application.pk])

    def render(self, request: HttpRequest, form, **context) -> HttpResponse:
        context |= {"page": self, "application": self.application, "step": self.step, "form": form}
        return render(request, f"matching/apply/{self.step.slug.replace('-', '_')}.html", context)


def _answer(request: HttpRequest, page: StepPage) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = _form(page, data)
    if data is not None and "later" in data and not form.has_changed():
        return redirect("home")
    if not form.is_valid():
        return page.render(request, form)
    try:
        _save(page, form)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("matching:application", page.application.pk)
    return _leave(request, page)


def _form(page: StepPage, data):
    if page.step == WHAT_I_DO:
        person = page.application.person
        prefetch_related_objects([person], "disciplines", "sectors", "situations")
        return WhatIDoForm(data, person=person)
    return FORMS[page.step](data, application=page.application)


def _save(page: StepPage, form) -> None:
    form.save()
    if page.step == WHAT_I_DO:
        services.save_what_i_do(page.application)


def _leave(request: HttpRequest, page: StepPage) -> HttpResponse:
    if "later" in request.POST:
        messages.success(request, _("Saved. You can go on whenever you like."))
        return redirect("home")
    if not page.is_draft:
        messages.success(request, _("Your change is saved."))
    return redirect(page.after)


def _agree(request: HttpRequest, page: StepPage) -> HttpResponse:
    notice = notice_to_accept()
    if notice is None:
        return page.render(request, None, notice=None)
    # Where an admin entered the application, agreeing waits for nothing else.
    missing = [step for owner in page.owners for step in missing_steps(owner)] if page.is_draft else []
    form = forms.AgreeForm(
        request.POST if request.method == "POST" else None, application=page.application, notice=notice
    )
    if form.is_valid():
        try:
            return _send(request, page, form)
        except Incomplete as incomplete:
            missing = incomplete.missing
        except Refused as refused:
            form.add_error(None, str(refused))
    return page.render(request, form, notice=notice, text=as_page(notice.text), missing=_links(page, missing))


def _links(page: StepPage, missing: list[Step]) -> list[tuple[str, str]]:
    owner_of = {step: owner for owner, step in page.journey}
    wanted = {step: page._url(owner_of[step], step) for step in missing}
    return [(step.missing, url) for step, url in wanted.items()]


def _send(request: HttpRequest, page: StepPage, form) -> HttpResponse:
    if form.save():
        messages.success(request, _("Your application is with us. We have sent you a mail."))
    elif not page.is_draft:
        messages.success(request, _("Thank you: you have agreed to what is confidential."))
    return redirect("matching:application", page.application.pk)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(visible_to(request.user), pk=pk)
    try:
        services.withdraw_application(shown)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("matching:application", pk)


@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(visible_to(request.user), pk=pk)
    services.resume_application(shown)
    messages.success(request, _("Your application is back as it was."))
    return redirect("matching:application", pk)
