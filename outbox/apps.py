from celery import current_app
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    name = "outbox"
    verbose_name = _("Mail")

    def ready(self):
        # They read models, which exist from now on only.
        from outbox import chores, inbox, mails
        from outbox.sweep import Sweep

        mails.register_mails()
        chores.register(inbox.read)
        current_app.steps["worker"].add(Sweep)
