"""Whether a mail about a session is still needed at the moment when it is about to leave. "" means yes."""

from django.utils import timezone
from django.utils.translation import gettext_noop

from meetings.models import Seat, Series, Session
from meetings.queries import invited
from meetings.queries.told import CANCELS, MAY_BE_READ, NEVER_LEAVES, REQUESTS, mails_about
from outbox.models import Mail

DELETED = gettext_noop("The session was deleted.")
CANCELLED = gettext_noop("The session was cancelled before this left.")
NEWER = gettext_noop("A newer mail tells this person how it is now.")
NOT_COMING = gettext_noop("This person does not come to it any more.")
NEVER_TOLD = gettext_noop("This person had not been told of the session.")
OVER = gettext_noop("The session has begun.")
ANSWERED = gettext_noop("This person has answered already.")
OFFER_OVER = gettext_noop("The offer is over, or was answered.")
CANNOT_COME = gettext_noop("They have said since that they cannot come.")


def why_skip_request(mail: Mail) -> str:
    planned = planned_of(mail)
    if planned is None:
        return DELETED
    if planned.cancelled_at:
        return CANCELLED
    if is_outdated(mail):
        return NEWER
    return "" if is_theirs(mail, planned) else NOT_COMING


def why_skip_cancel(mail: Mail) -> str:
    if planned_of(mail) is None:
        return DELETED
    if mail.context.get("waited"):
        return ""
    if is_outdated(mail):
        return NEWER
    told = around(mail).filter(kind__in=REQUESTS, state__in=MAY_BE_READ)
    return "" if told.exists() else NEVER_TOLD


def why_skip_booking(mail: Mail) -> str:
    session = planned_of(mail)
    if session is None:
        return DELETED
    if session.cancelled_at:
        return CANCELLED
    if session.starts_at <= timezone.now():
        return OVER
    if Seat.objects.filter(session=session, person=mail.person, answered_at__isnull=False).exists():
        return ANSWERED
    return "" if may_book(mail, session) else NOT_COMING


def why_skip_series_booking(mail: Mail) -> str:
    series = planned_of(mail)
    if series is None:
        return DELETED
    if series.cancelled_at or not invited.to_come(series).exists():
        return CANCELLED
    return "" if may_book(mail, series) else NOT_COMING


def why_skip_offer(mail: Mail) -> str:
    session = planned_of(mail)
    if session is None:
        return DELETED
    if session.cancelled_at:
        return CANCELLED
    offered = Seat.objects.filter(session=session, person=mail.person, state=Seat.State.OFFERED)
    return "" if offered.exists() else OFFER_OVER


def why_skip_unsure(mail: Mail) -> str:
    session = planned_of(mail)
    if session is None:
        return DELETED
    if session.cancelled_at:
        return CANCELLED
    going = Seat.objects.filter(session=session, person=mail.context["about"], state=Seat.State.GOING)
    return "" if going.exists() else CANNOT_COME


def planned_of(mail: Mail) -> Session | Series | None:
    """What the mail speaks of; its event may be the whole series to which a session belongs."""
    if pk := mail.context.get("for_session") or mail.context.get("session"):
        return Session.objects.select_related("series", "host", "cohost").filter(pk=pk).first()
    return Series.objects.select_related("host", "cohost").filter(pk=mail.context["series"]).first()


def may_book(mail: Mail, planned: Session | Series) -> bool:
    return invited.asked_to_book(planned).filter(pk=mail.person_id).exists()


def is_theirs(mail: Mail, planned: Session | Series) -> bool:
    """Whether it is, or was, to be in the reader's calendar. What is left of a series that was cut short counts too."""
    if isinstance(planned, Session):
        return planned.ends_at > timezone.now() and invited.attends(mail.person, planned)
    if mail.kind == "series_changed":
        return True
    return invited.attended_by(mail.person, invited.to_come(planned)).exists()


def is_outdated(mail: Mail) -> bool:
    newer = around(mail).filter(pk__gt=mail.pk, kind__in=REQUESTS | CANCELS)
    return newer.exclude(state__in=NEVER_LEAVES).exists()


def around(mail: Mail):
    """The mails to this person that tell their calendar something about the same event."""
    uid = mail.key.split(":")[1]
    same = mails_about(uid, mail.person_id)
    if pk := mail.context.get("session"):
        # A mail about the whole series says how it is with each of its sessions.
        return same.filter(context__session=pk) | same.filter(context__session=None)
    return same.filter(context__session=None)
