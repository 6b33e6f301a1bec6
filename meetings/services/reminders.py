"""Reminders of sessions, computed from the data whenever the clock asks; nothing is stored for later.

The key of each holds the instant of the start: a session that moves has reminders of its own, and what was queued
for the old time is dropped when it is about to leave.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import Person
from meetings.lead_times import due_at
from meetings.models import ReminderChoice, Session
from meetings.queries.reminders import (
    BY_DEFAULT,
    DAY,
    HOUR,
    Coming,
    choices_of,
    coming,
    leads_of,
)
from outbox.models import Mail
from outbox.services import draft_mail, queue_mails

REMINDER, AGENDA, NEEDS = "session_reminder", "session_agenda", "needs_prompt"
CHOICES = (HOUR, 2 * HOUR, DAY, 2 * DAY)
# The night may bring a reminder forward by almost twelve hours.
FARTHEST = timedelta(minutes=max(CHOICES)) + timedelta(hours=12)

ASK_BEFORE = timedelta(days=5)
# Who learns late that there is a session is asked a day later, unless it is too near by then.
AFTER_AN_INVITATION = timedelta(days=1)
TOO_LATE_TO_ASK = timedelta(hours=36)
AGENDA_BEFORE = timedelta(hours=24)


def remind_of_sessions(*, now: datetime | None = None) -> int:
    """Queue each reminder that is due and was not queued before; returns how many."""
    now = now or timezone.now()
    people = coming(now, within=FARTHEST)
    choices = choices_of({one.person.pk for one in people})
    return queue_new(
        draft for one in people if (draft := reminder_of(one, choices.get(one.person.pk, BY_DEFAULT), now))
    )


def reminder_of(one: Coming, choice: Iterable[int], now: datetime) -> Mail | None:
    """The nearest reminder that is due: after a pause of the clock the older ones say nothing new.

    None too for what was due before this person was to come: they have just been told.
    """
    for minutes, kind in sorted(marks(one, choice).items()):
        due = due_at(one.session.starts_at, minutes, one.person.zone)
        if due <= now:
            return draft(one, minutes, kind) if due >= one.since else None
    return None


def marks(one: Coming, choice: Iterable[int]) -> dict[int, str]:
    """What comes how many minutes before. The agenda's link reaches everybody a day before, and in one mail only."""
    kinds = dict.fromkeys(choice, REMINDER)
    return {DAY: AGENDA} | kinds | ({DAY: AGENDA} if one.is_host else {})


def draft(one: Coming, minutes: int, kind: str) -> Mail:
    return draft_mail(
        kind,
        key=f"before:{one.session.pk}:{one.person.pk}:{minutes}:{one.session.starts_at:%Y%m%dT%H%MZ}",
        person=one.person,
        context=about(one.session) | {"minutes": minutes},
        expires_at=one.session.starts_at,
    )


def ask_for_needs(*, now: datetime | None = None) -> int:
    """Ask whoever comes, other than those who lead, what they need; returns how many were asked."""
    now = now or timezone.now()
    return queue_new(prompt(one) for one in to_ask(now))


def to_ask(now: datetime) -> list[Coming]:
    people = coming(now, within=ASK_BEFORE)
    leads = leads_of({one.session.mentorship_id for one in people})
    return [
        one
        for one in people
        if is_to_be_asked(one, now) and (one.session.mentorship_id, one.person.pk) not in leads
    ]


def is_to_be_asked(one: Coming, now: datetime) -> bool:
    if one.is_host and one.session.mentorship_id is None:
        return False
    return asked_at(one) <= now <= one.session.starts_at - TOO_LATE_TO_ASK


def asked_at(one: Coming) -> datetime:
    return max(one.session.starts_at - ASK_BEFORE, one.since + AFTER_AN_INVITATION)


def prompt(one: Coming) -> Mail:
    return draft_mail(
        NEEDS,
        key=f"needs:{one.session.pk}:{one.person.pk}:{one.session.starts_at:%Y%m%dT%H%MZ}",
        person=one.person,
        context=about(one.session),
        # From then on the mail with the agenda says it.
        expires_at=one.session.starts_at - AGENDA_BEFORE,
    )


def about(session: Session) -> dict:
    return {"session": session.pk, "starts_at": session.starts_at.isoformat()}


@transaction.atomic
def queue_new(drafts: Iterable[Mail]) -> int:
    """Queue those whose key is new; returns how many."""
    by_key = {draft.key: draft for draft in drafts}
    known = set(Mail.objects.filter(key__in=by_key).values_list("key", flat=True))
    new = [draft for key, draft in by_key.items() if key not in known]
    queue_mails(new)
    return len(new)


def choose_reminders(person: Person, minutes_before: Iterable[int]) -> None:
    """Keep when somebody wishes to be reminded; nothing chosen means never."""
    ReminderChoice.objects.update_or_create(
        person=person, defaults={"minutes_before": sorted(minutes_before)}
    )
