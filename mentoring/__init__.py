# Celery's shared tasks bind to this app, in the web processes too.
from mentoring.celery import app as celery_app

__all__ = ["celery_app"]
