from celery import shared_task

from matching.services import (
    choice_clock,
    group_runs,
    history,
    importing,
    introductions,
    reminders,
    runs,
    turns,
)


@shared_task
def introduce_after_hold() -> int:
    return introductions.introduce_due()


@shared_task
def compute_waiting_runs() -> int:
    return runs.compute_waiting_runs()


@shared_task
def compute_waiting_group_runs() -> int:
    return group_runs.compute_waiting_group_runs()


@shared_task
def remind_unfinished_applications() -> int:
    return reminders.remind_unfinished()


@shared_task
def forget_sheets() -> None:
    importing.forget_sheets()


@shared_task
def keep_time() -> int:
    return turns.keep_time()


@shared_task
def keep_choices() -> int:
    return choice_clock.keep_choices()


@shared_task
def clear_history() -> int:
    return history.clear_old()
