"""Reminders of unfinished applications, computed from the data each time; nothing is stored for later."""

from datetime import datetime, timedelta

from django.utils import timezone

from matching.models import Application
from outbox.models import Mail
from outbox.services import queue_mail

FIRST_AFTER = timedelta(days=3)
LAST_BEFORE = timedelta(days=2)


def remind_unfinished() -> int:
    """Remind whoever has a draft: on day three, and two days before applications close. Returns how many."""
    due = due_by(timezone.now())
    told = set(Mail.objects.filter(key__in=due).values_list("key", flat=True))
    for key in due.keys() - told:
        _remind(due[key], key)
    return len(due.keys() - told)


def due_by(now: datetime) -> dict[str, Application]:
    """Whom to remind at this moment, by the key of the mail; who has had that mail is among them."""
    return {_key(draft, now): draft for draft in _drafts(now) if _is_due(draft, now)}


def due_since(draft: Application, now: datetime) -> datetime:
    """Of a draft that is due: since when."""
    began, closing = draft.began_at + FIRST_AFTER, draft.cohort.closes_at - LAST_BEFORE
    return max(closing, draft.began_at + timedelta(days=1)) if _is_closing(draft, now) else began


def _drafts(now: datetime):
    open_drafts = Application.objects.filter(
        state=Application.State.DRAFT,
        cohort__opens_at__lte=now,
        cohort__closes_at__gt=now,
        person__is_active=True,
    )
    return open_drafts.select_related("cohort", "person").order_by("pk")


def _is_due(draft: Application, now: datetime) -> bool:
    # Somebody who began today knows; on the last day the first reminder would come on the heels of the other.
    began_lately = now - draft.began_at < timedelta(days=1)
    return now - draft.began_at >= FIRST_AFTER or (_is_closing(draft, now) and not began_lately)


def _is_closing(draft: Application, now: datetime) -> bool:
    return draft.cohort.closes_at - now <= LAST_BEFORE


def _key(draft: Application, now: datetime) -> str:
    """One mail for a person and cohort, even where they apply as both."""
    when = "closing" if _is_closing(draft, now) else "day-3"
    return f"application_unfinished:{draft.cohort_id}:{draft.person_id}:{when}"


def _remind(draft: Application, key: str) -> None:
    queue_mail(
        "application_unfinished",
        key=key,
        person=draft.person,
        context={"application": draft.pk},
        expires_at=draft.cohort.closes_at,
    )
