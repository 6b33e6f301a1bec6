"""Whom one can write to: a cohort, a stream, a group, a session. The app that knows them registers each in its `ready()`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured
from django.db.models import QuerySet
from django.utils.functional import Promise


class UnknownAudience(LookupError):
    """Somebody was to be written to whom no app knows, or who is there no more."""


@dataclass(frozen=True)
class Audience:
    """One sort of people to write to.

    `choices` gives (id, name) of each that there is now, newest first; `people` the people of one of them.
    """

    name: str
    label: Promise | str
    choices: Callable[[], Iterable[tuple[str, str]]]
    people: Callable[[str], QuerySet]
    # So few of them, and so lasting, that the mail log offers them as a filter.
    filters_the_log: bool = False


@dataclass(frozen=True)
class Chosen:
    """One audience as an admin picked it: a cohort, say, and which one."""

    audience: Audience
    pk: str

    def __str__(self):
        return str(dict(self.audience.choices()).get(self.pk, self.pk))

    @property
    def address(self) -> str:
        """How forms and rows name it."""
        return f"{self.audience.name}:{self.pk}"

    @property
    def people(self) -> QuerySet:
        return self.audience.people(self.pk).order_by("pk").distinct()


_audiences: dict[str, Audience] = {}


def register(audience: Audience) -> None:
    if audience.name in _audiences:
        raise ImproperlyConfigured(
            f"The audience {audience.name!r} is registered twice. Give one of the two another name."
        )
    _audiences[audience.name] = audience


def every() -> list[Audience]:
    return list(_audiences.values())


def find(address: str) -> Chosen:
    """The audience of this address, "cohort:3". Raises UnknownAudience."""
    name, _, pk = address.partition(":")
    audience = _audiences.get(name)
    if audience is None or pk not in {str(key) for key, _ in audience.choices()}:
        raise UnknownAudience(f"Nobody is known as {address!r}. Choose from the list.")
    return Chosen(audience, pk)


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """All there are, by sort, for a select; a sort of which there is none is left out."""
    sorts = (
        (str(one.label), [(f"{one.name}:{pk}", name) for pk, name in one.choices()])
        for one in _audiences.values()
    )
    return [(label, options) for label, options in sorts if options]
