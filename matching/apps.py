from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    name = "matching"
    verbose_name = _("Mentoring programme")

    def ready(self):
        # Inside: models are there only once every app has been loaded.
        from matching import (
            attention_matters,
            audiences,
            forecast,
            home_applications,
            home_choices,
            home_mentorships,
            mails_applications,
            mails_choices,
            mails_mentorships,
            mails_rehearsal,
            mails_turns,
            personal_data_applications,
            personal_data_choices,
            personal_data_history,
            personal_data_mentorships,
        )
        from matching.history.signing import sign_each_connection
        from matching.services import choice_clock, importing, introductions, turns
        from outbox import chores

        attention_matters.register_matters()
        sign_each_connection()
        audiences.register_audiences()
        forecast.register_forecasts()
        home_applications.register_home()
        home_choices.register_home()
        home_mentorships.register_home()
        mails_applications.register_mails()
        mails_choices.register_mails()
        mails_mentorships.register_mails()
        mails_rehearsal.register_mails()
        mails_turns.register_mails()
        # Before applications: with them goes what is to be passed on.
        personal_data_choices.register_personal_data()
        personal_data_applications.register_personal_data()
        personal_data_history.register_personal_data()
        personal_data_mentorships.register_personal_data()
        # While the broker is away a hold must end all the same.
        chores.register(introductions.introduce_due)
        chores.register(turns.keep_time)
        chores.register(choice_clock.keep_choices)
        chores.register(importing.forget_sheets)
