"""What an admin decides about applications. The person is told by mail."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.models import Person
from matching.errors import Refused
from matching.models import Application, Stream
from matching.queries.applications import has_mentorship
from matching.services.refusals import (
    DecidedMeanwhile,
    HasMentorship,
    OwnApplication,
    TooFewPlaces,
)
from outbox.services import queue_mail

State = Application.State

PENDING = {State.SUBMITTED, State.WAITING}
# Each answer, and the states from which it may be given: a decision can be changed, a draft cannot be decided on.
MAY_FOLLOW = {
    State.ACCEPTED: {State.SUBMITTED, State.WAITING, State.DECLINED},
    State.WAITING: {State.SUBMITTED, State.ACCEPTED, State.DECLINED},
    State.DECLINED: {State.SUBMITTED, State.WAITING, State.ACCEPTED},
}
MAIL_OF = {
    State.ACCEPTED: "application_accepted",
    State.WAITING: "application_waiting",
    State.DECLINED: "application_declined",
}


@dataclass(frozen=True)
class Outcome:
    application: Application
    refused: Refused | None = None


def accept_application(application: Application, *, by: Person) -> None:
    """Accept. Raises OwnApplication, DecidedMeanwhile or HasMentorship."""
    decide(application, State.ACCEPTED, by=by)


def put_on_waiting_list(application: Application, *, by: Person) -> None:
    """Put on the waiting list. Raises OwnApplication, DecidedMeanwhile or HasMentorship."""
    decide(application, State.WAITING, by=by)


def decline_application(application: Application, *, by: Person) -> None:
    """Decline. Raises OwnApplication, DecidedMeanwhile or HasMentorship."""
    decide(application, State.DECLINED, by=by)


@transaction.atomic
def decide(application: Application, answer: str, *, by: Person, seen: str | None = None) -> None:
    """Answer an application that is still in the state in which `by` saw it: of two admins at once, one wins.

    What was seen is the state that `application` holds, unless a page that is older says otherwise. Raises OwnApplication, DecidedMeanwhile or HasMentorship.
    """
    if application.person_id == by.pk:
        raise OwnApplication
    seen, now = application.state if seen is None else seen, timezone.now()
    as_seen = Application.objects.filter(pk=application.pk, state=seen)
    if seen not in MAY_FOLLOW[answer] or not as_seen.update(state=answer, decided_at=now, decided_by=by):
        raise DecidedMeanwhile(
            Application.objects.select_related("person", "decided_by").get(pk=application.pk)
        )
    # Asked after the update: its row lock keeps a publication out until this has been settled.
    if has_mentorship(application):
        raise HasMentorship(application)
    application.state, application.decided_at, application.decided_by = answer, now, by
    queue_mail(
        MAIL_OF[answer],
        key=f"{MAIL_OF[answer]}:{application.pk}:{now.isoformat()}",
        person=application.person,
        context={"application": application.pk, "decided_at": now.isoformat()},
    )


def decide_many(applications: Iterable[Application], answer: str, *, by: Person) -> list[Outcome]:
    """Answer each application that awaits a decision; what is refused is left as it is, with the reason."""
    return [_outcome(application, answer, by) for application in applications]


def _outcome(application: Application, answer: str, by: Person) -> Outcome:
    try:
        # A list may be minutes old. To change a decision that stands, an admin opens that application.
        if application.state not in PENDING:
            raise DecidedMeanwhile(application)
        decide(application, answer, by=by)
    except Refused as refused:
        return Outcome(application, refused)
    return Outcome(application)


def change_places(application: Application, *, capacity: int) -> None:
    """Let a mentor have more or fewer places. Raises TooFewPlaces below what is taken."""
    enough = Application.objects.filter(pk=application.pk, taken__lte=capacity)
    if not enough.update(capacity=capacity):
        raise TooFewPlaces(Application.objects.select_related("person").get(pk=application.pk))


def lift_floor(application: Application, *, is_lifted: bool) -> None:
    """Say whether this person may be matched without a common need or role."""
    Application.objects.filter(pk=application.pk).update(is_floor_lifted=is_lifted)


def move_to_stream(application: Application, stream: Stream | None) -> None:
    """Put this application in a stream of its cohort, or in none."""
    Application.objects.filter(pk=application.pk).update(stream=stream)
