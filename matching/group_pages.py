"""What the pages of a group run show of its board."""

from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.models import Topic
from matching.group_board import Board, BoardGroup
from matching.group_facts import hour_at
from matching.group_mix import Mix, kinds_of, mix_of
from matching.models import Application, GroupRun
from matching.services.at_work import UNFINISHED
from matching.services.group_moves import Move, Outcome, outcome

State = GroupRun.State
TONES = {State.FAILED: "bad", State.STOPPED: "bad", State.DONE: "good"}
# Below this the sentence says "less than", since what is left is mostly the bound's.
SMALLEST_SHARE = 0.001


@dataclass(frozen=True)
class Card:
    """One group as a page shows it."""

    group: BoardGroup
    mix: Mix
    focus: list[str]
    hour: str
    unknown: list[str]
    hard: list[str]
    soft: list[str]


def standing(run: GroupRun) -> dict:
    return {
        "run": run,
        "tone": TONES.get(run.state, "quiet"),
        "is_unfinished": run.state in UNFINISHED,
        "percent": round(run.progress * 100),
        "words": _(run.words) if run.words else "",
    }


def found(board: Board, zone: str) -> dict:
    """What was found, in numbers and in words."""
    groups, run = board.groups, board.run
    return {
        "board": board,
        "grouped": sum(len(group.mentees) for group in groups),
        "is_changed": run.version > 0,
        "proof": proof(board),
        "may_form": any(not group.mentorship for group in groups),
        "has_formed": any(group.mentorship for group in groups),
    }


def proof(board: Board) -> str:
    """How good these groups are, in plain words; nothing where the bound says nothing about them any more."""
    run, value = board.run, board.value
    if not board.groups or not run.bound or value > run.bound:
        return ""
    gap = (run.bound - value) / run.bound
    if run.version and is_moved_by_hand(board):
        return _("As they are now, these groups are within %(share)s of the best that could be computed.") % {
            "share": per_cent(gap)
        }
    if not gap:
        return _("No better groups of these people are possible, by what they wrote down.")
    return _("These groups are within %(share)s of the best there can be, by what people wrote down.") % {
        "share": per_cent(gap)
    }


def is_moved_by_hand(board: Board) -> bool:
    """Forming groups changes nothing about them; moves do."""
    return board.value != board.run.value


def per_cent(share: float) -> str:
    shown = max(share, SMALLEST_SHARE) * 100
    return _("%(number)s%%") % {"number": number_format(shown, decimal_pos=1 if shown < 10 else 0)}


def cards(board: Board, zone: str) -> list[Card]:
    topics = Topic.objects.in_bulk({topic for _worth, focus in board.worths for topic in focus})
    return [
        Card(
            group=group,
            mix=mix_of(group.everybody),
            focus=[topics[topic].label for topic in board.worths[group.number][1]],
            hour=hour_words(board, group, zone),
            unknown=[str(one.person) for one in group.everybody if board.facts.open_to_all(one)],
            hard=board.hard(group),
            soft=board.soft(group),
        )
        for group in board.groups
    ]


def hour_words(board: Board, group: BoardGroup, zone: str) -> str:
    if group.slot is None:
        return ""
    return str(hour_at(group.slot, zone, board.facts.week))


# --- Where somebody could go ------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """One place that somebody could take, and what would break."""

    move: Move
    label: str
    hour: str
    hard: list[str]
    soft: list[str]


def places_for(board: Board, one: Application, zone: str) -> list[Place]:
    """Where somebody could go, what breaks least first."""
    return sorted(all_places(board, one, zone), key=lambda place: (bool(place.hard), len(place.soft)))


def all_places(board: Board, one: Application, zone: str) -> list[Place]:
    home = board.group_of.get(one.pk)
    places = []
    for group in board.open_groups:
        if one.part == Application.Part.MENTEE and group != home:
            places.append(place(board, Move("move", who=one.pk, to=group.number), group.label, zone))
        if one.part == Application.Part.MENTOR and group.lead != one:
            if group != home:
                label = _("Co-facilitate %(group)s") % {"group": group.label}
                places.append(place(board, Move("move", who=one.pk, to=group.number), label, zone))
            label = _("Lead %(group)s") % {"group": group.label}
            places.append(place(board, Move("lead", who=one.pk, to=group.number), label, zone))
    leads = home and home.lead == one
    if one.part == Application.Part.MENTOR and not leads:
        places.append(place(board, Move("new", who=one.pk), _("Lead a new group"), zone))
    if home and not leads:
        places.append(place(board, Move("move", who=one.pk), _("Out of all groups"), zone))
    return places


def place(board: Board, move: Move, label: str, zone: str) -> Place:
    found = outcome(board, move)
    there = [group for group in found.touched if group.number == move.to]
    hour = hour_words(found.after, there[0], zone) if there else ""
    return Place(move, label, hour, found.hard, found.broken(besides=move.to))


def confirmation(board: Board, move: Move, zone: str) -> dict:
    """What a change would do, before it is done. Raises GroupRefused where there is no such change."""
    result = outcome(board, move)
    before = {group.number: group for group in board.groups}
    return {
        "hard": result.hard,
        "soft": result.broken(),
        "sentence": sentence(board, move),
        "effect": effect(board.value, result.after.value),
        "touched": [
            before_and_after(result, before.get(group.number), group, zone) for group in result.touched
        ],
    }


def before_and_after(result: Outcome, before: BoardGroup | None, after: BoardGroup, zone: str) -> dict:
    was = before.everybody if before else []
    kinds = kinds_of({one.pk: one for one in [*was, *after.everybody]}.values())
    return {
        "group": after,
        "before": mix_of(was, kinds) if was else None,
        "after": mix_of(after.everybody, kinds),
        "hour_before": hour_words(result.before, before, zone) if before else "",
        "hour": hour_words(result.after, after, zone),
    }


def effect(before: int, after: int) -> str:
    """What a change does to the worth of all groups together."""
    if not before or before == after:
        return _("The groups together are worth as much as before.")
    words = (
        _("The groups together would be worth %(share)s more.")
        if after > before
        else _("The groups together would be worth %(share)s less.")
    )
    return words % {"share": per_cent(abs(after - before) / before)}


def sentence(board: Board, move: Move) -> str:
    names = {
        "who": board.who[move.who].person if move.who in board.who else "",
        "other": board.who[move.other].person if move.other in board.who else "",
        "group": board.groups[move.to].label if move.to is not None else "",
    }
    if move.verb == "move" and move.to is None:
        return _("%(who)s would be in no group.") % names
    return {
        "move": _("%(who)s would go to %(group)s."),
        "swap": _("%(who)s and %(other)s would trade places."),
        "lead": _("%(who)s would lead %(group)s."),
        "new": _("%(who)s would lead a new group, still without mentees."),
        "dissolve": _("%(group)s would be dissolved: everybody in it would be without a group."),
    }[move.verb] % names
