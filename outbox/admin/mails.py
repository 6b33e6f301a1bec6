from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from outbox import kinds, previews, queries
from outbox.admin.pages import FRAMES_OURS, ReadOnlyAdmin
from outbox.models import Mail
from outbox.services import NotInDoubt, NotToBeSentAgain, mark_arrived, send_again


class KindFilter(admin.SimpleListFilter):
    title = parameter_name = "kind"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.title = _("kind")

    def lookups(self, request, model_admin):
        return [(kind.name, kind.label) for kind in kinds.every()]

    def queryset(self, request, mails):
        return mails.filter(kind=self.value()) if self.value() else mails


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    list_display = ["reader", "what_it_says", "how_it_went"]
    list_filter = ["state", KindFilter, "queued_at"]
    search_fields = ["to"]
    search_help_text = _("Search by mail address.")
    list_per_page = 50
    fields = ["to"]
    actions = ["send_again", "mark_arrived"]
    change_list_template = "outbox/admin_mails.html"
    change_form_template = "outbox/admin_mail.html"

    def has_delete_permission(self, request, obj=None):
        return False

    def has_decide_permission(self, request):
        return request.user.has_perm("outbox.change_mail")

    # --- The list ---------------------------------------------------------------------------------

    @admin.display(description=_("to"), ordering="to")
    def reader(self, mail):
        return mail.to or _("(wiped)")

    @admin.display(description=_("mail"), ordering="kind")
    def what_it_says(self, mail):
        words = [kinds.label(mail.kind), "" if kinds.is_secret(mail.kind) else mail.subject]
        return format_html_join("", "<div>{}</div>", ([word] for word in words if word))

    @admin.display(description=_("state"), ordering="state")
    def how_it_went(self, mail):
        moment = timezone.localtime(mail.sent_at or mail.queued_at)
        note = gettext(mail.note) if mail.note else ""
        words = [mail.get_state_display(), note, mail.answer, date_format(moment, "DATETIME_FORMAT")]
        return format_html_join("", "<div>{}</div>", ([word] for word in words if word))

    def changelist_view(self, request, extra_context=None):
        more = {"title": _("Mails"), "flow": queries.flow()}
        return super().changelist_view(request, more | (extra_context or {}))

    @admin.action(description=_("Send again"), permissions=["decide"])
    def send_again(self, request, mails):
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

    @admin.action(description=_("It arrived"), permissions=["decide"])
    def mark_arrived(self, request, mails):
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
            "note": gettext(mail.note) if mail.note else "",
            "is_at_most_once": mail.kind in kinds.at_most_once(),
            "frame": reverse("outbox:rendering", args=[mail.pk]),
            "may_send_again": may_decide and mail.may_be_sent_again and not kinds.is_secret(mail.kind),
            "may_mark_arrived": may_decide and mail.state == Mail.State.IN_DOUBT,
        }

    def decide_view(self, request, pk, decision):
        """One button on the page of one mail."""
        if not self.has_decide_permission(request):
            raise PermissionDenied
        mail = get_object_or_404(Mail, pk=pk)
        action = {"again": self.send_again, "arrived": self.mark_arrived}[decision]
        action(request, [mail])
        return redirect("admin:outbox_mail_change", pk)

    # --- What each kind looks like ------------------------------------------------------------------

    def kinds_view(self, request):
        self._demand_view_permission(request)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("What our mails look like"),
            "kinds": kinds.every(),
            "languages": settings.LANGUAGES,
        }
        return render(request, "outbox/admin_kinds.html", context)

    def kind_view(self, request, name, language):
        self._demand_view_permission(request)
        kind = previews.find(name, language)
        if kind is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": kind.label,
            "kind": kind,
            "language": language,
            "languages": settings.LANGUAGES,
            "rendering": previews.render_sample(kind, language),
            "frame": reverse("outbox:sample", args=[name, language]),
        }
        return render(request, "outbox/admin_kind.html", context)

    def _demand_view_permission(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied

    def get_urls(self):
        inside = self.admin_site.admin_view
        return [
            path("kinds/", inside(self.kinds_view), name="outbox_mail_kinds"),
            path(
                "kinds/<slug:name>/<slug:language>/",
                inside(FRAMES_OURS(self.kind_view)),
                name="outbox_mail_kind",
            ),
            path(
                "<int:pk>/again/",
                inside(require_POST(self.decide_view)),
                {"decision": "again"},
                name="outbox_mail_again",
            ),
            path(
                "<int:pk>/arrived/",
                inside(require_POST(self.decide_view)),
                {"decision": "arrived"},
                name="outbox_mail_arrived",
            ),
            *super().get_urls(),
        ]
