from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    name = "meetings"
    verbose_name = _("Sessions")

    def ready(self):
        # Inside: models are there only once every app has been loaded.
        from meetings import home_sessions, mails_hosts, mentorship_sessions, personal_data_sessions
        from matching import begun
        from meetings.queries.begun import mentorships_begun
        from meetings.services import hosts
        from outbox import chores

        begun.register(mentorships_begun)
        home_sessions.register_home()
        mails_hosts.register_mails()
        mentorship_sessions.register_part()
        personal_data_sessions.register_personal_data()
        # While the broker is away a session must find a host all the same.
        chores.register(hosts.keep_hosts)

        from meetings import (
            forecast_rhythm,
            mails_rhythm,
            one_click_rhythm,
            parts_rhythm,
            personal_data_rhythm,
        )
        from meetings.services import fit_checks, reminders, rhythm

        forecast_rhythm.register_forecast()
        mails_rhythm.register_mails()
        one_click_rhythm.register_actions()
        parts_rhythm.register_parts()
        personal_data_rhythm.register_personal_data()
        for chore in (
            reminders.remind_of_sessions,
            reminders.ask_for_needs,
            rhythm.nudge_first_meetings,
            rhythm.ask_after_the_silent,
            fit_checks.ask_how_it_fits,
        ):
            chores.register(chore)

        from meetings import audiences, mails_sessions
        from meetings.services import replies
        from outbox import inbox

        audiences.register_audience()
        mails_sessions.register_mails()
        inbox.register(replies.take)

        from meetings import mails_polls, one_click_seats, parts_polls, personal_data_polls
        from meetings.services import polls, seats

        mails_polls.register_mails()
        one_click_seats.register_actions()
        parts_polls.register_parts()
        personal_data_polls.register_personal_data()
        for chore in (seats.expire_offers, seats.seat_newcomers, polls.close_polls):
            chores.register(chore)

        from meetings import mails_private, parts_private, personal_data_private
        from meetings.services import emergency

        mails_private.register_mails()
        parts_private.register_parts()
        personal_data_private.register_personal_data()
        chores.register(emergency.tell_about_access)
