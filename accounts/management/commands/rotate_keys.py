from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.encryption.rotation import BATCH, rotate_keys


class Command(BaseCommand):
    help = (
        "Seal notes, needs and all else that is private with the newest of ENCRYPTION_KEYS. "
        "Run it after putting a new key in front and restarting everything; it can be killed and run again."
    )

    def add_arguments(self, parser):
        parser.add_argument("--batch", type=int, default=BATCH, help="rows in one transaction")

    def handle(self, *args, batch, **options):
        rotated = rotate_keys(batch=batch, say=self.say)
        self.say(f"{rotated.sealed} values sealed anew.")
        if rotated.closed:
            raise CommandError(
                f"{rotated.closed} values could not be opened and were left as they are. Keep every key. "
                f"The first: {rotated.first_reason}"
            )
        if len(settings.ENCRYPTION_KEYS) > 1:
            self.say("Nothing needs the older keys any more. Take them out of ENCRYPTION_KEYS and restart.")

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
