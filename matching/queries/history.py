"""What was done, newest first: a number of queries that does not grow."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from accounts.models import Person
from matching.models import Act, Application, Cohort, Event, MatchRun, Member, Mentorship, Stream

ACTS_A_PAGE = 50
EVENTS_SHOWN_OF_AN_ACT = 10
EVENTS_OF_ONE = 200
# Which models stand behind each choice of the filter "what".
SUBJECTS = {
    "applications": ["application"],
    "runs": ["run", "ruling"],
    "mentorships": ["mentorship", "member"],
    "groups": ["group_run"],
    "cohort": ["cohort", "stream"],
}
# Who ever was in it: a name for it stays the same whoever left.
EVERYBODY = Prefetch("members", queryset=Member.objects.select_related("person"), to_attr="everybody")


@dataclass(frozen=True)
class Filter:
    """Who: an admin's number, or a kind of actor. What: of SUBJECTS. Day: where the reader is."""

    who: str = ""
    what: str = ""
    day: date | None = None

    def narrow(self, acts: QuerySet[Act]) -> QuerySet[Act]:
        if self.who.isdecimal():
            acts = acts.filter(by=int(self.who))
        elif self.who:
            acts = acts.filter(actor=self.who)
        if self.what:
            acts = acts.filter(touched__overlap=SUBJECTS[self.what])
        if self.day:
            begins, ends = of_day(self.day)
            acts = acts.filter(at__gte=begins, at__lt=ends)
        return acts


def of_day(day: date) -> tuple[datetime, datetime]:
    zone = timezone.get_current_timezone()
    begins, ends = (datetime.combine(each, time(), zone) for each in (day, day + timedelta(days=1)))
    return begins, ends


@dataclass(frozen=True)
class Slice:
    """Some acts of a cohort, and after which one the next page begins."""

    acts: list[Act]
    older: int | None


def acts_of(cohort: Cohort, narrowed: Filter, before: int | None = None) -> Slice:
    """A page begins after an act, not after so many: the thousandth costs what the first does."""
    acts = narrowed.narrow(Act.objects.filter(cohort=cohort)).select_related("by")
    last = before and Act.objects.filter(pk=before).first()
    if last:
        acts = acts.filter(at__lte=last.at).exclude(at=last.at, pk__gte=last.pk)
    found = list(acts.order_by("-at", "-pk")[: ACTS_A_PAGE + 1])
    shown = found[:ACTS_A_PAGE]
    return Slice(shown, shown[-1].pk if len(found) > ACTS_A_PAGE else None)


FIRST_EVENTS = """
    SELECT event.* FROM unnest(%s::bigint[]) AS wanted (act), LATERAL (
        (SELECT * FROM matching_event WHERE act_id = wanted.act ORDER BY id LIMIT %s)
        UNION
        (SELECT single.* FROM matching_act, jsonb_each_text(counts) AS done (deed, times), LATERAL (
            SELECT * FROM matching_event WHERE act_id = wanted.act AND matching_event.deed = done.deed LIMIT 1
        ) AS single WHERE matching_act.id = wanted.act AND done.times = '1')
    ) AS event ORDER BY event.act_id, event.id
"""


def first_events(acts: list[Act]) -> list[Event]:
    """A few of each act, of a publication there are thousands; and whatever was done to one thing alone, which is named."""
    return list(Event.objects.raw(FIRST_EVENTS, [[act.pk for act in acts], EVENTS_SHOWN_OF_AN_ACT]))


def events_of(thing: Application | MatchRun | Mentorship) -> list[Event]:
    """What was done to one thing, newest first."""
    about = {
        Application: Q(application=thing.pk) | Q(mentor=thing.pk),
        MatchRun: Q(run=thing.pk, model__in=["run", "ruling"]),
        Mentorship: Q(mentorship=thing.pk),
    }[type(thing)]
    return list(Event.objects.filter(about).select_related("act__by").order_by("-pk")[:EVENTS_OF_ONE])


def log_of(thing) -> list[LogEntry]:
    kind = ContentType.objects.get_for_model(thing)
    entries = LogEntry.objects.filter(content_type=kind, object_id=str(thing.pk)).select_related("user")
    return list(entries.order_by("-action_time")[:EVENTS_OF_ONE])


def admins() -> QuerySet[Person]:
    return Person.objects.filter(is_staff=True).order_by("sort_key", "pk")


@dataclass
class Named:
    """Everybody and everything that some events are about, as they are called today."""

    applications: dict[int, Application] = field(default_factory=dict)
    mentorships: dict[int, Mentorship] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    streams: dict[int, Stream] = field(default_factory=dict)

    @classmethod
    def load(cls, events: list[Event]) -> "Named":
        applications = {pk for event in events for pk in (event.application, event.mentor) if pk}
        mentorships = {event.mentorship for event in events if event.mentorship}
        mentorships |= mentioned(events, "follows")
        return cls(
            Application.objects.select_related("person").in_bulk(applications),
            Mentorship.objects.prefetch_related(EVERYBODY).in_bulk(mentorships),
            Person.objects.in_bulk(mentioned(events, "decided_by")),
            Stream.objects.in_bulk(mentioned(events, "stream")),
        )


def mentioned(events: list[Event], name: str) -> set[int]:
    return {pk for event in events for pk in event.changes.get(name, []) if pk}
