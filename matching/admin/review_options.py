"""The options of one mentee: other mentors with what each costs, mentees to swap with, and what a change means."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from matching.admin.review_rows import about, explained, places_sentence
from matching.costs import Figures, figures_words, fit, matched_words, told_apart, tone_of
from matching.models import MatchRun, Member, Proposal
from matching.options import Option, Options, Partner
from matching.queries.review import applications, named_among
from matching.reasons import Labels, Why
from matching.recomputing import Stored, stored
from matching.services.rulings import Change, What

OPTIONS_A_PAGE = 10
PARTNERS_SHOWN = 8
PARTNERS_FOUND = 50


@dataclass(frozen=True)
class Choice:
    """Another mentor for a mentee, as the page of options shows it."""

    option: Option
    mentor: Member
    about: str
    fit: str
    places: str
    why: Why
    cost: str
    tone: str
    link: str


@dataclass(frozen=True)
class Swap:
    """Another mentee to swap mentors with: the fit of each, now and then."""

    mentee: Member
    mentor: Member
    mine: tuple[str, str]
    theirs: tuple[str, str]
    link: str


@dataclass(frozen=True)
class Context:
    """Whose options, for which reader, who came from where."""

    proposal: Proposal
    labels: Labels
    zone: str
    back: str


def options_of(run: MatchRun, proposal: Proposal, request: HttpRequest) -> dict:
    """Every mentor whom this mentee may meet, a page of them with what each costs, and whom to swap with."""
    again = stored(run)
    options = Options(again, again.row_of_mentee[proposal.mentee_id])
    query, swap = request.GET.get("q", "").strip(), request.GET.get("swap", "").strip()
    listed = Paginator(found_among(options, query), OPTIONS_A_PAGE).get_page(request.GET.get("page"))
    partners = options.partners(
        rows=mentees_named(again, swap) if swap else None, most=PARTNERS_FOUND if swap else PARTNERS_SHOWN
    )
    columns = list(listed)
    context = Context(proposal, Labels.load(), request.user.time_zone, request.GET.get("back", ""))
    return {
        "count": len(options.columns),
        "q": query,
        "swap": swap,
        "page": listed,
        "query": query_of(request, besides="page"),
        "choices": list(choices(options, columns, context)),
        "swaps": list(swaps(again, partners, context)),
    }


def found_among(options: Options, query: str) -> list[int]:
    """Columns of the options, best first; those of somebody named so, where a name was asked for."""
    if not query:
        return options.columns
    encoded = options.stored.encoded
    keys = {encoded.mentors[column]: column for column in options.columns}
    found = {keys[pk] for pk in named_among(keys, query)}
    return [column for column in options.columns if column in found]


def mentees_named(again: Stored, words: str) -> list[int]:
    return [again.row_of_mentee[pk] for pk in named_among(again.row_of_mentee, words)]


def choices(options: Options, columns: list[int], context: Context) -> Iterator[Choice]:
    again, proposal = options.stored, context.proposal
    keys = {column: again.encoded.mentors[column] for column in columns}
    people, reasons = applications(keys.values()), options.reasons(columns)
    before = Figures(again.plan.matched, again.plan.worst, again.plan.total)
    for option in options.listed(columns):
        mentor = people.get(keys[option.mentor])
        if not mentor:
            continue
        yield Choice(
            option=option,
            mentor=Member(person=mentor.person),
            about=about(mentor),
            fit=fit(option.score),
            places=places_sentence(option.used, option.places),
            why=explained(reasons[option.mentor], proposal.mentee, mentor, context.labels, context.zone),
            cost=cost_words(before, option.after) if option.after else "",
            tone=tone_of(before, option.after) if option.after else "",
            link=change_link(
                again.run, What.LOCK, back=context.back, mentee=proposal.mentee_id, mentor=mentor.pk
            ),
        )


def query_of(request: HttpRequest, *, besides: str) -> str:
    """The filters in use, for the links to other pages of the same list."""
    query = request.GET.copy()
    query.pop(besides, None)
    return query.urlencode()


def cost_words(before: Figures, after: Figures) -> str:
    return "; ".join([matched_words(before, after), figures_words(before, after)])


def swaps(again: Stored, partners: Sequence[Partner], context: Context) -> Iterator[Swap]:
    proposal = context.proposal
    encoded = again.encoded
    mentees = [encoded.mentees[partner.mentee] for partner in partners]
    people = applications([*mentees, *(encoded.mentors[partner.mentor] for partner in partners)])
    for partner, pk in zip(partners, mentees, strict=True):
        mentee, mentor = people.get(pk), people.get(encoded.mentors[partner.mentor])
        if mentee and mentor:
            yield Swap(
                mentee=Member(person=mentee.person),
                mentor=Member(person=mentor.person),
                mine=told_apart(proposal.score, partner.mine),
                theirs=told_apart(partner.theirs_now, partner.theirs),
                link=change_link(
                    again.run, What.SWAP, back=context.back, mentee=proposal.mentee_id, other=pk
                ),
            )


def change_link(run: MatchRun, what: str, *, back: str = "", **who: int) -> str:
    """back: how the review was filtered, to be found again afterwards."""
    query = {"what": what.value, **who} | ({"back": back} if back else {})
    return f"{reverse('admin:matching_ruling', args=[run.pk])}?{urlencode(query)}"


def asked(change: Change) -> dict[str, str]:
    """The change as a question and what it means from then on."""
    people = {
        part: getattr(change, part) and getattr(change, part).person for part in ("mentee", "mentor", "other")
    }
    questions = {
        What.LOCK: _("If %(mentee)s meets %(mentor)s"),
        What.FORBID: _("If %(mentee)s does not meet %(mentor)s"),
        What.SWAP: _("If %(mentee)s and %(other)s swap mentors"),
        What.DROP: _("If the decision about %(mentee)s and %(mentor)s is taken back"),
    }
    meanings = {
        What.LOCK: _(
            "The pair is locked: it stands, whatever else changes in this run, until you take the lock back."
        ),
        What.FORBID: _("The pair is forbidden: this run never proposes it, until you take that back."),
        What.SWAP: _(
            "Both new pairs are locked: they stand, whatever else changes, until you take the locks back."
        ),
        What.DROP: _("The run is then what it would be if this had never been decided."),
    }
    return {"question": questions[change.what] % people, "meaning": meanings[change.what]}


def fields_of(change: Change) -> dict[str, object]:
    """What the button sends, so that what is done is what was shown."""
    named = {part: getattr(change, part) for part in ("mentee", "mentor", "other")}
    return {"what": str(change.what)} | {part: one.pk for part, one in named.items() if one}
