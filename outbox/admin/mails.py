from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from outbox import audiences, bounces, kinds, pausing, queries
from outbox.admin.dry_run_page import DryRunPage
from outbox.admin.kind_pages import KindPages
from outbox.admin.pages import FRAMES_OURS, ReadOnlyAdmin
from outbox.models import Mail
from outbox.services import NotInDoubt, NotToBeSentAgain, mark_arrived, send_again

DECIDE = "outbox.change_mail"
QUESTIONS = {
    "send_again": _("Send these again?"),
    "mark_arrived": _("Did these arrive?"),
}
VERBS = {"send_again": _("Send again"), "mark_arrived": _("Yes, they arrived")}


class KindFilter(admin.SimpleListFilter):
    title = parameter_name = "kind"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.title = _("kind")

    def lookups(self, request, model_admin):
        found = Mail.objects.order_by().values_list("kind", flat=True).distinct()
        return sorted(((name, kinds.label(name)) for name in found), key=lambda option: option[1].casefold())

    def queryset(self, request, mails):
        return mails.filter(kind=self.value()) if self.value() else mails


class AudienceFilter(admin.SimpleListFilter):
    """To those of a cohort, say: whichever audiences are meant to be filtered by."""

    title = parameter_name = "to"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.title = _("reader’s cohort")

    def lookups(self, request, model_admin):
        return [
            (f"{audience.name}:{pk}", name)
            for audience in audiences.every()
            if audience.filters_the_log
            for pk, name in audience.choices()
        ]

    def queryset(self, request, mails):
        if not self.value():
            return mails
        try:
            people = audiences.find(self.value()).people
        except audiences.UnknownAudience:
            return mails.none()
        return mails.filter(person__in=people.order_by().values("pk"))


class BounceFilter(admin.SimpleListFilter):
    title = parameter_name = "bounced"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.title = _("came back")

    def lookups(self, request, model_admin):
        return [("yes", _("Yes"))]

    def queryset(self, request, mails):
        return mails.filter(bounced_at__isnull=False) if self.value() else mails


@admin.register(Mail)
class MailAdmin(KindPages, DryRunPage, ReadOnlyAdmin):
    list_display = ["reader", "what_it_says", "how_it_went"]
    list_filter = ["state", KindFilter, "queued_at", BounceFilter, AudienceFilter]
    list_select_related = ["person"]
    search_fields = ["to", "person__name", "person__sort_key", "key"]
    search_help_text = _("Search by name, mail address or cause.")
    list_per_page = 50
    show_full_result_count = False
    fields = ["to"]
    actions = ["send_again", "mark_arrived"]
    change_list_template = "admin/outbox/mails.html"
    change_form_template = "admin/outbox/mail.html"

    def has_delete_permission(self, request, obj=None):
        return False

    def has_decide_permission(self, request):
        return request.user.has_perm(DECIDE)

    # --- The list ---------------------------------------------------------------------------------

    @admin.display(description=_("to"), ordering="to")
    def reader(self, mail):
        words = [mail.person.name if mail.person else "", mail.to or _("(wiped)")]
        return format_html_join("", "<div>{}</div>", ([word] for word in words if word))

    @admin.display(description=_("mail"), ordering="kind")
    def what_it_says(self, mail):
        words = [kinds.label(mail.kind), "" if kinds.is_hidden(mail.kind) else mail.subject]
        return format_html_join("", "<div>{}</div>", ([word] for word in words if word))

    @admin.display(description=_("state"), ordering="state")
    def how_it_went(self, mail):
        moment = timezone.localtime(mail.sent_at or mail.queued_at)
        words = [
            mail.get_state_display(),
            gettext("came back: %(why)s") % {"why": mail.bounce} if mail.bounced_at else "",
            gettext(mail.note) if mail.note else "",
            "" if kinds.is_hidden(mail.kind) else mail.answer,
            date_format(moment, "DATETIME_FORMAT"),
        ]
        return format_html_join("", "<div>{}</div>", ([word] for word in words if word))

    def changelist_view(self, request, extra_context=None):
        more = {"title": _("Mails"), "flow": queries.flow(), **held_and_returned()}
        return super().changelist_view(request, more | (extra_context or {}))

    # --- Deciding about several -------------------------------------------------------------------

    @admin.action(description=_("Send again"), permissions=["decide"])
    def send_again(self, request, mails):
        return self._ask_or_do(request, "send_again", mails)

    @admin.action(description=_("It arrived"), permissions=["decide"])
    def mark_arrived(self, request, mails):
        return self._ask_or_do(request, "mark_arrived", mails)

    def _ask_or_do(self, request, decision, mails):
        mails = list(mails.select_related("person"))
        if "confirmed" not in request.POST:
            return self._ask(request, decision, mails)
        {"send_again": self._send_again, "mark_arrived": self._mark_arrived}[decision](request, mails)
        return None

    def _ask(self, request, decision, mails, *, at=""):
        may = {
            "send_again": lambda mail: mail.may_be_sent_again and not kinds.is_secret(mail.kind),
            "mark_arrived": lambda mail: mail.state == Mail.State.IN_DOUBT,
        }[decision]
        return self.show(
            request,
            "decide.html",
            title=QUESTIONS[decision],
            decision=decision,
            verb=VERBS[decision],
            rows=[(mail, kinds.label(mail.kind), may(mail)) for mail in mails],
            left=sum(not may(mail) for mail in mails),
            checkbox=ACTION_CHECKBOX_NAME,
            at=at,
        )

    def _send_again(self, request, mails):
        sent = [mail for mail in mails if self._decide(request, send_again, mail)]
        left = len(mails) - len(sent)
        self._say(
            request,
            ngettext("%(count)d mail leaves again.", "%(count)d mails leave again.", len(sent)),
            ngettext(
                "%(count)d was left as it is: only a refused mail, or one in doubt, can leave again, and a code never.",
                "%(count)d were left as they are: only a refused mail, or one in doubt, can leave again, and a code never.",
                left,
            ),
            done=len(sent),
            left=left,
        )

    def _mark_arrived(self, request, mails):
        arrived = [mail for mail in mails if self._decide(request, mark_arrived, mail)]
        left = len(mails) - len(arrived)
        self._say(
            request,
            ngettext(
                "%(count)d mail is noted as arrived.", "%(count)d mails are noted as arrived.", len(arrived)
            ),
            ngettext(
                "%(count)d was left as it is: it is not in doubt.",
                "%(count)d were left as they are: they are not in doubt.",
                left,
            ),
            done=len(arrived),
            left=left,
        )

    def _decide(self, request, decision, mail) -> bool:
        try:
            decision(mail)
        except (NotToBeSentAgain, NotInDoubt):
            return False
        self.log_change(request, mail, decision.__name__)
        return True

    def _say(self, request, success, warning, *, done, left):
        if done:
            self.message_user(request, success % {"count": done})
        if left:
            self.message_user(request, warning % {"count": left}, messages.WARNING)

    # --- One mail ---------------------------------------------------------------------------------

    @method_decorator(FRAMES_OURS)
    def change_view(self, request, object_id, form_url="", extra_context=None):
        mail = self.get_object(request, object_id)
        more = (
            {"title": kinds.label(mail.kind), "subtitle": None, **self._about(request, mail)} if mail else {}
        )
        return super().change_view(request, object_id, form_url, more | (extra_context or {}))

    def _about(self, request, mail):
        may_decide = self.has_decide_permission(request)
        return {
            "mail": mail,
            "is_secret": kinds.is_secret(mail.kind),
            "is_hidden": kinds.is_hidden(mail.kind),
            "note": gettext(mail.note) if mail.note else "",
            "is_at_most_once": mail.kind in kinds.at_most_once(),
            "frame": reverse("outbox:rendering", args=[mail.pk]),
            "may_send_again": may_decide and mail.may_be_sent_again and not kinds.is_secret(mail.kind),
            "may_mark_arrived": may_decide and mail.state == Mail.State.IN_DOUBT,
        }

    def decide_view(self, request, pk, decision):
        """One button on the page of one mail; it asks first."""
        mail = get_object_or_404(Mail.objects.select_related("person"), pk=pk)
        if "confirmed" not in request.POST:
            return self._ask(request, decision, [mail], at=request.path)
        {"send_again": self._send_again, "mark_arrived": self._mark_arrived}[decision](request, [mail])
        return redirect("admin:outbox_mail_change", pk)

    def get_urls(self):
        def decide(decision):
            return lambda request, pk: self.decide_view(request, pk, decision)

        one = {"permission": DECIDE, "posts_only": True}
        return [
            *self.kind_urls(),
            *self.dry_run_urls(),
            self.page("<int:pk>/again/", decide("send_again"), "outbox_mail_again", **one),
            self.page("<int:pk>/arrived/", decide("mark_arrived"), "outbox_mail_arrived", **one),
            *super().get_urls(),
        ]


def held_and_returned() -> dict:
    """What the list says above it: kinds held back, and addresses from which mail came back lately."""
    waiting = Count("pk", filter=Q(state__in=queries.WAITING))
    pauses = pausing.paused()
    held = dict(
        Mail.objects.filter(kind__in=[pause.kind for pause in pauses])
        .order_by()
        .values_list("kind")
        .annotate(waiting=waiting)
    )
    return {
        "pauses": [(pause, kinds.label(pause.kind), held.get(pause.kind, 0)) for pause in pauses],
        "returned": bounces.lately(),
    }
