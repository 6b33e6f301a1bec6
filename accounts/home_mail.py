"""What stands on Home where mail to a person comes back: nothing else would tell them."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import home
from accounts.models import Person
from outbox.bounces import suppression_of

# Before all else: whatever we write, they do not get.
URGENCY = 0


def register_home() -> None:
    home.register(tell)


def tell(person: Person) -> Iterator[home.NextStep]:
    if suppression_of(person):
        yield home.NextStep(
            urgency=URGENCY,
            title=_("Check your mail address"),
            why=_("Mail to %(address)s comes back, so nothing we write reaches you.")
            % {"address": person.email},
            minutes=2,
            url=reverse("account_email"),
            action=_("Check your address"),
        )
