"""What an admin decides about applications. The person is told by mail."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import Person
from matching.errors import Refused
from matching.models import Application, Stream
from matching.queries.applications import applications_in_force, has_mentorship
from matching.services.refusals import (
    DecidedMeanwhile,
    HasMentorship,
    OwnApplication,
    TooFewPlaces,
)
from outbox.models import Mail
from outbox.queries import database_now
from outbox.services import draft_mail, queue_mails

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


# What their mail and a sentence about them need.
OF_A_PERSON = ("person__name", "person__email", "person__language")


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
    queue_mails([_mail(application)])


@transaction.atomic
def decide_many(applications: Iterable[Application], answer: str, *, by: Person) -> list[Outcome]:
    """Answer each application that still awaits a decision in the state that it holds here, which is what `by` saw.

    All in one transaction, with one mail for each; what is refused is left as it is, with the reason.
    """
    seen = {application.pk: application.state for application in applications}
    current, now = _held_still(seen), timezone.now()
    in_force = applications_in_force(current)
    outcomes = [
        Outcome(application, _why_not(application, answer, seen[pk], by, in_force))
        for pk, application in current.items()
    ]
    _write([outcome.application for outcome in outcomes if not outcome.refused], answer, by, now)
    return outcomes


def look_ahead(applications: Iterable[Application], answer: str, *, by: Person) -> list[Outcome]:
    """What `decide_many` would do with these as they stand; nothing is written."""
    applications = list(applications)
    in_force = applications_in_force(application.pk for application in applications)
    return [Outcome(each, _why_not(each, answer, each.state, by, in_force)) for each in applications]


def _held_still(seen: dict[int, str]) -> dict[int, Application]:
    # In one order, so that two admins who decide about the same people wait for each other, and never in a circle.
    # Only what may be answered: whoever publishes holds other rows, in an order of their own.
    pending = [pk for pk, state in seen.items() if state in PENDING]
    locked = Application.objects.select_for_update().filter(pk__in=pending).order_by("pk")
    list(locked.values_list("pk"))
    # Read once they are ours: a row that was joined before the wait would still say who had decided before it.
    # Cohorts and admins are few, so they are read once each and not with every row.
    found = (
        Application.objects.filter(pk__in=seen)
        .select_related("person")
        .prefetch_related("cohort", "decided_by")
        .only("cohort", "part", "state", "decided_at", "decided_by", *OF_A_PERSON)
    )
    by_pk = {application.pk: application for application in found}
    return {pk: by_pk[pk] for pk in seen if pk in by_pk}


def _why_not(
    application: Application, answer: str, seen: str, by: Person, in_force: set[int]
) -> Refused | None:
    if application.person_id == by.pk:
        return OwnApplication()
    # A list may be minutes old. To change a decision that stands, an admin opens that application.
    if seen not in PENDING & MAY_FOLLOW[answer] or application.state != seen:
        return DecidedMeanwhile(application)
    return HasMentorship(application) if application.pk in in_force else None


def _write(applications: list[Application], answer: str, by: Person, now: datetime) -> None:
    pks = [application.pk for application in applications]
    Application.objects.filter(pk__in=pks).update(state=answer, decided_at=now, decided_by=by)
    for application in applications:
        application.state, application.decided_at, application.decided_by = answer, now, by
    # A moment, not an expression: thousands of rows then go in as arrays, several times as quickly.
    due = database_now()
    queue_mails(_mail(application, not_before=due) for application in applications)


def _mail(application: Application, **when: datetime) -> Mail:
    kind, decided_at = MAIL_OF[application.state], application.decided_at.isoformat()
    return draft_mail(
        kind,
        key=f"{kind}:{application.pk}:{decided_at}",
        person=application.person,
        context={"application": application.pk, "decided_at": decided_at},
        **when,
    )


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
