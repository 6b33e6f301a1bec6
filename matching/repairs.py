"""Who else could be a mentee's mentor now, and what each would need. The rest of the cohort stays as it is.

Whom somebody blocked, or said no to, is among those whom the rules leave out; nothing here tells them apart.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from matching.encoding import Encoded, Encoder, features_of_pair
from matching.engine import UNMATCHED, Problem, solve, verify
from matching.engine.breakdown import pair_breakdown
from matching.engine.features import Features
from matching.engine.moving import fewest_moves
from matching.engine.policy import Policy
from matching.engine.scores import FORBIDDEN, score_matrix
from matching.models import Application, Cohort, Mentorship
from matching.models.application import MOST_PLACES
from matching.policy import policy_of
from matching.queries.encoding import rows_of
from matching.queries.repairs import accepted_mentors, held_mentees, mentors_to_ask, mentors_with_a_place
from matching.queries.runs import sensitive_topics
from matching.reasons import ADMIN, Labels, Pair, Reason, explain, reasons_of

POINTS_OF_ONE_IN_A_HUNDRED = 100
MOST_OPTIONS = 8
MOST_TO_ASK = 4


class Needs(Enum):
    """What an option takes, the cheapest first."""

    NOTHING = "nothing"
    A_PLACE = "a place"
    MOVES = "moves"


@dataclass(frozen=True)
class Move:
    """Somebody whose match is still on hold would meet somebody else."""

    mentorship: Mentorship
    mentee: Application
    before: Application
    after: Application
    score_before: int
    score: int

    @property
    def fit_before(self) -> int:
        return self.score_before // POINTS_OF_ONE_IN_A_HUNDRED

    @property
    def fit(self) -> int:
        return self.score // POINTS_OF_ONE_IN_A_HUNDRED


@dataclass(frozen=True)
class Option:
    """A mentor whom a mentee could have. Sentences are for admins, in the language that is active."""

    mentee: Application
    mentor: Application
    score: int
    reasons: list[Reason]
    needs: Needs = Needs.NOTHING
    moves: tuple[Move, ...] = ()

    @property
    def fit(self) -> int:
        """Of 100, for admins; members never see a number."""
        return self.score // POINTS_OF_ONE_IN_A_HUNDRED

    def why(self, labels: Labels):
        zone = timezone.get_current_timezone_name()
        return explain(self.reasons, Pair(self.mentee.person, self.mentor.person, ADMIN, labels, zone))

    @property
    def sentences(self) -> list[str]:
        return self.why(Labels.load()).sentences


@dataclass(frozen=True, eq=False)
class Board:
    """Some mentees of a cohort against its mentors, scored by its weights as they are now."""

    encoded: Encoded
    policy: Policy

    @classmethod
    def of(
        cls, cohort: Cohort, mentees: Iterable[Application], mentors: Iterable[Application] | None = None
    ) -> "Board":
        """mentors: all of the cohort where none are named. People are read with their `person`."""
        everybody = [*mentees, *(accepted_mentors(cohort) if mentors is None else mentors)]
        encoded = Encoder(rows_of(cohort, everybody), cohort, is_afresh=False).encoded()
        return cls(encoded, policy_of(cohort))

    @cached_property
    def row(self) -> dict[int, int]:
        return {one.pk: row for row, one in enumerate(self.encoded.mentees)}

    @cached_property
    def scores(self) -> NDArray[np.int16]:
        """(mentees, mentors), negative where a rule bars the pair."""
        if not (self.encoded.mentees and self.encoded.mentors):
            return np.full((len(self.encoded.mentees), len(self.encoded.mentors)), FORBIDDEN, dtype=np.int16)
        return score_matrix(self.encoded.features, self.policy)

    @cached_property
    def free(self) -> NDArray[np.int64]:
        return np.array(self.encoded.capacity, dtype=np.int64)

    @cached_property
    def may_be_asked(self) -> NDArray[np.bool_]:
        """Mentors without a free place who could offer one more. Who offered none meets groups alone."""
        offered = np.array([mentor.capacity for mentor in self.encoded.mentors], dtype=np.int64)
        return (self.free <= 0) & (offered > 0) & (offered < MOST_PLACES)

    @cached_property
    def sensitive(self) -> set[str]:
        return sensitive_topics()

    def best(self, mentee: Application, among: NDArray[np.bool_], most: int) -> list[int]:
        """Mentors whom the rules allow, the best fit first; of equals whoever applied first."""
        scores = self.scores[self.row[mentee.pk]]
        found = np.flatnonzero(among & (scores >= 0))
        return found[np.argsort(-scores[found].astype(np.int64), kind="stable")][:most].tolist()

    def option(self, mentee: Application, mentor: int, needs: Needs = Needs.NOTHING) -> Option:
        row = self.row[mentee.pk]
        return Option(
            mentee,
            self.encoded.mentors[mentor],
            int(self.scores[row, mentor]),
            self.reasons(row, mentor),
            needs,
        )

    def reasons(self, row: int, mentor: int) -> list[Reason]:
        pair = pair_breakdown(features_of_pair(self.encoded.features, row, mentor), self.policy, 0, 0)
        return reasons_of(self.encoded, pair, mentee=row, mentor=mentor, sensitive=self.sensitive)

    def options(self, mentee: Application, *, most: int, most_to_ask: int) -> Iterator[Option]:
        """Free mentors first, then those who would need one more place."""
        for mentor in self.best(mentee, self.free > 0, most):
            yield self.option(mentee, mentor)
        for mentor in self.best(mentee, self.may_be_asked, most_to_ask):
            yield self.option(mentee, mentor, Needs.A_PLACE)


def cheapest(board: Board, mentees: Sequence[Application]) -> dict[int, Option]:
    """For each mentee's application the repair that costs least; none where only a group is left."""
    found = {one.pk: next(board.options(one, most=1, most_to_ask=1), None) for one in mentees}
    return {pk: option for pk, option in found.items() if option}


def options_for(application: Application) -> list[Option]:
    """What could be done for one mentee, the cheapest kind first and the best fit first in each.

    Where nobody whom the rules allow is free, the shortest chain of moves among matches still on hold is looked for.
    """
    board = Board.of(application.cohort, [application], mentors_to_ask(application.cohort))
    found = list(board.options(application, most=MOST_OPTIONS, most_to_ask=MOST_TO_ASK))
    if any(option.needs == Needs.NOTHING for option in found) or not (board.free > 0).any():
        return found
    moved = by_moving(application)
    return [*found, moved] if moved else found


def by_moving(application: Application) -> Option | None:
    """The one option that moves as few others as possible, all of them on hold; exact."""
    held = held_mentees(application.cohort, besides=application)
    if not held:
        return None
    board = Board.of(application.cohort, [application, *(member.application for member in held)])
    place = {mentor.pk: number for number, mentor in enumerate(board.encoded.mentors)}
    standing = np.full(len(board.encoded.mentees), UNMATCHED, dtype=np.int64)
    for member in held:
        standing[board.row[member.application_id]] = place.get(member.mentor_id, UNMATCHED)
    problem = Problem(board.scores, np.maximum(board.free, 0))
    worth = standing_scores(board, standing)
    chain = fewest_moves(problem, standing, worth, board.row[application.pk])
    if chain is None:
        return None
    (_, _, mentor), *moves = chain
    mentorships = {board.row[member.application_id]: member.mentorship for member in held}
    return replace(
        board.option(application, mentor, Needs.MOVES),
        moves=tuple(
            Move(
                mentorship=mentorships[row],
                mentee=board.encoded.mentees[row],
                before=board.encoded.mentors[before],
                after=board.encoded.mentors[after],
                score_before=int(worth[row]),
                score=int(board.scores[row, after]),
            )
            for row, before, after in moves
        ),
    )


def standing_scores(board: Board, standing: NDArray[np.int64]) -> NDArray[np.int64]:
    """What each pair on hold is worth; by now the two have been matched, so the problem forbids them."""
    worth = np.zeros(len(standing), dtype=np.int64)
    rows = np.flatnonzero(standing != UNMATCHED)
    features: Features = board.encoded.features
    open_to_all = replace(features, blocked=features.blocked[:0])
    worth[rows] = score_matrix(open_to_all, board.policy)[rows, standing[rows]]
    return np.maximum(worth, 0)


@dataclass(frozen=True)
class Together:
    """One assignment of several mentees over the places that are free, and whom it leaves without a mentor."""

    options: list[Option]
    left: list[Application]


def assign(cohort: Cohort, mentees: Sequence[Application], *, besides: Collection[int] = ()) -> Together:
    """As many of these mentees as possible, then the least good fit as good as possible, then all of them.

    besides: mentors, as applications, who take nobody. The result is proved like that of any run.
    """
    board = Board.of(cohort, mentees, mentors_with_a_place(cohort))
    if not (mentees and board.encoded.mentors):
        return Together([], list(mentees))
    closed = np.array([mentor.pk in set(besides) for mentor in board.encoded.mentors])
    problem = Problem(
        board.scores,
        np.where(closed, 0, np.maximum(board.free, 0)),
        mentee_keys=[one.pk for one in board.encoded.mentees],
        mentor_keys=[one.pk for one in board.encoded.mentors],
    )
    plan = solve(problem)
    verify(problem, plan)
    found = dict(enumerate(plan.mentor.tolist()))
    return Together(
        [board.option(board.encoded.mentees[row], mentor) for row, mentor in found.items() if mentor >= 0],
        [board.encoded.mentees[row] for row, mentor in found.items() if mentor < 0],
    )
