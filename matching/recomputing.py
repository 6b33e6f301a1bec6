"""A run that is over, brought back to where questions about it can be asked and another plan be written.

What the engine read is stored with a run, so neither a later change of an application nor of the weights alters what
is computed here. What the rulings on the run forbid is forbidden; what they lock stands.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db import transaction

from accounts.models import PersonRole
from matching.encoding import Encoded, features_of_pair
from matching.engine import UNMATCHED, Plan, Problem, explain_unmatched, solve, verify
from matching.engine.breakdown import RULES, pair_breakdown, rule_mask
from matching.engine.features import Features
from matching.engine.policy import Policy
from matching.engine.problem import Pair
from matching.engine.scores import FORBIDDEN, score_matrix
from matching.findings import findings_of
from matching.models import Application, MatchRun, Proposal, Ruling
from matching.queries.runs import sensitive_topics
from matching.reasons import Reason, reasons_of


@dataclass(frozen=True, eq=False)
class Kept:
    """What a run keeps of its cohort: as `Encoded`, with people as the numbers of their applications."""

    features: Features
    capacity: list[int]
    mentees: list[int]
    mentors: list[int]
    topics: list[str]
    roles: list[str]
    disciplines: list[str]
    languages: list[str]
    streams: list[int]
    week: date

    @classmethod
    def of(cls, run: MatchRun) -> "Kept":
        stored = dict(run.features)
        features, week = Features.from_dict(stored.pop("arrays")), date.fromisoformat(stored.pop("week"))
        return cls(features=features, week=week, **stored)

    def loaded(self, mentees: Iterable[int], mentors: Iterable[int]) -> Encoded:
        """With the applications of these rows, by row, and how those people hold their roles."""
        mentee_keys = {self.mentees[row]: row for row in mentees}
        mentor_keys = {self.mentors[row]: row for row in mentors}
        found = Application.objects.select_related("person").in_bulk({*mentee_keys, *mentor_keys})
        return Encoded(
            features=self.features,
            capacity=self.capacity,
            mentees={row: found[pk] for pk, row in mentee_keys.items() if pk in found},
            mentors={row: found[pk] for pk, row in mentor_keys.items() if pk in found},
            topics=self.topics,
            roles=self.roles,
            disciplines=self.disciplines,
            languages=self.languages,
            streams=self.streams,
            held=roles_held(found.values()),
            week=self.week,
        )


@dataclass(frozen=True, eq=False)
class Stored:
    """A finished run as the engine sees it. row_of_mentee, row_of_mentor: rows by application; locks: pairs of rows."""

    run: MatchRun
    encoded: Kept
    policy: Policy
    problem: Problem
    plan: Plan
    locks: tuple[Pair, ...]
    row_of_mentee: dict[int, int]
    row_of_mentor: dict[int, int]

    def rows_of(self, mentee: Application, mentor: Application) -> Pair:
        return self.row_of_mentee[mentee.pk], self.row_of_mentor[mentor.pk]


def stored(run: MatchRun, rulings: Iterable[Ruling] | None = None) -> Stored:
    """A finished run with the rulings on it, or as if these were all the rulings there are."""
    encoded, policy = Kept.of(run), Policy.from_dict(run.policy)
    row_of_mentee = {pk: row for row, pk in enumerate(encoded.mentees)}
    row_of_mentor = {pk: row for row, pk in enumerate(encoded.mentors)}
    ruled = {Ruling.Kind.LOCK: [], Ruling.Kind.FORBID: []}
    for ruling in run.rulings.all() if rulings is None else rulings:
        ruled[ruling.kind].append((row_of_mentee[ruling.mentee_id], row_of_mentor[ruling.mentor_id]))
    return Stored(
        run=run,
        encoded=encoded,
        policy=policy,
        problem=problem_of(encoded, policy, forbidden=ruled[Ruling.Kind.FORBID]),
        plan=Plan.from_dict(run.plan),
        locks=tuple(sorted(ruled[Ruling.Kind.LOCK])),
        row_of_mentee=row_of_mentee,
        row_of_mentor=row_of_mentor,
    )


def problem_of(encoded: Encoded | Kept, policy: Policy, *, forbidden: Sequence[Pair] = ()) -> Problem:
    """forbidden: pairs of rows that an admin has ruled out."""
    scores = score_matrix(encoded.features, policy)
    for pair in forbidden:
        scores[pair] = FORBIDDEN
    return Problem(
        scores,
        encoded.capacity,
        mentee_keys=[primary_key(mentee) for mentee in encoded.mentees],
        mentor_keys=[primary_key(mentor) for mentor in encoded.mentors],
    )


def primary_key(application: Application | int) -> int:
    return application if isinstance(application, int) else application.pk


def solve_again(stored: Stored, *, locks: Iterable[Pair] | None = None, vetoes: Iterable[Pair] = ()) -> Plan:
    """The best plan in which these pairs of rows stand (the run's own locks where none are given) and these do not.

    Vetoes come beside what the stored problem forbids already. Its proof is checked. Raises ValueError where the
    locks cannot all stand, ProofFailed never in a sound engine.
    """
    problem = without(stored.problem, vetoes)
    plan = solve(problem, seed=stored.run.seed, locks=stored.locks if locks is None else locks)
    verify(problem, plan)
    return plan


def without(problem: Problem, vetoes: Iterable[Pair]) -> Problem:
    pairs = list(vetoes)
    if not pairs:
        return problem
    scores = problem.scores.copy()
    for pair in pairs:
        scores[pair] = FORBIDDEN
    return Problem(scores, problem.capacity, problem.mentee_keys, problem.mentor_keys)


def changed_rows(before: Plan, after: Plan) -> list[int]:
    """Mentees whose proposal has to be written anew: who moves, and who has nobody, since why may have changed."""
    return np.flatnonzero((before.mentor != after.mentor) | (after.mentor == UNMATCHED)).tolist()


def proposals_of(
    stored: Stored, plan: Plan, rows: Iterable[int], problem: Problem | None = None
) -> list[Proposal]:
    """What a plan proposes to these rows of mentees, unsaved. problem: where other than the stored one was solved."""
    wanted = list(rows)
    mentors = {mentor for mentor in plan.mentor[wanted].tolist() if mentor != UNMATCHED}
    encoded = stored.encoded.loaded(wanted, mentors)
    return list(proposals(stored.run, encoded, stored.policy, problem or stored.problem, plan, wanted))


def proposals(
    run: MatchRun, encoded: Encoded, policy: Policy, problem: Problem, plan: Plan, rows: Sequence[int]
) -> Iterator[Proposal]:
    """One for each of these mentees, with the reasons of the pair, or of having no mentor."""
    sensitive = sensitive_topics()
    unmatched = unmatched_reasons(encoded.features, policy, problem, plan)
    standings = standings_of(problem, plan, rows)
    for mentee, standing in zip(rows, standings, strict=True):
        mentor = int(plan.mentor[mentee])
        proposal = Proposal(run=run, mentee=encoded.mentees[mentee], standing=standing)
        if mentor == UNMATCHED:
            proposal.reasons = [unmatched[mentee]]
        else:
            pair = pair_breakdown(features_of_pair(encoded.features, mentee, mentor), policy, 0, 0)
            proposal.mentor = encoded.mentors[mentor]
            proposal.score = int(problem.scores[mentee, mentor])
            proposal.reasons = reasons_of(encoded, pair, mentee=mentee, mentor=mentor, sensitive=sensitive)
        yield proposal


def standings_of(problem: Problem, plan: Plan, rows: Sequence[int]) -> list[dict]:
    """How each of these mentees' mentor compares to the others whom the rules allow and who have a place.

    Of a mentee without a mentor, every one of these is better than nobody.
    """
    wanted = np.array(rows, dtype=np.int64)
    allowed = np.where(problem.capacity > 0, problem.scores[wanted], FORBIDDEN)
    mentor = plan.mentor[wanted]
    own = np.where(mentor == UNMATCHED, FORBIDDEN, problem.scores[wanted, mentor])
    counted = (
        (allowed >= 0).sum(axis=1),
        (allowed > own[:, None]).sum(axis=1),
        allowed.max(axis=1, initial=FORBIDDEN),
    )
    return [
        {"options": options, "better": better, "best": best if options else None}
        for options, better, best in zip(*(column.tolist() for column in counted), strict=True)
    ]


def unmatched_reasons(features: Features, policy: Policy, problem: Problem, plan: Plan) -> dict[int, Reason]:
    """Why each mentee without a mentor has none. Rules that protect somebody count, and are never the answer."""
    rules = {name: rule_mask(name, features, policy) for name in RULES}
    return {
        mentee: {
            "code": "unmatched",
            "mentees": len(shortage.mentees),
            "mentors": len(shortage.mentors),
            "places": shortage.places,
            "rule": shortage.best_rule,
            "helped": shortage.helped,
        }
        for shortage in explain_unmatched(problem, plan, rules)
        for mentee in shortage.unmatched
    }


def roles_held(applications: Iterable[Application]) -> dict[tuple[int, str], str]:
    """How people do or did a role: (person, role) → titled, untitled."""
    people = [application.person_id for application in applications]
    held = PersonRole.objects.filter(person__in=people, role__isnull=False).exclude(how=PersonRole.How.AIM)
    return {(person, role): how for person, role, how in held.values_list("person", "role__slug", "how")}


@transaction.atomic
def write_plan(
    run: MatchRun, plan: Plan, *, version: int, proposals: Sequence[Proposal], findings: dict
) -> bool:
    """Keep another plan of a run that still stands as it was seen; False, and nothing kept, where somebody was quicker.

    proposals: of everybody whose proposal the plan changes (`changed_rows`); findings: `findings_again`.
    """
    as_seen = MatchRun.objects.filter(pk=run.pk, version=version, state=MatchRun.State.DONE)
    if not as_seen.update(
        version=version + 1,
        plan=plan.as_dict(),
        matched=plan.matched,
        worst=plan.worst,
        total=plan.total,
        findings=findings,
    ):
        return False
    Proposal.objects.filter(run=run, mentee__in=[proposal.mentee for proposal in proposals]).delete()
    Proposal.objects.bulk_create(proposals, batch_size=500)
    return True


def findings_again(stored: Stored, plan: Plan, problem: Problem | None = None) -> dict:
    """What `MatchRun.findings` keeps of another plan. problem: where other than the stored one was solved."""
    kept = stored.encoded
    return findings_of(kept, kept.mentees, kept.mentors, problem or stored.problem, plan)
