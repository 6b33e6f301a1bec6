"""May this mail leave now? Asked before it is rendered, and again at every attempt.

A rule looks at one mail and answers Skip, Wait, or None where it has nothing to say; the first that speaks decides.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext_noop

from outbox import queries
from outbox.kinds import MailKind
from outbox.models import Mail

EXPIRED = gettext_noop("It would have come too late to be of use.")
ACCOUNT_CLOSED = gettext_noop("The account of this person is closed.")
SUPPRESSED = gettext_noop("This address refused mail before.")
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


def look_up(mails: Iterable[Mail]) -> Known:
    return Known(
        suppressed=queries.suppressed({address(mail) for mail in mails}), paused=queries.paused_kinds()
    )


def decide(mail: Mail, kind: MailKind, now: datetime, known: Known | None = None) -> Go | Skip | Wait:
    """What becomes of a mail that is due. `known` spares the queries where many are decided."""
    known = known or look_up([mail])
    for rule in RULES:
        if answer := rule(mail, kind, now, known):
            return answer
    return Go()


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


def wait_while_paused(mail: Mail, kind: MailKind, now: datetime, known: Known) -> Wait | None:
    return Wait(now + UNTIL_A_PAUSE_IS_LOOKED_AT_AGAIN, PAUSED) if mail.kind in known.paused else None


def skip_without_cause(mail: Mail, kind: MailKind, now: datetime, known: Known) -> Skip | None:
    """The kind itself knows whether its cause still stands; in the language in which notes are kept."""
    with translation.override("en"):
        reason = str(kind.why_skip(mail))
    return Skip(reason) if reason else None


Rule = Callable[[Mail, MailKind, datetime, Known], Skip | Wait | None]
RULES: list[Rule] = [
    skip_expired,
    skip_closed_account,
    skip_suppressed,
    wait_while_paused,
    skip_without_cause,
]
