"""Publish what a run proposes, and take it back."""

from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matching.models import MatchRun, Mentorship
from matching.previews import first_mail
from matching.queries.runs import for_review
from matching.services.publishing import Publication, publish_run, undo_publication
from matching.working_days import working_days_after

State = MatchRun.State


class PublishingPages:
    """Pages of a run: for MatchRunAdmin."""

    def publishing_urls(self):
        return [
            self.page("<int:pk>/publish/", self.publish, "matching_publish_run"),
            self.page("<int:pk>/undo/", self.undo, "matching_undo_run"),
        ]

    def publish(self, request, pk):
        run = get_object_or_404(MatchRun.objects.select_related("cohort__programme"), pk=pk)
        if request.method == "POST":
            with self.reporting(request):
                publication = publish_run(run, by=request.user)
                self.log_change(request, run, "published")
                self.succeeded(request, published_sentence(publication))
            return redirect("admin:matching_matchrun_change", pk)
        if run.state != State.DONE:
            return redirect("admin:matching_matchrun_change", pk)
        pairs = for_review(run).filter(mentor__isnull=False)
        ends_at = working_days_after(timezone.now(), run.cohort.hold_days)
        return self.show(
            request,
            "run/publish.html",
            title=_("Publish these matches"),
            run=run,
            pairs=pairs,
            hold_ends_at=ends_at,
            mail=first_mail(pairs.first(), ends_at),
        )

    def undo(self, request, pk):
        run = get_object_or_404(MatchRun.objects.select_related("cohort"), pk=pk)
        if request.method == "POST":
            with self.reporting(request):
                count = undo_publication(run, by=request.user)
                self.log_change(request, run, "publication undone")
                self.succeeded(request, undone_sentence(count))
            return redirect("admin:matching_matchrun_change", pk)
        held = run.mentorships.filter(state=Mentorship.State.HELD).count()
        return self.show(request, "run/undo.html", title=_("Undo this publication"), run=run, held=held)


def published_sentence(publication: Publication) -> str:
    count, left_out = len(publication.mentorships), len(publication.left_out)
    said = [
        ngettext(
            "%(count)s match is published, and both people are told by mail.",
            "%(count)s matches are published, and everybody in them is told by mail.",
            count,
        )
        % {"count": count}
    ]
    if left_out:
        said.append(
            ngettext(
                "%(count)s was left out, since it was declined before.",
                "%(count)s were left out, since they were declined before.",
                left_out,
            )
            % {"count": left_out}
        )
    return " ".join(said)


def undone_sentence(count: int) -> str:
    return ngettext(
        "%(count)s match is taken back. Whoever was told of it is told that it is not going ahead.",
        "%(count)s matches are taken back. Whoever was told of one is told that it is not going ahead.",
        count,
    ) % {"count": count}
