"""Look at what a run would tell people, rehearse it, publish it, and take it back."""

from datetime import datetime

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from matching.admin.findings import sentences_of
from matching.models import MatchRun, Mentorship, Proposal
from matching.previews import Preview, previews_of
from matching.queries.publishing import asleep, by_name, findings_before, for_mails, named_like
from matching.queries.runs import undo_until
from matching.services.publishing import Publication, publish_run, undo_publication
from matching.services.rehearsing import MOST_PAIRS, send_to_me
from matching.working_days import working_days_after
from outbox.admin.pages import FRAMES_OURS
from outbox.quiet import morning_after, zone_of
from outbox.sandbox import sandboxed

State = MatchRun.State
PAIRS_A_PAGE = 50
PEOPLE_IN_A_PAIR = 2


class PublishingPages:
    """Pages of a run: for MatchRunAdmin."""

    def publishing_urls(self):
        return [
            self.page("<int:pk>/publish/", self.publish, "matching_publish_run"),
            self.page("<int:pk>/undo/", self.undo, "matching_undo_run"),
            self.page("<int:pk>/mails/", FRAMES_OURS(self.mails), "matching_run_mails"),
            self.page("<int:pk>/mails/<int:pair>/<int:number>/", self.mail_frame, "matching_run_mail_frame"),
            self.page("<int:pk>/send-to-me/", self.send_to_me, "matching_send_run_to_me"),
        ]

    def publish(self, request, pk):
        run = run_with_cohort(pk)
        if request.method == "POST":
            with self.reporting(request):
                publication = publish_run(run, by=request.user, version=seen(request))
                self.log_change(request, run, "published")
                self.succeeded(request, published_sentence(publication, run.cohort.hold_days))
            return redirect("admin:matching_matchrun_change", pk)
        if run.state != State.DONE:
            return redirect("admin:matching_matchrun_change", pk)
        now = timezone.now()
        ends_at = working_days_after(now, run.cohort.hold_days)
        listed = Paginator(by_name(run), PAIRS_A_PAGE).get_page(request.GET.get("page"))
        findings = findings_before(run)
        return self.show(
            request,
            "run/publish.html",
            title=_("Publish these matches"),
            run=run,
            page=listed,
            count=listed.paginator.count,
            mails=listed.paginator.count * PEOPLE_IN_A_PAIR,
            asleep=asleep(run, now),
            hold_ends_at=ends_at,
            findings=findings,
            remarks=sentences_of(findings),
            first=first_mail(run, now, ends_at),
            most_pairs=MOST_PAIRS,
        )

    def mails(self, request, pk):
        """Every pair, page by page; of the one that is chosen every mail, as it would be read."""
        run, now = run_with_cohort(pk), timezone.now()
        query = request.GET.get("q", "").strip()
        pairs = named_like(by_name(run), query)
        listed = Paginator(pairs, PAIRS_A_PAGE).get_page(request.GET.get("page"))
        chosen = chosen_pair(run, request.GET.get("pair")) or first_of(run, listed)
        return self.show(
            request,
            "run/mails.html",
            title=_("Every mail of this run"),
            run=run,
            page=listed,
            query=query,
            pages_query=urlencode({"q": query}) if query else "",
            chosen=chosen,
            letters=[] if chosen is None else letters(run, chosen, now),
            most_pairs=MOST_PAIRS,
        )

    def mail_frame(self, request, pk, pair, number):
        run = run_with_cohort(pk)
        found = previews(chosen_pair(run, str(pair)), run, timezone.now())
        if number >= len(found):
            raise Http404
        return sandboxed(found[number].rendering().html)

    def send_to_me(self, request, pk):
        run = run_with_cohort(pk)
        if request.method == "POST":
            chosen = [int(pair) for pair in request.POST.getlist("pair") if pair.isdecimal()]
            with self.reporting(request):
                count = send_to_me(run, by=request.user, proposals=chosen)
                self.succeeded(request, sent_sentence(count, request.user.email))
        return redirect("admin:matching_run_mails", pk)

    def undo(self, request, pk):
        run = run_with_cohort(pk)
        if request.method == "POST":
            with self.reporting(request):
                count = undo_publication(run, by=request.user)
                self.log_change(request, run, "publication undone")
                self.succeeded(request, undone_sentence(count))
            return redirect("admin:matching_matchrun_change", pk)
        held = run.mentorships.filter(state=Mentorship.State.HELD)
        return self.show(
            request,
            "run/undo.html",
            title=_("Undo this publication"),
            run=run,
            held=held.count(),
            until=undo_until(run),
        )


def run_with_cohort(pk: int) -> MatchRun:
    return get_object_or_404(MatchRun.objects.select_related("cohort__programme"), pk=pk)


def seen(request) -> int | None:
    version = request.POST.get("version", "")
    return int(version) if version.isdecimal() else None


# --- Mails -------------------------------------------------------------------------------------


def first_mail(run: MatchRun, now: datetime, ends_at: datetime):
    """One of the mails, for a first impression."""
    pair = for_mails(run).first()
    return pair and next(previews_of(pair, now=now, hold_ends_at=ends_at)).rendering()


def chosen_pair(run: MatchRun, pair: str | None) -> Proposal | None:
    if not (pair and pair.isdecimal()):
        return None
    return get_object_or_404(for_mails(run), pk=pair)


def first_of(run: MatchRun, listed) -> Proposal | None:
    return for_mails(run).get(pk=listed[0].pk) if len(listed) else None


def previews(pair: Proposal, run: MatchRun, now: datetime) -> list[Preview]:
    return list(previews_of(pair, now=now, hold_ends_at=working_days_after(now, run.cohort.hold_days)))


def letters(run: MatchRun, pair: Proposal, now: datetime) -> list[dict]:
    return [
        {
            "preview": preview,
            "rendering": preview.rendering(),
            "language": get_language_info(preview.reader.language)["name_translated"],
            "when": leaves(preview, now),
            "frame": reverse("admin:matching_run_mail_frame", args=[run.pk, pair.pk, number]),
        }
        for number, preview in enumerate(previews(pair, run, now))
    ]


def leaves(preview: Preview, now: datetime) -> str:
    """When a mail would leave, were the run published now."""
    morning = morning_after(preview.at, zone_of(preview.reader))
    if not morning and preview.at <= now:
        return _("as soon as you publish")
    return date_format(timezone.localtime(morning or preview.at), "l j F, H:i")


# --- What was done ------------------------------------------------------------------------------


def published_sentence(publication: Publication, hold_days: int) -> str:
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
    if count and hold_days:
        ends_at = timezone.localtime(publication.mentorships[0].hold_ends_at)
        said.append(_("You can undo it until %(day)s.") % {"day": date_format(ends_at, "l j F, H:i")})
    return " ".join(said)


def undone_sentence(count: int) -> str:
    return ngettext(
        "%(count)s match is taken back. Whoever was told of it is told that it is not going ahead.",
        "%(count)s matches are taken back. Whoever was told of one is told that it is not going ahead.",
        count,
    ) % {"count": count}


def sent_sentence(count: int, address: str) -> str:
    return ngettext(
        "%(count)s mail is on its way to you, %(address)s, and to nobody else. Its subject begins with “Rehearsal”.",
        "%(count)s mails are on their way to you, %(address)s, and to nobody else. Their subjects begin with “Rehearsal”.",
        count,
    ) % {"count": count, "address": address}
