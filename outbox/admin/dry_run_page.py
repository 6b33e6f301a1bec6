"""What would be sent today, to whom one asks for; nothing is sent from here."""

from django.utils.translation import gettext as _

from outbox import audiences
from outbox.admin.forms import DryRunForm
from outbox.admin.pages import PagesMixin
from outbox.dry_run import dry_run


class DryRunPage(PagesMixin):
    def dry_run_urls(self):
        return [self.page("today/", self.dry_run_view, "outbox_dry_run", permission="outbox.view_mail")]

    def dry_run_view(self, request):
        form = DryRunForm(request.GET or None)
        shown = {}
        if form.is_valid():
            chosen = audiences.find(form.cleaned_data["to"])
            plan = dry_run(chosen)
            shown = {"plan": plan, "chosen": chosen, "parts": parts(plan)}
        return self.show(
            request,
            "dry_run.html",
            title=_("What would be sent today"),
            form=form,
            **shown,
        )


def parts(plan):
    """The three tables: what goes, what waits, what is left out."""
    return [
        ("goes", _("What goes today"), plan.goes, _("Nothing goes to them today.")),
        ("waits", _("What waits longer"), plan.waits, _("Nothing waits longer.")),
        ("skipped", _("What would be left out"), plan.skipped, _("Nothing is left out.")),
    ]
