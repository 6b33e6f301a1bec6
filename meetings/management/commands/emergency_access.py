from django.core.management.base import BaseCommand, CommandError

from accounts.models import Person
from matching.errors import Refused
from matching.models import Mentorship
from meetings.queries.emergency import HOURS_TO_APPROVE
from meetings.services.emergency import LONGEST_DELAY_DAYS, open_mentorship


class Command(BaseCommand):
    help = (
        "For emergencies alone: print what is private to a mentorship. The access is logged where nobody can delete "
        "it, and everybody of the mentorship is told by mail when, by whom and why."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--mentorship", type=int, required=True, help="its number, as the administration shows it"
        )
        parser.add_argument("--reason", required=True, help="why; the people of the mentorship will read it")
        parser.add_argument("--by", required=True, help="your own mail address")
        parser.add_argument(
            "--delay-telling",
            type=int,
            default=0,
            metavar="DAYS",
            help=f"where telling at once could endanger somebody: tell after so many days (at most {LONGEST_DELAY_DAYS}), "
            f"if a second admin approves within {HOURS_TO_APPROVE} hours",
        )

    def handle(self, *args, mentorship, reason, by, delay_telling, **options):
        admin = Person.objects.filter(email__iexact=by).first()
        found = Mentorship.objects.filter(pk=mentorship).first()
        if admin is None or found is None:
            missing = f"mentorship {mentorship}" if admin else f"account {by}"
            raise CommandError(f"There is no {missing}. Nothing was opened.")
        try:
            event, words = open_mentorship(found, by=admin, reason=reason, delay_days=delay_telling)
        except Refused as refused:
            raise CommandError(f"{refused} Nothing was opened.") from refused
        for line in words:
            self.stdout.write(line)
        self.stderr.write(self.what_follows(event))

    def what_follows(self, event) -> str:
        if event.tell_at is None:
            return f"Logged as {event.access}. Everybody of this mentorship is told now."
        return (
            f"Logged as {event.access}. Its people are told on {event.tell_at:%d %B %Y} if a second admin approves with\n"
            f"  python manage.py approve_delay {event.access} --by somebody.else@example.org\n"
            f"within {HOURS_TO_APPROVE} hours, or on the page of this access in the administration; else then."
        )
