"""Form the groups of a stream, away from the web: a run is queued, claimed by one worker, and open to changes by hand."""

import logging
from collections.abc import Iterable
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext, gettext_noop

from accounts.models import Person
from matching.engine import Stopped, form_groups
from matching.engine.groups import RuleBroken, check_groups
from matching.errors import CannotMatch, GroupRefused, OutOfDate
from matching.group_board import Board, read_board
from matching.group_encoding import EncodedGroups, Tell, encode_groups, quietly
from matching.group_rules import GroupRules
from matching.models import GroupRun, Mentorship, Stream
from matching.policy import policy_of
from matching.queries.groups import people_of_run
from matching.services.at_work import SignsOfLife, claim, close, fail_silent, finish, stop
from matching.services.groups import form_group
from outbox.nudge import nudge

log = logging.getLogger(__name__)

State = GroupRun.State
COMPUTE = "matching.tasks.compute_waiting_group_runs"
SECONDS_TO_LOOK = 30
STEPS = 1_000

READING = gettext_noop("reading what people said")
PROVING = gettext_noop("checking every rule")
ENGINE_WORDS = [
    gettext_noop("Weighing possible groups"),
    gettext_noop("Forming groups"),
    gettext_noop("Improving groups"),
    gettext_noop("Groups formed"),
]
STOPPED = gettext_noop("Stopped as asked. Nothing was kept.")
WORKER_DIED = gettext_noop("The worker that formed these groups stopped answering. Start again.")
WENT_WRONG = gettext_noop(
    "Something went wrong on our side, and nothing was kept. The log of the worker says more."
)
PROOF_FAILED = gettext_noop("The result did not pass its check, so it was not kept. Please report this.")
BAD_POLICY = gettext_noop(
    "The weights of this cohort cannot be used: %(problem)s Save them again on the cohort's page."
)


@transaction.atomic
def start_groups(
    stream: Stream,
    rules: GroupRules,
    *,
    leads: Iterable[int],
    helpers: Iterable[int],
    by: Person | None,
    seed: int = 0,
) -> GroupRun:
    """Queue a run for a worker. leads, helpers: applications of the mentors who may be which.

    Raises CannotMatch where the cohort's weights make no policy.
    """
    try:
        policy_of(stream.cohort)
    except ValueError as error:
        raise CannotMatch(gettext(BAD_POLICY) % {"problem": error}) from error
    run = GroupRun.objects.create(
        cohort=stream.cohort,
        stream=stream,
        asked={
            "least": rules.least,
            "most": rules.most,
            "cofacilitators": rules.cofacilitators,
            "mixes_employers": rules.mixes_employers,
            "leads": sorted(leads),
            "helpers": sorted(helpers),
        },
        seed=seed,
        created_by=by,
    )
    nudge(COMPUTE)
    return run


def stop_groups(run: GroupRun) -> None:
    """Raises NotReady once the run has ended."""
    stop(run, words=STOPPED)


def compute_waiting_group_runs() -> int:
    """Compute whatever waits, oldest first; returns how many. Two workers never compute the same run."""
    fail_silent(GroupRun, words=WORKER_DIED)
    count = 0
    while waiting := GroupRun.objects.filter(state=State.QUEUED).order_by("pk").first():
        count += compute_groups(waiting)
    return count


def compute_groups(run: GroupRun, *, seconds: float = SECONDS_TO_LOOK) -> bool:
    """Claim a waiting run and compute it; False where another worker was quicker. Its end stands in its state."""
    if not claim(run):
        return False
    try:
        with SignsOfLife(run) as life:
            finish(run, **computed(run, life, seconds=seconds))
    except Stopped:
        close(run, State.STOPPED, STOPPED)
    except CannotMatch as error:
        close(run, State.FAILED, str(error))
    except RuleBroken:
        log.exception("Groups of run %s did not pass their check.", run.pk)
        close(run, State.FAILED, PROOF_FAILED)
    except Exception:
        log.exception("Group run %s went wrong.", run.pk)
        close(run, State.FAILED, WENT_WRONG)
    return True


def computed(run: GroupRun, life: SignsOfLife, *, seconds: float) -> dict:
    """The best groups found in that time, checked. Raises CannotMatch, Stopped or RuleBroken."""
    life.tell(0.0, READING)
    encoded = encode_run(run, tell=lambda: life.tell(0.05, READING))
    life.tell(0.05, READING)
    plan = form_groups(
        encoded.problem,
        seed=run.seed,
        steps=STEPS,
        seconds=seconds,
        progress=lambda part, words: life.tell(0.05 + 0.9 * part, words),
    )
    life.tell(0.95, PROVING)
    check_groups(encoded.problem, plan)
    return {"groups": encoded.groups(plan), "value": plan.value, "bound": plan.bound}


def encode_run(run: GroupRun, *, tell: Tell = quietly) -> EncodedGroups:
    """Raises CannotMatch, saying what is missing."""
    leads, helpers = set(run.asked["leads"]), set(run.asked["helpers"])
    people = people_of_run(run)
    tell()
    return encode_groups(
        run.cohort,
        people,
        rules=GroupRules.asked(run.asked),
        leads=leads,
        helpers=helpers,
        stream=run.stream_id,
        tell=tell,
    )


# --- From a run to groups that are being formed -----------------------------------------------


@transaction.atomic
def form_groups_of(
    run: GroupRun, names: dict[int, str], *, version: int, overrule: bool = False
) -> list[Mentorship]:
    """Keep these groups of a run, all or none. names: what each is called, by its number in the run.

    Raises OutOfDate where another admin changed the run meanwhile, GroupRefused with every rule that is broken.
    """
    keep(run, run.groups, version=version)
    board = read_board(run)
    formed = {number: _formed(board, number, name, overrule) for number, name in names.items()}
    groups = [
        group | {"mentorship": formed[number].pk} if number in formed else group
        for number, group in enumerate(run.groups)
    ]
    GroupRun.objects.filter(pk=run.pk).update(groups=groups)
    run.groups = groups
    return list(formed.values())


def _formed(board: Board, number: int, name: str, overrule: bool) -> Mentorship:
    group = board.groups[number]
    if group.mentorship:
        raise GroupRefused([gettext("%(group)s is formed already.") % {"group": group.label}])
    try:
        return form_group(replace(board.plan(group), name=name), overrule=overrule)
    except GroupRefused as refused:
        sentences = [f"{group.label}: {sentence}" for sentence in refused.sentences]
        raise GroupRefused(sentences, may_overrule=refused.may_overrule) from refused


def keep(run: GroupRun, groups: list[dict], *, version: int) -> None:
    """Store changed groups. Raises OutOfDate where another admin changed the run since it was read."""
    unchanged = GroupRun.objects.filter(pk=run.pk, state=State.DONE, version=version)
    if not unchanged.update(groups=groups, version=version + 1):
        raise OutOfDate(
            gettext(
                "Somebody else changed these groups a moment ago, so nothing was changed now. Look at them and decide again."
            )
        )
    run.groups, run.version = groups, version + 1
