"""Which mail tells whom of a request to a mentor. The key names the cause, so no cause is ever told twice."""

from django.db.models import TextChoices

from matching.models import Choice
from outbox.services import queue_mail

ASKED, REMINDER, OVER, PASSED = "choice_asked", "choice_reminder", "choice_over", "choice_passed"


class Passed(TextChoices):
    """Why a mentee hears that a mentor whom they asked, or named, will not be theirs by this way."""

    DECLINED = "declined"
    EXPIRED = "expired"
    NOT_AVAILABLE = "not_available"
    LEFT = "left"
    BY_PROGRAMME = "by_programme"
    SWITCHED_OFF = "switched_off"


def tell_asked(choice: Choice) -> None:
    queue_mail(
        ASKED,
        key=asked_key(choice.pk),
        person=choice.mentor.person,
        context={"choice": choice.pk},
        expires_at=choice.expires_at,
    )


def remind(choice: Choice, *, days: int) -> None:
    queue_mail(
        REMINDER,
        key=reminder_key(choice, days),
        person=choice.mentor.person,
        context={"choice": choice.pk},
        expires_at=choice.expires_at,
    )


def tell_over(choice: Choice) -> None:
    """A mentor who was never told of the request is skipped when the mail's turn comes."""
    queue_mail(
        OVER,
        key=f"{OVER}:{choice.pk}",
        person=choice.mentor.person,
        # The request itself may be gone when the mail leaves: whoever asked has left the programme.
        context={"choice": choice.pk, "cohort": choice.mentor.cohort_id},
    )


def tell_passed(choice: Choice, why: str) -> None:
    queue_mail(
        PASSED,
        key=f"{PASSED}:{choice.pk}",
        person=choice.mentee.person,
        context={"choice": choice.pk, "mentee": choice.mentee_id, "why": str(why)},
    )


def asked_key(choice: int) -> str:
    return f"{ASKED}:{choice}"


def reminder_key(choice: Choice, days: int) -> str:
    return f"{REMINDER}:{choice.pk}:{days}"
