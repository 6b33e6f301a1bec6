"""May this mail leave now? Asked before it is rendered, and again at every attempt.

A rule looks at one mail and answers Skip, Wait, or None where it has nothing to say; the first that speaks decides.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext_noop

from outbox import preferences, queries, quiet
from outbox.kinds import MailKind
from outbox.models import Mail, Preference
from outbox.week import SLACK, next_digest

EXPIRED = gettext_noop("It would have come too late to be of use.")
ACCOUNT_CLOSED = gettext_noop("The account of this person is closed.")
SUPPRESSED = gettext_noop("This address refused mail before.")
SWITCHED_OFF = gettext_noop("Its reader wishes no mail of this kind.")
SILENCED = gettext_noop("Its reader wanted no mail that day but what is essential.")
PAUSED = gettext_noop("An admin has paused this kind of mail; it waits.")

# Whoever resumes a kind sends what waits on its way; this is for what was just being looked at.
UNTIL_A_PAUSE_IS_LOOKED_AT_AGAIN = timedelta(minutes=10)


@dataclass(frozen=True)
class Go:
    """It leaves now."""


@dataclass(frozen=True)
class Skip:
    """Nobody needs it any longer; `reason` is an English sentence that the pages translate."""

    reason: str


@dataclass(frozen=True)
class Wait:
    """It is not looked at again before `until`; `reason` as in Skip, or "" where nobody need be told."""

    until: datetime
    reason: str = ""


@dataclass(frozen=True)
class Known:
    """What the rules must know of many mails, asked once for all of them, moments before they leave."""

    suppressed: frozenset[str]
    paused: frozenset[str] = frozenset()
    wishes: preferences.Wishes = field(default_factory=preferences.Wishes)


def look_up(mails: Iterable[Mail]) -> Known:
    return Known(
        suppressed=queries.suppressed({address(mail) for mail in mails}),
        paused=queries.paused_kinds(),
        wishes=preferences.look_up(mails),
    )


def decide(mail: Mail, kind: MailKind, now: datetime, known: Known | None = None) -> Go | Skip | Wait:
    """What becomes of a mail that is due. `known` spares the queries where many are decided."""
    known = known or look_up([mail])
    for rule in RULES:
        if answer := rule(mail, kind, now, known):
            return answer
    return Go()


def reason_to_skip(mail: Mail, kind: MailKind, now: datetime) -> str:
    """Why nobody needs this mail any longer, or "" even where it has to wait."""
    known = look_up([mail])
    answers = (rule(mail, kind, now, known) for rule in RULES)
    return next((answer.reason for answer in answers if isinstance(answer, Skip)), "")


def address(mail: Mail) -> str:
    """Where the person reads mail now; a rendered mail keeps the address it was rendered for."""
    return mail.to if mail.rendered_at or not mail.person else mail.person.email


# --- The rules, in the order in which they are asked ------------------------------------------------


def skip_expired(mail: Mail, kind: MailKind, now: datetime, known: Known) -> Skip | None:
    return Skip(EXPIRED) if mail.expires_at and mail.expires_at <= now else None


def skip_closed_account(mail: Mail, kind: MailKind, now: datetime, known: Known) -> Skip | None:
    return Skip(ACCOUNT_CLOSED) if mail.person and not mail.person.is_active else None


def skip_suppressed(mail: Mail, kind: MailKind, now: datetime, known: Known) -> Skip | None:
    return Skip(SUPPRESSED) if address(mail).lower() in known.suppressed else None


def skip_unwanted(mail: Mail, kind: MailKind, now: datetime, known: Known) -> Skip | None:
    """What somebody asked not to get; essential mail asks nobody."""
    if not (mail.person and kind.may_be_switched_off):
        return None
    if known.wishes.of(mail) == Preference.How.NEVER:
        return Skip(SWITCHED_OFF)
    until = known.wishes.silent_until.get(mail.person_id)
    today = now.astimezone(quiet.zone_of(mail.person)).date()
    return Skip(SILENCED) if until and today < until else None


def wait_while_paused(mail: Mail, kind: MailKind, now: datetime, known: Known) -> Wait | None:
    return Wait(now + UNTIL_A_PAUSE_IS_LOOKED_AT_AGAIN, PAUSED) if mail.kind in known.paused else None


def skip_without_cause(mail: Mail, kind: MailKind, now: datetime, known: Known) -> Skip | None:
    """The kind itself knows whether its cause still stands; in the language in which notes are kept."""
    with translation.override("en"):
        reason = str(kind.why_skip(mail))
    return Skip(reason) if reason else None


def wait_for_digest(mail: Mail, kind: MailKind, now: datetime, known: Known) -> Wait | None:
    """Once a week, for who wishes it so; what would be stale by then comes at once."""
    if not (kind.may_wait_for_digest and known.wishes.of(mail) == Preference.How.WEEKLY) or mail.rendered_at:
        return None
    leaves = next_digest(now, quiet.zone_of(mail.person))
    if mail.expires_at and mail.expires_at <= leaves:
        return None
    return Wait(leaves + SLACK, preferences.IN_DIGEST)


def wait_for_morning(mail: Mail, kind: MailKind, now: datetime, known: Known) -> Wait | None:
    """Nobody is woken, unless they wait for it, or it would be of no use in the morning."""
    if not mail.person or kind.ignores_night or kind.is_secret:
        return None
    morning = quiet.morning_after(now, quiet.zone_of(mail.person))
    if morning is None or (mail.expires_at and mail.expires_at <= morning):
        return None
    return Wait(morning, quiet.NIGHT)


Rule = Callable[[Mail, MailKind, datetime, Known], Skip | Wait | None]
RULES: list[Rule] = [
    skip_expired,
    skip_closed_account,
    skip_suppressed,
    skip_unwanted,
    wait_while_paused,
    skip_without_cause,
    wait_for_digest,
    wait_for_morning,
]
