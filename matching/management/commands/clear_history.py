from django.core.management.base import BaseCommand

from matching.services.history import clear_old


class Command(BaseCommand):
    help = (
        "Drop what is older than HISTORY_DAYS from the history of who did what. The clock does it daily, too."
    )

    def handle(self, *args, **options):
        self.stdout.write(f"{clear_old()} acts dropped.")
