"""What people of a cohort said, as plain rows: a fixed number of queries whatever their number."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Discipline, Organisation, Person, PersonRole, Role, Topic
from matching.models import (
    Application,
    Availability,
    Block,
    Choice,
    Cohort,
    Member,
    Mentorship,
    Need,
    Offer,
    Stream,
)
from matching.people import name_words

Part = Application.Part


@dataclass(frozen=True)
class Rows:
    """People to match and what they said, as primary keys; catalogues in a fixed order."""

    applications: list[Application]
    needs: dict[int, list[int]]
    offers: dict[int, list[int]]
    availabilities: dict[int, Availability]
    roles: dict[int, list[PersonRole]]
    disciplines: dict[int, list[int]]
    sectors: dict[int, list[str]]
    blocks: list[tuple[int, str]]
    topics: list[Topic]
    catalogue_roles: list[Role]
    catalogue_disciplines: list[Discipline]
    streams: list[Stream]
    employers: dict[int, int]
    choices: list[tuple[int, int, str]]


def rows_to_match(cohort: Cohort, *, is_afresh: bool = False) -> Rows:
    return rows_of(cohort, accepted(cohort) if is_afresh else to_match(cohort))


def rows_of(cohort: Cohort, applications: Iterable[Application]) -> Rows:
    """What these people of a cohort said. Their `person` is read already."""
    applications = list(applications)
    keys = [application.pk for application in applications]
    people = [application.person_id for application in applications]
    return Rows(
        applications=applications,
        needs=grouped(topics_of(Need, keys).order_by("application", "rank")),
        offers=grouped(topics_of(Offer, keys)),
        availabilities=Availability.objects.in_bulk(keys),
        roles=roles_of(people),
        disciplines=grouped(
            Person.disciplines.through.objects.filter(person__in=people)
            .order_by("pk")
            .values_list("person", "discipline")
        ),
        sectors=grouped(
            Person.sectors.through.objects.filter(person__in=people).values_list("person", "sector__slug")
        ),
        blocks=list(Block.objects.filter(person__in=people).values_list("person", "typed")),
        topics=list(Topic.objects.order_by("pk")),
        catalogue_roles=list(Role.objects.order_by("pk")),
        catalogue_disciplines=list(Discipline.objects.order_by("pk")),
        streams=list(cohort.streams.order_by("pk")),
        employers=employers(),
        choices=choices_of(keys),
    )


def to_match(cohort: Cohort) -> QuerySet[Application]:
    """Accepted people: every mentor, and the mentees who have no mentor in this cohort yet."""
    has_mentor = Member.objects.filter(
        application=OuterRef("pk"), part=Member.Part.MENTEE, kind=Mentorship.Kind.ONE_TO_ONE, left_at=None
    )
    return accepted(cohort).filter(~Exists(has_mentor))


def accepted(cohort: Cohort) -> QuerySet[Application]:
    return (
        Application.objects.filter(cohort=cohort, state=Application.State.ACCEPTED, person__is_active=True)
        .select_related("person")
        .order_by("pk")
    )


def choices_of(mentees: list[int]) -> list[tuple[int, int, str]]:
    """Whom these named, as (mentee, mentor, state), in each one's order."""
    named = Choice.objects.filter(mentee__in=mentees).exclude(state=Choice.State.WITHDRAWN)
    return list(named.order_by("mentee", "rank").values_list("mentee", "mentor", "state"))


def topics_of(model: type[Need] | type[Offer], applications: list[int]) -> QuerySet:
    chosen = model.objects.filter(application__in=applications, topic__isnull=False)
    return chosen.values_list("application", "topic")


def roles_of(people: list[int]) -> dict[int, list[PersonRole]]:
    roles = PersonRole.objects.filter(person__in=people, role__isnull=False).order_by("pk")
    return grouped((role.person_id, role) for role in roles)


def grouped(pairs: Iterable[tuple]) -> dict[int, list]:
    groups = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups


def employers() -> dict[int, int]:
    """Each organisation's employer as one number: merged entries are one, and so is an entry named like another's alias."""
    entries = list(Organisation.objects.order_by("pk"))
    employer = {entry.pk: entry.pk for entry in entries}
    for one, other in same_employer(entries):
        first, second = sorted((root(employer, one), root(employer, other)))
        employer[second] = first
    return {pk: root(employer, pk) for pk in employer}


def same_employer(entries: list[Organisation]) -> Iterator[tuple[int, int]]:
    owners = grouped((name_words(alias), entry.pk) for entry in entries for alias in entry.aliases)
    for entry in entries:
        if entry.merged_into_id:
            yield entry.pk, entry.merged_into_id
        known_as = owners.get(name_words(entry.name), [])
        # An alias that several use (GH, RVI) names none of them.
        if len(known_as) == 1:
            yield entry.pk, known_as[0]


def root(employer: dict[int, int], pk: int) -> int:
    while employer[pk] != pk:
        pk = employer[pk]
    return pk
