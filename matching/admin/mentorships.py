from django.contrib import admin
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from matching.admin.groups import GroupPages, mix
from matching.admin.history import HistoryPages
from matching.admin.pages import PagesMixin, in_order
from matching.admin.rematching import RematchPages
from matching.admin.turns import TurnPages
from matching.booked import booked
from matching.models import Member, Mentorship
from matching.queries.mentorships import for_review, last_day_of, turns_of, with_people
from matching.reasons import ADMIN, Labels, Pair, Why, explain
from matching.services.groups import plan_of
from matching.services.introductions import release_hold
from matching.services.leaving import cancel_mentorship

State = Mentorship.State
TONES = {State.FORMING: "warn", State.HELD: "warn", State.INTRODUCED: "good"}


@admin.register(Mentorship)
class MentorshipAdmin(HistoryPages, GroupPages, RematchPages, TurnPages, PagesMixin, admin.ModelAdmin):
    """Who meets whom. What people write in a mentorship is not here, and neither is who said no."""

    list_display = ["people", "kind", "state", "stream", "cohort", "hold"]
    list_filter = ["cohort", "kind", "state"]
    list_per_page = 50
    search_fields = ["members__person__name", "members__person__sort_key", "name"]
    search_help_text = lazy("Search by a person's or a group's name.")
    actions = ["release", "call_off"]
    change_list_template = "admin/matching/mentorship/change_list.html"

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, (extra_context or {}) | {"title": _("Who meets whom")})

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        return for_review()

    def get_urls(self):
        pages = [
            self.page("<int:pk>/release/", self.release_one, "matching_release"),
            self.page("<int:pk>/call-off/", self.call_off_one, "matching_call_off"),
        ]
        return pages + self.rematch_urls() + self.turn_urls() + self.group_urls() + super().get_urls()

    @admin.display(description=lazy("people"))
    def people(self, mentorship):
        if mentorship.kind == Mentorship.Kind.GROUP:
            return str(mentorship)
        return " – ".join(str(member.person) for member in in_order(mentorship.everybody)) or str(mentorship)

    @admin.display(description=lazy("hold ends"), ordering="hold_ends_at")
    def hold(self, mentorship):
        if mentorship.state != State.HELD:
            return "–"
        return date_format(timezone.localtime(mentorship.hold_ends_at), "SHORT_DATETIME_FORMAT")

    @admin.action(description=lazy("Release the hold: introduce now"), permissions=["change"])
    def release(self, request, queryset):
        for mentorship in queryset:
            self._release(request, mentorship)

    @admin.action(description=lazy("Call off"), permissions=["change"])
    def call_off(self, request, queryset):
        for mentorship in queryset:
            self._call_off(request, mentorship)

    def _release(self, request, mentorship):
        with self.reporting(request):
            release_hold(mentorship, by=request.user)
            self.log_change(request, mentorship, "hold released")
            self.succeeded(request, _("Introduced: %(who)s.") % {"who": self.people(mentorship)})

    def _call_off(self, request, mentorship):
        with self.reporting(request):
            cancel_mentorship(mentorship, by=request.user)
            self.log_change(request, mentorship, "called off")
            self.succeeded(request, _("Called off: %(who)s.") % {"who": self.people(mentorship)})

    # --- one mentorship ---

    def change_view(self, request, object_id, form_url="", extra_context=None):
        mentorship = get_object_or_404(
            with_people(Mentorship.objects.select_related("follows", "published_by")), pk=object_id
        )
        if not self.has_view_permission(request, mentorship):
            return super().change_view(request, object_id, form_url, extra_context)
        return self.show(
            request,
            "mentorship/page.html",
            title=title_of(mentorship),
            mentorship=mentorship,
            members=in_order(mentorship.active),
            tone=TONES.get(mentorship.state, "quiet"),
            why=why_for_admins(mentorship, request.user.time_zone),
            is_group=mentorship.kind == Mentorship.Kind.GROUP,
            turns=turns_of(mentorship),
            may_read_why=may_read_why(self, request, mentorship),
            last_day=last_day_of(mentorship),
            is_booked=bool(booked([mentorship.pk])),
            before=mentorship.follows,
            after=mentorship.followed_by.order_by("-pk").first(),
            mentee=of_two(mentorship, Member.Part.MENTEE),
            mentor=of_two(mentorship, Member.Part.MENTOR),
            **mix_of(mentorship),
        )

    def release_one(self, request, pk):
        if request.method == "POST":
            self._release(request, get_object_or_404(for_review(), pk=pk))
        return redirect("admin:matching_mentorship_change", pk)

    def call_off_one(self, request, pk):
        mentorship = get_object_or_404(for_review(), pk=pk)
        if request.method == "POST":
            self._call_off(request, mentorship)
            return redirect("admin:matching_mentorship_change", pk)
        return self.show(
            request,
            "mentorship/call_off.html",
            title=_("Call this off?"),
            mentorship=mentorship,
            people=self.people(mentorship),
        )


def title_of(mentorship: Mentorship) -> str:
    return (
        mentorship.name
        or " – ".join(str(one.person) for one in in_order(mentorship.active))
        or str(mentorship)
    )


def may_read_why(admin_page, request, mentorship: Mentorship) -> bool:
    """Whoever may change it, unless they are in it themselves: nobody in a mentorship reads why."""
    is_in_it = mentorship.members.filter(person=request.user).exists()
    return admin_page.has_change_permission(request) and not is_in_it


def of_two(mentorship: Mentorship, part: str) -> Member | None:
    """The mentee or the mentor of two."""
    if mentorship.kind == Mentorship.Kind.GROUP:
        return None
    return next((one for one in mentorship.active if one.part == part), None)


def why_for_admins(mentorship: Mentorship, zone: str) -> Why:
    by_part = {member.part: member.person for member in mentorship.active}
    if mentorship.kind == Mentorship.Kind.GROUP or len(by_part) < len(("mentor", "mentee")):
        return Why()
    mentee, mentor = by_part[Member.Part.MENTEE], by_part[Member.Part.MENTOR]
    return explain(mentorship.reasons, Pair(mentee, mentor, ADMIN, Labels.load(), zone))


def mix_of(mentorship: Mentorship) -> dict:
    if mentorship.kind != Mentorship.Kind.GROUP:
        return {}
    return mix(plan_of(mentorship, in_order(mentorship.active)))
