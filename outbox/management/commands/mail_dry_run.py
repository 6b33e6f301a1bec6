from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localtime

from outbox import audiences
from outbox.dry_run import dry_run


class Command(BaseCommand):
    help = "What would be sent today to a cohort, a stream, a group; nothing is written, nothing leaves."

    def add_arguments(self, parser):
        parser.add_argument(
            "audience", help="its name as the admin shows it, or its address such as cohort:3", nargs="?"
        )

    def handle(self, *args, audience, **options):
        if not audience:
            return self._list()
        plan = dry_run(find(audience))
        for heading, lines in (("Goes", plan.goes), ("Waits", plan.waits), ("Skipped", plan.skipped)):
            self.stdout.write(f"{heading}: {len(lines)}")
            for line in lines:
                reason = f" – {line.reason}" if line.reason else ""
                self.stdout.write(f"  {localtime(line.at):%H:%M} {line.kind}: {line.mail.person}{reason}")
        if plan.left_out:
            self.stdout.write(f"{plan.left_out} more are due and were not looked at one by one.")
        return None

    def _list(self):
        for sort, options in audiences.choices():
            self.stdout.write(f"{sort}:")
            for address, name in options:
                self.stdout.write(f"  {address}  {name}")


def find(asked: str) -> audiences.Chosen:
    """By address, or by a name that only one of them has: a cohort's comes before its mentors'."""
    named = [address for _sort, options in audiences.choices() for address, name in options if name == asked]
    try:
        return audiences.find(named[0] if named else asked)
    except audiences.UnknownAudience as error:
        raise CommandError(f"{error} Call it without a name to see them all.") from None
