"""The Celery app; tasks are found in each app's `tasks.py`."""

import os

from celery import Celery
from celery.signals import beat_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mentoring.settings")

app = Celery("mentoring")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@beat_init.connect
def ring_once(**kwargs):
    """Let the health page hear the clock as it starts, not only at its first interval."""
    app.send_task("outbox.tasks.deliver_due_mail")


@worker_ready.connect
def look_at_once(**kwargs):
    """What waited while no worker ran need not wait for the clock as well."""
    app.send_task("outbox.tasks.deliver_now", expires=60)
