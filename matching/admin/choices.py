"""Who asks whom in a cohort whose mentees may choose; closing a request for somebody, and all of them."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matching.forms.choices import ChoiceFilter
from matching.models import Choice, Cohort
from matching.queries.choices import counted, in_cohort, may_choose, numbers_of
from matching.services import choices as services
from matching.services.choice_clock import switch_off

State = Choice.State
ROWS_A_PAGE = 50
TONES = {State.ASKED: "warn", State.ACCEPTED: "good"}


@dataclass(frozen=True)
class Row:
    choice: Choice
    tone: str

    @property
    def since(self):
        return self.choice.answered_at or self.choice.asked_at


class ChoicePages:
    """Pages of the cohort's admin."""

    def choice_urls(self):
        return [
            self.page("<int:pk>/choices/", self.choices, "matching_choices"),
            self.page("<int:pk>/choices/stop/", self.stop_choosing, "matching_stop_choices"),
            self.page("choices/<int:pk>/close/", self.close_choice, "matching_close_choice"),
        ]

    def choices(self, request, pk):
        cohort = get_object_or_404(Cohort, pk=pk)
        form = ChoiceFilter(request.GET)
        page = Paginator(form.narrowed(in_cohort(cohort)), ROWS_A_PAGE).get_page(request.GET.get("page"))
        return self.show(
            request,
            "cohort/choices.html",
            title=_("Who asks whom"),
            cohort=cohort,
            form=form,
            numbers=numbers_of(cohort),
            free=may_choose(timezone.localdate()).filter(cohort=cohort).count(),
            page=page,
            rows=[Row(choice, TONES.get(choice.state, "")) for choice in page],
            query=urlencode({name: value for name, value in request.GET.items() if name != "page"}),
        )

    def close_choice(self, request, pk):
        """Wait no longer, or take it back for the mentee: two ways to close a request, each with its mails."""
        found = Choice.objects.select_related("mentee__person", "mentee__cohort", "mentor__person")
        choice = get_object_or_404(found.defer("words"), pk=pk, asked_at__isnull=False)
        cohort, names = choice.mentee.cohort, {"mentee": choice.mentee.person, "mentor": choice.mentor.person}
        if request.method == "POST":
            with self.reporting(request):
                if "expire" in request.POST:
                    services.expire_for(choice, by=request.user)
                    sentence = _(
                        "The request of %(mentee)s to %(mentor)s has run out, and who is next is asked."
                    )
                else:
                    services.withdraw_for(choice, by=request.user)
                    sentence = _("The request of %(mentee)s to %(mentor)s is taken back. Both are told.")
                self.succeeded(request, sentence % names)
            return redirect("admin:matching_choices", cohort.pk)
        title = _("Close the request of %(mentee)s to %(mentor)s") % names
        return self.show(
            request,
            "cohort/close_choice.html",
            title=title,
            cohort=cohort,
            choice=choice,
            is_open=choice.state == State.ASKED,
        )

    def stop_choosing(self, request, pk):
        cohort = get_object_or_404(Cohort, pk=pk)
        if request.method == "POST":
            closed = switch_off(cohort)
            self.succeeded(request, stopped_sentence(cohort, closed))
            return redirect("admin:matching_cohort_change", cohort.pk)
        numbers = counted([cohort]).get(cohort.pk, {"listed": 0, "asked": 0})
        return self.show(
            request,
            "cohort/stop_choices.html",
            title=_("Let mentees of %(cohort)s choose no longer") % {"cohort": cohort},
            cohort=cohort,
            numbers=numbers,
        )

    def save_model(self, request, cohort, form, change):
        """Switching it off closes what is open, so that is asked on a page of its own before it is done."""
        is_switched_off = "lets_mentees_choose" in form.changed_data and not cohort.lets_mentees_choose
        request.asks_to_stop_choosing = change and is_switched_off and bool(counted([cohort]))
        if request.asks_to_stop_choosing:
            cohort.lets_mentees_choose = True
        super().save_model(request, cohort, form, change)

    def lead_to_stopping(self, request, cohort):
        self.message_user(
            request,
            _(
                "Everything else is saved. Mentees may still choose: see first what is closed by switching it off."
            ),
            messages.WARNING,
        )
        return redirect(reverse("admin:matching_stop_choices", args=[cohort.pk]))


def stopped_sentence(cohort: Cohort, closed: int) -> str:
    return ngettext(
        "Mentees of %(cohort)s choose no longer. %(closed)s choice was closed, and whoever waited is told.",
        "Mentees of %(cohort)s choose no longer. %(closed)s choices were closed, and whoever waited is told.",
        closed,
    ) % {"cohort": cohort, "closed": closed}
