from celery import shared_task

from insights import services


@shared_task
def ask_for_pulses() -> int:
    return services.ask_for_pulses()
