"""Two admins do what cannot both be done, at the same moment: one wins, the other is told, and nobody is overfilled."""

from functools import partial

import pytest

from matching.errors import AlreadyPublished, OutOfDate, Refused
from matching.models import Application, MatchRun, Member, Mentorship
from matching.services.decisions import change_places, decline_application
from matching.services.publishing import Publication, publish_run, undo_publication
from matching.services.refusals import HasMentorship, TooFewPlaces
from tests.accounts.factories import PersonFactory
from tests.matching.at_once import at_once
from tests.matching.factories import CohortFactory
from tests.matching.mentorship_factories import mentee_of, mentor_of, run_of

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 50


@pytest.fixture
def cohort():
    return CohortFactory()


@pytest.fixture
def admin():
    return PersonFactory(admin=True)


def both_and_one_refused(answers: list, *refusals: type[Refused]) -> Exception:
    """The error of whoever was second; its text is a sentence for them."""
    errors = [answer for answer in answers if isinstance(answer, Exception)]
    assert [type(error) in refusals for error in errors] == [True], answers
    assert str(errors[0]).endswith(".")
    return errors[0]


def as_they_stand() -> None:
    """Every mentor has as many places taken as mentees, no more than they offer; no mentee has two mentors."""
    active = Member.objects.filter(left_at=None, kind=Mentorship.Kind.ONE_TO_ONE)
    for mentor in Application.objects.filter(part=Application.Part.MENTOR):
        assert mentor.taken == active.filter(application=mentor).count() <= mentor.capacity
    mentees = list(active.filter(part=Member.Part.MENTEE).values_list("application", flat=True))
    assert len(mentees) == len(set(mentees))


def test_one_run_published_by_two(cohort, admin):
    run = run_of((mentee_of(cohort), mentor_of(cohort, capacity=1)))

    for _ in range(ROUNDS):
        answers = at_once(*[lambda: publish_run(MatchRun.objects.get(pk=run.pk), by=admin)] * 2)

        both_and_one_refused(answers, AlreadyPublished)
        as_they_stand()
        undo_publication(run, by=admin)


def test_two_runs_that_want_one_mentor(cohort, admin):
    mentor = mentor_of(cohort, capacity=1)
    runs = [run_of((mentee_of(cohort), mentor)) for _ in range(2)]

    for _ in range(ROUNDS):
        answers = at_once(*(partial(publish_run, run, by=admin) for run in runs))

        both_and_one_refused(answers, OutOfDate)
        as_they_stand()
        published = next(answer for answer in answers if isinstance(answer, Publication))
        undo_publication(published.mentorships[0].run, by=admin)


def test_two_runs_that_want_one_mentee(cohort, admin):
    mentee = mentee_of(cohort)
    runs = [run_of((mentee, mentor_of(cohort))) for _ in range(2)]

    for _ in range(ROUNDS):
        answers = at_once(*(partial(publish_run, run, by=admin) for run in runs))

        both_and_one_refused(answers, OutOfDate)
        as_they_stand()
        published = next(answer for answer in answers if isinstance(answer, Publication))
        undo_publication(published.mentorships[0].run, by=admin)


def test_a_mentor_gives_places_up_while_a_run_counts_on_them(cohort, admin):
    mentor = mentor_of(cohort, capacity=2)
    run = run_of((mentee_of(cohort), mentor), (mentee_of(cohort), mentor))

    for _ in range(ROUNDS):
        answers = at_once(
            lambda: publish_run(MatchRun.objects.get(pk=run.pk), by=admin),
            lambda: change_places(mentor, capacity=1),
        )

        refused = both_and_one_refused(answers, OutOfDate, TooFewPlaces)
        as_they_stand()
        if isinstance(refused, TooFewPlaces):
            undo_publication(run, by=admin)
        change_places(mentor, capacity=2)


def test_a_mentee_is_declined_while_a_run_matches_them(cohort, admin):
    mentee = mentee_of(cohort)
    run = run_of((mentee, mentor_of(cohort)))

    for _ in range(ROUNDS):
        answers = at_once(
            lambda: publish_run(MatchRun.objects.get(pk=run.pk), by=admin),
            lambda: decline_application(Application.objects.get(pk=mentee.pk), by=admin),
        )

        refused = both_and_one_refused(answers, OutOfDate, HasMentorship)
        as_they_stand()
        if isinstance(refused, HasMentorship):
            undo_publication(run, by=admin)
        Application.objects.filter(pk=mentee.pk).update(state=Application.State.ACCEPTED)
