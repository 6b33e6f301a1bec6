"""Form groups by hand, and publish them."""

from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matching.admin.pages import in_order
from matching.forms.groups import GroupForm
from matching.group_facts import GroupFacts, hour_at
from matching.group_mix import mix_of
from matching.group_rules import GroupPlan, hard_rules, soft_rules
from matching.models import Mentorship, Stream
from matching.previews import group_mail
from matching.queries.groups import groups_being_formed
from matching.queries.mentorships import with_people
from matching.services.groups import form_group, plan_of, publish_group
from matching.working_days import working_days_after

HOURS_SHOWN = 3


class GroupPages:
    """Pages of groups: for MentorshipAdmin."""

    def group_urls(self):
        return [
            self.page("form-group/", self.choose_stream, "matching_choose_stream"),
            self.page("form-group/<int:stream>/", self.form_group, "matching_form_group"),
            self.page("publish-groups/<int:stream>/", self.publish_groups, "matching_publish_groups"),
            self.page("<int:pk>/publish/", self.publish, "matching_publish_group"),
        ]

    def choose_stream(self, request):
        streams = Stream.objects.select_related("cohort").order_by("-cohort__starts_on", "pk")
        return self.show(request, "mentorship/choose_stream.html", title=_("Form groups"), streams=streams)

    def form_group(self, request, stream):
        """What is chosen travels in the address while one searches, and nothing is kept before it is formed."""
        stream = get_object_or_404(Stream.objects.select_related("cohort"), pk=stream)
        if "search" in request.POST:
            return redirect(f"{request.path}?{chosen_so_far(request.POST)}")
        form = GroupForm(request.POST or request.GET or None, stream=stream)
        shown = {}
        if form.is_valid():
            plan = form.plan()
            if "form" in request.POST and (group := self._form_group(request, form, plan)):
                return redirect("admin:matching_mentorship_change", group.pk)
            if plan.everybody or request.method == "POST":
                shown = standing(plan, request.user.time_zone)
        return self.show(
            request,
            "mentorship/form_group.html",
            title=_("Form a group: %(stream)s") % {"stream": stream},
            stream=stream,
            form=form,
            **shown,
        )

    def _form_group(self, request, form: GroupForm, plan: GroupPlan) -> Mentorship | None:
        with self.reporting(request):
            group = form_group(plan, overrule=form.cleaned_data["overrule"])
            self.log_addition(request, group, "formed")
            self.succeeded(request, _("The group is formed. Nobody is told before you publish it."))
            return group
        return None

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

    def publish_groups(self, request, stream):
        """Several groups of a stream at once, each with the mail that its people would read."""
        stream = get_object_or_404(Stream.objects.select_related("cohort"), pk=stream)
        groups = list(with_people(groups_being_formed(stream)))
        if request.method == "POST":
            wanted = set(request.POST.getlist("group"))
            self._publish_all(request, [group for group in groups if str(group.pk) in wanted])
            return redirect("admin:matching_publish_groups", stream.pk)
        ends_at = working_days_after(timezone.now(), stream.cohort.hold_days)
        # One mail at a time: each takes a moment to render.
        read = next((group for group in groups if str(group.pk) == request.GET.get("mail")), None)
        return self.show(
            request,
            "mentorship/publish_groups.html",
            title=_("Publish groups: %(stream)s") % {"stream": stream},
            stream=stream,
            hold_ends_at=ends_at,
            rows=[row_to_publish(group, request.user.time_zone) for group in groups],
            read=read or next(iter(groups), None),
            mail=group_mail(read or groups[0], ends_at) if groups else None,
        )

    def _publish_all(self, request, groups):
        """Each by itself: one that is refused keeps no other back."""
        published = 0
        for group in groups:
            with self.reporting(request):
                publish_group(group, by=request.user)
                self.log_change(request, group, "published")
                published += 1
        if published:
            self.succeeded(
                request,
                ngettext(
                    "%(count)s group is published, and everybody in it is told by mail.",
                    "%(count)s groups are published, and everybody in them is told by mail.",
                    published,
                )
                % {"count": published},
            )
        elif not groups:
            self.succeeded(request, _("Tick at least one group. Nothing was sent."))


def chosen_so_far(sent: QueryDict) -> str:
    """What was typed and ticked, for an address."""
    kept = QueryDict(mutable=True)
    for name in ("q", "name", "lead", "cofacilitators", "mentees"):
        kept.setlist(name, [value for value in sent.getlist(name) if value])
    return kept.urlencode()


def row_to_publish(group: Mentorship, zone: str) -> dict:
    plan = plan_of(group, in_order(group.active))
    return {
        "group": group,
        "members": in_order(group.active),
        "mix": mix_of(plan.everybody),
        "hour": hour_of(group, zone),
    }


def hour_of(group: Mentorship, zone: str) -> str:
    if group.slot is None:
        return ""
    return str(hour_at(group.slot, zone, GroupFacts.week_of(group.cohort)))


def mix(plan: GroupPlan) -> dict:
    """What a page shows of a group that is formed."""
    return {"mix": mix_of(plan.everybody)}


def standing(plan: GroupPlan, zone: str) -> dict:
    """What the page shows of a group before it is formed: its disciplines, hours, and which rules it breaks."""
    facts = GroupFacts.read(plan.stream.cohort, plan.everybody)
    hours = facts.common(plan.everybody)[:HOURS_SHOWN] if plan.everybody else []
    return mix(plan) | {
        "hard": list(hard_rules(plan, facts)),
        "soft": list(soft_rules(plan, facts)),
        "hours": [hour_at(hour, zone, facts.week) for hour in hours],
        "unknown": [one.person for one in plan.everybody if facts.open_to_all(one)],
    }
