"""Hold one kind of mail back, and let it go again. What is queued meanwhile waits: nothing is lost, nothing skipped."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outbox import kinds
from outbox.gate import PAUSED
from outbox.models import Mail, Pause
from outbox.nudge import nudge
from outbox.queries import WAITING
from outbox.services import DELIVER


class MayNotBePaused(Exception):
    """Somebody waits for it at this moment: a sign-in code cannot be held back."""


class AlreadyPaused(Exception):
    """Another admin was quicker; the text says who."""


class NotPaused(Exception):
    """Another admin has let it go already."""


def pause(name: str, *, by) -> Pause:
    """Hold a kind back. Raises UnknownKind, MayNotBePaused, AlreadyPaused."""
    kind = kinds.find(name)
    if kind.is_secret:
        raise MayNotBePaused(
            _("“%(kind)s” signs people in or guards their account, so it cannot be held back.")
            % {"kind": kind.label}
        )
    held, is_new = Pause.objects.get_or_create(kind=name, defaults={"by": by})
    if not is_new:
        raise AlreadyPaused(
            _("“%(kind)s” is paused already, by %(by)s.") % {"kind": kind.label, "by": held.by}
        )
    return held


@transaction.atomic
def resume(name: str) -> int:
    """Let a kind go again; returns how many mails waited for that. Raises NotPaused."""
    if not Pause.objects.filter(kind=name).delete()[0]:
        raise NotPaused(_("“%(kind)s” is not paused any longer.") % {"kind": kinds.label(name)})
    held = Mail.objects.filter(kind=name, state__in=WAITING, note=PAUSED)
    count = held.update(not_before=timezone.now(), note="")
    nudge(DELIVER)
    return count


def paused() -> list[Pause]:
    """The kinds held back, the longest held first."""
    return list(Pause.objects.select_related("by"))
