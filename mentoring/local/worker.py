"""The Celery app as bin/run starts it: a worker's children die with the worker, however it ends."""

import signal

from celery.signals import worker_process_init

from mentoring.celery import app
from mentoring.local.processes import ask_for_death_signal

__all__ = ["app"]


@worker_process_init.connect
def die_with_worker(**kwargs):
    ask_for_death_signal(signal.SIGKILL)
