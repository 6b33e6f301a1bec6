"""What the clock would send of these mails by some moment, for the admin's dry run. Nothing is written."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from meetings.lead_times import due_at
from meetings.queries.reminders import BY_DEFAULT, choices_of, coming
from meetings.services.fit_checks import fit_drafts
from meetings.services.reminders import FARTHEST, asked_at, draft, marks, prompt, to_ask
from meetings.services.rhythm import first_meeting_drafts, silence_drafts
from outbox import forecast
from outbox.forecast import Expected
from outbox.models import Mail


def register_forecast() -> None:
    forecast.register(tell)


def tell(people: QuerySet, until: datetime) -> Iterator[Expected]:
    now, pks = timezone.now(), set(people.values_list("pk", flat=True))
    found = [
        *reminders(now, until),
        *((asked_at(one), prompt(one)) for one in to_ask(until)),
        # Of these only the day is known.
        *(
            (until, mail)
            for mail in (*first_meeting_drafts(until), *silence_drafts(until), *fit_drafts(until))
        ),
    ]
    known = set(Mail.objects.filter(key__in=[mail.key for _, mail in found]).values_list("key", flat=True))
    for due, mail in found:
        if mail.person_id in pks and mail.key not in known:
            yield Expected(mail.kind, mail.key, mail.person, due, mail.context, mail.expires_at)


def reminders(now: datetime, until: datetime) -> Iterator[tuple[datetime, Mail]]:
    everybody = coming(now, within=until - now + FARTHEST)
    choices = choices_of({one.person.pk for one in everybody})
    for one in everybody:
        nearest: dict[datetime, Mail] = {}
        # Where several fall on one evening, the nearest alone is sent.
        for minutes, kind in sorted(marks(one, choices.get(one.person.pk, BY_DEFAULT)).items(), reverse=True):
            due = due_at(one.session.starts_at, minutes, one.person.zone)
            if now < due <= until and due >= one.since:
                nearest[due] = draft(one, minutes, kind)
        yield from nearest.items()
