"""Two to four runs side by side, as the admin's page shows them."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Discipline, Sector, Situation
from accounts.models.person import Region
from matching.engine.policy import Policy
from matching.models import Application, MatchRun, Proposal
from matching.presets import name_for
from matching.queries.comparing import Differences
from matching.weights import NAMES, points_of, switches_of

MOST = 4
FEWEST = 2
POINTS_OF_ONE_IN_A_HUNDRED = 100


@dataclass(frozen=True)
class Line:
    """One figure of each run. differs: whether it is not the same in all of them."""

    name: str
    values: list[str]

    @property
    def differs(self) -> bool:
        return len(set(self.values)) > 1


def fit(score: int | None) -> str:
    """Of 100, with one decimal, so that small differences show."""
    return "–" if score is None else number_format(score / POINTS_OF_ONE_IN_A_HUNDRED, 1, use_l10n=True)


def whole(total: int | None) -> str:
    """The sum of all fits, each of 100."""
    return "–" if total is None else intcomma(round(total / POINTS_OF_ONE_IN_A_HUNDRED))


def figures(runs: list[MatchRun]) -> list[Line]:
    found = [run.findings for run in runs]
    return [
        Line(_("mentees with a mentor"), [intcomma(run.matched) for run in runs]),
        Line(_("the least good fit, of 100"), [fit(run.worst) for run in runs]),
        Line(_("a typical fit"), [fit(one.get("median")) for one in found]),
        Line(_("all fits together"), [whole(run.total) for run in runs]),
        Line(_("places unused"), [known(one.get("unused")) for one in found]),
        Line(_("decided by hand"), [str(run.decisions) for run in runs]),
        Line(_("seed"), [str(run.seed) for run in runs]),
        Line(_("took, in seconds"), [known(one.get("seconds")) for one in found]),
    ]


def known(value) -> str:
    return "–" if value is None else intcomma(value)


def weights(runs: list[MatchRun]) -> list[Line]:
    """The weights and switches in which the runs differ."""
    policies = [Policy.from_dict(run.policy) for run in runs]
    points = [points_of(policy) for policy in policies]
    lines = [Line(str(name), [str(of_run[key]) for of_run in points]) for key, name in NAMES.items()]
    switches = [switches_of(policy) for policy in policies]
    lines += [Line(name, [_("yes") if on[name] else _("no") for on in switches]) for name in switches[0]]
    return [line for line in lines if line.differs]


def have_other_weights(runs: list[MatchRun]) -> bool:
    """Whether fits of one run mean something else than those of another."""
    return len({Policy.from_dict(run.policy) for run in runs}) > 1


def names(runs: list[MatchRun]) -> list[dict]:
    return [{"run": run, "preset": name_for(run)} for run in runs]


@dataclass(frozen=True)
class Fairness:
    """How the groups of one kind fare in each run: (group, [(matched, mentees, median), …])."""

    name: str
    rows: list[tuple[str, list[dict | None]]]


def fairness(runs: list[MatchRun]) -> Iterator[Fairness]:
    for grouping, name, labels in groupings():
        tables = [
            {row["label"]: shown(row) for row in run.findings.get("fairness", {}).get(grouping, [])}
            for run in runs
        ]
        groups = sorted({label for table in tables for label in table if label in labels}, key=labels.get)
        if groups:
            yield Fairness(
                name, [(labels[group], [table.get(group) for table in tables]) for group in groups]
            )


def groupings() -> list[tuple[str, str, dict[str, str]]]:
    """Grouping, its name, and labels by slug. What is marked sensitive by now is left out, whatever was stored."""
    return [
        ("sector", _("Sector"), labels_of(Sector)),
        ("discipline", _("Discipline"), labels_of(Discipline)),
        ("region", _("Region"), {value: str(label) for value, label in Region.choices}),
        ("situation", _("Situation"), labels_of(Situation)),
    ]


def labels_of(catalogue) -> dict[str, str]:
    return {entry.slug: entry.label for entry in catalogue.objects.filter(sensitive=False)}


def shown(row: dict) -> dict:
    return row | {"worst": fit(row["worst"]), "median": fit(row["median"])}


# --- Which pairs differ ------------------------------------------------------------------------


def sentences(runs: list[MatchRun], found: Differences) -> list[str]:
    """For each run after the first, what becomes of people there."""
    return [sentence(runs[0], run, found) for run in runs[1:]]


def sentence(first: MatchRun, run: MatchRun, found: Differences) -> str:
    moved = found.moved[run.pk]
    if not moved:
        return _("Run %(run)s proposes the same pairs as run %(first)s.") % {"run": run.pk, "first": first.pk}
    opening = ngettext(
        "In run %(run)s, %(n)s mentee of %(people)s has another mentor than in run %(first)s",
        "In run %(run)s, %(n)s mentees of %(people)s have another mentor than in run %(first)s",
        moved,
    ) % {"run": run.pk, "first": first.pk, "n": moved, "people": found.people}
    parts = [
        (ngettext("%(n)s gains a mentor", "%(n)s gain a mentor", found.gains[run.pk]), found.gains[run.pk]),
        (ngettext("%(n)s loses theirs", "%(n)s lose theirs", found.loses[run.pk]), found.loses[run.pk]),
        (
            ngettext("%(n)s fits as well or better", "%(n)s fit as well or better", found.better[run.pk]),
            found.better[run.pk],
        ),
        (ngettext("%(n)s fits less well", "%(n)s fit less well", found.worse[run.pk]), found.worse[run.pk]),
    ]
    return _("%(opening)s: %(parts)s.") % {
        "opening": opening,
        "parts": ", ".join(wording % {"n": count} for wording, count in parts if count),
    }


@dataclass(frozen=True)
class Cell:
    """What one run gives a mentee. tone: good or bad where the fit rose or fell against the first run."""

    mentor: str
    fit: str
    tone: str
    word: str


@dataclass(frozen=True)
class Row:
    mentee: str
    cells: list[Cell]


def rows(pairs: list[tuple[Application, list[Proposal | None]]]) -> list[Row]:
    return [
        Row(str(mentee.person), [cell(proposal, proposals[0]) for proposal in proposals])
        for mentee, proposals in pairs
    ]


def cell(proposal: Proposal | None, first: Proposal | None) -> Cell:
    if proposal is None:
        return Cell(_("not in this run"), "", "quiet", "")
    score, before = (-1 if one is None or one.score is None else one.score for one in (proposal, first))
    if proposal.mentor is None:
        return Cell(_("without a mentor"), "", "", "")
    mentor = str(proposal.mentor.person)
    if score == before:
        return Cell(mentor, fit(proposal.score), "", "")
    tone, word = ("good", _("rises")) if score > before else ("bad", _("falls"))
    return Cell(mentor, fit(proposal.score), tone, word)
