"""When the people of a mentorship could meet, and what they answered to proposed times."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from accounts.models import Person
from matching.encounters import Encounter, has_hours
from matching.hours import Hour, monday_of
from matching.models import Member, Mentorship
from meetings.models import Seat, Session, TimeOption, TimePoll, TimeVote
from meetings.queries.sessions import LEADS
from meetings.week import Free, Week

State = TimePoll.State
AT_LEAST_AHEAD = timedelta(days=2)
WEEKS_TO_TRY = 4


# --- Hours ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hours:
    """One week of a mentorship: who said when they are free, and who is not known."""

    week: Week
    members: int
    unknown: list[Person]

    @property
    def known(self) -> int:
        return self.members - len(self.unknown)


def hours_of(members: list[Member], *, zone: str, monday: date) -> Hours:
    """The week of these members (read with their availability) on a clock in `zone`."""
    said = [member for member in members if is_known(member)]
    people = tuple(
        Free(frozenset(one.application.availability.half_hours), one.application.availability.zone)
        for one in said
    )
    week = Week(monday, zone, people, busy_in(members, monday))
    return Hours(week, len(members), [one.person for one in members if not is_known(one)])


def is_known(member: Member) -> bool:
    """Who said "my rota varies" is asked, not guessed, whatever hours they marked beside it."""
    return has_hours(member) and not member.application.availability.varies


def busy_in(members: list[Member], monday: date) -> tuple[tuple[datetime, datetime], ...]:
    """When any of them has a session, without saying who or which."""
    begin = timezone.make_aware(datetime.combine(monday, datetime.min.time()))
    around = Session.objects.filter(
        state=Session.State.PLANNED,
        ends_at__gt=begin - timedelta(days=1),
        starts_at__lt=begin + timedelta(days=8),
    )
    people = [member.person_id for member in members]
    going = Seat.objects.filter(person__in=people, state=Seat.State.GOING)
    theirs = around.filter(
        Q(host__in=people) | Q(cohost__in=people) | Q(pk__in=going.values("session"))
    ).distinct()
    return tuple(theirs.order_by("starts_at").values_list("starts_at", "ends_at"))


# --- The first session, at an hour that the introduction named ----------------------------------


@dataclass(frozen=True)
class Suggestion:
    """A date for one of the hours in common."""

    starts_at: datetime


def suggestions(encounter: Encounter, *, now: datetime | None = None) -> list[Suggestion]:
    """The next dates, two days ahead at least, of the hours that the introduction names; empty once a session is planned."""
    if Session.objects.filter(mentorship=encounter.mentorship).exclude(state="cancelled").exists():
        return []
    now = now or timezone.now()
    found = [next_date(encounter, hour, now) for hour in encounter.suggested_hours]
    return sorted((Suggestion(moment) for moment in found if moment), key=lambda one: one.starts_at)


def next_date(encounter: Encounter, hour: Hour, now: datetime) -> datetime | None:
    """The first day on which this hour is free for everybody in that very week; None within four weeks."""
    zone = encounter.me.person.zone
    first = (now + AT_LEAST_AHEAD).astimezone(zone).date()
    monday = monday_of(first)
    for ahead in range(WEEKS_TO_TRY + 1):
        day = monday + timedelta(weeks=ahead, days=hour.weekday)
        moment = datetime.combine(day, hour.starts, zone)
        if moment >= now + AT_LEAST_AHEAD and everybody_can(encounter, moment):
            return moment
    return None


def everybody_can(encounter: Encounter, moment: datetime) -> bool:
    members = encounter.everybody
    week = hours_of(members, zone=str(moment.tzinfo), monday=monday_of(moment.date())).week
    return week.free_at(moment, half_hours=2) == len(members) and not week.is_busy(moment, 60)


# --- Polls ------------------------------------------------------------------------------------


def polls_of(person: Person) -> QuerySet[TimePoll]:
    """Polls of the mentorships that this person is in now."""
    mine = Member.objects.filter(person=person, left_at=None, mentorship__state=Mentorship.State.INTRODUCED)
    return TimePoll.objects.filter(mentorship__in=mine.values("mentorship"))


def members_of(poll: TimePoll) -> QuerySet[Person]:
    here = Member.objects.filter(mentorship=poll.mentorship_id, left_at=None)
    return Person.objects.filter(pk__in=here.values("person"), is_active=True).order_by("sort_key", "pk")


def members_to_ask(poll: TimePoll) -> QuerySet[Person]:
    return members_of(poll).exclude(pk=poll.asked_by_id)


def everybody_has_answered(poll: TimePoll) -> bool:
    answered = TimeVote.objects.filter(option__poll=poll).values("person")
    return not members_of(poll).exclude(pk__in=answered).exists()


def may_book(person: Person, poll: TimePoll) -> bool:
    """Whoever asked, those who lead a group, and both of two."""
    if person.pk == poll.asked_by_id or poll.mentorship.kind == Mentorship.Kind.ONE_TO_ONE:
        return True
    return poll.mentorship.members.filter(person=person, part__in=LEADS, left_at=None).exists()


@dataclass(frozen=True)
class Answers:
    """One proposed time with who can, who cannot and who has not said."""

    option: TimeOption
    can: list[Person]
    cannot: list[Person]
    silent: list[Person]
    mine: bool | None
    is_past: bool


@dataclass(frozen=True)
class PollPage:
    """A poll (read by `with_answers`) as one member sees it."""

    poll: TimePoll
    me: Person
    people: list[Person]
    may_book: bool
    now: datetime

    @cached_property
    def times(self) -> list[Answers]:
        return [self.answers_to(option) for option in self.poll.options.all()]

    def answers_to(self, option: TimeOption) -> Answers:
        said = {vote.person_id: vote.can for vote in option.votes.all()}
        return Answers(
            option,
            can=[one for one in self.people if said.get(one.pk) is True],
            cannot=[one for one in self.people if said.get(one.pk) is False],
            silent=[one for one in self.people if one.pk not in said],
            mine=said.get(self.me.pk),
            is_past=option.starts_at <= self.now,
        )

    @property
    def is_open(self) -> bool:
        return self.poll.state == State.OPEN and self.poll.closes_at > self.now

    @property
    def may_still_be_booked(self) -> bool:
        return self.poll.state in (State.OPEN, State.CLOSED) and any(not one.is_past for one in self.times)

    @property
    def best(self) -> list[Answers]:
        """The times that suit most people."""
        to_come = [one for one in self.times if not one.is_past]
        most = max((len(one.can) for one in to_come), default=0)
        return [one for one in to_come if most and len(one.can) == most]

    @property
    def answered(self) -> int:
        return len(self.people) - len(self.silent)

    @property
    def silent(self) -> list[Person]:
        """Who has said nothing of any time."""
        ways = [{one.pk for one in answers.silent} for answers in self.times]
        return [person for person in self.people if all(person.pk in way for way in ways)]


def page_of(poll: TimePoll, person: Person, *, now: datetime | None = None) -> PollPage:
    return PollPage(poll, person, list(members_of(poll)), may_book(person, poll), now or timezone.now())


def with_answers(polls: QuerySet[TimePoll]) -> QuerySet[TimePoll]:
    votes = Prefetch("options__votes", queryset=TimeVote.objects.order_by("pk"))
    return polls.select_related("mentorship__cohort", "asked_by", "session").prefetch_related(
        "options", votes
    )


def open_poll_in(mentorship: Mentorship, person: Person) -> TimePoll | None:
    """With whether this person `has_answered`."""
    said = TimeVote.objects.filter(option__poll=OuterRef("pk"), person=person)
    found = mentorship.polls.filter(state=State.OPEN, closes_at__gt=timezone.now())
    return found.annotate(has_answered=Exists(said)).first()


def unanswered_by(person: Person, now: datetime) -> QuerySet[TimePoll]:
    """Open polls in which this person has said nothing yet."""
    said = TimeVote.objects.filter(person=person).values("option__poll")
    return (
        polls_of(person)
        .filter(state=State.OPEN, closes_at__gt=now)
        .exclude(pk__in=said)
        .select_related("asked_by")
        .order_by("closes_at")
    )
