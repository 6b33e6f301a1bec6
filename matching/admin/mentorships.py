from django.contrib import admin
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from matching.admin.pages import PagesMixin
from matching.encounters import ORDER
from matching.forms.groups import GroupForm
from matching.models import Member, Mentorship, Stream
from matching.previews import group_mail
from matching.queries.mentorships import for_review, needing_a_match, with_people
from matching.reasons import ADMIN, Labels, Pair, Why, explain
from matching.rematches import wishes
from matching.services.groups import (
    GroupPlan,
    broken_rules,
    colleagues,
    discipline_mix,
    form_group,
    plan_of,
    publish_group,
)
from matching.services.introductions import release_hold
from matching.services.leaving import cancel_mentorship
from matching.working_days import working_days_after

State = Mentorship.State
TONES = {State.FORMING: "warn", State.HELD: "warn", State.INTRODUCED: "good"}


@admin.register(Mentorship)
class MentorshipAdmin(PagesMixin, admin.ModelAdmin):
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
            self.page("needs-a-match/", self.needs_a_match, "matching_needs_a_match"),
            self.page("form-group/", self.choose_stream, "matching_choose_stream"),
            self.page("form-group/<int:stream>/", self.form_group, "matching_form_group"),
            self.page("<int:pk>/publish/", self.publish, "matching_publish_group"),
            self.page("<int:pk>/release/", self.release_one, "matching_release"),
            self.page("<int:pk>/call-off/", self.call_off_one, "matching_call_off"),
        ]
        return pages + super().get_urls()

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
        mentorship = get_object_or_404(with_people(Mentorship.objects.all()), pk=object_id)
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

    def needs_a_match(self, request):
        return self.show(
            request,
            "mentorship/needs_a_match.html",
            title=_("Who needs another match"),
            applications=needing_a_match(),
            wishes=[(wish, self.people(wish.mentorship)) for wish in wishes()],
        )

    # --- groups ---

    def choose_stream(self, request):
        streams = Stream.objects.select_related("cohort").order_by("-cohort__starts_on", "pk")
        return self.show(request, "mentorship/choose_stream.html", title=_("Form a group"), streams=streams)

    def form_group(self, request, stream):
        stream = get_object_or_404(Stream.objects.select_related("cohort"), pk=stream)
        form = GroupForm(request.POST or None, stream=stream)
        shown = {}
        if request.method == "POST" and form.is_valid():
            plan = form.plan()
            if "form" in request.POST:
                with self.reporting(request):
                    group = form_group(plan)
                    self.log_addition(request, group, "formed")
                    self.succeeded(request, _("The group is formed. Nobody is told before you publish it."))
                    return redirect("admin:matching_mentorship_change", group.pk)
            shown = mix(plan) | {"broken": list(broken_rules(plan))}
        return self.show(
            request,
            "mentorship/form_group.html",
            title=_("Form a group: %(stream)s") % {"stream": stream},
            stream=stream,
            form=form,
            **shown,
        )

    def publish(self, request, pk):
        group = get_object_or_404(with_people(Mentorship.objects.filter(kind=Mentorship.Kind.GROUP)), pk=pk)
        if request.method == "POST":
            with self.reporting(request):
                publish_group(group, by=request.user)
                self.log_change(request, group, "published")
                self.succeeded(request, _("The group is published, and everybody in it is told by mail."))
            return redirect("admin:matching_mentorship_change", pk)
        ends_at = working_days_after(timezone.now(), group.cohort.hold_days)
        return self.show(
            request,
            "mentorship/publish.html",
            title=_("Publish this group"),
            mentorship=group,
            members=in_order(group.active),
            hold_ends_at=ends_at,
            mail=group_mail(group, ends_at),
        )


def in_order(members: list[Member]) -> list[Member]:
    return sorted(members, key=lambda member: (ORDER[member.part], member.pk))


def title_of(mentorship: Mentorship) -> str:
    return (
        mentorship.name
        or " – ".join(str(one.person) for one in in_order(mentorship.active))
        or str(mentorship)
    )


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


def mix(plan: GroupPlan) -> dict:
    """What the page shows of a group before it is formed."""
    return {"mix": discipline_mix(plan), "colleagues": list(colleagues(plan))}
