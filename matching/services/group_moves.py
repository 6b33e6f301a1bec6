"""Change the groups of a run by hand: what a change would break is told before, and who comes second is told too."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.translation import gettext as _

from matching.errors import GroupRefused
from matching.group_board import Board, BoardGroup, read_board
from matching.models import Application, GroupRun
from matching.services.group_runs import keep

Part = Application.Part


@dataclass(frozen=True)
class Move:
    """One change. who: an application. to: a group by its number; None is out of all groups. other: whom to swap with.

    move: a mentee goes to another group, into one or out; a mentor becomes its co-facilitator.
    swap: two people trade places. lead: a mentor leads that group, and its lead becomes a co-facilitator or goes.
    new: a mentor leads a new, empty group. dissolve: everybody of that group is without one.
    """

    verb: str
    who: int | None = None
    to: int | None = None
    other: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What a move would make of a board, and which rules the groups it touches would then break."""

    before: Board
    after: Board
    touched: list[BoardGroup]
    hard: list[str]
    # Each with the number of the group that it is about.
    soft: list[tuple[int, str]]

    def broken(self, besides: int | None = None) -> list[str]:
        """Soft rules in words, each with its group but where that is plain."""
        label = {group.number: group.label for group in self.touched}
        return [line if number == besides else f"{label[number]}: {line}" for number, line in self.soft]


def outcome(board: Board, move: Move) -> Outcome:
    """Raises GroupRefused where there is no such move."""
    after = board.with_groups(VERBS[move.verb](board, move))
    were = {group.number: group for group in board.groups}
    touched = [group for group in after.groups if people_in(group) != people_in(were.get(group.number))]
    if move.verb == "dissolve":
        return Outcome(board, after, [], [], [])
    # What is broken already must not stand in the way of mending it bit by bit.
    known = {line for group in board.groups for line in board.hard(group)}
    hard = [line for group in touched for line in after.hard(group) if line not in known]
    soft = [(group.number, line) for group in touched for line in after.soft(group)]
    return Outcome(board, after, touched, list(dict.fromkeys(hard)), soft)


def people_in(group: BoardGroup | None) -> list[int] | None:
    return group and [one.pk for one in group.everybody]


@transaction.atomic
def make_move(run: GroupRun, move: Move, *, version: int, overrule: bool = False) -> Outcome:
    """Change the groups of a run. Raises GroupRefused with the rules it breaks, OutOfDate where somebody was quicker."""
    also = [pk for pk in (move.who, move.other) if pk]
    found = outcome(read_board(run, also=also), move)
    if found.hard or (found.soft and not overrule):
        raise GroupRefused([*found.hard, *found.broken()], may_overrule=not found.hard)
    keep(run, [group.as_dict() for group in found.after.groups], version=version)
    return found


# --- What each verb makes of the groups -------------------------------------------------------


def moved(board: Board, move: Move) -> list[BoardGroup]:
    one = person(board, move.who)
    home = left_group(board, one)
    if home and home.lead == one:
        raise GroupRefused([_("Let somebody else lead this group first, or dissolve it.")])
    groups = without(board.groups, one)
    if move.to is None:
        return groups
    return changed(groups, open_group(board, move.to), lambda group: joined(group, one))


def swapped(board: Board, move: Move) -> list[BoardGroup]:
    one, other = person(board, move.who), person(board, move.other)
    if one.part != other.part:
        raise GroupRefused([_("A mentor and a mentee cannot trade places.")])
    left_group(board, one), left_group(board, other)
    places = {one.pk: other, other.pk: one}
    return [
        replace(
            group,
            lead=group.lead and places.get(group.lead.pk, group.lead),
            cofacilitators=[places.get(it.pk, it) for it in group.cofacilitators],
            mentees=[places.get(it.pk, it) for it in group.mentees],
        )
        for group in board.groups
    ]


def led(board: Board, move: Move) -> list[BoardGroup]:
    number = open_group(board, move.to)
    one, home = new_lead(board, move.who)
    stays = home is not None and home.number == number
    groups = without(board.groups, one)

    def with_lead(group: BoardGroup) -> BoardGroup:
        helpers = [group.lead, *group.cofacilitators] if stays and group.lead else group.cofacilitators
        return replace(group, lead=one, cofacilitators=helpers)

    return changed(groups, number, with_lead)


def begun(board: Board, move: Move) -> list[BoardGroup]:
    one, _home = new_lead(board, move.who)
    groups = without(board.groups, one)
    return [*groups, BoardGroup(len(groups), one, [], [], None)]


def dissolved(board: Board, move: Move) -> list[BoardGroup]:
    number = open_group(board, move.to)
    return [group for group in board.groups if group.number != number]


VERBS: dict[str, Callable[[Board, Move], list[BoardGroup]]] = {
    "move": moved,
    "swap": swapped,
    "lead": led,
    "new": begun,
    "dissolve": dissolved,
}


def person(board: Board, pk: int | None) -> Application:
    if pk not in board.who:
        raise GroupRefused([_("This person is no longer here. Look at the groups again.")])
    return board.who[pk]


def new_lead(board: Board, pk: int | None) -> tuple[Application, BoardGroup | None]:
    """A mentor who leads no group yet, and the group that they would leave."""
    one = person(board, pk)
    home = left_group(board, one)
    if one.part != Part.MENTOR:
        raise GroupRefused([_("%(name)s is not a mentor of this cohort.") % {"name": one.person}])
    if home and home.lead == one:
        raise GroupRefused(
            [_("%(name)s leads %(group)s already.") % {"name": one.person, "group": home.label}]
        )
    return one, home


def left_group(board: Board, one: Application) -> BoardGroup | None:
    """The group that somebody would leave, which must still be open to changes."""
    if home := board.group_of.get(one.pk):
        open_group(board, home.number)
    return home


def open_group(board: Board, number: int | None) -> int:
    """The number of a group that can still be changed."""
    if number is None or not 0 <= number < len(board.groups):
        raise GroupRefused([_("There is no such group. Look at the groups again.")])
    if board.groups[number].mentorship:
        raise GroupRefused(
            [_("%(group)s is formed and stays as it is.") % {"group": board.groups[number].label}]
        )
    return number


def without(groups: list[BoardGroup], one: Application) -> list[BoardGroup]:
    return [
        replace(
            group,
            cofacilitators=[it for it in group.cofacilitators if it != one],
            mentees=[it for it in group.mentees if it != one],
        )
        for group in groups
    ]


def joined(group: BoardGroup, one: Application) -> BoardGroup:
    if one.part == Part.MENTOR:
        return replace(group, cofacilitators=[*group.cofacilitators, one])
    return replace(group, mentees=[*group.mentees, one])


def changed(
    groups: list[BoardGroup], number: int, change: Callable[[BoardGroup], BoardGroup]
) -> list[BoardGroup]:
    return [change(group) if group.number == number else group for group in groups]
