"""What a change of a run by hand costs, as numbers and in sentences for admins."""

from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matching.models import Application

POINTS_OF_ONE_IN_A_HUNDRED = 100
LEAST_SHARE_TOLD = 0.05
MOST_NAMES = 3


@dataclass(frozen=True)
class Figures:
    """The three aims of a plan, in their order."""

    matched: int
    worst: int | None
    total: int


@dataclass(frozen=True)
class Move:
    """A mentee who would meet somebody else: from whom to whom, with both scores; None for nobody."""

    mentee: Application
    before: Application | None
    after: Application | None
    score_before: int | None
    score_after: int | None

    @property
    def fits(self) -> tuple[str, str]:
        return told_apart(self.score_before, self.score_after)


@dataclass(frozen=True)
class Cost:
    """The plan before and after a change, and everybody who moves. about: whose pairs the change names."""

    before: Figures
    after: Figures
    moves: list[Move]
    about: frozenset[int]

    @property
    def lost(self) -> list[Application]:
        return [move.mentee for move in self.moves if move.before and not move.after]

    @property
    def gained(self) -> list[Application]:
        return [move.mentee for move in self.moves if move.after and not move.before]

    @property
    def others(self) -> int:
        return sum(move.mentee.pk not in self.about for move in self.moves)

    @property
    def tone(self) -> str:
        return tone_of(self.before, self.after)

    @property
    def sentences(self) -> list[str]:
        """Who moves and who loses or gains a mentor; then what becomes of fit and total."""
        moved = moves_words(self.others) if self.moves else _("nobody moves")
        people = "; ".join([moved, *mentor_words(self.lost, self.gained)])
        return [
            _("%(sentence)s.") % {"sentence": capfirst(people)},
            _("%(sentence)s.") % {"sentence": capfirst(figures_words(self.before, self.after))},
        ]


def fit(score: int | None) -> str:
    """Of 100, for admins; members never see a number."""
    return "–" if score is None else str(score // POINTS_OF_ONE_IN_A_HUNDRED)


def told_apart(one: int | None, other: int | None) -> tuple[str, str]:
    """Two fits, with decimals where they would else look equal and are not."""
    if one is None or other is None or one == other or fit(one) != fit(other):
        return fit(one), fit(other)
    return exact(one), exact(other)


def exact(score: int) -> str:
    return number_format(score / POINTS_OF_ONE_IN_A_HUNDRED, 2)


def tone_of(before: Figures, after: Figures) -> str:
    """Whether an admin should think twice: bad where somebody loses out altogether, warn where the worst-off does."""
    if after.matched < before.matched:
        return "bad"
    return "warn" if (after.worst or 0) < (before.worst or 0) else "good"


def moves_words(others: int) -> str:
    if not others:
        return _("nobody else moves")
    return ngettext("%(n)s other mentee moves", "%(n)s other mentees move", others) % {"n": others}


def mentor_words(lost: list[Application], gained: list[Application]) -> list[str]:
    """Who is left without a mentor, by name while they are few, and who is no longer."""
    told = [
        ngettext("%(who)s is left without a mentor", "%(who)s are left without a mentor", len(lost))
        % {"who": who(lost)}
        if lost
        else _("nobody loses a mentor")
    ]
    if gained:
        told.append(
            ngettext("%(who)s gets a mentor at last", "%(who)s get a mentor at last", len(gained))
            % {"who": who(gained)}
        )
    return told


def who(people: list[Application]) -> str:
    if len(people) > MOST_NAMES:
        return ngettext("%(n)s mentee", "%(n)s mentees", len(people)) % {"n": len(people)}
    return get_text_list([str(one.person) for one in people], _("and"))


def matched_words(before: Figures, after: Figures) -> str:
    """How many have a mentor, for who need not know whom that concerns."""
    fewer = before.matched - after.matched
    if fewer > 0:
        return ngettext("%(n)s mentee fewer has a mentor", "%(n)s mentees fewer have a mentor", fewer) % {
            "n": fewer
        }
    return _("as many mentees have a mentor")


def figures_words(before: Figures, after: Figures) -> str:
    return _("%(worst)s, %(total)s") % {
        "worst": worst_words(before.worst, after.worst),
        "total": total_words(before.total, after.total),
    }


def worst_words(before: int | None, after: int | None) -> str:
    if after is None:
        return _("nobody has a mentor then")
    if before is None or before == after:
        return _("the least good fit stays %(fit)s") % {"fit": fit(after)}
    old, new = told_apart(before, after)
    if after < before:
        return _("the least good fit falls from %(old)s to %(new)s") % {"old": old, "new": new}
    return _("the least good fit rises from %(old)s to %(new)s") % {"old": old, "new": new}


def total_words(before: int, after: int) -> str:
    if before == after:
        return _("the total stays as it is")
    share = share_words(abs(after - before) / max(before, 1) * 100)
    if after < before:
        return _("the total falls by %(share)s") % {"share": share}
    return _("the total rises by %(share)s") % {"share": share}


def share_words(share: float) -> str:
    if share < LEAST_SHARE_TOLD:
        return _("less than %(share)s%%") % {"share": number_format(0.1, 1)}
    # number_format cuts off where one would round.
    return _("%(share)s%%") % {"share": number_format(round(share, 1), 1)}
