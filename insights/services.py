"""The pulse: ask for it, keep it, skip it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from insights.models import Pulse
from insights.queries import places, pulses_of, running_cohorts, settled, spans_of
from insights.stages import Span, may_change, stage_at, stage_began
from matching.errors import Refused
from matching.models import Cohort, Member
from meetings.services.reminders import queue_new
from outbox.models import Mail
from outbox.services import draft_mail

PULSE = "pulse"
Stage = Pulse.Stage
# An introduction deserves a day of its own, unless the first session comes at once.
AFTER_AN_INTRODUCTION = timedelta(days=1)
FIRST_SESSION_IS_NEAR = timedelta(days=2)
USEFUL_FOR = timedelta(days=14)


class PulseClosed(Refused):
    """It is not the time, or a session has begun since it was answered."""


# --- Asking -------------------------------------------------------------------------------------


def ask_for_pulses(*, now: datetime | None = None) -> int:
    """Ask each mentee once a stage; returns how many were asked."""
    return queue_new(pulse_drafts(now or timezone.now()))


def pulse_drafts(now: datetime) -> list[Mail]:
    cohorts = list(running_cohorts(now))
    spans, done = spans_of(cohorts), settled(cohorts)
    members = places().filter(cohort__in=cohorts, left_at=None, person__is_active=True)
    # Somebody in a pair and in a group of the same cohort is asked once: the key says so.
    return [
        draft
        for member in members.select_related("person", "cohort", "mentorship")
        if (draft := question(member, spans.get((member.cohort_id, member.person_id), []), done, now))
    ]


def question(member: Member, spans: list[Span], done: set, now: datetime) -> Mail | None:
    stage = stage_at(spans, member.cohort, now)
    if stage is None or (member.cohort_id, member.person_id, stage) in done:
        return None
    ends = useful_until(stage, member, spans, now)
    if ends is None or ends <= now:
        return None
    return draft_mail(
        PULSE,
        key=f"{PULSE}:{member.cohort_id}:{member.person_id}:{stage}",
        person=member.person,
        context={"cohort": member.cohort_id, "stage": stage},
        expires_at=ends,
    )


def useful_until(stage: str, member: Member, spans: list[Span], now: datetime) -> datetime | None:
    """Until when the mail makes sense; None where it is too early to ask."""
    if stage != Stage.START:
        return stage_began(stage, spans) + USEFUL_FOR
    first = min((starts for starts, _ends in spans), default=None)
    introduced_at = member.mentorship.introduced_at
    is_near = first is not None and first - now <= FIRST_SESSION_IS_NEAR
    if now < introduced_at + AFTER_AN_INTRODUCTION and not is_near:
        return None
    # Without a session it can still be answered on Home; a mail a month later would only be late.
    return first or introduced_at + USEFUL_FOR


# --- Answering ----------------------------------------------------------------------------------


def open_stage(person: Person, cohort: Cohort, *, now: datetime | None = None) -> str | None:
    """The stage that this person may answer or change now."""
    now = now or timezone.now()
    spans = spans_of([cohort], [person.pk]).get((cohort.pk, person.pk), [])
    stage = stage_at(spans, cohort, now)
    given = pulses_of(person, cohort).get(stage)
    is_fixed = given and given.answers is not None and not may_change(given.answered_at, spans, now)
    return None if is_fixed else stage


def save_pulse(
    person: Person, cohort: Cohort, answers: dict[str, int] | None, *, now: datetime | None = None
) -> Pulse:
    """Keep somebody's answers at the stage that is open, or None where they skip it. Raises PulseClosed."""
    now = now or timezone.now()
    stage = open_stage(person, cohort, now=now)
    if stage is None:
        raise PulseClosed(
            _(
                "These questions are closed for now, so nothing was changed. They come again later in the cohort."
            )
        )
    pulse, _ignored = Pulse.objects.update_or_create(
        person=person, cohort=cohort, stage=stage, defaults={"answers": answers, "answered_at": now}
    )
    return pulse


def waiting_for(person: Person, *, now: datetime | None = None) -> Iterator[Cohort]:
    """Cohorts that ask this person, who has neither answered nor skipped."""
    now = now or timezone.now()
    cohorts = list(running_cohorts(now, person))
    if not cohorts:
        return
    spans, done = spans_of(cohorts, [person.pk]), settled(cohorts, person)
    for cohort in cohorts:
        stage = stage_at(spans.get((cohort.pk, person.pk), []), cohort, now)
        if stage and (cohort.pk, person.pk, stage) not in done:
            yield cohort
