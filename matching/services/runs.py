"""Compute who should meet whom, away from the web: a run is queued, claimed by one worker, stored with its proof."""

import logging
import time
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext, gettext_noop

from accounts.models import Person
from matching.encoding import Encoded, encode
from matching.engine import Plan, Problem, ProofFailed, Stopped, solve, verify
from matching.engine.features import NONE
from matching.engine.policy import Policy
from matching.engine.problem import Pair
from matching.errors import CannotMatch
from matching.findings import findings_of
from matching.models import Application, Cohort, MatchRun, Proposal, Ruling
from matching.presets import OWN, policy_for
from matching.recomputing import problem_of, proposals
from matching.services.at_work import SignsOfLife, claim, close, fail_silent, finish, stop
from outbox.nudge import nudge

log = logging.getLogger(__name__)

State = MatchRun.State
COMPUTE = "matching.tasks.compute_waiting_runs"

# Shown on pages, so translated there; the engine's own words are among them.
READING = gettext_noop("reading what people said")
SCORING = gettext_noop("scoring every pair")
PROVING = gettext_noop("checking the proof")
COMPARING = gettext_noop("comparing how groups fare")
EXPLAINING = gettext_noop("writing the reasons")
ENGINE_WORDS = [
    gettext_noop("reading the scores"),
    gettext_noop("choosing likely pairs"),
    gettext_noop("finding the best worst score"),
    gettext_noop("finding the highest total"),
    gettext_noop("settling ties"),
    gettext_noop("done"),
]
STOPPED = gettext_noop("Stopped as asked. Nothing was kept.")
WORKER_DIED = gettext_noop("The worker that computed this run stopped answering. Start a new run.")
WENT_WRONG = gettext_noop(
    "Something went wrong on our side, and nothing was kept. The log of the worker says more."
)
PROOF_FAILED = gettext_noop("The result did not pass its check, so it was not kept. Please report this.")
NO_MENTEE = gettext_noop(
    "There is no accepted mentee without a mentor in this cohort. Accept applications first."
)
NO_MENTOR = gettext_noop(
    "This cohort has no accepted mentor. Accept at least one mentor's application first."
)
NO_PLACE = gettext_noop(
    "No mentor of this cohort has a free place. Ask mentors for places, or form groups: they need none."
)
ONE_ORGANISATION = gettext_noop(
    "Everybody in this cohort comes from one organisation, and colleagues are never matched. "
    "Accept people from elsewhere."
)
BAD_POLICY = gettext_noop(
    "The weights of this cohort cannot be used: %(problem)s Save them again on the cohort's page."
)


def start_run(
    cohort: Cohort,
    *,
    by: Person | None,
    seed: int = 0,
    is_afresh: bool = False,
    preset: str = OWN,
    keep: MatchRun | None = None,
) -> MatchRun:
    """Queue a run of this cohort for a worker: of who has no mentor yet, or afresh of everybody.

    preset: a ready-made policy instead of the cohort's own weights. keep: an earlier run whose rulings the new one
    keeps to. Raises CannotMatch where the cohort's weights make no policy.
    """
    try:
        policy = policy_for(cohort, preset).as_dict()
    except ValueError as error:
        raise CannotMatch(gettext(BAD_POLICY) % {"problem": error}) from error
    with transaction.atomic():
        run = MatchRun.objects.create(
            cohort=cohort, created_by=by, seed=seed, policy=policy, preset=preset, is_afresh=is_afresh
        )
        if keep:
            carry_over_rulings(keep, run)
        nudge(COMPUTE)
    return run


def carry_over_rulings(earlier: MatchRun, run: MatchRun) -> None:
    """Who decided what, and when, stays as it was."""
    for ruling in earlier.rulings.all():
        kept = Ruling.objects.create(
            run=run,
            mentee_id=ruling.mentee_id,
            mentor_id=ruling.mentor_id,
            kind=ruling.kind,
            by_id=ruling.by_id,
        )
        Ruling.objects.filter(pk=kept.pk).update(at=ruling.at)


def stop_run(run: MatchRun) -> None:
    """Ask a run to stop; one that still waits is stopped at once. Raises NotReady once it has ended."""
    stop(run, words=STOPPED)


def compute_waiting_runs() -> int:
    """Compute whatever waits, oldest first; returns how many. Two workers never compute the same run."""
    fail_silent_runs()
    count = 0
    while waiting := MatchRun.objects.filter(state=State.QUEUED).order_by("pk").first():
        count += compute_run(waiting)
    return count


def fail_silent_runs(now: datetime | None = None) -> int:
    """Mark runs whose worker has died, so that nobody waits for them."""
    return fail_silent(MatchRun, words=WORKER_DIED, now=now)


def compute_run(run: MatchRun) -> bool:
    """Claim a waiting run and compute it; False where another worker was quicker. Its end stands in its state."""
    if not claim(run):
        return False
    try:
        with SignsOfLife(run) as life:
            store(run, computed(run, life))
    except Stopped:
        close(run, State.STOPPED, STOPPED)
    except CannotMatch as error:
        close(run, State.FAILED, str(error))
    except ProofFailed:
        log.exception("Run %s did not pass its check.", run.pk)
        close(run, State.FAILED, PROOF_FAILED)
    except Exception:
        log.exception("Run %s went wrong.", run.pk)
        close(run, State.FAILED, WENT_WRONG)
    return True


@dataclass(frozen=True)
class Computed:
    """What a worker brings home. dropped: rulings carried over that can no longer be kept to."""

    encoded: Encoded
    plan: Plan
    proposals: list[Proposal]
    findings: dict
    dropped: list[Ruling]


def computed(run: MatchRun, life: SignsOfLife) -> Computed:
    """The best plan for the run's cohort, checked, with its proposals and findings. Raises CannotMatch, Stopped or ProofFailed."""
    began = time.monotonic()
    policy = Policy.from_dict(run.policy)
    life.tell(0.0, READING)
    encoded = encode(run.cohort, is_afresh=run.is_afresh)
    refuse_empty(encoded)
    life.tell(0.2, SCORING)
    ruled = rulings_kept_to(run, encoded, policy)
    life.tell(0.25, SCORING)
    plan = solve(
        ruled.problem,
        seed=run.seed,
        locks=ruled.locks,
        progress=lambda part, words: life.tell(0.25 + 0.3 * part, words),
    )
    life.tell(0.55, PROVING)
    verify(ruled.problem, plan)
    life.tell(0.6, COMPARING)
    findings = findings_of(encoded, keys(encoded.mentees), keys(encoded.mentors), ruled.problem, plan)
    proposed = explained(run, encoded, policy, ruled.problem, plan, life)
    findings["seconds"] = round(time.monotonic() - began, 1)
    return Computed(encoded, plan, proposed, findings, ruled.dropped)


def keys(applications: list[Application]) -> list[int]:
    return [application.pk for application in applications]


def explained(
    run: MatchRun, encoded: Encoded, policy: Policy, problem: Problem, plan: Plan, life: SignsOfLife
) -> list[Proposal]:
    proposed = []
    for proposal in proposals(run, encoded, policy, problem, plan, range(problem.mentees)):
        life.tell(0.75 + 0.25 * len(proposed) / problem.mentees, EXPLAINING)
        proposed.append(proposal)
    return proposed


@dataclass(frozen=True, eq=False)
class Ruled:
    """A cohort's problem under the rulings on a run. locks: pairs of rows."""

    problem: Problem
    locks: list[Pair]
    dropped: list[Ruling]


def rulings_kept_to(run: MatchRun, encoded: Encoded, policy: Policy) -> Ruled:
    """The run's rulings as far as they can be kept to: people may have left, or a rule may forbid the pair by now."""
    mentee_row = {pk: row for row, pk in enumerate(keys(encoded.mentees))}
    mentor_row = {pk: row for row, pk in enumerate(keys(encoded.mentors))}
    here, gone = [], []
    for ruling in run.rulings.all():
        both = ruling.mentee_id in mentee_row and ruling.mentor_id in mentor_row
        (here if both else gone).append(ruling)
    rows = {ruling.pk: (mentee_row[ruling.mentee_id], mentor_row[ruling.mentor_id]) for ruling in here}
    forbidden = [rows[ruling.pk] for ruling in here if ruling.kind == Ruling.Kind.FORBID]
    problem = problem_of(encoded, policy, forbidden=forbidden)
    locks, places = [], problem.capacity.copy()
    for ruling in here:
        if ruling.kind == Ruling.Kind.LOCK:
            mentee, mentor = rows[ruling.pk]
            if problem.scores[mentee, mentor] < 0 or not places[mentor]:
                gone.append(ruling)
            else:
                places[mentor] -= 1
                locks.append((mentee, mentor))
    return Ruled(problem, locks, gone)


def refuse_empty(encoded: Encoded) -> None:
    """Raise CannotMatch, saying what is missing, where no pair is possible at all."""
    if not encoded.mentees:
        raise CannotMatch(NO_MENTEE)
    if not encoded.mentors:
        raise CannotMatch(NO_MENTOR)
    if not any(encoded.capacity):
        raise CannotMatch(NO_PLACE)
    employers = {
        *encoded.features.mentee_organisation.tolist(),
        *encoded.features.mentor_organisation.tolist(),
    }
    if len(employers) == 1 and employers != {NONE}:
        raise CannotMatch(ONE_ORGANISATION)


@transaction.atomic
def store(run: MatchRun, found: Computed) -> None:
    """Store all of a run's result, or none of it where the run was stopped or given up meanwhile: then Stopped."""
    finish(
        run,
        features=found.encoded.as_dict(),
        plan=found.plan.as_dict(),
        findings=found.findings | {"dropped": [told_of(ruling) for ruling in found.dropped]},
        matched=found.plan.matched,
        worst=found.plan.worst,
        total=found.plan.total,
    )
    run.rulings.filter(pk__in=[ruling.pk for ruling in found.dropped]).delete()
    Proposal.objects.bulk_create(found.proposals, batch_size=500)


def told_of(ruling: Ruling) -> dict:
    return {"mentee": ruling.mentee_id, "mentor": ruling.mentor_id, "kind": ruling.kind}
