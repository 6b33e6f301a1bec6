"""Heed what people's calendars answer: somebody comes, cannot, or is unsure. An answer moves the answerer's own seat alone."""

import logging
from email.message import EmailMessage

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Person
from matching.errors import Refused
from meetings.calendar.events import Pattern
from meetings.calendar.replies import Reply, replies_in
from meetings.models import CalendarReply, Series, Session
from meetings.queries import invited, told
from meetings.queries.told import Matter, matter_of
from meetings.services.seats import book_seat, say_cannot
from outbox.services import queue_mail

log = logging.getLogger(__name__)

Answer = CalendarReply.Answer


class NotHeeded(Exception):
    """An answer from nobody we know, to nothing we know, or to an invitation that has been replaced since."""


def take(message: EmailMessage) -> bool:
    """The mailbox's handler: whether the message was an answer that was heeded. What was not stays for a person to read."""
    heeded = [_try(reply) for reply in replies_in(message)]
    return bool(heeded) and all(heeded)


def _try(reply: Reply) -> bool:
    try:
        heed(reply)
    except (NotHeeded, Refused) as reason:
        # Neither who nor what: the log is no place for either.
        log.warning("An answer from a calendar was not heeded: %s", type(reason).__name__)
        return False
    return True


@transaction.atomic
def heed(reply: Reply) -> None:
    """Do what the answer says. Twice changes nothing. Raises NotHeeded, and what a change of seats may refuse."""
    person = Person.objects.filter(email__iexact=reply.address, is_active=True).first()
    if person is None:
        raise NotHeeded("Nobody here has this address.")
    matter = _matter(reply)
    _refuse_outdated(reply, person, matter)
    if not _note(reply, person, matter):
        return
    if reply.answer == Answer.TENTATIVE:
        _tell_host(person, matter, reply)
        return
    for session in _sessions(matter, person, reply.answer):
        _answer(session, person, reply.answer)


def _matter(reply: Reply) -> Matter:
    """Raises NotHeeded."""
    if session := Session.objects.select_related("series").filter(uid=reply.uid).first():
        return matter_of(session)
    series = Series.objects.filter(uid=reply.uid).first()
    if series is None:
        raise NotHeeded("There is no such event.")
    return matter_of(series) if reply.start is None else matter_of(_occurrence(series, reply))


def _occurrence(series: Series, reply: Reply) -> Session:
    days = {start: day for day, start in Pattern(series).starts.items()}
    session = series.sessions.select_related("series").filter(original_day=days.get(reply.start)).first()
    if reply.start not in days or session is None:
        raise NotHeeded("The series has no such session.")
    return session


def _refuse_outdated(reply: Reply, person: Person, matter: Matter) -> None:
    """Only an invitation that this person was sent can be answered, and only the newest."""
    sent = told.last_request(matter, person)
    if sent is None or reply.sequence < told.sequence_in(sent):
        raise NotHeeded("This person was sent no such invitation, or a newer one.")


def _note(reply: Reply, person: Person, matter: Matter) -> bool:
    """Keep the newest answer; False where it is known already, or a later one is."""
    about = {"person": person, "series_id": matter.series, "session_id": matter.session}
    known = CalendarReply.objects.select_for_update().filter(**about).first()
    if known and known.stamped_at >= reply.stamped_at:
        return False
    newest = {"answer": reply.answer, "sequence": reply.sequence, "stamped_at": reply.stamped_at}
    CalendarReply.objects.update_or_create(**about, defaults=newest | {"received_at": timezone.now()})
    return True


def _sessions(matter: Matter, person: Person, answer: str) -> list[Session]:
    """What the answer is about: the one session, or all of a series that are to come."""
    to_come = Session.objects.filter(state=Session.State.PLANNED, starts_at__gt=timezone.now())
    which = Q(pk=matter.session) if matter.session else Q(series=matter.series)
    found = to_come.filter(which).order_by("starts_at")
    if answer == Answer.DECLINED:
        found = invited.attended_by(person, found)
    # Whoever leads a session asks somebody to stand in, on its page; a calendar cannot say who.
    return [session for session in found if person.pk not in {session.host_id, session.cohost_id}]


def _answer(session: Session, person: Person, answer: str) -> None:
    if answer == Answer.DECLINED:
        say_cannot(session, person)
    elif session.seats is None or invited.attends(person, session):
        book_seat(session, person)


def _tell_host(person: Person, matter: Matter, reply: Reply) -> None:
    """There is no "maybe" here: the seat is kept, and the host knows."""
    planned = Series.objects.get(pk=matter.series) if matter.session is None else None
    planned = planned or Session.objects.get(pk=matter.session)
    if planned.host is None or planned.host == person:
        return
    queue_mail(
        "session_unsure",
        key=f"session_unsure:{matter.uid}:{matter.session or 'all'}:{person.pk}:{reply.sequence}",
        person=planned.host,
        context={"session": matter.session, "series": matter.series, "about": person.pk},
    )
