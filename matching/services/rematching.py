"""Another mentor for somebody, without fault: the rest of the cohort stays as it is.

What was ends (or is called off, where nobody had been introduced) and what comes begins with its own hold, in one
transaction. Notes stay with what was. Of two admins who decide at once about a mentee or a mentor's last place, one
wins and the other is told.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Person
from matching.errors import Refused
from matching.models import Application, Cohort, Mentorship, Turn
from matching.models.application import MOST_PLACES
from matching.queries.repairs import latest_matches, one_to_one
from matching.repairs import Board, options_for
from matching.services.leaving import cancel, end
from matching.services.places import places_left, take_places
from matching.services.publishing import begin_hold, names, seat, takes_part
from matching.services.turns import UNSAID, Reason, record
from matching.working_days import working_days_after

__all__ = ["Change", "Changed", "NoPlace", "NotPossible", "options_for", "rematch", "rematch_together"]

State = Mentorship.State
GOING_ON = [State.HELD, State.INTRODUCED]


class Changed(Refused):
    """Somebody was quicker: the mentee, or what they were in, is not as it was seen."""


class NoPlace(Refused):
    """A mentor has no place left."""


class NotPossible(Refused):
    """A rule bars the pair, or somebody takes no part any more."""


@dataclass(frozen=True)
class Change:
    """This mentee is to meet this mentor, in place of the mentorship they are in, if they are in one."""

    mentee: Application
    mentor: Application
    instead_of: Mentorship | None = None
    # Somebody else makes room: only what nobody has been introduced in yet may be moved for that.
    only_if_held: bool = False
    rank: int = 1

    @property
    def mentee_id(self) -> int:
        return self.mentee.pk

    @property
    def mentor_id(self) -> int:
        return self.mentor.pk


def rematch(
    application: Application,
    mentor: Application,
    *,
    by: Person | None,
    because: str = Turn.Because.UNSAID,
    words: str = "",
    instead_of: Mentorship | None = None,
    takes_one_more: bool = False,
    moves: Sequence[Change] = (),
    now: datetime | None = None,
) -> Mentorship:
    """Match one mentee anew; returns what begins. Raises Changed, NoPlace or NotPossible.

    takes_one_more: the mentor has agreed to one place more than they offered. moves: others who make room.
    """
    this = Change(application, mentor, instead_of)
    more = {mentor.pk} if takes_one_more else set()
    first, *_others = rematch_together(
        [this, *moves], by=by, reason=Reason(because, words), one_more=more, now=now
    )
    return first


def rematch_together(
    changes: Sequence[Change],
    *,
    by: Person | None,
    reason: Reason = UNSAID,
    one_more: Collection[int] = (),
    now: datetime | None = None,
) -> list[Mentorship]:
    """All of these changes in one cohort, or none. Raises Changed, NoPlace or NotPossible."""
    try:
        with transaction.atomic():
            return carry_out(changes, by=by, reason=reason, one_more=one_more, now=now or timezone.now())
    except IntegrityError as error:
        # The constraint behind: whoever matches without asking the cohort first was quicker.
        raise Changed(
            _("Somebody matched one of them at the same moment. Nothing was changed. Look again.")
        ) from error


def carry_out(
    changes: Sequence[Change], *, by: Person | None, reason: Reason, one_more: Collection[int], now: datetime
) -> list[Mentorship]:
    # As publishing does, and first of all: nobody waits in a circle.
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=changes[0].mentee.cohort_id)
    refuse_changed(changes)
    applications = lock(changes)
    refuse_gone(applications, cohort)
    refuse_matched(changes)
    close_old(changes, by=by, reason=reason, now=now)
    widen(one_more)
    refuse_overfull(changes)
    board = Board.of(cohort, *sides(changes, applications))
    refuse_barred(board, changes)
    return begin(board, changes, cohort, by=by, now=now)


# --- What is checked ------------------------------------------------------------------------------


def refuse_changed(changes: Sequence[Change]) -> None:
    """What is to end is still as it was seen, and its mentee still in it. Locks it."""
    old = {change.instead_of.pk: change for change in changes if change.instead_of}
    rows = Mentorship.objects.select_for_update().filter(pk__in=old).order_by("pk")
    found = {row.pk: row for row in rows}
    inside = set(one_to_one(mentorship__in=old, left_at=None).values_list("mentorship", "application"))
    for pk, change in old.items():
        wanted = [State.HELD] if change.only_if_held else GOING_ON
        is_as_seen = found[pk].state in wanted and found[pk].state == change.instead_of.state
        if not is_as_seen or (pk, change.mentee.pk) not in inside:
            raise Changed(
                _(
                    "The match of %(name)s changed meanwhile: it is %(state)s. Nothing was changed. Look again."
                )
                % {"name": change.mentee.person, "state": found[pk].get_state_display()}
            )


def lock(changes: Sequence[Change]) -> dict[int, Application]:
    """In one order, so that two admins never wait for each other."""
    keys = {pk for change in changes for pk in (change.mentee_id, change.mentor_id)}
    rows = Application.objects.select_for_update(no_key=True, of=["self"]).filter(pk__in=keys)
    return {row.pk: row for row in rows.select_related("person", "cohort").order_by("pk")}


def refuse_gone(applications: dict[int, Application], cohort: Cohort) -> None:
    gone = [one for one in applications.values() if not takes_part(one) or one.cohort_id != cohort.pk]
    if gone:
        raise NotPossible(
            _("No longer taking part in this cohort: %(names)s. Nothing was changed.")
            % {"names": names(gone)}
        )


def refuse_matched(changes: Sequence[Change]) -> None:
    old = [change.instead_of.pk for change in changes if change.instead_of]
    elsewhere = one_to_one(application__in=[change.mentee_id for change in changes], left_at=None, rank=1)
    found = list(elsewhere.exclude(mentorship__in=old).select_related("application__person"))
    if found:
        raise Changed(
            _("Somebody was quicker: %(names)s has a mentor by now. Nothing was changed.")
            % {"names": names([member.application for member in found])}
        )


def refuse_overfull(changes: Sequence[Change]) -> None:
    """Once what ends has given its places back."""
    wanted = Counter(change.mentor_id for change in changes)
    mentors = Application.objects.filter(pk__in=wanted).select_related("person")
    lacking = [mentor for mentor in mentors if places_left(mentor) < wanted[mentor.pk]]
    if lacking:
        raise NoPlace(
            ngettext(
                "%(names)s has no place left: somebody was quicker, or it was given up. Nothing was changed.",
                "%(names)s have no place left: somebody was quicker, or it was given up. Nothing was changed.",
                len(lacking),
            )
            % {"names": names(lacking)}
        )


def refuse_barred(board: Board, changes: Sequence[Change]) -> None:
    """Which rule it is would tell of a block: never said."""
    column = columns(board)
    for change in changes:
        if board.scores[board.row[change.mentee_id], column[change.mentor_id]] < 0:
            raise NotPossible(
                _("The rules leave out %(mentor)s for %(mentee)s. Nothing was changed. Choose somebody else.")
                % {"mentor": change.mentor.person, "mentee": change.mentee.person}
            )


# --- What is changed ------------------------------------------------------------------------------


def close_old(changes: Sequence[Change], *, by: Person | None, reason: Reason, now: datetime) -> None:
    """Who had met is told kindly that it ends; who had not, that it is not going ahead. Why is told to nobody."""
    old = [change.instead_of for change in changes if change.instead_of]
    met = [mentorship.pk for mentorship in old if mentorship.state == State.INTRODUCED]
    for mentorship in old:
        record(mentorship, Turn.What.REMATCHED, by=by, reason=reason, tells=mentorship.pk in met)
    end(Mentorship.objects.filter(pk__in=met), now=now)
    cancel(Mentorship.objects.filter(pk__in=[one.pk for one in old if one.pk not in met]), now=now)


def widen(mentors: Collection[int]) -> None:
    """One place more than these mentors offered, as they agreed; where one came free meanwhile there is no need."""
    full = Application.objects.filter(pk__in=mentors, taken__gte=F("capacity"))
    full.filter(capacity__lt=MOST_PLACES).update(capacity=F("capacity") + 1)


def begin(
    board: Board, changes: Sequence[Change], cohort: Cohort, *, by: Person | None, now: datetime
) -> list[Mentorship]:
    """Places are taken, and people told whom they would meet, or introduced at once where the cohort has no hold."""
    take_places(Counter(change.mentor_id for change in changes))
    column, before = columns(board), latest_matches(change.mentee_id for change in changes)
    mentorships = Mentorship.objects.bulk_create(
        Mentorship(
            cohort=cohort,
            stream_id=shared_stream(change),
            kind=Mentorship.Kind.ONE_TO_ONE,
            state=State.HELD,
            reasons=board.reasons(board.row[change.mentee_id], column[change.mentor_id]),
            published_at=now,
            published_by=by,
            hold_ends_at=working_days_after(now, cohort.hold_days),
            follows_id=change.instead_of.pk if change.instead_of else before.get(change.mentee_id),
        )
        for change in changes
    )
    begin_hold(mentorships, seat(mentorships, changes), cohort, now)
    return mentorships


def shared_stream(change: Change) -> int | None:
    return change.mentee.stream_id if change.mentee.stream_id == change.mentor.stream_id else None


def columns(board: Board) -> dict[int, int]:
    return {mentor.pk: number for number, mentor in enumerate(board.encoded.mentors)}


def sides(
    changes: Sequence[Change], applications: dict[int, Application]
) -> tuple[list[Application], list[Application]]:
    mentees = {change.mentee_id for change in changes}
    mentors = {change.mentor_id for change in changes}
    return [applications[pk] for pk in sorted(mentees)], [applications[pk] for pk in sorted(mentors)]
