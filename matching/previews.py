"""What the people of a run would read, before anything is published. Nothing here is stored or sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from matching.encounters import Encounter
from matching.mails_mentorships import context_of
from matching.models import Application, Member, Mentorship, Proposal
from matching.services.telling import HELD, INTRODUCTION
from outbox import kinds
from outbox.rendering import Rendering, render

Part = Member.Part
ONE_TO_ONE = Mentorship.Kind.ONE_TO_ONE
PARTS = [Part.MENTEE, Part.MENTOR]


@dataclass(frozen=True)
class Preview:
    """One mail to one person of a pair; `at` is when it would leave at the earliest."""

    encounter: Encounter
    kind: str
    at: datetime

    @property
    def reader(self):
        return self.encounter.me.person

    @property
    def part(self) -> str:
        return self.encounter.me.part

    @property
    def label(self) -> str:
        return kinds.label(self.kind)

    @property
    def context(self) -> dict:
        return context_of(self.encounter)

    def rendering(self) -> Rendering:
        return render(self.kind, self.context, person=self.reader, language=self.reader.language)


def previews_of(proposal: Proposal, *, now: datetime, hold_ends_at: datetime) -> Iterator[Preview]:
    """All mails of a pair, in the order in which they would leave: of the hold, where there is one, and the introduction."""
    has_hold = proposal.run.cohort.hold_days > 0
    for part in PARTS:
        encounter = encounter_of(proposal, part, hold_ends_at)
        if has_hold:
            yield Preview(encounter, HELD[ONE_TO_ONE], now)
        yield Preview(encounter, INTRODUCTION[ONE_TO_ONE], hold_ends_at if has_hold else now)


def encounter_of(proposal: Proposal, part: str, hold_ends_at: datetime) -> Encounter:
    """The mentorship that this pair would be, through the eyes of one of the two."""
    mentorship = Mentorship(
        pk=0,
        cohort=proposal.run.cohort,
        kind=ONE_TO_ONE,
        reasons=proposal.reasons,
        hold_ends_at=hold_ends_at,
        introduced_at=hold_ends_at,
    )
    places = {Part.MENTOR: proposal.mentor, Part.MENTEE: proposal.mentee}
    mentorship.active = [place(number, each, one) for number, (each, one) in enumerate(places.items())]
    return Encounter(mentorship, next(one for one in mentorship.active if one.part == part))


def place(number: int, part: str, application: Application) -> Member:
    return Member(pk=number, part=part, application=application, person=application.person)


def group_mail(group: Mentorship, hold_ends_at: datetime) -> Rendering | None:
    """The mail to the first mentee of a group (read by `with_people`), as it would read."""
    reader = next((member for member in group.active if member.part == Part.MENTEE), None)
    if reader is None:
        return None
    group.hold_ends_at = group.introduced_at = hold_ends_at
    kind = "group_held" if group.cohort.hold_days else "group_introduction"
    return render(
        kind, context_of(Encounter(group, reader)), person=reader.person, language=reader.person.language
    )
