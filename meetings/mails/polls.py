"""The mails about finding a time, and a kind word to somebody who was missed."""

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from matching.models import Mentorship
from meetings.models import Seat, Session, TimeOption, TimePoll, TimeVote
from meetings.queries.polls import page_of, polls_of, with_answers
from meetings.queries.seats import next_session_of
from outbox.kinds import Group, MailKind, register
from outbox.models import Mail

State = TimePoll.State


def register_mails() -> None:
    for kind in KINDS:
        register(kind)


# --- Times to answer, and answers to book by ----------------------------------------------------


def about_poll(mail: Mail) -> dict:
    poll = with_answers(TimePoll.objects.all()).get(pk=mail.context["poll"])
    page = page_of(poll, mail.person)
    return words_of(poll, times=page.times, best=page.best, silent=page.silent, members=len(page.people))


def words_of(poll: TimePoll, **more) -> dict:
    return {
        "poll": poll,
        "group": poll.mentorship.name,
        "url": settings.PUBLIC_URL + reverse("meetings:poll", args=[poll.pk]),
        **more,
    }


def poll_is_over(mail: Mail) -> str:
    poll = polls_of(mail.person).filter(pk=mail.context["poll"]).first()
    if poll is None:
        return "The poll is gone, or this person has left the mentorship."
    if poll.state != State.OPEN or poll.closes_at <= timezone.now():
        return "The poll closed before this left."
    if TimeVote.objects.filter(option__poll=poll, person=mail.person).exists():
        return "This person has answered already."
    return ""


def nothing_to_book(mail: Mail) -> str:
    poll = polls_of(mail.person).filter(pk=mail.context["poll"]).first()
    if poll is None:
        return "The poll is gone, or this person has left the mentorship."
    if poll.state not in (State.OPEN, State.CLOSED):
        return "A time was booked, or the poll withdrawn, before this left."
    if not poll.options.filter(starts_at__gt=timezone.now()).exists():
        return "Every proposed time has passed."
    return ""


# --- A kind word --------------------------------------------------------------------------------


def about_absence(mail: Mail) -> dict:
    seat = Seat.objects.select_related("session", "person").get(pk=mail.context["seat"])
    session = seat.session
    return words_after(session, SimpleLazyObject(lambda: next_session_of(session, seat.person)))


def words_after(session: Session, next_session) -> dict:
    return {
        "session": session,
        "next_session": next_session,
        "url": settings.PUBLIC_URL + reverse("meetings:session", args=[session.pk]),
    }


def was_there_after_all(mail: Mail) -> str:
    seat = Seat.objects.filter(pk=mail.context["seat"], attended=False).first()
    return "" if seat else "It was corrected: this person was there, or the session is gone."


# --- Previews -----------------------------------------------------------------------------------


def sample_poll() -> dict:
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    mentorship = Mentorship(pk=0, kind=Mentorship.Kind.GROUP, name=gettext("Nursing and midwifery circle"))
    asker = Person(pk=-1, name="Ngozi Okafor")
    poll = TimePoll(
        pk=0,
        mentorship=mentorship,
        asked_by=asker,
        title=gettext("Our next session"),
        minutes=60,
        closes_at=now + timedelta(days=4),
    )
    options = [TimeOption(pk=-n, poll=poll, starts_at=now + timedelta(days=5 + n)) for n in range(3)]
    times = [{"option": option, "can": [asker], "cannot": [], "silent": []} for option in options]
    silent = [Person(pk=-2, name="Hana Suzuki")]
    return words_of(poll, times=times, best=times[:1], silent=silent, members=6)


def sample_absence() -> dict:
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    title = gettext("Nursing and midwifery circle")
    missed = Session(pk=0, title=title, starts_at=now - timedelta(hours=3))
    return words_after(missed, Session(pk=0, title=title, starts_at=now + timedelta(days=14)))


KINDS = [
    MailKind(
        "time_poll",
        _("which times can somebody?"),
        build=about_poll,
        why_skip=poll_is_over,
        is_essential=False,
        sample=sample_poll,
        group=Group.SESSIONS,
        says=_("A question from those you meet: which of up to three times can you?"),
    ),
    MailKind(
        "time_poll_ready",
        _("the answers to proposed times"),
        build=about_poll,
        why_skip=nothing_to_book,
        is_essential=False,
        sample=sample_poll,
        group=Group.SESSIONS,
        says=_("When you proposed times: that everybody has answered, and you can book."),
    ),
    MailKind(
        "after_session",
        # Neutral: its name alone must not tell an admin who was absent.
        _("a kind word after a session"),
        build=about_absence,
        why_skip=was_there_after_all,
        is_private=True,
        is_essential=False,
        sample=sample_absence,
        group=Group.SESSIONS,
        says=_("A kind word when you were missed at a session."),
    ),
]
