"""The kinds of mail there are. The app that owns a kind registers it in its `ready()`."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from outbox.models import Mail


class UnknownKind(LookupError):
    """A mail was asked for, of a kind that no app has registered."""


def never(mail: Mail) -> str:
    return ""


class Group(Enum):
    """What a kind is about, in its reader's words: the heading, and why some of it always comes."""

    ACCOUNT = (_("Your account"), _("They let you in, and tell you when somebody changes your account."))
    JOINING = (_("Your application"), _("They answer what you asked of us."))
    MENTORING = (_("Your mentoring"), _("Somebody else waits for you, or you for them."))
    SESSIONS = (_("Sessions"), _("You and those you meet count on the same time and place."))
    PROGRAMME = (_("The programme"), _("An admin of the programme writes to you in person."))

    def __init__(self, label: Promise, why_always: Promise):
        self.label = label
        self.why_always = why_always


@dataclass(frozen=True)
class Event:
    """An event for the reader's calendar: the iTIP method, and the whole VCALENDAR as text."""

    method: str
    ics: str


@dataclass(frozen=True)
class MailKind:
    """What one kind of mail says, to whom it still matters, and what is promised about it.

    `name` is the folder templates/mail/<name>/ with subject.txt, body.txt and body.html.
    `build` gives their context, read from the database when the mail is first claimed; a kind without it
    arrives rendered (`queue_rendered_mail`).
    `why_skip` is asked at every claim: "" to send, else the reason why the mail is no longer needed.
    `calendar` gives the event that the mail carries, asked with `build` and frozen with it.
    What is not essential can be switched off by its reader; what is private shows the admin only its state.
    `group` and `says` (one line, "A reminder of …") are how a reader meets it among their mail preferences; what only
    admins get is listed to them alone.
    """

    name: str
    label: Promise | str
    build: Callable[[Mail], dict] | None = None
    why_skip: Callable[[Mail], str] = never
    is_at_most_once: bool = False
    is_secret: bool = False
    is_private: bool = False
    is_essential: bool = True
    ignores_night: bool = False
    may_wait_for_digest: bool = False
    calendar: Callable[[Mail], "Event | None"] | None = None
    sample: Callable[[], dict] | None = None
    group: Group = Group.PROGRAMME
    says: Promise | str = ""
    is_for_admins: bool = False

    @property
    def title(self) -> str:
        """What it is, in its reader's words."""
        return capfirst(str(self.says or self.label)).rstrip(".")

    @property
    def may_be_switched_off(self) -> bool:
        return not (self.is_essential or self.is_secret)


_kinds: dict[str, MailKind] = {}


def register(kind: MailKind) -> None:
    if kind.name in _kinds:
        raise ImproperlyConfigured(
            f"The mail kind {kind.name!r} is registered twice. Give one of the two another name."
        )
    _kinds[kind.name] = kind


def find(name: str) -> MailKind:
    """The kind of this name. Raises UnknownKind."""
    try:
        return _kinds[name]
    except KeyError:
        known = ", ".join(sorted(_kinds)) or "none"
        raise UnknownKind(
            f"There is no mail kind {name!r}. Register it in the ready() of its app. Known: {known}."
        ) from None


def is_secret(name: str) -> bool:
    """Whether to hide a mail; one of a kind that nobody knows any more stays hidden."""
    return name not in _kinds or _kinds[name].is_secret


def is_hidden(name: str) -> bool:
    """Whether admins see no more of it than its state: what is secret, or private between its readers."""
    return is_secret(name) or _kinds[name].is_private


def label(name: str) -> str:
    """How pages call a kind; one that left with its app goes by its name."""
    return str(_kinds[name].label) if name in _kinds else name


def may_be_switched_off(name: str) -> bool:
    return name in _kinds and _kinds[name].may_be_switched_off


def at_most_once() -> set[str]:
    return {kind.name for kind in every() if kind.is_at_most_once}


def every() -> list[MailKind]:
    return [_kinds[name] for name in sorted(_kinds)]
