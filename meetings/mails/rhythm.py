"""The mails around sessions and between them: what each says, and when it is no longer needed.

None carries a need, a note or an answer: times, places and links alone. Those with a link that acts, or with the link
of a video call, are private: an admin who read one could use it.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from matching.encounters import Encounter, my_place
from matching.mails_mentorships import sample_encounter
from matching.models import Mentorship
from matching.queries.mentorships import with_people
from meetings.models import FitCheck, Seat, Session
from meetings.moments import place_name
from meetings.one_click import link
from meetings.queries.reminders import HOUR
from meetings.queries.rhythm import answered, booked, membership, under_way
from meetings.queries.sessions import participants
from meetings.services.fit_checks import FIT
from meetings.services.reminders import AGENDA, NEEDS, REMINDER
from meetings.services.rhythm import FIRST_MEETING, MISSED, STALLED, STILL_WANTED
from outbox.kinds import Group, MailKind, register
from outbox.models import Mail

# So near the start, the first thing that a reader looks for is the way in.
MINUTES_TO_JOIN = 2 * HOUR


def register_mails() -> None:
    for kind in KINDS:
        register(kind)


# --- About a session ----------------------------------------------------------------------------


def about_session(mail: Mail) -> dict:
    sessions = Session.objects.select_related("mentorship", "cohort")
    session = sessions.get(pk=mail.context["session"])
    return context_of(session, mail.person, minutes=mail.context.get("minutes", 0))


def context_of(session: Session, person: Person, *, minutes: int) -> dict:
    is_host = person.pk in {session.host_id, session.cohost_id}
    return {
        "session": session,
        "is_host": is_host,
        "is_near": 0 < minutes <= MINUTES_TO_JOIN,
        "day": day_in_words(session.starts_at),
        "is_today": timezone.localdate(session.starts_at) == timezone.localdate(),
        "is_tomorrow": timezone.localdate(session.starts_at) == timezone.localdate() + timedelta(days=1),
        "place": place_name(timezone.get_current_timezone_name()),
        "url": settings.PUBLIC_URL + reverse("meetings:session", args=[session.pk]),
        "needs_url": settings.PUBLIC_URL + reverse("meetings:needs", args=[session.pk]),
        "cannot_url": ""
        if is_host
        else link("cannot", person=person, pk=session.pk, until=session.starts_at),
    }


def day_in_words(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "l j F")


def no_longer_to_come(mail: Mail) -> str:
    session = Session.objects.filter(pk=mail.context["session"]).first()
    if session is None:
        return gettext_noop("The session was deleted.")
    if session.is_cancelled:
        return gettext_noop("The session was cancelled.")
    if session.starts_at != datetime.fromisoformat(mail.context["starts_at"]):
        return gettext_noop("The session was moved; it has reminders of its own.")
    if not participants(session).filter(pk=mail.person_id).exists():
        return gettext_noop("This person does not come to the session.")
    return ""


# --- About a mentorship -------------------------------------------------------------------------

# Long enough for whoever reads mail once a fortnight.
LINKS_ARE_GOOD_FOR = timedelta(days=21)


def about_mentorship(mail: Mail) -> dict:
    mentorship = with_people(Mentorship.objects.all()).get(pk=mail.context["mentorship"])
    return words_of(Encounter(mentorship, my_place(mentorship, mail.person_id)), mail.person)


def words_of(encounter: Encounter, person: Person) -> dict:
    pk = encounter.mentorship.pk
    until = timezone.now() + LINKS_ARE_GOOD_FOR
    return {
        "encounter": encounter,
        "suggested": encounter.suggested_hours,
        "url": settings.PUBLIC_URL + reverse("matching:mentorship", args=[pk]),
        "plan_url": settings.PUBLIC_URL + reverse("meetings:new_session", args=[pk]),
        "fit_url": settings.PUBLIC_URL + reverse("meetings:fit_check", args=[pk]),
        "met_url": link("met_elsewhere", person=person, pk=pk, until=until),
        "still_url": link("still_wanted", person=person, pk=pk, until=until),
        "contact": encounter.mentorship.cohort.programme.contact,
    }


def about_missed(mail: Mail) -> dict:
    upcoming = booked(timezone.now()).filter(mentorship=mail.context["mentorship"])
    return about_mentorship(mail) | {"upcoming": upcoming.order_by("starts_at").first()}


def no_longer_in_it(mail: Mail) -> str:
    if membership(mail.person, mail.context["mentorship"]) is None:
        return gettext_noop("The mentorship is over, or this person has left it.")
    return ""


def no_time_to_ask(mail: Mail) -> str:
    """Of a mentorship that is over or paused nobody is asked how it goes."""
    if reason := no_longer_in_it(mail):
        return reason
    if Mentorship.objects.filter(pk=mail.context["mentorship"], paused_at__isnull=False).exists():
        return gettext_noop("The mentorship is paused.")
    return ""


def met_or_booked(mail: Mail) -> str:
    if reason := no_time_to_ask(mail):
        return reason
    mentorship = under_way(timezone.now()).get(pk=mail.context["mentorship"])
    if mentorship.meetings or mentorship.is_booked:
        return gettext_noop("They have met, or booked a session, since this was asked.")
    return ""


def no_longer_open(mail: Mail) -> str:
    """Nobody is asked again who has said it, nor offered another match when all is well by now."""
    return met_or_booked(mail) or has_answered(mail, FitCheck.Stage.START)


def heard_of(mail: Mail) -> str:
    """What was silent when this was queued, and is no longer."""
    if reason := no_time_to_ask(mail):
        return reason
    mentorship = under_way(timezone.now()).get(pk=mail.context["mentorship"])
    since = datetime.fromisoformat(mail.context["met_last"])
    if mentorship.is_booked or mentorship.met_last != since:
        return gettext_noop("They have met, or booked a session, since this was asked.")
    return ""


def has_answered(mail: Mail, stage: str) -> str:
    pk = mail.context["mentorship"]
    if (pk, mail.person_id, stage) in answered([pk]):
        return gettext_noop("This person has answered already.")
    return ""


def fit_answered(mail: Mail) -> str:
    return no_time_to_ask(mail) or has_answered(mail, mail.context["stage"])


def was_there_after_all(mail: Mail) -> str:
    """The host has corrected the attendance."""
    was_there = Seat.objects.filter(
        session=mail.context["session"], person=mail.person_id, attended=True
    ).exists()
    corrected = gettext_noop("The attendance was corrected: this person was there.")
    return no_time_to_ask(mail) or (corrected if was_there else "")


# --- Previews -----------------------------------------------------------------------------------


def sample_session() -> Session:
    starts_at = timezone.localtime().replace(hour=18, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return Session(
        pk=0,
        title=gettext("Nursing and midwifery circle"),
        host_id=-1,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        minutes=60,
        zone="Europe/London",
        video_url="https://video.example/circle",
    )


def sample(*, minutes: int, is_host: bool = False) -> dict:
    return context_of(sample_session(), Person(pk=-1 if is_host else -2), minutes=minutes)


def sample_of(kind: str) -> dict:
    encounter = sample_encounter(kind=kind)
    return words_of(encounter, encounter.me.person)


def sample_missed() -> dict:
    return sample_of(Mentorship.Kind.GROUP) | {"upcoming": sample_session()}


def sample_pair() -> dict:
    return sample_of(Mentorship.Kind.ONE_TO_ONE)


KINDS = [
    MailKind(
        REMINDER,
        _("reminder of a session"),
        build=about_session,
        why_skip=no_longer_to_come,
        is_private=True,
        is_essential=False,
        sample=lambda: sample(minutes=HOUR),
        group=Group.SESSIONS,
        says=_("A reminder before each of your sessions, as you chose, with the way in."),
    ),
    MailKind(
        AGENDA,
        _("agenda of a session"),
        build=about_session,
        why_skip=no_longer_to_come,
        is_private=True,
        is_essential=False,
        sample=lambda: sample(minutes=24 * HOUR, is_host=True),
        group=Group.SESSIONS,
        says=_("The day before a session, the link to what people bring to it."),
    ),
    MailKind(
        NEEDS,
        _("what do you need at a session?"),
        build=about_session,
        why_skip=no_longer_to_come,
        is_private=True,
        is_essential=False,
        may_wait_for_digest=True,
        sample=lambda: sample(minutes=5 * 24 * HOUR),
        group=Group.SESSIONS,
        says=_("Five days before a session, a question: what would you like to talk about?"),
    ),
    MailKind(
        FIRST_MEETING,
        _("have you met?"),
        build=about_mentorship,
        why_skip=met_or_booked,
        is_private=True,
        is_essential=False,
        may_wait_for_digest=True,
        sample=sample_pair,
        group=Group.MENTORING,
        says=_("One and two weeks after an introduction, the question whether you have met."),
    ),
    MailKind(
        STILL_WANTED,
        _("still want this mentor?"),
        build=about_mentorship,
        why_skip=no_longer_open,
        is_private=True,
        is_essential=False,
        sample=sample_pair,
        group=Group.MENTORING,
        says=_("Three weeks after an introduction without a meeting, the offer of another match."),
    ),
    MailKind(
        FIT,
        _("is it a fit?"),
        build=about_mentorship,
        why_skip=fit_answered,
        is_private=True,
        is_essential=False,
        may_wait_for_digest=True,
        sample=sample_pair,
        group=Group.MENTORING,
        says=_("After the first meetings and half-way, the private question whether it is right for you."),
    ),
    MailKind(
        STALLED,
        _("nothing planned for a while"),
        build=about_mentorship,
        why_skip=heard_of,
        is_private=True,
        is_essential=False,
        may_wait_for_digest=True,
        sample=sample_pair,
        group=Group.MENTORING,
        says=_("When nothing has been planned for a while, a word about how to go on."),
    ),
    MailKind(
        MISSED,
        _("missed a group twice"),
        build=about_missed,
        why_skip=was_there_after_all,
        is_private=True,
        is_essential=False,
        may_wait_for_digest=True,
        sample=sample_missed,
        group=Group.MENTORING,
        says=_("When you could not come to your group twice in a row, a word about the next time."),
    ),
]
