from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.urls import reverse

from mentoring.first_admin import HOURS_VALID, AdminExists, make_token


class Command(BaseCommand):
    help = "Print a link at which the first admin chooses a name and a password."

    def add_arguments(self, parser):
        parser.add_argument("email")

    def handle(self, *args, email, **options):
        try:
            validate_email(email)
            token = make_token(email)
        except ValidationError as error:
            raise CommandError(f"{email} is no mail address.") from error
        except AdminExists as error:
            raise CommandError(
                "There is an admin already. They can make others admins under People in the administration."
            ) from error
        self.stdout.write(f"Good for {HOURS_VALID} hours, until somebody has used it:")
        self.stdout.write(settings.PUBLIC_URL + reverse("first_admin", args=[token]))
