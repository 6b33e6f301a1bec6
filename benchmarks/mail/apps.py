from django.apps import AppConfig

from benchmarks.mail.content import PARAGRAPHS

KIND = "benchmark_reminder"


def words(mail) -> dict:
    return {
        **mail.context,
        "paragraphs": PARAGRAPHS,
        "url": f"http://localhost:8000/sessions/{mail.context['number']}/",
    }


class BenchmarkKinds(AppConfig):
    name = "benchmarks.mail"
    label = "benchmark_mail"

    def ready(self):
        from outbox import kinds  # reads models, which exist from now on only

        kinds.register(kinds.MailKind(KIND, "Reminder", build=words, ignores_night=True))
