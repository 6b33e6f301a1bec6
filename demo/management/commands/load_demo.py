from django.core.management.base import BaseCommand

from demo.loading import load_demo
from matching.models import Cohort


class Command(BaseCommand):
    help = "Fill an empty install with a demo programme: one cohort matched and published, one open."

    def add_arguments(self, parser):
        parser.add_argument("--seed", type=int, default=7, help="another seed draws other people")

    def handle(self, *args, seed, **options):
        if Cohort.objects.exists():
            self.stdout.write("There are cohorts already, so the demo was left out.")
            return
        accounts = load_demo(seed)
        self.stdout.write(f"The demo programme is loaded; {len(accounts)} accounts can sign in.")
