"""One mail a week with what its reader did not want at once."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext_lazy as _

from outbox import gate, kinds, previews, queries
from outbox.kinds import Group, MailKind
from outbox.models import Mail
from outbox.preferences import DIGEST, IN_DIGEST
from outbox.queries import WAITING
from outbox.quiet import zone_of
from outbox.rendering import render_part
from outbox.services import queue_mail
from outbox.week import SLACK, week_of

WENT_WITH_DIGEST = gettext_noop("It went inside the weekly digest.")
NOTHING_LEFT = gettext_noop("Nothing that it gathered is of use any longer.")


def gather(now: datetime | None = None) -> int:
    """Queue a digest for everybody whose Monday morning has come and for whom something waits; returns how many.

    Nobody gets a second one in a week, however often and from however many places this is asked.
    """
    now = now or timezone.now()
    people = _waiting(now).order_by("person").values_list("person", flat=True).distinct()
    return sum(_gather_for(person, now) for person in people)


def _waiting(now: datetime):
    """What the gate held back for a Monday morning that has come; not what an admin holds back as well."""
    waiting = Mail.objects.filter(state__in=WAITING, note=IN_DIGEST, not_before__lte=now + SLACK)
    return waiting.exclude(kind__in=queries.paused_kinds())


@transaction.atomic
def _gather_for(person: int, now: datetime) -> bool:
    # Who comes second waits here, and then finds nothing that waits.
    rows = _waiting(now).filter(person=person).order_by("pk").select_for_update(of=["self"])
    wanted = [mail for mail in rows.select_related("person") if not _skip(mail, now)]
    if not wanted:
        return False
    reader = wanted[0].person
    key = f"{DIGEST}:{reader.pk}:{week_of(now, zone_of(reader))}"
    # Somebody who moved west on a Monday has had this week's: the gate lets the rest wait for the next.
    if Mail.objects.filter(key=key).exists():
        return False
    mail = queue_mail(DIGEST, key=key, person=reader)
    Mail.objects.filter(pk__in=[one.pk for one in wanted]).update(
        state=Mail.State.GATHERED, digest=mail, note=WENT_WITH_DIGEST
    )
    return True


def _skip(mail: Mail, now: datetime) -> bool:
    reason = gate.reason_to_skip(mail, kinds.find(mail.kind), now)
    if reason:
        Mail.objects.filter(pk=mail.pk).update(state=Mail.State.SKIPPED, note=reason)
    return bool(reason)


# --- The mail ---------------------------------------------------------------------------------


def register_mail() -> None:
    kinds.register(
        MailKind(
            DIGEST,
            _("weekly digest"),
            build=about,
            why_skip=empty,
            is_essential=False,
            # Some of what it gathers may be.
            is_private=True,
            sample=sample,
            group=Group.PROGRAMME,
            says=_("One mail on Monday morning, with what you did not want at once"),
        )
    )


def about(mail: Mail) -> dict:
    return {"parts": [_part(one, mail) for one in _still_wanted(mail)]}


def empty(mail: Mail) -> str:
    return "" if _still_wanted(mail) else NOTHING_LEFT


def _still_wanted(mail: Mail) -> list[Mail]:
    now = timezone.now()
    gathered = Mail.objects.filter(digest=mail).select_related("person").order_by("pk")
    return [one for one in gathered if not gate.reason_to_skip(one, kinds.find(one.kind), now)]


def _part(one: Mail, mail: Mail):
    kind = kinds.find(one.kind)
    return render_part(kind.name, kind.build(one), person=mail.person, language=mail.language)


def sample() -> dict:
    """With the invented words of the first kinds that may wait."""
    reader = previews.reader(get_language())
    waiting = [kind for kind in kinds.every() if kind.may_wait_for_digest and kind.sample]
    return {
        "parts": [
            render_part(kind.name, kind.sample(), person=reader, language=reader.language)
            for kind in waiting[:3]
        ]
    }
