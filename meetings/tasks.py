from celery import shared_task

from meetings.services import emergency, fit_checks, reminders, rhythm


@shared_task
def remind_of_sessions() -> int:
    return reminders.remind_of_sessions()


@shared_task
def ask_for_needs() -> int:
    return reminders.ask_for_needs()


@shared_task
def ask_how_it_goes() -> int:
    return rhythm.nudge_first_meetings() + rhythm.ask_after_the_silent() + fit_checks.ask_how_it_fits()


@shared_task
def tell_about_access() -> None:
    emergency.tell_about_access()
