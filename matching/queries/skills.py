"""What a cohort's mentees ask for against what its mentors offer, counted in mentors' places.

A place counts for each topic that its mentor offers, so that a gap is the least that is missing. Entries marked
`sensitive` and what people wrote in their own words are one row without a name.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from accounts.models import PersonRole, Role, Topic
from accounts.models.catalogue import CatalogueEntry
from matching.models import Application, Cohort, Need, Offer

State = Application.State
Part = Application.Part
# Whoever may still be matched, decided on or not.
HOPEFUL = [State.SUBMITTED, State.WAITING, State.ACCEPTED]


@dataclass(frozen=True)
class Skill:
    """`entry` is None for what has no name here."""

    entry: CatalogueEntry | None
    wanted: int
    mentors: int
    places: int

    @property
    def gap(self) -> int:
        """Mentees beyond the places, 0 where there are places enough."""
        return max(self.wanted - self.places, 0)

    @property
    def spare(self) -> int:
        return max(self.places - self.wanted, 0)


def topics_of(cohort: Cohort) -> list[Skill]:
    """Needs against offers."""
    needs = Need.objects.filter(of(cohort, Part.MENTEE, "application"))
    offers = Offer.objects.filter(of(cohort, Part.MENTOR, "application"))
    wanted = needs.order_by().values_list("topic").annotate(Count("application", distinct=True))
    offered = (
        offers.order_by().values_list("topic").annotate(Count("application"), Sum("application__capacity"))
    )
    return mix(Topic, wanted, offered)


def roles_of(cohort: Cohort) -> list[Skill]:
    """Roles that mentees grow into against roles that mentors hold or held, with the title or without it."""
    aims = PersonRole.objects.filter(
        Q(how=PersonRole.How.AIM), of(cohort, Part.MENTEE, "person__applications")
    )
    held = (
        PersonRole.objects.exclude(how=PersonRole.How.AIM)
        .filter(of(cohort, Part.MENTOR, "person__applications"))
        .order_by()
        # A role held with the title, and earlier without it, is one role of one mentor.
        .values_list("role", "person", "person__applications__capacity")
        .distinct()
    )
    wanted = aims.order_by().values_list("role").annotate(Count("person", distinct=True))
    return mix(Role, wanted, summed(held))


def of(cohort: Cohort, part: str, application: str) -> Q:
    return Q(
        **{
            f"{application}__cohort": cohort,
            f"{application}__part": part,
            f"{application}__state__in": HOPEFUL,
        }
    )


def summed(held: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    mentors: dict[int, int] = defaultdict(int)
    places: dict[int, int] = defaultdict(int)
    for role, _person, capacity in held:
        mentors[role] += 1
        places[role] += capacity
    return [(role, mentors[role], places[role]) for role in mentors]


def mix(catalogue: type[CatalogueEntry], wanted: QuerySet, offered: Iterable[tuple]) -> list[Skill]:
    """The widest gap first, then what most mentees want; what has no name comes last."""
    entries = catalogue.objects.filter(sensitive=False).in_bulk()
    counts: dict[int | None, list[int]] = defaultdict(lambda: [0, 0, 0])
    for key, mentees in wanted:
        counts[key if key in entries else None][0] += mentees
    for key, mentors, places in offered:
        counts[key if key in entries else None][1] += mentors
        counts[key if key in entries else None][2] += places
    skills = [Skill(entries.get(key), *numbers) for key, numbers in counts.items()]
    return sorted(skills, key=in_order)


def in_order(skill: Skill) -> tuple:
    entry = skill.entry
    return (entry is None, -skill.gap, -skill.wanted, -skill.places, entry.position if entry else 0)
