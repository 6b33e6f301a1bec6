"""What an emergency access opens, and which accesses its people have not been told of yet."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Person
from matching.models import Member, Mentorship
from meetings.models import Action, EmergencyEvent, Goal, Note, SessionNeed

What = EmergencyEvent.What
# A second admin has so long to agree that telling somebody at once would endanger them.
HOURS_TO_APPROVE = 24


def opened(access) -> EmergencyEvent | None:
    return EmergencyEvent.objects.filter(access=access, what=What.OPENED).first()


def to_be_told(now: datetime) -> QuerySet[EmergencyEvent]:
    """Accesses of which it is time to tell: at once, on the day that a second admin approved, or unapproved in time."""
    steps = EmergencyEvent.objects.filter(access=OuterRef("access"))
    is_approved = Exists(steps.filter(what=What.DELAY_APPROVED))
    unapproved = ~is_approved & Q(at__lte=now - timedelta(hours=HOURS_TO_APPROVE))
    is_time = Q(tell_at=None) | Q(tell_at__lte=now) | unapproved
    return EmergencyEvent.objects.filter(is_time, ~Exists(steps.filter(what=What.TOLD)), what=What.OPENED)


def may_be_approved(event: EmergencyEvent) -> bool:
    """Whether its telling waits for a second admin."""
    later = EmergencyEvent.objects.filter(access=event.access).exclude(pk=event.pk)
    return event.what == What.OPENED and event.tell_at is not None and not later.exists()


def people_to_tell(mentorship_pk: int) -> QuerySet[Person]:
    """Everybody who has ever been introduced in it: whoever left may have left words in it."""
    members = Member.objects.filter(mentorship=mentorship_pk, declined_at=None)
    return Person.objects.filter(pk__in=members.values("person")).order_by("pk")


def words_of(mentorship: Mentorship) -> Iterator[str]:
    """All that is private to a mentorship, in lines to be read. Who raised an anonymous need stays unsaid."""
    for need in SessionNeed.objects.filter(session__mentorship=mentorship).select_related(
        "session", "author"
    ):
        yield f"Need for {need.session.title}, {need.session.day}, by {need.author or 'somebody, anonymously'}:"
        yield from [need.body, *(part for part in (need.case or {}).values() if part)]
    for note in Note.objects.filter(mentorship=mentorship).select_related("session", "owner"):
        yield f"Notes on {note.session or 'the mentorship'}, {'of ' + str(note.owner) if note.owner else 'shared'}:"
        yield note.body
    for action in Action.objects.filter(mentorship=mentorship).select_related("owner"):
        yield f"Action of {action.owner}, due {action.due_on or 'some time'}:"
        yield action.body
    for goal in Goal.objects.filter(mentorship=mentorship).select_related("owner"):
        yield f"Goal of {goal.owner}:"
        yield goal.body
