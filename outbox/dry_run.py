"""What would be sent today to some people, and what would not and why. Nothing is written, nothing leaves."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from outbox import forecast, gate, kinds, queries
from outbox.audiences import Chosen
from outbox.kinds import MailKind, UnknownKind
from outbox.models import Mail

# What a page can show and somebody read.
MOST_ROWS = 500


@dataclass(frozen=True)
class Line:
    """One mail: what would become of it."""

    mail: Mail
    kind: str
    at: datetime
    is_queued: bool
    decision: gate.Go | gate.Skip | gate.Wait

    @property
    def goes(self) -> bool:
        return isinstance(self.decision, gate.Go)

    @property
    def waits(self) -> bool:
        return isinstance(self.decision, gate.Wait)

    @property
    def reason(self) -> str:
        return "" if self.goes or not self.decision.reason else _(self.decision.reason)


@dataclass(frozen=True)
class DryRun:
    until: datetime
    lines: list[Line]
    # Due as well, but too many to look at one by one.
    left_out: int

    @property
    def goes(self) -> list[Line]:
        return [line for line in self.lines if line.goes]

    @property
    def waits(self) -> list[Line]:
        return [line for line in self.lines if line.waits]

    @property
    def skipped(self) -> list[Line]:
        return [line for line in self.lines if not line.goes and not line.waits]

    @property
    def by_kind(self) -> list[tuple[str, int]]:
        return Counter(line.kind for line in self.goes).most_common()


def end_of_today() -> datetime:
    tomorrow = timezone.localdate() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), tzinfo=timezone.get_current_timezone())


def dry_run(audience: Chosen, *, until: datetime | None = None) -> DryRun:
    until = until or end_of_today()
    people = audience.people.order_by()
    queued = Mail.objects.filter(
        state__in=queries.WAITING, person__in=people.values("pk"), not_before__lt=until
    )
    rows = list(queued.select_related("person").order_by("not_before", "pk")[: MOST_ROWS + 1])
    computed = _computed(people, until)
    mails = [(mail, True) for mail in rows[:MOST_ROWS]] + [(mail, False) for mail in computed]
    known = gate.look_up([mail for mail, _is_queued in mails])
    now = timezone.now()
    lines = [_line(mail, is_queued, max(now, mail.not_before), known) for mail, is_queued in mails]
    left_out = queued.count() - MOST_ROWS if len(rows) > MOST_ROWS else 0
    return DryRun(until, sorted(lines, key=lambda line: line.at), left_out)


def _computed(people, until: datetime) -> list[Mail]:
    """What no row stands for yet, as rows that are not stored."""
    found = {one.key: one for one in forecast.expected(people, until)}
    told = set(Mail.objects.filter(key__in=found).values_list("key", flat=True))
    return [
        Mail(
            key=one.key,
            kind=one.kind,
            person=one.person,
            to=one.person.email,
            language=one.person.language,
            context=one.context,
            not_before=one.due,
            expires_at=one.expires_at,
        )
        for one in found.values()
        if one.key not in told
    ]


def _line(mail: Mail, is_queued: bool, at: datetime, known: gate.Known) -> Line:
    try:
        kind = kinds.find(mail.kind)
    except UnknownKind as error:
        return Line(mail, mail.kind, at, is_queued, gate.Skip(str(error)))
    decision = gate.decide(mail, kind if is_queued else _with_its_cause(kind), at, known)
    return Line(mail, str(kind.label), at, is_queued, decision)


def _with_its_cause(kind: MailKind) -> MailKind:
    """What is not yet has no cause that could have gone."""
    return replace(kind, why_skip=kinds.never)
