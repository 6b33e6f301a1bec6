"""What the first people of a run would read, before anything is published."""

from datetime import datetime

from matching.encounters import Encounter
from matching.mails_mentorships import context_of
from matching.models import Application, Member, Mentorship, Proposal
from outbox.rendering import Rendering, render

Part = Member.Part


def first_mail(proposal: Proposal | None, hold_ends_at: datetime) -> Rendering | None:
    """The mail to the mentee of this pair, as it would read; nothing is stored or sent."""
    if proposal is None:
        return None
    cohort = proposal.run.cohort
    mentorship = Mentorship(
        pk=0,
        cohort=cohort,
        kind=Mentorship.Kind.ONE_TO_ONE,
        reasons=proposal.reasons,
        hold_ends_at=hold_ends_at,
        introduced_at=hold_ends_at,
    )
    places = {Part.MENTOR: proposal.mentor, Part.MENTEE: proposal.mentee}
    mentorship.active = [place(number, part, one) for number, (part, one) in enumerate(places.items())]
    reader = mentorship.active[1]
    kind = "match_held" if cohort.hold_days else "introduction"
    context = context_of(Encounter(mentorship, reader))
    return render(kind, context, person=reader.person, language=reader.person.language)


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
