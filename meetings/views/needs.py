from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from matching.errors import Refused
from meetings.forms.private import CaseForm, DecisionForm, MoveForm, NeedForm
from meetings.models import SessionNeed
from meetings.queries.needs import anonymous_by, is_by, may_be_anonymous, part_of, visible_to
from meetings.queries.private import Access
from meetings.services import needs as services
from meetings.views.private import found_access, posted, private_page


@private_page
@require_safe
def board(request, pk):
    access = found_access(request, pk)
    return render(
        request, "meetings/private/needs.html", {"session": access.session, "part": part_of(access)}
    )


@private_page
def raise_need(request, pk, kind=SessionNeed.Kind.NEED):
    access = may_raise_or_404(found_access(request, pk))
    form_class = CaseForm if kind == SessionNeed.Kind.CASE else NeedForm
    form = form_class(posted(request), may_be_anonymous=may_be_anonymous(access.session))
    if form.is_valid():
        try:
            services.raise_need(access.session, by=request.user, **form.values)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("It is on the list."))
            return redirect("meetings:needs", pk)
    return render(
        request,
        "meetings/private/need.html",
        {"form": form, "session": access.session, "is_case": kind == SessionNeed.Kind.CASE},
    )


@private_page
def edit(request, pk):
    need, access = own_need(request, pk)
    if not access.goes_on:
        raise Http404
    form_class = CaseForm if need.is_case else NeedForm
    held = {"body": need.body, "pk": need.pk, **(need.case or {})}
    form = form_class(posted(request), may_be_anonymous=False, initial=held)
    if form.is_valid():
        services.edit_need(need, body=form.cleaned_data["body"], case=form.case)
        messages.success(request, _("Saved."))
        return redirect("meetings:needs", need.session_id)
    return render(
        request,
        "meetings/private/need.html",
        {"form": form, "session": access.session, "need": need, "is_case": need.is_case},
    )


@private_page
def decide(request, pk):
    need, access = own_need(request, pk)
    if not (need.is_case and access.goes_on):
        raise Http404
    form = DecisionForm(posted(request), initial={"decided": need.decided})
    if form.is_valid():
        services.record_decision(need, form.cleaned_data["decided"])
        messages.success(request, _("Saved. The others of this session can read it."))
        return redirect("meetings:needs", need.session_id)
    return render(
        request, "meetings/private/decide.html", {"form": form, "session": access.session, "need": need}
    )


@private_page
def withdraw(request, pk):
    need, access = own_need(request, pk)
    if request.method == "POST":
        services.withdraw_need(need)
        messages.success(request, _("It is off the list and deleted."))
        return redirect("meetings:needs", need.session_id)
    return render(request, "meetings/private/withdraw.html", {"session": access.session, "need": need})


@private_page
@require_safe
def mine(request, pk):
    """Apart from the board, which looks the same to everybody: somebody may be sharing their screen."""
    access = found_access(request, pk)
    needs = anonymous_by(request.user, access.session.needs.all())
    return render(
        request,
        "meetings/private/anonymous.html",
        {"session": access.session, "needs": needs, "may_edit": access.goes_on},
    )


@private_page
@require_POST
def me_too(request, pk):
    need, access = found_need(request, pk)
    if not access.goes_on:
        raise Http404
    if request.POST.get("say") == "0":
        services.take_back_me_too(need, request.user)
    else:
        services.say_me_too(need, request.user)
    return board_after(request, access, need)


@private_page
@require_POST
def move(request, pk):
    need, access = found_need(request, pk)
    form = MoveForm(request.POST)
    if not access.may_order or not form.is_valid():
        raise Http404
    if form.cleaned_data["steps"]:
        services.step_need(need, steps=form.cleaned_data["steps"])
    else:
        services.place_need(need, before=form.target)
    return board_after(request, access, need)


@private_page
@require_POST
def cover(request, pk):
    need, access = found_need(request, pk)
    if not access.may_order:
        raise Http404
    services.mark_covered(need, is_covered=request.POST.get("covered") != "0")
    return board_after(request, access, need)


@private_page
@require_POST
def carry(request, pk):
    access = may_raise_or_404(found_access(request, pk))
    number = services.carry_over(access.session)
    said = ngettext("%(n)s was brought along.", "%(n)s were brought along.", number) % {"n": number}
    messages.success(request, said if number else _("There was nothing left to bring along."))
    return redirect("meetings:needs", pk)


# --- Whose, and what is shown afterwards --------------------------------------------------------


def found_need(request, pk) -> tuple[SessionNeed, Access]:
    need = get_object_or_404(visible_to(request.user), pk=pk)
    return need, found_access(request, need.session_id)


def own_need(request, pk) -> tuple[SessionNeed, Access]:
    need, access = found_need(request, pk)
    if not is_by(need, request.user):
        raise Http404
    return need, access


def may_raise_or_404(access: Access) -> Access:
    if not access.may_raise:
        raise Http404
    return access


def board_after(request, access: Access, need: SessionNeed):
    if request.htmx:
        context = {"part": part_of(access), "session": access.session}
        return render(request, "meetings/parts/_needs.html", context)
    return redirect(reverse("meetings:needs", args=[access.session.pk]) + f"#need-{need.pk}")
