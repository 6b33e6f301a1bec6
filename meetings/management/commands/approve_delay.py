from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Person
from matching.errors import Refused
from meetings.services.emergency import approve_delay


class Command(BaseCommand):
    help = "Approve, as a second admin, that the people of an emergency access are told later."

    def add_arguments(self, parser):
        parser.add_argument("access", type=UUID, help="the number under which the access is logged")
        parser.add_argument("--by", required=True, help="your own mail address")

    def handle(self, *args, access, by, **options):
        admin = Person.objects.filter(email__iexact=by).first()
        if admin is None:
            raise CommandError(f"There is no account {by}.")
        try:
            approve_delay(access, by=admin)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write("Approved. Its people are told on the day that was asked for.")
