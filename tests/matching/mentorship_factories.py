"""Runs, matches and groups for tests, made by the services that make them for people."""

from datetime import UTC, datetime

from matching.models import Application, Cohort, MatchRun, Member, Mentorship, Proposal
from matching.services.groups import GroupPlan, form_group, publish_group
from matching.services.publishing import publish_run
from tests.matching.factories import ApplicationFactory, CohortFactory, StreamFactory

# A Wednesday at ten in London; three working days later it is Monday the 16th.
WEDNESDAY = datetime(2026, 11, 11, 10, 0, tzinfo=UTC)
MONDAY_AFTER = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)


def mentee_of(cohort: Cohort, **fields) -> Application:
    return ApplicationFactory(accepted=True, cohort=cohort, **fields)


def mentor_of(cohort: Cohort, **fields) -> Application:
    return ApplicationFactory(accepted=True, mentor=True, cohort=cohort, **fields)


def run_of(*pairs: tuple[Application, Application | None], reasons=()) -> MatchRun:
    """A finished run that proposes these pairs."""
    cohort = pairs[0][0].cohort
    run = MatchRun.objects.create(cohort=cohort, state=MatchRun.State.DONE, matched=len(pairs), worst=5000)
    Proposal.objects.bulk_create(
        Proposal(run=run, mentee=mentee, mentor=mentor, score=5000 if mentor else None, reasons=list(reasons))
        for mentee, mentor in pairs
    )
    return run


def a_run(pairs: int = 1, **cohort_fields) -> MatchRun:
    cohort = CohortFactory(**cohort_fields)
    return run_of(*((mentee_of(cohort), mentor_of(cohort)) for _ in range(pairs)))


def a_match(now: datetime = WEDNESDAY, **cohort_fields) -> Mentorship:
    """Published and on hold, unless the cohort has no hold."""
    [mentorship] = publish_run(a_run(**cohort_fields), by=None, now=now).mentorships
    mentorship.refresh_from_db()
    return mentorship


def mentee_in(mentorship: Mentorship) -> Member:
    return mentorship.members.get(part=Member.Part.MENTEE)


def mentor_in(mentorship: Mentorship) -> Member:
    return mentorship.members.get(part=Member.Part.MENTOR)


def a_group_plan(*, mentors: int = 2, mentees: int = 6, cohort: Cohort | None = None, name="") -> GroupPlan:
    stream = StreamFactory(cohort=cohort or CohortFactory())
    lead, *others = [mentor_of(stream.cohort) for _ in range(mentors)]
    return GroupPlan(
        stream, lead, others, [mentee_of(stream.cohort, stream=stream) for _ in range(mentees)], name
    )


def a_group(now: datetime = WEDNESDAY, **plan) -> Mentorship:
    """Published and on hold, unless its cohort has no hold."""
    group = form_group(a_group_plan(**plan))
    publish_group(group, by=None, now=now)
    group.refresh_from_db()
    return group
