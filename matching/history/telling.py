"""History in sentences, in the reader's language. Names are those of today; whoever was erased has none."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.contrib.admin.models import LogEntry
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from matching.encounters import ORDER
from matching.history.sentences import BY_THEMSELVES, NOBODY, SENTENCES, kind_of
from matching.models import Act, Application, Event, GroupRun, MatchRun, Member, Mentorship
from matching.queries.history import Named

Actor = Act.Actor
# What somebody meant to do comes first, what followed from it after.
WEIGHT = [
    "run",
    "group_run",
    "ruling",
    "mentorship",
    "cohort",
    "stream",
    "programme",
    "application",
    "member",
]
# Django's own log and ours tell of the same click within a moment.
SAME_MOMENT = timedelta(seconds=10)

FIELDS = {
    "bridges": lazy("bridge"),
    "capacity": lazy("places"),
    "closes_at": lazy("applications close"),
    "contact": lazy("address for questions"),
    "decided_by": lazy("decided by"),
    "ends_at": lazy("ends"),
    "ends_on": lazy("ends"),
    "follows": lazy("in place of"),
    "group_cofacilitators": lazy("co-facilitators of a group"),
    "group_mentees_least": lazy("fewest mentees of a group"),
    "group_mentees_most": lazy("most mentees of a group"),
    "group_mixes_employers": lazy("at most one person of each organisation in a group"),
    "hold_days": lazy("working days of hold"),
    "hold_ends_at": lazy("hold ends"),
    "is_afresh": lazy("computed afresh"),
    "is_floor_lifted": lazy("may be matched without a common need or role"),
    "kind": lazy("kind"),
    "lets_mentees_choose": lazy("mentees may choose"),
    "name": lazy("name"),
    "name_en": lazy("name in English"),
    "name_fr": lazy("name in French"),
    "opens_at": lazy("applications open"),
    "part": lazy("as"),
    "paused_at": lazy("paused since"),
    "paused_until": lazy("paused until"),
    "policy": lazy("weights of a pair"),
    "preset": lazy("ready-made policy"),
    "programme": lazy("programme"),
    "published_at": lazy("published"),
    "rank": lazy("rank"),
    "slot": lazy("weekly half hour"),
    "slug": lazy("short name"),
    "starts_on": lazy("starts"),
    "state": lazy("state"),
    "stream": lazy("stream"),
    "taken": lazy("places taken"),
    "version": lazy("version"),
}
STATES = {
    "application": Application.State,
    "run": MatchRun.State,
    "group_run": GroupRun.State,
    "mentorship": Mentorship.State,
}
CHOICES = {"part": Member.Part, "kind": Mentorship.Kind}
# The sentence says it already, or it only repeats who and when.
SAID = {"state", "decided_by", "published_at", "paused_at"}


@dataclass
class Line:
    """One thing that was done, to one or to many."""

    sentence: str
    changes: list[str] = field(default_factory=list)
    at: datetime | None = None


@dataclass
class Told:
    """One act: what it was in the main, what else, and the first of its rows."""

    at: datetime
    main: Line
    others: list[Line] = field(default_factory=list)
    rows: list[Line] = field(default_factory=list)
    act: int | None = None
    # How many rows in all, where more than are shown.
    more: int = 0

    @property
    def opens(self) -> bool:
        return bool(self.others or self.rows)


def tell(acts: list[Act], events: list[Event], named: Named) -> Iterator[Told]:
    """A line for each act, whatever it did to however many."""
    of_act: dict[int, list[Event]] = {act.pk: [] for act in acts}
    for event in events:
        of_act[event.act_id].append(event)
    for act in acts:
        yield tell_act(act, of_act[act.pk], named)


def tell_act(act: Act, events: list[Event], named: Named) -> Told:
    counts = Counter()
    for deed, number in act.counts.items():
        counts[kind_of(deed)] += number
    example = {kind_of(event.deed): event for event in reversed(events)}
    lines = [
        summary(kind, counts[kind], act, example.get(kind), named) for kind in sorted(counts, key=weight)
    ]
    total = sum(counts.values())
    rows = [row(event, act, named) for event in events] if total > 1 else []
    return Told(act.at, lines[0], lines[1:], rows, act.pk, total if total > len(events) else 0)


def weight(kind: str) -> tuple:
    model = kind.split(".")[0]
    return (WEIGHT.index(model), kind == "application.changed.taken", kind)


def summary(kind: str, count: int, act: Act, example: Event | None, named: Named) -> Line:
    changes = changes_of(example, named) if count == 1 and example else []
    return Line(sentence(kind, count, act, example, named), changes)


def row(event: Event, act: Act, named: Named) -> Line:
    return Line(sentence(kind_of(event.deed), 1, act, event, named), changes_of(event, named), event.at)


def tell_one(events: list[Event], named: Named) -> list[Told]:
    """What was done to one thing: its own events by act, with how many more rows that act touched."""
    of_act: dict[int, list[Event]] = {}
    for event in events:
        of_act.setdefault(event.act_id, []).append(event)
    return [tell_its_part(found, named) for found in of_act.values()]


def tell_its_part(events: list[Event], named: Named) -> Told:
    act = events[0].act
    lines = [
        row(event, act, named) for event in sorted(events, key=lambda e: (weight(kind_of(e.deed)), e.pk))
    ]
    total = sum(act.counts.values())
    return Told(events[-1].at, lines[0], lines[1:], [], act.pk, total if total > len(events) else 0)


def tell_log(entries: Iterable[LogEntry], events: list[Event]) -> Iterator[Told]:
    """What Django's own log knows and ours does not: a click that changed nothing that is remembered."""
    seen = [(event.act.by_id, event.at) for event in events]
    for entry in entries:
        if any(by == entry.user_id and abs(at - entry.action_time) < SAME_MOMENT for by, at in seen):
            continue
        said = entry.get_change_message()
        names = {"who": entry.user.name, "what": _(said) if said else _("changed")}
        yield Told(entry.action_time, Line(_("%(who)s: %(what)s") % names))


def newest_first(told: Iterable[Told]) -> list[Told]:
    return sorted(told, key=lambda each: each.at, reverse=True)


# --- sentences ---


def sentence(kind: str, count: int, act: Act, event: Event | None, named: Named) -> str:
    words = {"count": count, "who": who(act), "what": what(event, named), "where": where(event, named)}
    sentences = SENTENCES
    if act.actor == Actor.MEMBER and kind in BY_THEMSELVES:
        sentences = BY_THEMSELVES
    return sentences[kind] % words


def who(act: Act) -> str:
    if act.actor == Actor.ADMIN:
        return act.by.name if act.by else _("An admin who has left")
    if act.actor == Actor.MEMBER:
        return _("A member")
    if act.actor == Actor.COMMAND:
        return _("The command “%(command)s”") % {"command": act.words}
    if act.actor == Actor.CLOCK:
        return _("The programme by itself")
    return _("Somebody directly in the database (%(user)s)") % {"user": act.words}


def what(event: Event | None, named: Named) -> str:
    if event is None:
        return NOBODY
    if event.model in ("application", "member"):
        return applicant(event.application, named)
    if event.model == "ruling":
        return f"{applicant(event.application, named)} – {applicant(event.mentor, named)}"
    if event.model == "mentorship":
        return where(event, named)
    return str(event.row)


def applicant(pk: int | None, named: Named) -> str:
    application = named.applications.get(pk)
    return str(application.person) if application else str(NOBODY)


def where(event: Event | None, named: Named) -> str:
    mentorship = event and named.mentorships.get(event.mentorship)
    return title_of(mentorship) if mentorship else str(NOBODY)


def title_of(mentorship: Mentorship) -> str:
    everybody = sorted(mentorship.everybody, key=lambda member: (ORDER[member.part], member.pk))
    return mentorship.name or " – ".join(str(member.person) for member in everybody) or str(NOBODY)


# --- from what to what ---


def changes_of(event: Event | None, named: Named) -> list[str]:
    kind = event.deed.split(".")[1]
    if kind in ("insert", "delete"):
        return []
    told = []
    for name in sorted(event.changes, key=list(FIELDS).index):
        if name not in SAID:
            told += change(event.model, name, *event.changes[name], named)
    return told


def change(model: str, name: str, was, now, named: Named) -> list[str]:
    label = str(FIELDS[name])
    if name == "policy":
        return weights(was or {}, now or {})
    if is_number(was) and is_number(now) and name not in ("stream", "follows", "slot", "programme"):
        rose = _("%(field)s rose from %(was)s to %(now)s")
        fell = _("%(field)s fell from %(was)s to %(now)s")
        return [(rose if now > was else fell) % {"field": label, "was": was, "now": now}]
    words = {"field": label, "was": value(model, name, was, named), "now": value(model, name, now, named)}
    return [_("%(field)s: from %(was)s to %(now)s") % words]


def is_number(given) -> bool:
    return isinstance(given, int) and not isinstance(given, bool)


def weights(was: dict, now: dict) -> list[str]:
    usual = _("as usual")
    return [
        _("%(field)s: from %(was)s to %(now)s")
        % {
            "field": weight_label(name),
            "was": plain(was.get(name), usual),
            "now": plain(now.get(name), usual),
        }
        for name in sorted(was.keys() | now.keys())
        if was.get(name) != now.get(name)
    ]


def weight_label(name: str) -> str:
    return _("weight “%(name)s”") % {"name": name.replace("_", " ")}


def plain(given, absent: str) -> str:
    if given is None:
        return absent
    return ", ".join(map(str, given)) if isinstance(given, list) else str(given)


def value(model: str, name: str, given, named: Named) -> str:
    if given is None or given == "":
        return _("nothing")
    if isinstance(given, bool):
        return _("yes") if given else _("no")
    if name == "state":
        return str(STATES[model](given).label)
    if name in CHOICES and given in CHOICES[name]:
        return str(CHOICES[name](given).label)
    if name == "stream":
        return str(named.streams.get(given, _("a stream that is gone")))
    if name == "follows":
        found = named.mentorships.get(given)
        return title_of(found) if found else str(NOBODY)
    return moment(given) if isinstance(given, str) else str(given)


def moment(given: str) -> str:
    """A day or a moment as it is written where the reader is; any other text as it is."""
    when = read(parse_datetime, given)
    if when:
        # PostgreSQL's JSON keeps the offset with which it was stored.
        return date_format(timezone.localtime(when), "SHORT_DATETIME_FORMAT") if when.tzinfo else given
    day = read(parse_date, given)
    return date_format(day, "SHORT_DATE_FORMAT") if day else given


def read(parse, given: str) -> date | datetime | None:
    try:
        return parse(given) if given[:4].isdecimal() else None
    except ValueError:
        return None
