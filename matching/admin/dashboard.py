"""A cohort on one page: how far it is, and what needs attention today."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from matching.attention import matters_of
from matching.charts import Chart, paired, single
from matching.cohort_steps import steps_of
from matching.models import Application, Cohort, Member, Mentorship
from matching.queries import skills
from matching.queries.cohorts import week_of
from matching.queries.dashboard import standing_of
from matching.queries.funnel import MEANINGS, Aside, Funnel, Stage, people_at
from matching.queries.skills import Skill

Part = Application.Part

ROWS_A_PAGE = 100
# On the dashboard; the page of all skills has the others.
MOST_SKILLS = 6
PARTS = {Part.MENTEE: lazy("Mentees"), Part.MENTOR: lazy("Mentors")}


class DashboardPages:
    """Pages of a cohort: for CohortAdmin."""

    def dashboard_urls(self):
        return [
            self.page("<int:pk>/dashboard/", self.dashboard, "matching_cohort_dashboard"),
            self.page("<int:pk>/people/", self.people, "matching_cohort_people"),
            self.page("<int:pk>/skills/", self.skills, "matching_cohort_skills"),
        ]

    def dashboard(self, request, pk):
        cohort = get_object_or_404(Cohort.objects.select_related("programme"), pk=pk)
        standing = standing_of(cohort)
        steps = steps_of(standing)
        topics = skills.topics_of(cohort)
        return self.show(
            request,
            "cohort/dashboard.html",
            title=str(cohort),
            cohort=cohort,
            week=week_of(cohort),
            matters=matters_of([cohort]).get(cohort.pk, []),
            steps=steps,
            next_step=next((step for step in steps if step.is_next), None),
            funnel=Picture(cohort, standing.funnel),
            topics=Mix(topics[:MOST_SKILLS], lacking(topics)),
        )

    def people(self, request, pk):
        """Whom a number of the funnel counts."""
        cohort = get_object_or_404(Cohort, pk=pk)
        part, stage = request.GET.get("part", Part.MENTEE), request.GET.get("stage", Stage.APPLIED)
        if part not in Part or stage not in {*Stage.values, *Aside.values}:
            raise Http404
        found = people_at(cohort, part, stage)
        page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
        return self.show(
            request,
            "cohort/people.html",
            title=_("%(who)s: %(stage)s") % {"who": PARTS[Part(part)], "stage": label_of(stage)},
            cohort=cohort,
            page=page,
            rows=[(application, meets(application)) for application in page],
            part=part,
            stage=stage,
            parts=list(PARTS.items()),
            stages=[(key, label_of(key)) for key in [*Stage.values, *Aside.values]],
        )

    def skills(self, request, pk):
        cohort = get_object_or_404(Cohort, pk=pk)
        topics, roles = skills.topics_of(cohort), skills.roles_of(cohort)
        return self.show(
            request,
            "cohort/skills.html",
            title=_("What mentees ask for, and what mentors offer"),
            cohort=cohort,
            topics=Mix(topics, lacking(topics)),
            roles=Mix(roles, lacking_roles(roles)),
        )


def meets(application: Application) -> list[tuple[Mentorship, str]]:
    """Each mentorship, and whom this person meets in it."""
    return [(place.mentorship, with_whom(place)) for place in application.places]


def with_whom(place: Member) -> str:
    if place.mentorship.kind == Mentorship.Kind.GROUP:
        return str(place.mentorship)
    others = [str(one.person) for one in place.mentorship.everybody if one.person_id != place.person_id]
    return ", ".join(others) or str(place.mentorship)


def label_of(stage: str) -> str:
    return str(Stage(stage).label if stage in Stage else Aside(stage).label)


# --- The funnel ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    count: int
    url: str


@dataclass(frozen=True)
class Row:
    stage: str
    label: str
    meaning: str
    cells: list[Cell]


@dataclass(frozen=True)
class Picture:
    """The funnel as two charts, a sentence for each and the table below."""

    cohort: Cohort
    funnel: Funnel

    @property
    def is_empty(self) -> bool:
        return not any(self.funnel.count(part, Stage.APPLIED) for part in Part)

    @property
    def charts(self) -> list[tuple[str, Chart]]:
        most = max(self.funnel.count(part, Stage.APPLIED) for part in Part)
        return [(words, single(self._bars(part), most=most)) for part, words in PARTS.items()]

    def _bars(self, part: str) -> Iterable[tuple[str, int, str]]:
        for stage in Stage:
            yield capfirst(stage.label), self.funnel.count(part, stage), stage.value

    @property
    def sentences(self) -> list[str]:
        return [sentence_of_mentees(self.funnel), sentence_of_mentors(self.funnel)]

    @property
    def rows(self) -> list[Row]:
        return [
            Row(stage, capfirst(stage.label), MEANINGS[stage], [self._cell(part, stage) for part in PARTS])
            for stage in Stage
        ]

    def _cell(self, part: str, stage: str) -> Cell:
        url = reverse("admin:matching_cohort_people", args=[self.cohort.pk])
        return Cell(self.funnel.count(part, stage), f"{url}?{urlencode({'part': part, 'stage': stage})}")


def sentence_of_mentees(funnel: Funnel) -> str:
    count = funnel.count(Part.MENTEE, Stage.APPLIED)
    if not funnel.count(Part.MENTEE, Stage.MATCHED):
        said = ngettext(
            "%(applied)s mentee has applied; %(accepted)s is accepted so far.",
            "%(applied)s mentees have applied; %(accepted)s are accepted so far.",
            count,
        )
        return said % numbers(funnel, Part.MENTEE)
    said = ngettext(
        "Of %(applied)s mentee who applied, %(matched)s is matched and %(met)s has met; %(active)s meets now.",
        "Of %(applied)s mentees who applied, %(matched)s are matched and %(met)s have met; %(active)s meet now.",
        count,
    )
    return said % numbers(funnel, Part.MENTEE)


def sentence_of_mentors(funnel: Funnel) -> str:
    count = funnel.count(Part.MENTOR, Stage.APPLIED)
    if not funnel.count(Part.MENTOR, Stage.MATCHED):
        said = ngettext(
            "%(applied)s mentor has applied; %(accepted)s is accepted so far.",
            "%(applied)s mentors have applied; %(accepted)s are accepted so far.",
            count,
        )
        return said % numbers(funnel, Part.MENTOR)
    said = ngettext(
        "Of %(applied)s mentor, %(matched)s is matched and %(met)s has met; %(active)s meets now.",
        "Of %(applied)s mentors, %(matched)s are matched and %(met)s have met; %(active)s meet now.",
        count,
    )
    return said % numbers(funnel, Part.MENTOR)


def numbers(funnel: Funnel, part: str) -> dict[str, int]:
    return {stage.value: funnel.count(part, stage) for stage in Stage}


# --- The skill mix ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mix:
    """Skills with the gaps first, and what they say in a sentence."""

    skills: list[Skill]
    sentence: str

    @property
    def named(self) -> list[tuple[Skill, str]]:
        return [(skill, name_of(skill)) for skill in self.skills]

    @property
    def chart(self) -> Chart:
        rows = [(name_of(skill), skill.wanted, skill.places) for skill in self.skills]
        return paired(rows, kinds=("wanted", "places"))


def name_of(skill: Skill) -> str:
    return skill.entry.label if skill.entry else _("Other, and in their own words")


def lacking(topics: list[Skill]) -> str:
    return sentence_of_gaps(topics, enough=_("For every topic there are places for all who ask for it."))


def lacking_roles(roles: list[Skill]) -> str:
    return sentence_of_gaps(
        roles,
        enough=_("For every role there are places with somebody who holds it, for all who grow into it."),
    )


def sentence_of_gaps(found: list[Skill], *, enough: str) -> str:
    if not found:
        return _("Once people have applied, you see here where mentors are lacking.")
    gaps = [skill for skill in found if skill.entry and skill.gap]
    if not gaps:
        return enough
    named = "; ".join(
        _("%(topic)s (%(wanted)s asked for, %(places)s offered)")
        % {"topic": name_of(skill), "wanted": skill.wanted, "places": skill.places}
        for skill in gaps[:3]
    )
    return _("Mentors are lacking most for: %(gaps)s.") % {"gaps": named}
