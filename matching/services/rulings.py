"""What an admin decides about pairs of a run: its exact cost beforehand, and the run repaired with it, checked.

A decision is a lock, a veto or the end of one. The run is computed again with the decisions that then stand, from what
it read at first; so the answer does not depend on the order of decisions, and to take one back brings back what was.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import models, transaction
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Person
from matching.costs import Cost, Figures, Move
from matching.engine import UNMATCHED, Plan
from matching.errors import Refused
from matching.models import Application, MatchRun, Proposal, Ruling
from matching.queries.review import applications, gone_since
from matching.recomputing import (
    Stored,
    changed_rows,
    findings_again,
    proposals_of,
    solve_again,
    stored,
    write_plan,
)
from matching.services.rulings_refused import (
    ChangedMeanwhile,
    Contradicts,
    DecidedAlready,
    NoPlaceLeft,
    NothingToSwap,
    NotInThisRun,
    NotOpenToRulings,
    OwnPair,
    RulesForbid,
    RunOutOfDate,
    TakenBackAlready,
)

LOCK, FORBID = Ruling.Kind.LOCK, Ruling.Kind.FORBID
MOST_NAMES = 5
MOST_CHANGES_KEPT = 200


class What(models.TextChoices):
    LOCK = "lock", gettext_lazy("lock this pair")
    FORBID = "forbid", gettext_lazy("forbid this pair")
    SWAP = "swap", gettext_lazy("swap two mentees")
    DROP = "drop", gettext_lazy("take a decision back")


@dataclass(frozen=True)
class Change:
    """What an admin asks for. Locks, vetoes and what is taken back name a mentor; a swap the other mentee."""

    what: str
    mentee: Application
    mentor: Application | None = None
    other: Application | None = None

    @property
    def people(self) -> list[Application]:
        return [one for one in (self.mentee, self.mentor, self.other) if one]


@dataclass(frozen=True)
class Decision:
    """The rulings that a change makes, unsaved, and those that it ends."""

    made: list[Ruling]
    ended: list[Ruling]


@dataclass(frozen=True, eq=False)
class Outcome:
    """A change worked out: the run with the rulings that then stand, its plan and what that costs."""

    decision: Decision
    again: Stored
    plan: Plan
    cost: Cost


def cost_of(run: MatchRun, change: Change) -> Cost:
    """What a change would do, exactly; nothing is written. Raises Refused where it cannot be done."""
    return worked_out(run, change).cost


def apply(run: MatchRun, change: Change, *, version: int, by: Person) -> Cost:
    """Decide, and repair the run: all of it, or nothing where the run is no longer as it was seen.

    version: the run's when the cost was shown. Raises ChangedMeanwhile, telling who did what since, and Refused
    where the change cannot be done.
    """
    run = MatchRun.objects.select_related("cohort").get(pk=run.pk)
    refuse_closed(run)
    if run.version != version:
        raise ChangedMeanwhile(changes_since(run, version))
    if by.pk in {one.person_id for one in change.people}:
        raise OwnPair
    try:
        outcome = worked_out(run, change)
    except Refused:
        # What stands in the way may have come a moment ago: then that is what has to be told.
        refuse_changed(run, version)
        raise
    if not kept(run, change, outcome, by):
        refuse_changed(run, version)
    return outcome.cost


def refuse_changed(run: MatchRun, version: int) -> None:
    """Raise NotOpenToRulings or ChangedMeanwhile where the run is no longer as it was seen."""
    run.refresh_from_db(fields=["state", "version", "findings"])
    refuse_closed(run)
    if run.version != version:
        raise ChangedMeanwhile(changes_since(run, version))


# --- Working it out ---------------------------------------------------------------------------


def worked_out(run: MatchRun, change: Change) -> Outcome:
    refuse_closed(run)
    refuse_stale(run)
    rulings = list(run.rulings.select_related("mentee__person", "mentor__person"))
    decision = decided(run, rulings, change)
    again = stored(run, [ruling for ruling in rulings if ruling not in decision.ended] + decision.made)
    refuse_impossible(again, rulings, decision)
    plan = solve_again(again)
    return Outcome(decision, again, plan, cost_between(again, plan, change))


def decided(run: MatchRun, rulings: Iterable[Ruling], change: Change) -> Decision:
    """Raises Refused where the change contradicts a ruling, or has been made."""
    ruled = {(ruling.mentee_id, ruling.mentor_id): ruling for ruling in rulings}
    if change.what == What.DROP:
        ruling = ruled.get((change.mentee.pk, change.mentor.pk))
        if not ruling:
            raise TakenBackAlready
        return Decision([], [ruling])
    pairs = swapped(run, change) if change.what == What.SWAP else [(change.mentee, change.mentor)]
    refuse_strangers(run, pairs)
    kind = FORBID if change.what == What.FORBID else LOCK
    for mentee, mentor in pairs:
        refuse_contradiction(ruled.get((mentee.pk, mentor.pk)), kind)
    return Decision(
        made=[Ruling(run=run, mentee=mentee, mentor=mentor, kind=kind) for mentee, mentor in pairs],
        ended=locks_of(pairs, rulings) if kind == LOCK else [],
    )


def swapped(run: MatchRun, change: Change) -> list[tuple[Application, Application]]:
    """Each of two mentees with the mentor whom the other has."""
    pairs = run.proposals.filter(mentee__in=[change.mentee, change.other]).select_related("mentor__person")
    mentor_of = {pair.mentee_id: pair.mentor for pair in pairs}
    mine, theirs = mentor_of.get(change.mentee.pk), mentor_of.get(change.other.pk)
    if not (mine and theirs) or mine == theirs:
        raise NothingToSwap
    return [(change.mentee, theirs), (change.other, mine)]


def locks_of(pairs: Sequence[tuple[Application, Application]], rulings: Iterable[Ruling]) -> list[Ruling]:
    """A mentee is locked to one mentor at most: a new lock takes the place of the old."""
    mentees = {mentee.pk for mentee, _mentor in pairs}
    return [ruling for ruling in rulings if ruling.kind == LOCK and ruling.mentee_id in mentees]


def cost_between(again: Stored, plan: Plan, change: Change) -> Cost:
    moved = np.flatnonzero(again.plan.mentor != plan.mentor).tolist()
    return Cost(
        before=figures(again.plan),
        after=figures(plan),
        moves=moves(again, plan, moved),
        about=frozenset(one.pk for one in change.people),
    )


def figures(plan: Plan) -> Figures:
    return Figures(plan.matched, plan.worst, plan.total)


def moves(again: Stored, plan: Plan, rows: Sequence[int]) -> list[Move]:
    """By name. Raises RunOutOfDate where somebody who would move has left the programme."""
    encoded, scores = again.encoded, again.problem.scores
    mentee_keys = [encoded.mentees[row] for row in rows]
    mentor_rows = {int(mentor) for one in (again.plan, plan) for mentor in one.mentor[list(rows)]}
    keys = [encoded.mentors[row] for row in mentor_rows if row != UNMATCHED]
    people = applications({*mentee_keys, *keys})
    if len(people) < len({*mentee_keys, *keys}):
        raise RunOutOfDate("")
    # A pair just forbidden has no score in the problem any more; its proposal knows.
    score_before = dict(again.run.proposals.filter(mentee__in=mentee_keys).values_list("mentee", "score"))

    def mentor(row: int) -> Application | None:
        return None if row == UNMATCHED else people[encoded.mentors[row]]

    found = [
        Move(
            mentee=people[encoded.mentees[row]],
            before=mentor(int(again.plan.mentor[row])),
            after=mentor(int(plan.mentor[row])),
            score_before=score_before.get(encoded.mentees[row]),
            score_after=None if plan.mentor[row] == UNMATCHED else int(scores[row, plan.mentor[row]]),
        )
        for row in rows
    ]
    return sorted(found, key=lambda move: (move.mentee.person.sort_key, move.mentee.pk))


# --- What cannot be done ----------------------------------------------------------------------


def refuse_closed(run: MatchRun) -> None:
    if run.state != MatchRun.State.DONE:
        raise NotOpenToRulings(run)


def refuse_stale(run: MatchRun) -> None:
    if gone := gone_since(run, MOST_NAMES):
        raise RunOutOfDate(get_text_list(gone, _("and")))
    # Whoever was erased took their proposals with them.
    if run.proposals.count() < len(run.features["mentees"]):
        raise RunOutOfDate("")


def refuse_strangers(run: MatchRun, pairs: Iterable[tuple[Application, Application]]) -> None:
    mentees, mentors = set(run.features["mentees"]), set(run.features["mentors"])
    if not all(mentee.pk in mentees and mentor.pk in mentors for mentee, mentor in pairs):
        raise NotInThisRun


def refuse_contradiction(ruling: Ruling | None, kind: str) -> None:
    if not ruling:
        return
    raise DecidedAlready(ruling) if ruling.kind == kind else Contradicts(ruling)


def refuse_impossible(again: Stored, rulings: Iterable[Ruling], decision: Decision) -> None:
    """A lock that the rules forbid, or that overfills a mentor."""
    for ruling in decision.made:
        mentee, mentor = again.rows_of(ruling.mentee, ruling.mentor)
        if ruling.kind != LOCK:
            continue
        if again.problem.scores[mentee, mentor] < 0:
            raise RulesForbid(ruling.mentee, ruling.mentor)
        places = again.encoded.capacity[mentor]
        if sum(locked == mentor for _mentee, locked in again.locks) > places:
            raise NoPlaceLeft(ruling.mentor, places, names_locked(ruling, rulings, decision))


def names_locked(ruling: Ruling, rulings: Iterable[Ruling], decision: Decision) -> str:
    """Who holds the places that a new lock asks for."""
    here = [
        str(one.mentee.person)
        for one in rulings
        if one.kind == LOCK and one.mentor_id == ruling.mentor_id and one not in decision.ended
    ]
    return get_text_list(sorted(here), _("and"))


# --- Writing it -------------------------------------------------------------------------------


def kept(run: MatchRun, change: Change, outcome: Outcome, by: Person) -> bool:
    """Store the repaired run with its rulings; False, and nothing kept, where somebody was quicker."""
    again, plan, decision = outcome.again, outcome.plan, outcome.decision
    about = {again.row_of_mentee[ruling.mentee_id] for ruling in [*decision.made, *decision.ended]}
    written = proposals_of(again, plan, sorted({*changed_rows(again.plan, plan), *about}))
    note_first_mentors(run, written)
    findings = findings_again(again, plan) | {"changes": changes_with(run, change, by)}
    with transaction.atomic():
        if not write_plan(run, plan, version=run.version, proposals=written, findings=findings):
            return False
        Ruling.objects.filter(pk__in=[ruling.pk for ruling in decision.ended]).delete()
        for ruling in decision.made:
            ruling.by = by
        Ruling.objects.bulk_create(decision.made)
    return True


def note_first_mentors(run: MatchRun, written: Sequence[Proposal]) -> None:
    """Keep whom the run proposed at first wherever that is somebody else now."""
    before = run.proposals.filter(mentee__in=[proposal.mentee_id for proposal in written])
    first = {
        mentee: standing.get("was", mentor)
        for mentee, mentor, standing in before.values_list("mentee", "mentor", "standing")
    }
    for proposal in written:
        if proposal.mentor_id != first[proposal.mentee_id]:
            proposal.standing["was"] = first[proposal.mentee_id]


def changes_with(run: MatchRun, change: Change, by: Person) -> list[dict]:
    """Who changed the run, as numbers; so that whoever comes second can be told what the first one did."""
    latest = {
        "version": run.version + 1,
        "what": str(change.what),
        "mentee": change.mentee.pk,
        "mentor": change.mentor and change.mentor.pk,
        "other": change.other and change.other.pk,
        "by": by.pk,
    }
    return [*run.findings.get("changes", []), latest][-MOST_CHANGES_KEPT:]


def changes_since(run: MatchRun, version: int) -> list[str]:
    """What was changed after a version, in sentences, the latest last."""
    changes = [change for change in run.findings.get("changes", []) if change["version"] > version]
    keys = {change[part] for change in changes for part in ("mentee", "mentor", "other")} - {None}
    people = {pk: str(one.person) for pk, one in applications(keys).items()}
    admins = Person.objects.in_bulk({change["by"] for change in changes})
    told = [change_sentence(change, people, admins) for change in changes[-MOST_NAMES:]]
    if earlier := len(changes) - len(told):
        told.insert(
            0, ngettext("%(n)s change before these.", "%(n)s changes before these.", earlier) % {"n": earlier}
        )
    return told


def change_sentence(change: dict, people: dict[int, str], admins: dict) -> str:
    sentences = {
        What.LOCK: _("%(admin)s has locked %(mentee)s with %(mentor)s."),
        What.FORBID: _("%(admin)s has forbidden %(mentee)s with %(mentor)s."),
        What.SWAP: _("%(admin)s has swapped the mentors of %(mentee)s and %(other)s."),
        What.DROP: _("%(admin)s has taken back the decision about %(mentee)s and %(mentor)s."),
    }
    somebody = _("somebody who left")
    return sentences[change["what"]] % {
        "admin": admins.get(change["by"]) or _("An admin"),
        **{part: people.get(change[part], somebody) for part in ("mentee", "mentor", "other")},
    }
