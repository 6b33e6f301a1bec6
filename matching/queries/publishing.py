"""What an admin should know of a run before it is published, in a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Lower

from accounts.models import Person
from matching.models import Application, MatchRun, Member, Mentorship, Proposal
from matching.people import name_words
from matching.queries.mentorships import declined_pairs
from outbox.models import Suppression
from outbox.quiet import morning_after, zone_of


@dataclass(frozen=True)
class Findings:
    """Of a run that is not published yet: names of people.

    What stops it: gone, matched, lacking. What an admin may want to look at first: the rest.
    """

    gone: list[str]
    matched: list[str]
    lacking: list[str]
    bounced: list[str]
    not_agreed: list[str]
    language_unknown: list[str]
    left_out: int

    @property
    def stops(self) -> bool:
        return bool(self.gone or self.matched or self.lacking)


def pairs_of(run: MatchRun) -> QuerySet[Proposal]:
    return run.proposals.filter(mentor__isnull=False)


def by_name(run: MatchRun) -> QuerySet[Proposal]:
    """The pairs as a list of names."""
    return (
        pairs_of(run)
        .select_related("mentee__person", "mentor__person")
        .order_by("mentee__person__sort_key", "pk")
    )


def named_like(pairs: QuerySet[Proposal], words: str) -> QuerySet[Proposal]:
    """Pairs in which either one's name has all of these words."""
    for word in sorted(name_words(words)):
        pairs = pairs.filter(
            Q(mentee__person__sort_key__contains=word) | Q(mentor__person__sort_key__contains=word)
        )
    return pairs


def for_mails(run: MatchRun) -> QuerySet[Proposal]:
    """The pairs with all that their mails say."""
    sides = [
        f"{side}__{what}"
        for side in ("mentee", "mentor")
        for what in ("person__organisation", "availability", "stream")
    ]
    return (
        pairs_of(run)
        .select_related("run__cohort__programme", *sides)
        .prefetch_related("mentee__person__roles__role", "mentor__person__roles__role")
        .order_by("mentee__person__sort_key", "pk")
    )


def findings_before(run: MatchRun) -> Findings:
    people = people_of(run)
    return Findings(
        gone=named(people.exclude(state=Application.State.ACCEPTED, person__is_active=True)),
        matched=named(people.filter(pk__in=matched_since(run))),
        lacking=named(people.filter(pk__in=lacking_places(run))),
        bounced=named(
            people.annotate(address=Lower("person__email")).filter(
                address__in=Suppression.objects.values("address")
            )
        ),
        not_agreed=named(people.filter(agreed_to=None)),
        language_unknown=named(people.filter(unknown_language())),
        left_out=left_out(run),
    )


def people_of(run: MatchRun) -> QuerySet[Application]:
    """Everybody whom the run proposes to somebody."""
    pairs = pairs_of(run)
    return (
        Application.objects.filter(Q(pk__in=pairs.values("mentee")) | Q(pk__in=pairs.values("mentor")))
        .select_related("person")
        .order_by("person__sort_key", "pk")
    )


def unknown_language() -> Q:
    """Entered from a sheet and never here since, so that nobody has chosen; or one that we do not speak."""
    never_here = Q(was_entered=True, person__last_login=None)
    return never_here | ~Q(person__language__in=dict(settings.LANGUAGES))


def named(people: QuerySet[Application]) -> list[str]:
    return [name or email for name, email in people.values_list("person__name", "person__email")]


def matched_since(run: MatchRun) -> QuerySet:
    return Member.objects.filter(
        application__in=pairs_of(run).values("mentee"),
        kind=Mentorship.Kind.ONE_TO_ONE,
        part=Member.Part.MENTEE,
        left_at=None,
    ).values("application")


def lacking_places(run: MatchRun) -> QuerySet:
    """Mentors to whom the run proposes more mentees than they have places left."""
    proposed = Q(proposals_as_mentor__run=run)
    counted = Application.objects.filter(proposed).annotate(wanted=Count("proposals_as_mentor"))
    return counted.filter(wanted__gt=F("capacity") - F("taken")).values("pk")


def left_out(run: MatchRun) -> int:
    """Pairs in which somebody said "not this person" since the run."""
    pairs = list(pairs_of(run).values_list("mentee__person", "mentor__person"))
    declined = declined_pairs({person for pair in pairs for person in pair})
    return sum(pair in declined for pair in pairs)


def asleep(run: MatchRun, now: datetime) -> int:
    """How many people of a run have night now, where they are: their mail leaves in the morning."""
    people = Person.objects.filter(pk__in=people_of(run).order_by().values("person"))
    zones: Iterable[tuple[str, int]] = (
        people.order_by().values_list("time_zone").annotate(number=Count("pk")).order_by()
    )
    return sum(number for zone, number in zones if morning_after(now, zone_of(Person(time_zone=zone))))
