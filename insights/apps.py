from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightsConfig(AppConfig):
    name = "insights"
    verbose_name = _("Insights")

    def ready(self):
        # Inside: models are there only once every app has been loaded.
        from insights import home, mails, personal_data, services
        from outbox import chores

        home.register_home()
        mails.register_mails()
        personal_data.register_personal_data()
        chores.register(services.ask_for_pulses)
