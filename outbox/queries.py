"""What is due, and whether mail flows: what delivery, the admin and the health page ask."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import CharField, Count, Func, Q, Value
from django.db.models.functions import Lower

from outbox.models import Beat, Mail, Pause, Preference, Silence, Suppression

WAITING = [Mail.State.QUEUED, Mail.State.RETRYING]


def database_now() -> datetime:
    """The database's clock: workers on several machines must agree on when a lease ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def due(now: datetime):
    """Mails that may leave, the urgent first, then the longest due."""
    return Mail.objects.filter(state__in=WAITING, not_before__lte=now).order_by(
        "-is_urgent", "not_before", "pk"
    )


def lapsed(now: datetime):
    """Mails whose deliverer died, or lost its way, in the middle of its work."""
    return Mail.objects.filter(state=Mail.State.SENDING, leased_until__lt=now)


def suppressed(addresses: Iterable[str]) -> frozenset[str]:
    """Those of these addresses that nothing is sent to, in lower case."""
    asked = Suppression.objects.filter(address__in={address.lower() for address in addresses})
    return frozenset(asked.values_list("address", flat=True))


def paused_kinds() -> frozenset[str]:
    """The kinds of which nothing leaves until an admin says so."""
    return frozenset(Pause.objects.values_list("kind", flat=True))


def preferences(people: Iterable[int]) -> dict[tuple[int, str], str]:
    """How each of these people wishes to get a kind, where they have said so."""
    said = Preference.objects.filter(person__in=people)
    return {(person, kind): how for person, kind, how in said.values_list("person", "kind", "how")}


def silences(people: Iterable[int]) -> dict[int, date]:
    return dict(Silence.objects.filter(person__in=people).values_list("person", "until"))


def busy_domains(since: datetime, *, note: str, at_least: int) -> frozenset[str]:
    """Domains, in lower case, of which so many mails started since then wait with this note, whoever started them."""
    domain = Func(Lower("to"), Value("@"), Value(2), function="split_part", output_field=CharField())
    noted = Mail.objects.filter(state=Mail.State.RETRYING, started_at__gte=since, note=note)
    busy = noted.values(domain=domain).annotate(mails=Count("pk")).filter(mails__gte=at_least)
    return frozenset(busy.order_by().values_list("domain", flat=True))


def oldest_due(now: datetime | None = None) -> datetime | None:
    """Since when the mail that waits longest could have left; None where nothing waits."""
    waiting = due(now or database_now()).order_by("not_before")
    return waiting.values_list("not_before", flat=True).first()


def last_beat(name: str = Beat.Name.TASK) -> datetime | None:
    """When this last happened; by default, when a task last came through the broker to deliver due mail."""
    return Beat.objects.filter(name=name).values_list("at", flat=True).first()


def server_trouble() -> Beat | None:
    """Why the mail server could not be used when it was last tried; None once it answers again."""
    return Beat.objects.filter(name=Beat.Name.TROUBLE).first()


@dataclass(frozen=True)
class Flow:
    """Whether mail flows, and what waits for somebody to look."""

    waiting: int
    oldest_due: datetime | None
    refused: int
    in_doubt: int
    trouble: Beat | None


def flow() -> Flow:
    counts = Mail.objects.aggregate(
        waiting=Count("pk", filter=Q(state__in=WAITING)),
        refused=Count("pk", filter=Q(state=Mail.State.FAILED)),
        in_doubt=Count("pk", filter=Q(state=Mail.State.IN_DOUBT)),
    )
    return Flow(**counts, oldest_due=oldest_due(), trouble=server_trouble())
