from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    name = "meetings"
    verbose_name = _("Sessions")

    def ready(self):
        # Inside: models are there only once every app has been loaded.
        from meetings import audiences, mails_sessions

        audiences.register_audience()
        mails_sessions.register_mails()
