from datetime import UTC, datetime, timedelta

import pytest

from matching.errors import AlreadyIntroduced, AlreadyPublished, NotReady, OutOfDate
from matching.models import Application, MatchRun, Member, Mentorship
from matching.services.introductions import introduce_due, release_hold
from matching.services.leaving import decline_match
from matching.services.publishing import publish_run, undo_publication
from matching.working_days import working_days_after
from outbox.models import Mail
from tests.accounts.factories import PersonFactory
from tests.matching.at_once import at_once
from tests.matching.factories import CohortFactory
from tests.matching.mentorship_factories import (
    MONDAY_AFTER,
    WEDNESDAY,
    a_match,
    a_run,
    mentee_in,
    mentee_of,
    mentor_in,
    mentor_of,
    run_of,
)

pytestmark = pytest.mark.django_db

State = Mentorship.State


def mails(kind: str) -> list[str]:
    return sorted(Mail.objects.filter(kind=kind).values_list("person__email", flat=True))


def test_publishing_gives_both_people_their_place_and_begins_the_hold():
    admin = PersonFactory(admin=True)
    cohort = CohortFactory(hold_days=3)
    mentee, mentor = mentee_of(cohort), mentor_of(cohort)

    publish_run(run_of((mentee, mentor)), by=admin, now=WEDNESDAY)

    mentorship = Mentorship.objects.get()
    assert (mentorship.state, mentorship.hold_ends_at) == (State.HELD, MONDAY_AFTER)
    assert (mentorship.published_by, mentorship.published_at) == (admin, WEDNESDAY)
    assert {(m.person_id, m.part) for m in mentorship.members.all()} == {
        (mentee.person_id, Member.Part.MENTEE),
        (mentor.person_id, Member.Part.MENTOR),
    }
    mentor.refresh_from_db()
    assert mentor.taken == 1


def test_publishing_tells_both_people_and_introduces_nobody_yet():
    run = a_run()

    publish_run(run, by=None, now=WEDNESDAY)

    everybody = sorted(Application.objects.values_list("person__email", flat=True))
    assert mails("match_held") == everybody
    assert mails("introduction") == []


def test_without_a_hold_people_are_introduced_at_once():
    mentorship = a_match(hold_days=0)

    assert mentorship.state == State.INTRODUCED
    assert mentorship.introduced_at == WEDNESDAY
    assert mails("match_held") == []
    assert len(mails("introduction")) == 2


def test_a_mentee_without_a_mentor_is_left_as_they_are():
    cohort = CohortFactory()
    mentee, alone = mentee_of(cohort), mentee_of(cohort)

    publish_run(run_of((mentee, mentor_of(cohort)), (alone, None)), by=None)

    assert not alone.memberships.exists()


def test_a_run_that_is_not_finished_cannot_be_published():
    run = a_run()
    MatchRun.objects.update(state=MatchRun.State.RUNNING)

    with pytest.raises(NotReady, match="not ready to publish: it is running"):
        publish_run(run, by=None)


def test_publishing_twice_tells_nobody_twice():
    run = a_run()
    publish_run(run, by=None)

    with pytest.raises(AlreadyPublished, match="already published"):
        publish_run(run, by=None)

    assert Mentorship.objects.count() == 1
    assert len(mails("match_held")) == 2


def test_a_mentor_who_gave_up_places_is_named_and_nothing_is_published():
    cohort = CohortFactory()
    busy = mentor_of(cohort, person__name="Ngozi Okafor", capacity=2)
    run = run_of((mentee_of(cohort), busy), (mentee_of(cohort), busy), (mentee_of(cohort), mentor_of(cohort)))
    Application.objects.filter(pk=busy.pk).update(capacity=1)

    with pytest.raises(OutOfDate, match="Ngozi Okafor no longer has the places"):
        publish_run(run, by=None)

    run.refresh_from_db()
    assert run.state == MatchRun.State.DONE
    assert not Mentorship.objects.exists()
    assert not Mail.objects.exists()
    assert set(Application.objects.values_list("taken", flat=True)) == {0}


def test_somebody_who_withdrew_since_the_run_is_named():
    run = a_run()
    gone = Application.objects.filter(part=Application.Part.MENTEE)
    gone.update(state=Application.State.WITHDRAWN)

    with pytest.raises(OutOfDate, match=f"No longer taking part: {gone.get().person.name}"):
        publish_run(run, by=None)


def test_a_mentee_matched_by_another_run_is_named():
    cohort = CohortFactory()
    mentee = mentee_of(cohort)
    first, second = run_of((mentee, mentor_of(cohort))), run_of((mentee, mentor_of(cohort)))
    publish_run(first, by=None)

    with pytest.raises(OutOfDate, match=f"Matched in the meantime: {mentee.person.name}"):
        publish_run(second, by=None)

    assert Mentorship.objects.count() == 1


def test_undoing_frees_everybody():
    mentorship = a_match()

    undo_publication(mentorship.run, by=None)

    mentorship.refresh_from_db()
    assert mentorship.state == State.CANCELLED
    assert mentorship.run.state == MatchRun.State.DONE
    assert mentor_in(mentorship).application.taken == 0
    assert not mentorship.members.filter(left_at=None).exists()


def test_an_undone_run_can_be_published_again():
    mentorship = a_match()
    undo_publication(mentorship.run, by=None)

    [again] = publish_run(mentorship.run, by=None, now=WEDNESDAY).mentorships

    introduce_due(MONDAY_AFTER)
    again.refresh_from_db()
    assert again.state == State.INTRODUCED
    assert len(mails("introduction")) == 2


def test_a_pair_that_said_no_is_not_published_again():
    cohort = CohortFactory()
    pairs = [(mentee_of(cohort), mentor_of(cohort)) for _ in range(2)]
    run = run_of(*pairs)
    first, _ = publish_run(run, by=None).mentorships
    decline_match(mentee_in(first))
    undo_publication(run, by=None)

    publication = publish_run(run, by=None)

    assert [proposal.mentee for proposal in publication.left_out] == [pairs[0][0]]
    assert len(publication.mentorships) == 1


def test_nothing_is_undone_once_somebody_was_introduced():
    run = a_run(pairs=2)
    first, second = publish_run(run, by=None).mentorships
    release_hold(first, by=None)

    with pytest.raises(AlreadyIntroduced, match="cannot be undone as a whole"):
        undo_publication(run, by=None)

    second.refresh_from_db()
    run.refresh_from_db()
    assert (second.state, run.state) == (State.HELD, MatchRun.State.PUBLISHED)


def test_a_run_that_is_not_published_has_nothing_to_undo():
    with pytest.raises(NotReady, match="nothing to undo"):
        undo_publication(a_run(), by=None)


@pytest.mark.django_db(transaction=True)
def test_two_admins_publishing_at_once_make_one_publication_and_one_clear_answer():
    run = a_run(pairs=3)

    outcomes = at_once(*[lambda: publish_run(MatchRun.objects.get(pk=run.pk), by=None)] * 2)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyPublished", "Publication"]
    assert Mentorship.objects.count() == 3
    assert len(mails("match_held")) == 6
    assert sorted(Application.objects.filter(part="mentor").values_list("taken", flat=True)) == [1, 1, 1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
def test_undoing_while_the_hold_is_released_either_undoes_or_introduces(attempt):
    mentorship = a_match()

    at_once(lambda: undo_publication(mentorship.run, by=None), lambda: release_hold(mentorship, by=None))

    mentorship.refresh_from_db()
    active = mentorship.members.filter(left_at=None).count()
    taken = mentor_in(mentorship).application.taken
    assert (mentorship.state, active, taken) in [(State.CANCELLED, 0, 0), (State.INTRODUCED, 2, 1)]


@pytest.mark.parametrize(
    ("published", "days", "ends"),
    [
        ((2026, 11, 11, 10), 3, (2026, 11, 16, 10)),  # Wednesday to Monday
        ((2026, 11, 9, 10), 3, (2026, 11, 12, 10)),  # Monday to Thursday
        ((2026, 11, 14, 10), 3, (2026, 11, 19, 10)),  # Saturday counts from Monday
        ((2026, 11, 15, 10), 0, (2026, 11, 16, 10)),
        ((2026, 11, 11, 10), 0, (2026, 11, 11, 10)),
        ((2026, 3, 27, 10), 1, (2026, 3, 30, 9)),  # the same time of day, after the clocks went forward
    ],
)
def test_a_hold_counts_working_days_on_the_programmes_clock(published, days, ends):
    moment = datetime(*published, tzinfo=UTC)

    assert working_days_after(moment, days, "Europe/London") == datetime(*ends, tzinfo=UTC)


def test_the_longest_hold_spans_four_weeks():
    assert working_days_after(WEDNESDAY, 20, "Europe/London") == WEDNESDAY + timedelta(weeks=4)
