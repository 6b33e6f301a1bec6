"""Pause, resume, extend and end a mentorship."""

from datetime import date, timedelta

from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from matching.booked import booked
from matching.forms.turns import DayForm, ReasonForm
from matching.models import Mentorship
from matching.queries.mentorships import for_review, last_day_of
from matching.services.turns import LONGEST_PAUSE, end_mentorship, extend, pause, resume

A_MONTH = timedelta(days=30)
A_QUARTER = timedelta(days=91)


class TurnPages:
    """Pages of one mentorship: for MentorshipAdmin."""

    def turn_urls(self):
        return [
            self.page("<int:pk>/pause/", self.pause_one, "matching_pause"),
            self.page("<int:pk>/resume/", self.resume_one, "matching_resume"),
            self.page("<int:pk>/extend/", self.extend_one, "matching_extend"),
            self.page("<int:pk>/end/", self.end_one, "matching_end"),
        ]

    def pause_one(self, request, pk):
        mentorship, today = found(pk), timezone.localdate()
        latest = min(today + LONGEST_PAUSE, last_day_of(mentorship))
        form = DayForm(request.POST or None, initial={"until": min(today + A_MONTH, latest)})
        form.fields["until"].widget.attrs |= limits(today + timedelta(days=1), latest)
        return self.turned(
            request,
            mentorship,
            form,
            template="pause",
            title=_("Pause this mentorship?"),
            act=lambda: pause(
                mentorship, until=form.cleaned_data["until"], by=request.user, reason=form.reason
            ),
            logged="paused",
            said=lambda: (
                _("Paused until %(day)s: %(who)s. Everybody in it is told.")
                % {"day": in_words(form.cleaned_data["until"]), "who": self.people(mentorship)}
            ),
        )

    def resume_one(self, request, pk):
        mentorship = found(pk)
        if request.method == "POST":
            with self.reporting(request):
                resume(mentorship, by=request.user)
                self.log_change(request, mentorship, "resumed")
                self.succeeded(
                    request,
                    _("It goes on: %(who)s. Everybody in it is told.") % {"who": self.people(mentorship)},
                )
        return redirect("admin:matching_mentorship_change", pk)

    def extend_one(self, request, pk):
        mentorship = found(pk)
        last_day = last_day_of(mentorship)
        form = DayForm(
            request.POST or None, initial={"until": last_day + A_QUARTER, "seen": mentorship.ends_on}
        )
        form.fields["until"].widget.attrs |= limits(last_day + timedelta(days=1))

        def act():
            mentorship.ends_on = form.cleaned_data["seen"]
            extend(mentorship, until=form.cleaned_data["until"], by=request.user, reason=form.reason)

        return self.turned(
            request,
            mentorship,
            form,
            template="extend",
            title=_("Extend this mentorship?"),
            act=act,
            logged="extended",
            said=lambda: (
                _("Extended until %(day)s: %(who)s. Everybody in it is told.")
                % {"day": in_words(form.cleaned_data["until"]), "who": self.people(mentorship)}
            ),
        )

    def end_one(self, request, pk):
        mentorship = found(pk)
        form = ReasonForm(request.POST or None)
        return self.turned(
            request,
            mentorship,
            form,
            template="end",
            title=_("End this mentorship?"),
            act=lambda: end_mentorship(mentorship, by=request.user, reason=form.reason),
            logged="ended",
            said=lambda: (
                _("Ended: %(who)s. Everybody in it is told, and the place is free.")
                % {"who": self.people(mentorship)}
            ),
        )

    def turned(self, request, mentorship, form, *, template, title, act, logged, said):
        """Ask, then do. What is written down of it names what was done and never why."""
        if mentorship.state != Mentorship.State.INTRODUCED:
            return redirect("admin:matching_mentorship_change", mentorship.pk)
        if request.method == "POST" and form.is_valid():
            with self.reporting(request):
                act()
                self.log_change(request, mentorship, logged)
                self.succeeded(request, said())
            return redirect("admin:matching_mentorship_change", mentorship.pk)
        return self.show(
            request,
            f"mentorship/{template}.html",
            title=title,
            mentorship=mentorship,
            people=self.people(mentorship),
            last_day=last_day_of(mentorship),
            is_booked=bool(booked([mentorship.pk])),
            is_group=mentorship.kind == Mentorship.Kind.GROUP,
            form=form,
        )


def found(pk: int) -> Mentorship:
    return get_object_or_404(for_review(), pk=pk)


def limits(first: date, last: date | None = None) -> dict[str, str]:
    return {"min": first.isoformat()} | ({"max": last.isoformat()} if last else {})


def in_words(day: date) -> str:
    return date_format(day, "j F Y")
