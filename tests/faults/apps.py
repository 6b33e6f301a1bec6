from django.apps import AppConfig


class FaultKinds(AppConfig):
    """Registers the kinds of these tests in the workers that they start."""

    name = "tests.faults"

    def ready(self):
        from outbox import kinds  # reads models, which exist from now on only
        from tests.faults.kinds import AT_MOST_ONCE, REPEATABLE

        kinds.register(REPEATABLE)
        kinds.register(AT_MOST_ONCE)
