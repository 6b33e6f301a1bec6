"""The two ways in which history changes after it was written: a person is erased, and what is old is cleared."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Person
from matching.history.sql import CLEARING, FORGOTTEN
from matching.models import Act, Application, Event


@transaction.atomic
def forget(person: Person) -> None:
    """Leave of this person only that something was done, by or to somebody.

    Until the transaction ends, what is written of their applications is nobody's too: their rows are deleted next.
    """
    theirs = list(person.applications.values_list("pk", flat=True))
    allow(FORGOTTEN, f"{{{','.join(map(str, theirs))}}}")
    Act.objects.filter(by=person).update(by=None)
    Event.objects.filter(Q(application__in=theirs) | Q(mentor__in=theirs)).update(row=None)
    Event.objects.filter(application__in=theirs).update(application=None)
    Event.objects.filter(mentor__in=theirs).update(mentor=None)
    forget_decisions(person)
    forget_log(theirs)


def forget_decisions(person: Person) -> None:
    """An admin who is erased also stands among what decisions changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE matching_event SET changes = changes - 'decided_by'"
            " WHERE model = 'application' AND changes->'decided_by' @> to_jsonb(%s::bigint)",
            [person.pk],
        )


def forget_log(applications: list[int]) -> None:
    """Django's own log keeps the name of what it is about."""
    kind = ContentType.objects.get_for_model(Application)
    entries = LogEntry.objects.filter(content_type=kind, object_id__in=[str(pk) for pk in applications])
    entries.update(object_repr="")


@transaction.atomic
def clear_old(now: datetime | None = None) -> int:
    """Drop what is older than HISTORY_DAYS; returns how many acts that were."""
    before = (now or timezone.now()) - timedelta(days=settings.HISTORY_DAYS)
    allow(CLEARING, "on")
    old = Act.objects.filter(at__lt=before)
    Event.objects.filter(act__in=old.values("pk")).delete()
    count, _by_model = old.delete()
    allow(CLEARING, "")
    return count


def allow(setting: str, value: str) -> None:
    """For this transaction: the guards of both tables look for it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [setting, value])
