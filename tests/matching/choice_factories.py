"""Cohorts whose mentees may choose, and requests in them, made by the services that make them for people."""

from datetime import datetime, timedelta

from django.utils import timezone

from matching.models import Application, Choice, Cohort
from matching.services.choices import ask_first, name_mentor
from tests.accounts.factories import TopicFactory
from tests.matching.factories import CohortFactory
from tests.matching.mentorship_factories import mentee_of, mentor_of


def a_choosing_cohort(**fields) -> Cohort:
    return CohortFactory(lets_mentees_choose=True, **fields)


def choosers(cohort: Cohort, *, mentees: int = 1, mentors: int = 1, **of_mentors):
    """Mentees and mentors who fit each other by one topic."""
    topic = TopicFactory()
    return (
        [mentee_of(cohort, needs=[topic]) for _ in range(mentees)],
        [mentor_of(cohort, offers=[topic], **of_mentors) for _ in range(mentors)],
    )


def listed(mentee: Application, *mentors: Application) -> list[Choice]:
    return [name_mentor(mentee, mentor) for mentor in mentors]


def asked(mentee: Application, *mentors: Application, now: datetime | None = None) -> Choice:
    """The first of these mentors is asked, the others wait."""
    listed(mentee, *mentors)
    return ask_first(mentee, now=now)


def a_request(*, days_ago: int = 0, **of_mentors) -> Choice:
    [mentee], [mentor] = choosers(a_choosing_cohort(), **of_mentors)
    return asked(mentee, mentor, now=timezone.now() - timedelta(days=days_ago))
