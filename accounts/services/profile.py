"""What a person says of themselves and of their work."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from accounts.models import Discipline, Person, PersonRole, Role, Sector, Situation
from accounts.services.organisations import resolve_organisation
from outbox import quiet


@dataclass(frozen=True)
class RoleLine:
    """One role as a person gave it: from the catalogue, or in their own words."""

    how: PersonRole.How | str
    role: Role | None = None
    text: str = ""
    since: int | None = None
    until: int | None = None


def save_profile(person: Person, **fields) -> None:
    """Keep what changed of a person's own fields."""
    changed = [name for name, value in fields.items() if getattr(person, name) != value]
    for name in changed:
        setattr(person, name, fields[name])
    if changed:
        person.save(update_fields=changed)
    if "time_zone" in changed:
        quiet.look_again(person)


@transaction.atomic
def save_work(
    person: Person,
    *,
    roles: Iterable[RoleLine],
    official_title: str,
    organisation: str,
    disciplines: Iterable[Discipline],
    sectors: Iterable[Sector],
    situations: Iterable[Situation],
    **in_own_words: str,
) -> None:
    """Keep what a person does, and where. Raises ManyOrganisations."""
    save_profile(
        person,
        official_title=official_title,
        organisation=resolve_organisation(organisation),
        **in_own_words,
    )
    person.disciplines.set(disciplines)
    person.sectors.set(sectors)
    person.situations.set(situations)
    set_roles(person, roles)


@transaction.atomic
def set_roles(
    person: Person, lines: Iterable[RoleLine], *, among: Iterable[str] = tuple(PersonRole.How.values)
) -> None:
    """Make these the person's roles, of the ways of holding one named in `among`; the others stay."""
    # Two saves of the same form wait for each other here, so that neither adds to the other's rows.
    Person.objects.select_for_update().get(pk=person.pk)
    PersonRole.objects.filter(person=person, how__in=list(among)).delete()
    PersonRole.objects.bulk_create(_row(person, line) for line in lines)


def _row(person: Person, line: RoleLine) -> PersonRole:
    text = "" if line.role else line.text
    return PersonRole(
        person=person, role=line.role, text=text, how=line.how, since=line.since, until=line.until
    )
