"""Form groups by hand, and publish them."""

from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from matching.admin.pages import in_order
from matching.forms.groups import GroupForm
from matching.group_facts import GroupFacts
from matching.group_rules import GroupPlan, discipline_mix, hard_rules, soft_rules
from matching.models import Mentorship, Stream
from matching.previews import group_mail
from matching.queries.mentorships import with_people
from matching.services.groups import form_group, publish_group
from matching.working_days import working_days_after


class GroupPages:
    """Pages of groups: for MentorshipAdmin."""

    def group_urls(self):
        return [
            self.page("form-group/", self.choose_stream, "matching_choose_stream"),
            self.page("form-group/<int:stream>/", self.form_group, "matching_form_group"),
            self.page("<int:pk>/publish/", self.publish, "matching_publish_group"),
        ]

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
            facts = GroupFacts.read(stream.cohort, plan.everybody)
            shown = mix(plan) | {"broken": [*hard_rules(plan, facts), *soft_rules(plan, facts)]}
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


def mix(plan: GroupPlan) -> dict:
    """What the page shows of a group before it is formed."""
    return {"mix": discipline_mix(plan.everybody)}
