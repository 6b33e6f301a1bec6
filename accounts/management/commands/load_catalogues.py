from django.core.management.base import BaseCommand

from accounts.services.catalogues import load_catalogues
from accounts.services.notices import load_notices


class Command(BaseCommand):
    help = "Add new catalogue entries and notices; what an admin edited stays as it is."

    def handle(self, *args, **options):
        entries, notices = load_catalogues(), load_notices()
        self.stdout.write(f"{entries} catalogue entries and {notices} notices written.")
