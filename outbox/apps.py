from celery import current_app
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    name = "outbox"
    verbose_name = _("Mail")

    def ready(self):
        # They read models, which exist from now on only.
        from outbox import bounces, chores, digest, inbox, mails, webhook
        from outbox.sweep import Sweep

        mails.register_mails()
        digest.register_mail()
        inbox.register(bounces.take)
        webhook.connect()
        chores.register(inbox.read)
        chores.register(digest.gather)
        current_app.steps["worker"].add(Sweep)
