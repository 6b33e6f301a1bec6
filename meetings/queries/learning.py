"""Somebody's learning log, year by year."""

from dataclasses import dataclass
from itertools import groupby

from django.db.models import QuerySet

from accounts.models import Person
from meetings.models import LearningEntry
from meetings.models.private import hours_in_words


@dataclass(frozen=True)
class Year:
    year: int
    entries: list[LearningEntry]

    @property
    def minutes(self) -> int:
        return sum(entry.minutes for entry in self.entries)

    @property
    def hours(self) -> str:
        return hours_in_words(self.minutes)


def entries_of(person: Person) -> QuerySet[LearningEntry]:
    return LearningEntry.objects.filter(owner=person)


def years_of(person: Person) -> list[Year]:
    """The latest first."""
    by_year = groupby(entries_of(person), key=lambda entry: entry.day.year)
    return [Year(year, list(entries)) for year, entries in by_year]
