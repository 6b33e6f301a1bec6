"""Which mail somebody wishes to get, and how. Essential mail is not asked about."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from outbox import kinds, queries
from outbox.models import Mail, Preference, Silence
from outbox.nudge import nudge
from outbox.services import DELIVER

AT_ONCE = "at_once"
DIGEST = "weekly_digest"
IN_DIGEST = gettext_noop("It waits for the weekly digest, as its reader wishes.")

How = Preference.How


class NotToBeSwitchedOff(Exception):
    """This kind of mail always comes, or is not sent any more."""


@dataclass(frozen=True)
class Wishes:
    """What the readers of many mails wish, asked once for all of them."""

    how: dict[tuple[int, str], str] = field(default_factory=dict)
    silent_until: dict[int, date] = field(default_factory=dict)

    def of(self, mail: Mail) -> str:
        return self.how.get((mail.person_id, mail.kind), AT_ONCE)


def look_up(mails: Iterable[Mail]) -> Wishes:
    people = {mail.person_id for mail in mails if mail.person_id and kinds.may_be_switched_off(mail.kind)}
    if not people:
        return Wishes()
    return Wishes(how=queries.preferences(people), silent_until=queries.silences(people))


def of(person) -> dict[str, str]:
    """How this person wishes to get each kind about which they may choose."""
    chosen = dict(Preference.objects.filter(person=person).values_list("kind", "how"))
    return {kind.name: _possible(kind, chosen.get(kind.name, AT_ONCE)) for kind in to_choose()}


def to_choose() -> list[kinds.MailKind]:
    """The kinds to ask about. The digest is none: it gathers what was chosen for it."""
    return [kind for kind in kinds.every() if kind.may_be_switched_off and kind.name != DIGEST]


def _possible(kind: kinds.MailKind, how: str) -> str:
    return AT_ONCE if how == How.WEEKLY and not kind.may_wait_for_digest else how


@transaction.atomic
def save(person, wishes: dict[str, str], *, silent_until: date | None = None) -> None:
    """Keep what somebody wishes of each kind named, and let what waits for the old wish be decided anew."""
    for name, how in wishes.items():
        if not kinds.may_be_switched_off(name):
            raise NotToBeSwitchedOff(name)
        _keep(person, name, how)
    _keep_silence(person, silent_until)
    _look_again(person)


@transaction.atomic
def stop(person, name: str) -> None:
    """No more of this kind for this person; of the digest, of nothing that was chosen for it.

    Safe to ask twice. Raises NotToBeSwitchedOff.
    """
    if not kinds.may_be_switched_off(name):
        raise NotToBeSwitchedOff(name)
    if name == DIGEST:
        Preference.objects.filter(person=person, how=How.WEEKLY).update(how=How.NEVER)
    else:
        _keep(person, name, How.NEVER)
    _look_again(person)


def _keep(person, name: str, how: str) -> None:
    if how == AT_ONCE:
        Preference.objects.filter(person=person, kind=name).delete()
    else:
        Preference.objects.update_or_create(person=person, kind=name, defaults={"how": How(how)})


def _keep_silence(person, until: date | None) -> None:
    if until is None:
        Silence.objects.filter(person=person).delete()
    else:
        Silence.objects.update_or_create(person=person, defaults={"until": until})


def _look_again(person) -> None:
    waiting = Mail.objects.filter(person=person, state__in=queries.WAITING, note=IN_DIGEST)
    if waiting.update(not_before=timezone.now(), note=""):
        nudge(DELIVER)
