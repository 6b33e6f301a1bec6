"""The mails that tell people about sessions: what each says, and when it is no longer needed.

They carry time, place and links. What people bring to a session, or note in it, is on its page alone.
"""

from collections.abc import Callable
from functools import partial

from django.utils.translation import gettext_lazy as _

from meetings.calendar import invitations, letters, samples
from meetings.queries import still_told
from outbox.kinds import Group, MailKind, register


def register_mails() -> None:
    for kind in KINDS:
        register(kind)


def invitation(name: str, label, sample: Callable[[], dict], *, ignores_night: bool = False) -> MailKind:
    """Puts its event into the reader's calendar, or brings it up to date."""
    return MailKind(
        name,
        label,
        build=letters.about,
        why_skip=still_told.why_skip_request,
        calendar=invitations.request,
        ignores_night=ignores_night,
        sample=sample,
        group=Group.SESSIONS,
    )


def farewell(name: str, label, sample: Callable[[], dict]) -> MailKind:
    """Takes its event out of the reader's calendar."""
    return MailKind(
        name,
        label,
        build=letters.about,
        why_skip=still_told.why_skip_cancel,
        calendar=invitations.cancel,
        sample=sample,
        group=Group.SESSIONS,
    )


KINDS = [
    invitation("session_planned", _("invitation to a session"), samples.session),
    invitation("session_host", _("invitation of a session's host"), partial(samples.session, is_host=True)),
    invitation("session_changed", _("a session was changed"), samples.session),
    invitation(
        "substitute", _("to host a session instead of somebody"), partial(samples.session, is_host=True)
    ),
    # Whoever has just clicked is awake.
    invitation("seat_given", _("a seat in a session"), samples.session, ignores_night=True),
    invitation("series_planned", _("invitation to a series of sessions"), samples.series),
    invitation("series_host", _("invitation of a series' host"), partial(samples.series, is_host=True)),
    invitation("series_changed", _("a series of sessions was changed"), samples.series),
    farewell("session_cancelled", _("a session was cancelled"), samples.session),
    farewell("seat_gone", _("a session that somebody no longer comes to"), samples.session),
    farewell("series_cancelled", _("a series of sessions was cancelled"), samples.series),
    farewell("series_left", _("a series that somebody is no longer part of"), samples.series),
    MailKind(
        "session_book",
        _("a session with seats to book"),
        build=letters.about,
        why_skip=still_told.why_skip_booking,
        is_essential=False,
        may_wait_for_digest=True,
        sample=samples.session,
        group=Group.SESSIONS,
        says=_("A new session in which you can take a seat"),
    ),
    MailKind(
        "series_book",
        _("a series with seats to book"),
        build=letters.about,
        why_skip=still_told.why_skip_series_booking,
        is_essential=False,
        may_wait_for_digest=True,
        sample=samples.series,
        group=Group.SESSIONS,
        says=_("A new series of sessions in which you can take a seat"),
    ),
    MailKind(
        "seat_offer",
        _("a seat became free"),
        build=letters.about_offer,
        why_skip=still_told.why_skip_offer,
        sample=samples.offer,
        group=Group.SESSIONS,
    ),
    MailKind(
        "session_unsure",
        _("somebody may or may not come to a session"),
        build=letters.about_unsure,
        why_skip=still_told.why_skip_unsure,
        is_essential=False,
        may_wait_for_digest=True,
        sample=samples.unsure,
        group=Group.SESSIONS,
        says=_("When somebody you meet does not know yet whether they can come"),
    ),
]
