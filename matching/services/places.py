"""A mentor's places. Whoever takes some has locked the rows; a check constraint stands behind."""

from collections import defaultdict

from django.db.models import F

from matching.models import Application


def places_left(mentor: Application) -> int:
    return mentor.capacity - mentor.taken


def take_places(wanted: dict[int, int]) -> None:
    for places, mentors in by_number(wanted):
        Application.objects.filter(pk__in=mentors).update(taken=F("taken") + places)


def free_places(given_back: dict[int, int]) -> None:
    for places, mentors in by_number(given_back):
        Application.objects.filter(pk__in=mentors).update(taken=F("taken") - places)


def by_number(places: dict[int, int]) -> list[tuple[int, list[int]]]:
    """Mentors by how many places: one statement for each number, of which there are eight at most."""
    mentors = defaultdict(list)
    for mentor, number in sorted(places.items()):
        mentors[number].append(mentor)
    return sorted(mentors.items())
