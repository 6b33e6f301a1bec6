"""Why two people, in sentences.

A run stores reasons as codes and slugs; the sentences are made when they are read, in the reader's language and
for the reader's side. Members never see a number. What a catalogue marks as sensitive is left out twice: when the
reasons are stored, and when they are read, since an entry may be marked later.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from babel import Locale
from django.db.models import Value
from django.utils.text import get_text_list
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.models import Discipline, Person, PersonRole, Role, Topic
from accounts.models.catalogue import CatalogueEntry
from matching.encoding import Encoded
from matching.engine.breakdown import PairBreakdown
from matching.engine.features import NO_MATTER
from matching.hours import full_hours, in_words, to_wall
from matching.models import Member, Stream

Reason = dict
MOST_TIMES = 2
CATALOGUES = (Topic, Role, Discipline)
TOLD = ("slug", "en", "fr", "sensitive")

MENTEE = Member.Part.MENTEE
MENTOR = Member.Part.MENTOR
ADMIN = "admin"


@dataclass(frozen=True)
class Why:
    """What a page or a mail says of a pair: sentences, and what the pair does not cover."""

    sentences: list[str] = field(default_factory=list)
    uncovered: list[str] = field(default_factory=list)


# --- What a run stores ------------------------------------------------------------------------


def reasons_of(
    encoded: Encoded, pair: PairBreakdown, *, mentee: int, mentor: int, sensitive: set[str]
) -> list[Reason]:
    """The reasons of one pair, rows of the encoded cohort; topics in `sensitive` are left out."""
    topics = [
        [slug for slug in slugs(encoded.topics, found) if slug not in sensitive]
        for found in (pair.needs_met, pair.needs_near, pair.needs_missed)
    ]
    met, near, missed = topics
    found = [
        pair.choice and {"code": "named"},
        role_reason(encoded, pair, mentee, mentor),
        met and {"code": "needs", "topics": met},
        near and {"code": "needs_near", "topics": near},
        discipline_reason(encoded, pair, mentee, mentor),
        hours_reason(encoded, pair),
        *wish_reasons(encoded, pair, mentee),
        missed and {"code": "needs_not_covered", "topics": missed},
        role_not_covered(encoded, pair),
        not any(part.out_of for part in pair.components) and {"code": "open"},
    ]
    return [reason for reason in found if reason]


def slugs(catalogue: list, numbers: Iterable[int]) -> list:
    return [catalogue[one] for one in numbers]


def role_reason(encoded: Encoded, pair: PairBreakdown, mentee: int, mentor: int) -> Reason | None:
    mentee_id, mentor_id = encoded.mentees[mentee].person_id, encoded.mentors[mentor].person_id
    if pair.roles_met:
        role = encoded.roles[pair.roles_met[0]]
        return {
            "code": "role",
            "role": role,
            "how": encoded.held.get((mentor_id, role), PersonRole.How.TITLED),
            "does_it": (mentee_id, role) in encoded.held,
        }
    return {"code": "role_near", "role": encoded.roles[pair.roles_near[0]]} if pair.roles_near else None


def role_not_covered(encoded: Encoded, pair: PairBreakdown) -> Reason | None:
    if pair.roles_met or pair.roles_near or not pair.roles_missed:
        return None
    return {"code": "role_not_covered", "role": encoded.roles[pair.roles_missed[0]]}


def discipline_reason(encoded: Encoded, pair: PairBreakdown, mentee: int, mentor: int) -> Reason | None:
    if not earned(pair, "discipline"):
        return None
    if pair.disciplines:
        return {"code": "same_discipline", "disciplines": slugs(encoded.disciplines, pair.disciplines)}
    theirs = encoded.features.mentor_disciplines[mentor].nonzero()[0].tolist()
    wished = encoded.features.discipline_wish[mentee] != NO_MATTER
    code = "other_discipline" if wished else "brings_discipline"
    return {"code": code, "disciplines": slugs(encoded.disciplines, theirs)}


def hours_reason(encoded: Encoded, pair: PairBreakdown) -> Reason | None:
    if full_hours(pair.half_hours):
        return {"code": "hours", "half_hours": list(pair.half_hours), "week": encoded.week.isoformat()}
    return {"code": "varies"} if pair.varies else None


def wish_reasons(encoded: Encoded, pair: PairBreakdown, mentee: int) -> list[Reason]:
    found: list[Reason] = []
    if earned(pair, "language"):
        preferred = encoded.features.preferred_language[mentee]
        found.append({"code": "language", "language": encoded.languages[preferred]})
    if earned(pair, "bridge"):
        found.append({"code": "bridge" if encoded.features.wants_bridge[mentee] else "across"})
    if earned(pair, "stream"):
        found.append({"code": "stream", "stream": encoded.streams[pair.streams[0]]})
    return found


def earned(pair: PairBreakdown, name: str) -> bool:
    return any(part.name == name and part.points for part in pair.components)


# --- What people read -------------------------------------------------------------------------


@dataclass(frozen=True)
class Labels:
    """The catalogues by slug, read once for a page or a mail."""

    topics: dict[str, CatalogueEntry]
    roles: dict[str, CatalogueEntry]
    disciplines: dict[str, CatalogueEntry]
    streams: dict[int, Stream]

    @classmethod
    def load(cls) -> "Labels":
        """Two queries: the catalogues are alike, so one reads all of them."""
        first, *others = (
            model.objects.order_by().annotate(catalogue=Value(number)).values_list("catalogue", *TOLD)
            for number, model in enumerate(CATALOGUES)
        )
        found: list[dict[str, CatalogueEntry]] = [{} for _model in CATALOGUES]
        for number, slug, en, fr, sensitive in first.union(*others, all=True):
            found[number][slug] = CATALOGUES[number](slug=slug, en=en, fr=fr, sensitive=sensitive)
        return cls(*found, streams=Stream.objects.in_bulk())

    def printable(self, slugs: Iterable[str]) -> list[str]:
        found = [self.topics[slug] for slug in slugs if slug in self.topics]
        return [topic.label for topic in found if not topic.sensitive]


@dataclass(frozen=True)
class Pair:
    """Whom the sentences are about, who reads them, and where that reader's clock stands."""

    mentee: Person
    mentor: Person
    reader: str
    labels: Labels
    zone: str

    def say(self, *, mentee: str, mentor: str, admin: str, **words: str) -> str:
        """The wording for this reader's side; `mentee` and `mentor` in it are names."""
        wording = {MENTEE: mentee, MENTOR: mentor, ADMIN: admin}[self.reader]
        return wording % {"mentee": self.mentee, "mentor": self.mentor, **words}


def explain(reasons: list[Reason], pair: Pair) -> Why:
    """Sentences of stored reasons. A code that this version does not know is passed over."""
    sentences = [SENTENCES[reason["code"]](reason, pair) for reason in reasons if reason["code"] in SENTENCES]
    told = [sentence for sentence in sentences if sentence]
    return Why(told or [quiet_sentence(pair)], uncovered(reasons, pair))


def uncovered(reasons: list[Reason], pair: Pair) -> list[str]:
    missed: list[str] = []
    for reason in reasons:
        if reason["code"] == "needs_not_covered":
            missed += pair.labels.printable(reason["topics"])
        if reason["code"] == "role_not_covered" and reason["role"] in pair.labels.roles:
            missed.append(pair.labels.roles[reason["role"]].label)
    return missed


def role_sentence(reason: Reason, pair: Pair) -> str:
    entry = pair.labels.roles.get(reason["role"])
    if not entry:
        return ""
    if reason["how"] == PersonRole.How.UNTITLED:
        return pair.say(
            mentee=_("%(mentor)s does, without the title, the work that you are growing into: %(role)s."),
            mentor=_("%(mentee)s is growing into the work that you do without the title: %(role)s."),
            admin=_(
                "%(mentor)s does, without the title, the work that %(mentee)s is growing into: %(role)s."
            ),
            role=entry.label,
        )
    wording = took_the_step() if reason["does_it"] else holds_the_role()
    return pair.say(**wording, role=entry.label)


def took_the_step() -> dict[str, str]:
    return {
        "mentee": _(
            "%(mentor)s took the step you are preparing, from doing the work to holding the title: %(role)s."
        ),
        "mentor": _("%(mentee)s does the work already and is preparing the step that you took: %(role)s."),
        "admin": _(
            "%(mentor)s took the step that %(mentee)s, who does the work already, is preparing: %(role)s."
        ),
    }


def holds_the_role() -> dict[str, str]:
    return {
        "mentee": _("%(mentor)s knows from experience the role that you are growing into: %(role)s."),
        "mentor": _("%(mentee)s is growing into a role that you know from experience: %(role)s."),
        "admin": _("%(mentor)s knows from experience the role that %(mentee)s is growing into: %(role)s."),
    }


def role_near_sentence(reason: Reason, pair: Pair) -> str:
    entry = pair.labels.roles.get(reason["role"])
    return entry and pair.say(
        mentee=_("%(mentor)s works close to the role that you are growing into: %(role)s."),
        mentor=_("%(mentee)s is growing into a role close to yours: %(role)s."),
        admin=_("%(mentor)s works close to the role that %(mentee)s is growing into: %(role)s."),
        role=entry.label,
    )


def needs_sentence(reason: Reason, pair: Pair) -> str:
    topics = pair.labels.printable(reason["topics"])
    return topics and pair.say(
        mentee=_("%(mentor)s offers what you need: %(topics)s."),
        mentor=_("%(mentee)s needs what you offer: %(topics)s."),
        admin=_("%(mentor)s offers what %(mentee)s needs: %(topics)s."),
        topics=listed(topics),
    )


def needs_near_sentence(reason: Reason, pair: Pair) -> str:
    topics = pair.labels.printable(reason["topics"])
    return topics and pair.say(
        mentee=_("%(mentor)s works on subjects close to what you need: %(topics)s."),
        mentor=_("%(mentee)s has needs close to what you offer: %(topics)s."),
        admin=_("%(mentor)s works on subjects close to what %(mentee)s needs: %(topics)s."),
        topics=listed(topics),
    )


def same_discipline_sentence(reason: Reason, pair: Pair) -> str:
    names = labels_of(pair.labels.disciplines, reason["disciplines"])
    return names and pair.say(
        mentee=_("You share a discipline, as you wished: %(disciplines)s."),
        mentor=_("You share a discipline, as %(mentee)s wished: %(disciplines)s."),
        admin=_("Both share a discipline, as %(mentee)s wished: %(disciplines)s."),
        disciplines=listed(names),
    )


def other_discipline_sentence(reason: Reason, pair: Pair) -> str:
    names = labels_of(pair.labels.disciplines, reason["disciplines"])
    return names and pair.say(
        mentee=_("You wished for another discipline than yours: %(mentor)s brings %(disciplines)s."),
        mentor=_("%(mentee)s wished for another discipline: you bring %(disciplines)s."),
        admin=_("%(mentee)s wished for another discipline: %(mentor)s brings %(disciplines)s."),
        disciplines=listed(names),
    )


def brings_discipline_sentence(reason: Reason, pair: Pair) -> str:
    names = labels_of(pair.labels.disciplines, reason["disciplines"])
    return names and pair.say(
        mentee=_("%(mentor)s brings another discipline than yours: %(disciplines)s."),
        mentor=_("You bring another discipline than %(mentee)s has: %(disciplines)s."),
        admin=_("%(mentor)s brings another discipline than %(mentee)s has: %(disciplines)s."),
        disciplines=listed(names),
    )


def hours_sentence(reason: Reason, pair: Pair) -> str:
    wall = to_wall(reason["half_hours"], pair.zone, date.fromisoformat(reason["week"]))
    times = in_words(full_hours(wall))[:MOST_TIMES]
    if not times:
        return ""
    both = _("You are both free on %(times)s.")
    return pair.say(mentee=both, mentor=both, admin=_("Both are free on %(times)s."), times=listed(times))


def varies_sentence(reason: Reason, pair: Pair) -> str:
    both = _("A rota varies here, so you agree on times as you go.")
    return pair.say(
        mentee=both, mentor=both, admin=_("A rota varies here, so they agree on times as they go.")
    )


def language_sentence(reason: Reason, pair: Pair) -> str:
    both = _("You both speak %(language)s.")
    return pair.say(
        mentee=both,
        mentor=both,
        admin=_("Both speak %(language)s."),
        language=language_name(reason["language"]),
    )


def bridge_sentence(reason: Reason, pair: Pair) -> str:
    return pair.say(
        mentee=_("You wished for a bridge between the NHS and industry: %(mentor)s works on the other side."),
        mentor=_("%(mentee)s wished for a bridge between the NHS and industry: you work on the other side."),
        admin=_(
            "%(mentee)s wished for a bridge between the NHS and industry: %(mentor)s works on the other side."
        ),
    )


def across_sentence(reason: Reason, pair: Pair) -> str:
    both = _("One of you works in the NHS and one in industry.")
    return pair.say(mentee=both, mentor=both, admin=_("One works in the NHS and one in industry."))


def stream_sentence(reason: Reason, pair: Pair) -> str:
    stream = pair.labels.streams.get(reason["stream"])
    both = _("You both chose the stream %(stream)s.")
    return stream and pair.say(
        mentee=both, mentor=both, admin=_("Both chose the stream %(stream)s."), stream=stream.name
    )


def quiet_sentence(pair: Pair) -> str:
    """Where all that speaks for a pair is sensitive."""
    both = _("What each of you said goes well together.")
    return pair.say(mentee=both, mentor=both, admin=_("What each of them said goes well together."))


def named_sentence(reason: Reason, pair: Pair) -> str:
    """Whom somebody would like is theirs to tell: the mentor does not read it."""
    return pair.say(
        mentee=_("You named %(mentor)s among the mentors you would like."),
        mentor="",
        admin=_("%(mentee)s named %(mentor)s among the mentors they would like."),
    )


def agreed_sentence(reason: Reason, pair: Pair) -> str:
    return pair.say(
        mentee=_("You asked %(mentor)s, who said yes."),
        mentor=_("%(mentee)s asked for you, and you said yes."),
        admin=_("%(mentee)s asked for %(mentor)s, who said yes."),
    )


def open_sentence(reason: Reason, pair: Pair) -> str:
    return pair.say(
        mentee=_("You came without fixed goals, which is welcome: you will find out together what helps."),
        mentor=_(
            "%(mentee)s came without fixed goals, which is welcome: you will find out together what helps."
        ),
        admin=_("%(mentee)s came without fixed goals, so anything that the rules allow fits."),
    )


SENTENCES: dict[str, Callable[[Reason, Pair], str]] = {
    "named": named_sentence,
    "agreed": agreed_sentence,
    "role": role_sentence,
    "role_near": role_near_sentence,
    "needs": needs_sentence,
    "needs_near": needs_near_sentence,
    "same_discipline": same_discipline_sentence,
    "other_discipline": other_discipline_sentence,
    "brings_discipline": brings_discipline_sentence,
    "hours": hours_sentence,
    "varies": varies_sentence,
    "language": language_sentence,
    "bridge": bridge_sentence,
    "across": across_sentence,
    "stream": stream_sentence,
    "open": open_sentence,
}


def labels_of(catalogue: dict[str, CatalogueEntry], slugs: Iterable[str]) -> list[str]:
    return [catalogue[slug].label for slug in slugs if slug in catalogue]


def listed(words: list[str]) -> str:
    return get_text_list(words, _("and"))


def language_name(code: str) -> str:
    return Locale(get_language() or "en").languages.get(code, code)


# --- Why somebody has no mentor ---------------------------------------------------------------


def unmatched_sentence(reasons: list[Reason]) -> str:
    """For admins: who competes for which places, and which one rule stands most in the way."""
    reason = next((reason for reason in reasons if reason["code"] == "unmatched"), None)
    if reason is None:
        return ""
    return " ".join(filter(None, [shortage_sentence(reason), rule_sentence(reason)]))


def shortage_sentence(reason: Reason) -> str:
    if not reason["mentors"]:
        return _("The rules leave no mentor for this mentee.")
    mentees = ngettext("%(n)s mentee", "%(n)s mentees", reason["mentees"]) % {"n": reason["mentees"]}
    mentors = ngettext("%(n)s mentor", "%(n)s mentors", reason["mentors"]) % {"n": reason["mentors"]}
    places = ngettext("%(n)s place", "%(n)s places", reason["places"]) % {"n": reason["places"]}
    return _("Among %(mentees)s who can only meet %(mentors)s with %(places)s between them.") % {
        "mentees": mentees,
        "mentors": mentors,
        "places": places,
    }


def rule_sentence(reason: Reason) -> str:
    rules = {
        "same_organisation": _("nobody meets a colleague of their own organisation"),
        "no_common_language": _("a common language"),
        "no_common_hour": _("an hour in common"),
        "paired_before": _("nobody is paired twice"),
        "floor": _("a common need or role"),
    }
    if reason.get("rule") not in rules:
        return ""
    return _("The rule that stands most in the way: %(rule)s.") % {"rule": rules[reason["rule"]]}
