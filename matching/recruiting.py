"""Where one more mentor would help, in sentences made of what a run found."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Discipline, Role, Topic
from matching.models import Application, MatchRun
from matching.reasons import listed, unmatched_sentence

POINTS_OF_ONE_IN_A_HUNDRED = 100
MOST_ROWS = 12
MOST_NAMED = 4
MOST_REASONS = 8
KINDS = ("roles", "disciplines", "topics")
CATALOGUES = {"roles": Role, "disciplines": Discipline, "topics": Topic}


@dataclass(frozen=True)
class Worth:
    """What one more place with a mentor of this kind is worth. matches: whether it is sure to match somebody more."""

    label: str
    mentors: int
    matches: str
    points: str
    width: int


@dataclass(frozen=True)
class Table:
    name: str
    rows: list[Worth]


@dataclass(frozen=True)
class Advice:
    """One sentence, and whom it would help."""

    sentence: str
    people: str


class Recruiting:
    """Everything that the page needs, read with a fixed number of queries."""

    def __init__(self, run: MatchRun):
        self.run = run
        self.found = run.findings.get("recruit", {})
        self.labels = {kind: labels_of(model) for kind, model in CATALOGUES.items()}
        wanted = {pk for one in self.examples for pk in (*one["matched"], *one["lifted"], one["mentor"])}
        people = Application.objects.filter(pk__in=wanted).select_related("person")
        self.names = {application.pk: str(application.person) for application in people}

    @property
    def examples(self) -> list[dict]:
        return [one for one in self.found.get("examples", []) if one["slug"] in self.labels[one["kind"]]]

    def advice(self) -> Iterator[Advice]:
        told = set()
        for one in self.examples:
            helped = (tuple(one["matched"]), tuple(one["lifted"]))
            # A discipline or topic that goes with a role would say the same again.
            if any(helped) and helped not in told:
                told.add(helped)
                yield Advice(self.sentence(one), self.people_helped(one))

    def sentence(self, one: dict) -> str:
        return _("%(place)s would %(effect)s.") % {
            "place": at_times(
                self.place(one["kind"], self.labels[one["kind"]][one["slug"]]), one.get("when")
            ),
            "effect": listed(effects(one)),
        }

    def place(self, kind: str, label: str) -> str:
        wording = {
            "roles": _("One more place with a mentor who is or was %(label)s"),
            "disciplines": _("One more place with a mentor of the discipline %(label)s"),
            "topics": _("One more place with a mentor who offers %(label)s"),
        }
        return wording[kind] % {"label": label}

    def people_helped(self, one: dict) -> str:
        named = [self.names[pk] for pk in (*one["matched"], *one["lifted"]) if pk in self.names]
        if not named:
            return ""
        if len(named) > MOST_NAMED:
            more = len(named) - MOST_NAMED
            named = [*named[:MOST_NAMED], ngettext("%(n)s more", "%(n)s more", more) % {"n": more}]
        return _("It would help %(people)s; counted for a mentor like %(mentor)s.") % {
            "people": listed(named),
            "mentor": self.names.get(one["mentor"], "–"),
        }

    def tables(self) -> list[Table]:
        names = {"roles": _("Roles"), "disciplines": _("Disciplines"), "topics": _("Topics")}
        return [Table(names[kind], self.rows(kind)) for kind in KINDS if self.rows(kind)]

    def rows(self, kind: str) -> list[Worth]:
        found = {slug: one for slug, one in self.found.get(kind, {}).items() if slug in self.labels[kind]}
        ranked = sorted(found.items(), key=lambda entry: (-each(entry[1]), entry[0]))[:MOST_ROWS]
        highest = max((each(one) for _slug, one in ranked), default=1) or 1
        return [
            Worth(
                label=self.labels[kind][slug],
                mentors=one["mentors"],
                matches=_("%(matching)s of %(mentors)s") % one,
                points=number_format(each(one) / POINTS_OF_ONE_IN_A_HUNDRED, 1, use_l10n=True),
                width=round(100 * each(one) / highest),
            )
            for slug, one in ranked
        ]

    def unserved(self) -> list[tuple[str, int]]:
        """Topics that somebody needs and nobody offers."""
        return [
            (self.labels["topics"][slug], count)
            for slug, count in self.found.get("unserved", {}).items()
            if slug in self.labels["topics"]
        ]

    def reasons(self) -> list[tuple[str, int]]:
        """Why people have no mentor, with how many it keeps without one."""
        stored = self.run.proposals.filter(mentor=None).values_list("reasons", flat=True).order_by()
        return Counter(unmatched_sentence(reasons) for reasons in stored).most_common(MOST_REASONS)


def labels_of(catalogue) -> dict[str, str]:
    return {entry.slug: entry.label for entry in catalogue.objects.filter(sensitive=False)}


def each(found: dict) -> float:
    """What one more place is worth on average, with a mentor of this kind."""
    return found["points"] / found["mentors"]


def at_times(place: str, when: str | None) -> str:
    wording = {
        "evening": _("%(place)s, free in the evening,"),
        "weekend": _("%(place)s, free at weekends,"),
        "day": _("%(place)s, free in working hours,"),
    }
    return wording[when] % {"place": place} if when in wording else place


def effects(one: dict) -> list[str]:
    """Verbs: match one of them, lift four others."""
    matched, lifted, lowered = (len(one[name]) for name in ("matched", "lifted", "lowered"))
    wordings = [
        (matched, ngettext("match %(n)s mentee more", "match %(n)s mentees more", matched)),
        (lifted, ngettext("give %(n)s mentee a better fit", "give %(n)s mentees a better fit", lifted)),
        (
            lowered,
            ngettext("give %(n)s a little less good one", "give %(n)s a little less good one", lowered),
        ),
    ]
    return [wording % {"n": count} for count, wording in wordings if count]
