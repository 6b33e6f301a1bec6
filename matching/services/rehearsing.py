"""A few mails of a run, sent to the admin who asks before anybody else gets one."""

from collections.abc import Collection
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from matching.errors import NotReady
from matching.models import MatchRun
from matching.previews import previews_of
from matching.queries.publishing import for_mails
from matching.working_days import working_days_after
from outbox.models import Mail
from outbox.services import draft_mail, queue_mails

REHEARSAL = "run_rehearsal"
MOST_PAIRS = 3


def send_to_me(
    run: MatchRun, *, by: Person, proposals: Collection[int] = (), now: datetime | None = None
) -> int:
    """Queue the mails of the chosen pairs, else of the first, to this admin alone; returns how many.

    Asked twice in a minute they are sent once. Raises NotReady where the run proposes nothing to publish.
    """
    now = now or timezone.now()
    pairs = for_mails(run)
    chosen = list((pairs.filter(pk__in=proposals) if proposals else pairs)[:MOST_PAIRS])
    if not chosen:
        raise NotReady(_("This run has no such pair, so there is no mail to send you."))
    ends_at = working_days_after(now, run.cohort.hold_days)
    drafts = [
        rehearsal(pair.pk, one, by=by, now=now)
        for pair in chosen
        for one in previews_of(pair, now=now, hold_ends_at=ends_at)
    ]
    queue_mails(drafts)
    return len(drafts)


def rehearsal(proposal: int, preview, *, by: Person, now: datetime) -> Mail:
    return draft_mail(
        REHEARSAL,
        key=f"{REHEARSAL}:{proposal}:{preview.part}:{preview.kind}:{by.pk}:{now:%Y%m%dT%H%M}",
        person=by,
        context={"proposal": proposal, "part": preview.part, "kind": preview.kind, "asked": now.isoformat()},
    )
