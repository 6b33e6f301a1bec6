"""Sessions of the demo: what has taken place, what comes next, and what people bring to it."""

from datetime import datetime, time, timedelta
from uuid import uuid4

from django.utils import timezone

from accounts.models import Person
from demo.cast import NGOZI, SAMIRA
from matching.models import Member, Mentorship
from meetings.models import Session
from meetings.queries.notes import Place
from meetings.queries.planning import Audience
from meetings.services.actions import add_action
from meetings.services.attendance import note_attendance
from meetings.services.needs import raise_need
from meetings.services.notes import save_note
from meetings.services.planning import Details
from meetings.services.seats import book_seat
from meetings.services.series import plan_series
from meetings.services.sessions import plan_session

ZONE = "Europe/London"
EVENING, LUNCH = time(18, 0), time(12, 30)

NEEDS = [
    "Our go-live is in six weeks and the drug charts of two wards are not ready. Do I say so, and to whom?",
    "I have been asked to write a job description for the work I already do.",
]
ANONYMOUS_NEED = "I am the only one in these meetings without a title, and it shows."


def meet_in_a_circle(circle: Mentorship) -> None:
    """Every two weeks, for the first time four days ago; the next session has its list already."""
    host = _lead_of(circle)
    plan_series(
        Audience(circle),
        Details(
            title=circle.name,
            day=_days_ahead(-4),
            at=EVENING,
            zone=ZONE,
            minutes=75,
            host=host,
            video_url="https://video.example/circle",
            expect="We begin with what each of you brings, most wanted first. Nothing needs preparing.",
        ),
        every="fortnight",
        until=_days_ahead(80),
        now=_a_week_ago(),
    )
    first, following, *_rest = Session.objects.filter(mentorship=circle).order_by("starts_at")
    mentees = _mentees_of(circle)
    note_attendance(first, [*mentees[:-1]])
    for person, words in zip(mentees, NEEDS, strict=False):
        raise_need(following, by=person, body=words, pk=uuid4())
    raise_need(following, by=mentees[2], body=ANONYMOUS_NEED, is_anonymous=True, pk=uuid4())


def meet_one_to_one() -> None:
    """Samira and Ngozi have met once, and meet again."""
    pair = Mentorship.objects.get(
        kind=Mentorship.Kind.ONE_TO_ONE,
        members__person__email=SAMIRA.email,
        state=Mentorship.State.INTRODUCED,
    )
    mentor, samira = Person.objects.get(email=NGOZI.email), Person.objects.get(email=SAMIRA.email)
    talk = Details(
        title="Mentoring",
        day=_days_ahead(-2),
        at=LUNCH,
        zone=ZONE,
        minutes=45,
        host=mentor,
        video_url="https://video.example/ngozi",
    )
    past = plan_session(Audience(pair), talk, now=_a_week_ago())
    note_attendance(past, [samira])
    place = Place(pair, past, goes_on=True)
    save_note(
        place,
        by=mentor,
        is_shared=True,
        body="Samira leads prescribing on nine wards. Next time: how she tells it in one page.",
        version=0,
    )
    add_action(
        place,
        body="Write down what the nine wards do differently now.",
        owner=samira,
        due_on=_days_ahead(5),
        pk=uuid4(),
    )
    plan_session(Audience(pair), Details(**{**talk.values, "day": _days_ahead(5)}))


def open_an_evening(cohort) -> None:
    """Open to everybody in the cohort, with few seats."""
    host = Person.objects.get(email=NGOZI.email)
    evening = plan_session(
        Audience(cohort=cohort),
        Details(
            title="Doing the job without the title",
            day=_days_ahead(12),
            at=EVENING,
            zone=ZONE,
            minutes=60,
            host=host,
            seats=8,
            video_url="https://video.example/evening",
            expect="Three people tell how they were named for what they did. Then your questions.",
        ),
    )
    others = Person.objects.filter(
        applications__cohort=cohort, applications__part="mentee", applications__state="accepted"
    )
    for person in others.exclude(email=SAMIRA.email).order_by("pk")[:6]:
        book_seat(evening, person)


def _lead_of(circle: Mentorship) -> Person:
    return circle.members.get(part=Member.Part.MENTOR).person


def _mentees_of(circle: Mentorship) -> list[Person]:
    members = circle.members.filter(part=Member.Part.MENTEE).select_related("person").order_by("pk")
    return [member.person for member in members]


def _days_ahead(days: int):
    return timezone.localdate() + timedelta(days=days)


def _a_week_ago() -> datetime:
    return timezone.now() - timedelta(days=7)
