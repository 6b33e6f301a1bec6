"""The Celery app; tasks are found in each app's `tasks.py`."""

import os

from celery import Celery
from celery.signals import beat_init, task_postrun, task_prerun, worker_ready

from matching.history.acting import begin_task, end_task

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


@task_prerun.connect
def begin_an_act(task=None, **kwargs):
    """All that one task changes is one line in the history."""
    begin_task(task.name)


@task_postrun.connect
def end_the_act(**kwargs):
    end_task()
