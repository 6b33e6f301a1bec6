from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from outbox.delivery import deliver_due
from tests.meetings.calendar.reading import events_in


@pytest.fixture
def post(mailbox):
    """Deliver what is due now, or so much later, and return the messages that arrived through it, oldest first."""

    def deliver(*, later: timedelta = timedelta()) -> list:
        before = len(mailbox.received)
        moment = timezone.now() + timedelta(seconds=1) + later
        while deliver_due(clock=lambda: at_noon(moment)):
            pass
        return mailbox.messages[before:]

    return deliver


def at_noon(moment: datetime) -> datetime:
    """Of the same day or the next: nobody's night."""
    noon = moment.replace(hour=12, minute=0)
    return noon if noon >= moment else noon + timedelta(days=1)


@pytest.fixture
def posted_to(post):
    """The messages to one person that leave now, as (subject, VCALENDAR text or None)."""

    def deliver(person, **later) -> list:
        return [
            (message["Subject"], events_in(message))
            for message in post(**later)
            if message["To"] == person.email
        ]

    return deliver
