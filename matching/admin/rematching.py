"""The page of repairs, and another mentor for one mentee or for all whom a mentor leaves."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matching.booked import booked
from matching.forms.turns import ReasonForm
from matching.models import Application, Cohort, Mentorship
from matching.queries.mentorships import needing_a_match
from matching.queries.repairs import (
    cohorts_to_repair,
    current_match,
    current_matches,
    groups_with_room,
    mentees_with,
    mentors_to_ask,
)
from matching.reasons import Labels
from matching.rematches import wishes
from matching.repairs import Board, Needs, Option, assign, cheapest, options_for
from matching.services.rematching import Change, rematch, rematch_together
from matching.working_days import working_days_after

State = Mentorship.State
ROWS_A_PAGE = 20
MOST_TOGETHER = 50


@dataclass(frozen=True)
class Repair:
    """A mentee without a mentor, and what costs least."""

    mentee: Application
    option: Option | None
    why: list[str]
    group: Mentorship | None

    @property
    def is_ended(self) -> bool:
        return self.mentee.latest_state in (State.ENDED, State.INTRODUCED)

    @property
    def was_called_off(self) -> bool:
        return self.mentee.latest_state == State.CANCELLED

    @property
    def needs_a_place(self) -> bool:
        return self.option is not None and self.option.needs == Needs.A_PLACE


class RematchPages:
    """Pages beside the list: for MentorshipAdmin."""

    def rematch_urls(self):
        return [
            self.page("needs-a-match/", self.needs_a_match, "matching_needs_a_match"),
            self.page("rematch/<int:pk>/", self.rematch, "matching_rematch"),
            self.page("rematch/together/<int:cohort>/", self.rematch_together, "matching_rematch_together"),
            self.page("rematch/mentor/<int:pk>/", self.rematch_mentor, "matching_rematch_mentor"),
        ]

    # --- Who needs a mentor ---

    def needs_a_match(self, request):
        today = timezone.localdate()
        cohorts = cohorts_to_repair(today)
        cohort = chosen(cohorts, request.GET.get("cohort"))
        listed, repairs = None, []
        if cohort:
            mentees = needing_a_match(today).filter(cohort=cohort)
            listed = Paginator(mentees, ROWS_A_PAGE).get_page(request.GET.get("page"))
            repairs = repairs_of(cohort, list(listed))
        return self.show(
            request,
            "mentorship/needs_a_match.html",
            title=_("Who needs a mentor"),
            cohorts=cohorts,
            cohort=cohort,
            page=listed,
            query=urlencode({"cohort": cohort.pk}) if cohort else "",
            repairs=repairs,
            has_free=any(repair.option and repair.option.needs == Needs.NOTHING for repair in repairs),
            wishes=[(wish, self.people(wish.mentorship), mentee_of(wish.mentorship)) for wish in wishes()],
        )

    # --- One mentee ---

    def rematch(self, request, pk):
        mentee = accepted_mentee(pk)
        current = current_match(mentee)
        options = options_for(mentee)
        option = wanted(options, request.POST.get("mentor") or request.GET.get("mentor"))
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            if option is None:
                self.told_it_is_gone(request)
                return redirect("admin:matching_rematch", pk)
            with self.reporting(request):
                new = rematch(
                    mentee,
                    option.mentor,
                    by=request.user,
                    because=form.reason.because,
                    words=form.reason.words,
                    instead_of=as_seen(current, request.POST.get("seen")),
                    takes_one_more=option.needs == Needs.A_PLACE and "agreed" in request.POST,
                    moves=[
                        Change(move.mentee, move.after, move.mentorship, only_if_held=True)
                        for move in option.moves
                    ],
                )
                self.log_change(request, new, "matched again")
                self.succeeded(request, rematched_sentence([new]))
                return redirect("admin:matching_mentorship_change", new.pk)
            return redirect("admin:matching_rematch", pk)
        labels = Labels.load()
        return self.show(
            request,
            "mentorship/rematch.html",
            title=(_("Another mentor for %(name)s") if current else _("A mentor for %(name)s"))
            % {"name": mentee.person},
            mentee=mentee,
            current=current,
            current_people=current and people_of(current),
            is_booked=bool(current and booked([current.pk])),
            option=option,
            option_why=option and option.why(labels),
            kinds=by_kind(options, labels),
            group=groups_with_room(mentee.cohort).get(mentee.stream_id),
            ends_at=working_days_after(timezone.now(), mentee.cohort.hold_days),
            form=form,
        )

    def told_it_is_gone(self, request):
        self.message_user(
            request, _("This is not possible any more: somebody was quicker. Choose again."), level="WARNING"
        )

    # --- Several at once ---

    def rematch_together(self, request, cohort):
        """Those who were ticked on the page of repairs."""
        cohort = get_object_or_404(Cohort, pk=cohort)
        keys = [int(pk) for pk in (request.POST or request.GET).getlist("mentee") if pk.isdecimal()]
        found = needing_a_match(timezone.localdate()).filter(cohort=cohort)
        mentees = list((found.filter(pk__in=keys) if keys else found)[:MOST_TOGETHER])
        return self.several(
            request,
            cohort,
            mentees,
            title=_("Match these mentees together"),
            back=("admin:matching_needs_a_match",),
        )

    def rematch_mentor(self, request, pk):
        """A mentor leaves: all whom they meet, and whom they met and who has nobody since."""
        mentor = get_object_or_404(
            Application.objects.select_related("person", "cohort"), pk=pk, part=Application.Part.MENTOR
        )
        return self.several(
            request,
            mentor.cohort,
            mentees_with(mentor),
            title=_("Another mentor for each mentee of %(name)s") % {"name": mentor.person},
            back=("admin:matching_application_change", pk),
            mentor=mentor,
        )

    def several(self, request, cohort, mentees, *, title, back, mentor=None):
        together = assign(cohort, mentees, besides=[mentor.pk] if mentor else [])
        current = current_matches([one.pk for one in mentees])
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and "carry_out" in request.POST and form.is_valid():
            seen = set(request.POST.getlist("pair"))
            changes = [
                Change(option.mentee, option.mentor, current.get(option.mentee.pk))
                for option in together.options
            ]
            if seen != {f"{change.mentee_id}-{change.mentor_id}" for change in changes}:
                self.told_it_is_gone(request)
                return redirect(request.get_full_path())
            with self.reporting(request):
                new = rematch_together(changes, by=request.user, reason=form.reason)
                for mentorship in new:
                    self.log_change(request, mentorship, "matched again")
                self.succeeded(request, rematched_sentence(new))
                return redirect(*back)
            return redirect(request.get_full_path())
        labels = Labels.load()
        return self.show(
            request,
            "mentorship/rematch_together.html",
            title=title,
            cohort=cohort,
            mentor=mentor,
            rows=[
                (option, option.why(labels).sentences, current.get(option.mentee.pk))
                for option in together.options
            ],
            left=together.left,
            ends=sum(1 for one in current.values() if one.state == State.INTRODUCED),
            mentees=mentees,
            ends_at=working_days_after(timezone.now(), cohort.hold_days),
            form=form if "carry_out" in request.POST else ReasonForm(),
        )


# --- The page of repairs --------------------------------------------------------------------------


def chosen(cohorts: Sequence[tuple[Cohort, int]], wanted: str | None) -> Cohort | None:
    """The one asked for, else the latest that has somebody to care for."""
    by_key = {str(cohort.pk): cohort for cohort, _number in cohorts}
    return by_key.get(wanted or "") or next(iter(by_key.values()), None)


def repairs_of(cohort: Cohort, mentees: list[Application]) -> list[Repair]:
    found = cheapest(Board.of(cohort, mentees, mentors_to_ask(cohort)), mentees)
    labels, groups = Labels.load(), groups_with_room(cohort)
    return [
        Repair(
            mentee,
            option := found.get(mentee.pk),
            option.why(labels).sentences if option else [],
            groups.get(mentee.stream_id),
        )
        for mentee in mentees
    ]


def mentee_of(mentorship: Mentorship) -> int | None:
    """The application of the mentee of two."""
    if mentorship.kind == Mentorship.Kind.GROUP:
        return None
    return next((one.application_id for one in mentorship.everybody if one.part == "mentee"), None)


# --- One mentee -----------------------------------------------------------------------------------


def accepted_mentee(pk: int) -> Application:
    mentee = get_object_or_404(
        Application.objects.select_related("person", "cohort", "stream"),
        pk=pk,
        part=Application.Part.MENTEE,
        state=Application.State.ACCEPTED,
    )
    if not mentee.person.is_active:
        raise Http404
    return mentee


def wanted(options: Sequence[Option], mentor: str | None) -> Option | None:
    return next((option for option in options if str(option.mentor.pk) == mentor), None)


def as_seen(current: Mentorship | None, seen: str | None) -> Mentorship | None:
    """What is to end is what the page showed: its number and state."""
    if not seen:
        return None
    pk, _dash, state = seen.partition("-")
    if current and str(current.pk) == pk:
        current.state = state
        return current
    return Mentorship(pk=int(pk), state=state) if pk.isdecimal() else None


def people_of(mentorship: Mentorship) -> str:
    members = mentorship.members.filter(left_at=None).select_related("person").order_by("-part")
    return " – ".join(str(member.person) for member in members)


def by_kind(options: Sequence[Option], labels: Labels) -> list[tuple[str, list]]:
    titles = {
        Needs.NOTHING: _("Free now"),
        Needs.A_PLACE: _("Would need one more place: ask first"),
        Needs.MOVES: _("By moving matches that are still on hold"),
    }
    found = [
        (title, [(option, option.why(labels)) for option in options if option.needs == needs])
        for needs, title in titles.items()
    ]
    return [(title, rows) for title, rows in found if rows]


def rematched_sentence(new: Sequence[Mentorship]) -> str:
    return ngettext(
        "%(count)s mentee has a new match. Everybody whom it concerns is told.",
        "%(count)s mentees have a new match. Everybody whom it concerns is told.",
        len(new),
    ) % {"count": len(new)}
