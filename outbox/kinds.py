"""The kinds of mail there are. The app that owns a kind registers it in its `ready()`."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise

from outbox.models import Mail


class UnknownKind(LookupError):
    """A mail was asked for, of a kind that no app has registered."""


def never(mail: Mail) -> str:
    return ""


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


def label(name: str) -> str:
    """How pages call a kind; one that left with its app goes by its name."""
    return str(_kinds[name].label) if name in _kinds else name


def at_most_once() -> set[str]:
    return {kind.name for kind in every() if kind.is_at_most_once}


def every() -> list[MailKind]:
    return [_kinds[name] for name in sorted(_kinds)]
