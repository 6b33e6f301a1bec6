"""One mentorship as one of its people sees it: on the page, in the mail before and in the mail of introduction."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Model
from django.utils.translation import gettext as _

from matching.hours import Hour, full_hours, in_words, monday_of, to_utc, to_wall, two_suggestions
from matching.models import Availability, Member, Mentorship
from matching.reasons import MENTEE, MENTOR, MOST_TIMES, Labels, Pair, Why, explain, listed

Part = Member.Part
ORDER = {Part.MENTOR: 0, Part.COFACILITATOR: 1, Part.MENTEE: 2}


@dataclass(frozen=True)
class Encounter:
    """The mentorship (read by `with_people`) through the eyes of `me`, one of its members."""

    mentorship: Mentorship
    me: Member

    @property
    def is_group(self) -> bool:
        return self.mentorship.kind == Mentorship.Kind.GROUP

    @property
    def is_held(self) -> bool:
        return self.mentorship.state == Mentorship.State.HELD

    @property
    def is_introduced(self) -> bool:
        return self.mentorship.state == Mentorship.State.INTRODUCED

    @property
    def is_paused(self) -> bool:
        return self.is_introduced and self.mentorship.paused_at is not None

    @property
    def is_mentee(self) -> bool:
        return self.me.part == Part.MENTEE

    @cached_property
    def everybody(self) -> list[Member]:
        """Mentors first, then co-facilitators, then mentees by name."""
        return sorted(self.mentorship.active, key=lambda one: (ORDER[one.part], one.person.sort_key))

    @cached_property
    def others(self) -> list[Member]:
        return [member for member in self.everybody if member.person_id != self.me.person_id]

    @property
    def other(self) -> Member | None:
        """The other person of two; None in a group, or where that person has left."""
        return None if self.is_group or not self.others else self.others[0]

    @property
    def lead(self) -> Member:
        return self.everybody[0]

    @property
    def is_lead(self) -> bool:
        return self.lead.person_id == self.me.person_id

    @property
    def title(self) -> str:
        if self.is_group:
            return self.mentorship.name or _("Your group")
        return str(self.other.person) if self.other else _("Your mentorship")

    @cached_property
    def why(self) -> Why:
        return self.why_this_group() if self.is_group else self.why_you_two()

    def why_you_two(self) -> Why:
        if not self.other:
            return Why()
        mentee, mentor = (self.me, self.other) if self.is_mentee else (self.other, self.me)
        pair = Pair(
            mentee=mentee.person,
            mentor=mentor.person,
            reader=MENTEE if self.is_mentee else MENTOR,
            labels=Labels.load(),
            zone=self.me.person.time_zone,
        )
        return explain(self.mentorship.reasons, pair)

    def why_this_group(self) -> Why:
        sentences = [self.stream_sentence(), self.disciplines_sentence(), self.times_sentence()]
        return Why([sentence for sentence in sentences if sentence])

    def stream_sentence(self) -> str:
        stream = self.mentorship.stream
        return _("This group is of the stream %(stream)s.") % {"stream": stream.name} if stream else ""

    def disciplines_sentence(self) -> str:
        names = sorted({entry.label for one in self.everybody for entry in one.person.disciplines.all()})
        return _("Between you, you know: %(disciplines)s.") % {"disciplines": listed(names)} if names else ""

    def times_sentence(self) -> str:
        times = in_words(self.common_hours)[:MOST_TIMES]
        return _("All of you are free on %(times)s.") % {"times": listed(times)} if times else ""

    @cached_property
    def common_hours(self) -> list[Hour]:
        """Hours in which everybody is free, on my own clock; nobody's answer is guessed."""
        monday = monday_of(self.mentorship.cohort.starts_on)
        free = [member.application.availability for member in self.everybody if has_hours(member)]
        if len(free) < len(self.everybody):
            return []
        weeks = [to_utc(one.half_hours, one.zone, monday) for one in free]
        return full_hours(to_wall(set.intersection(*weeks), self.me.person.time_zone, monday))

    @property
    def suggested_hours(self) -> list[Hour]:
        return two_suggestions(self.common_hours)


def has_hours(member: Member) -> bool:
    hours: Availability | Model | None = getattr(member.application, "availability", None)
    return bool(hours and hours.half_hours)


def encounters(mentorships: Iterable[Mentorship], person_id: int) -> list[Encounter]:
    return [Encounter(mentorship, my_place(mentorship, person_id)) for mentorship in mentorships]


def my_place(mentorship: Mentorship, person_id: int) -> Member:
    return next(member for member in mentorship.active if member.person_id == person_id)
