from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    name = "meetings"
    verbose_name = _("Sessions")

    def ready(self):
        # Inside: models are there only once every app has been loaded.
        from matching import begun, booked
        from meetings import attention, audiences, forecast_rhythm, home_sessions, mails, parts, personal_data
        from meetings.one_click import rhythm, seats
        from meetings.queries.begun import mentorships_begun, mentorships_booked
        from meetings.services import replies
        from outbox import inbox

        attention.register_attention()
        audiences.register_audience()
        begun.register(mentorships_begun)
        booked.register(mentorships_booked)
        forecast_rhythm.register_forecast()
        home_sessions.register_home()
        inbox.register(replies.take)
        mails.register_all()
        parts.register_all()
        personal_data.register_all()
        rhythm.register_actions()
        seats.register_actions()
        self.register_chores()

    def register_chores(self):
        """What must go on while the broker is away."""
        from meetings.services import (
            emergency,
            fit_checks,
            hosts,
            polls,
            reminders,
            rhythm,
            seats,
        )
        from outbox import chores

        for chore in (
            emergency.tell_about_access,
            fit_checks.ask_how_it_fits,
            hosts.keep_hosts,
            polls.close_polls,
            reminders.ask_for_needs,
            reminders.remind_of_sessions,
            rhythm.ask_after_the_silent,
            rhythm.nudge_first_meetings,
            seats.expire_offers,
            seats.seat_newcomers,
        ):
            chores.register(chore)
