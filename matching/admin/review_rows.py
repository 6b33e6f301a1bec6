"""The rows of a review: each mentee with the proposed mentor, why, and how that compares; who goes without, and why."""

from dataclasses import dataclass

from django.contrib.humanize.templatetags.humanize import ordinal
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import PersonRole
from matching.costs import fit, told_apart
from matching.models import Application, Member, Need, Proposal
from matching.reasons import ADMIN, Labels, Pair, Reason, Why, explain, listed, unmatched_sentence

MOST_NAMES = 8


@dataclass(frozen=True)
class Row:
    """One mentee of a run: the mentor and why, or why there is none."""

    proposal: Proposal
    mentee: Member
    about: str
    mentor: Member | None
    places: str
    why: Why
    why_not: str
    fit: str
    comparison: str
    best: str
    is_weak: bool


@dataclass(frozen=True)
class Shortage:
    """Mentees who are without a mentor for one and the same reason."""

    count: int
    names: str
    sentence: str


@dataclass(frozen=True)
class Frame:
    """What every row of one page is read against."""

    labels: Labels
    zone: str
    used: dict[int, int]
    capacity: dict[int, int]
    weak_below: int


def row_of(proposal: Proposal, frame: Frame) -> Row:
    mentor = proposal.mentor
    return Row(
        proposal=proposal,
        mentee=Member(person=proposal.mentee.person),
        about=about(proposal.mentee),
        mentor=mentor and Member(person=mentor.person),
        places=places_of(mentor, frame) if mentor else "",
        why=explained(proposal.reasons, proposal.mentee, mentor, frame.labels, frame.zone),
        why_not="" if mentor else unmatched_sentence(proposal.reasons),
        fit=fit(proposal.score),
        comparison=comparison(proposal),
        best=best_beside(proposal),
        is_weak=proposal.score is not None and proposal.score < frame.weak_below,
    )


def about(application: Application) -> str:
    """Roles first, then disciplines; what is sensitive stays unsaid."""
    person = application.person
    disciplines = [entry.label for entry in person.disciplines.all() if not entry.sensitive]
    return " · ".join(filter(None, [Member(person=person).what_they_do, ", ".join(disciplines)]))


def explained(
    reasons: list[Reason], mentee: Application, mentor: Application | None, labels: Labels, zone: str
) -> Why:
    return explain(reasons, Pair(mentee.person, mentor.person, ADMIN, labels, zone)) if mentor else Why()


def places_of(mentor: Application, frame: Frame) -> str:
    return places_sentence(frame.used.get(mentor.pk, 0), frame.capacity.get(mentor.pk, 0))


def places_sentence(used: int, capacity: int) -> str:
    return ngettext("%(used)s of %(capacity)s place", "%(used)s of %(capacity)s places", capacity) % {
        "used": used,
        "capacity": capacity,
    }


def comparison(proposal: Proposal) -> str:
    """How this mentor compares to all whom this mentee could have."""
    options, better = proposal.standing.get("options"), proposal.standing.get("better")
    if not options:
        return ""
    if not proposal.mentor_id:
        return ngettext("%(n)s possible mentor", "%(n)s possible mentors", options) % {"n": options}
    if options == 1:
        return _("The only possible mentor")
    if not better:
        return _("The best of %(n)s possible mentors") % {"n": options}
    return _("%(place)s best of %(n)s possible mentors") % {"place": ordinal(better + 1), "n": options}


def best_beside(proposal: Proposal) -> str:
    """The fit of the mentee's best option, where that is another."""
    best = proposal.standing.get("best")
    if best is None or proposal.score is None or best <= proposal.score:
        return ""
    return told_apart(best, proposal.score)[0]


def shortages(left: list[tuple[str, list[Reason]]]) -> list[Shortage]:
    """Whoever is without a mentor, together with those who compete for the same places."""
    grouped: dict[str, list[str]] = {}
    for name, reasons in left:
        grouped.setdefault(unmatched_sentence(reasons), []).append(name)
    found = sorted(grouped.items(), key=lambda group: -len(group[1]))
    return [Shortage(len(people), names(people), sentence) for sentence, people in found]


def names(people: list[str]) -> str:
    named, others = people[:MOST_NAMES], len(people[MOST_NAMES:])
    if others:
        named = [*named, ngettext("%(n)s other", "%(n)s others", others) % {"n": others}]
    return get_text_list(named, _("and"))


def wishes(mentee: Application) -> list[str]:
    """What the mentee asked for, in sentences; what is sensitive stays unsaid."""
    needs = Need.objects.filter(application=mentee).select_related("topic").order_by("rank")
    told = [need.label for need in needs if not (need.topic and need.topic.sensitive)]
    aims = [str(role) for role in mentee.person.roles.all() if role.how == PersonRole.How.AIM]
    return [
        *([_("Needs: %(topics)s.") % {"topics": listed(told)}] if told else []),
        *([_("Growing into: %(roles)s.") % {"roles": listed(aims)}] if aims else []),
    ]
