"""The one mail about what is private: it says that somebody read it, and carries none of it."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings.models import EmergencyEvent
from meetings.services.emergency import KIND
from outbox.kinds import MailKind, register
from outbox.models import Mail


def register_mails() -> None:
    register(
        MailKind(
            name=KIND,
            label=_("Emergency access"),
            build=about,
            is_private=True,
            ignores_night=True,
            sample=sample,
        )
    )


def about(mail: Mail) -> dict:
    return words(EmergencyEvent.objects.get(pk=mail.context["event"]))


def words(event: EmergencyEvent) -> dict:
    return {"event": event, "is_late": event.tell_at is not None, "contact": settings.CONTACT_EMAIL}


def sample() -> dict:
    event = EmergencyEvent(
        at=timezone.now() - timedelta(minutes=5),
        by="admin@programme.example",
        reason=gettext("Somebody wrote to us that a member of this group may be in danger."),
    )
    return words(event)
