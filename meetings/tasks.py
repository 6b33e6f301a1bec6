from celery import shared_task

from meetings.services import clocks, emergency, fit_checks, hosts, polls, reminders, rhythm, seats


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


@shared_task
def expire_seat_offers() -> int:
    return seats.expire_offers()


@shared_task
def seat_newcomers() -> int:
    return seats.seat_newcomers()


@shared_task
def close_time_polls() -> int:
    return polls.close_polls()


@shared_task
def keep_hosts() -> int:
    return hosts.keep_hosts()


@shared_task
def restate_starts() -> int:
    return clocks.restate_starts()
