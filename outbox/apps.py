from celery import current_app
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    name = "outbox"
    verbose_name = _("Mail")

    def ready(self):
        from outbox.sweep import Sweep  # reads models, which exist from now on only

        current_app.steps["worker"].add(Sweep)
