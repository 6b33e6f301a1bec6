from datetime import timedelta

from django.apps import AppConfig
from django.conf import settings


class FaultKinds(AppConfig):
    """Registers the kinds of these tests in the programs that they start."""

    name = "tests.faults"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from outbox import kinds  # reads models, which exist from now on only
        from tests.faults.kinds import EVERY

        for kind in EVERY:
            kinds.register(kind)
        if not settings.FAULTS_AS_IN_PRODUCTION:
            wait_seconds_for_minutes()


def wait_seconds_for_minutes() -> None:
    """Everything that mail waits for after a fault, at a sixtieth; the sweeps at a fifth."""
    from outbox import delivery, leases, sweep

    delivery.MINUTES_BETWEEN_ATTEMPTS = [minutes / 60 for minutes in delivery.MINUTES_BETWEEN_ATTEMPTS]
    delivery.REST = timedelta(seconds=1)
    leases.TO_BEGIN = timedelta(seconds=3)
    sweep.SECONDS_BETWEEN_SWEEPS, sweep.SILENCE = 3, timedelta(seconds=4)
