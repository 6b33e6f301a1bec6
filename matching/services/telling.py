"""Which mail tells whom of a mentorship. The key names the cause, so no cause is ever told twice."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from matching.models import Member, Mentorship, Turn
from outbox.models import Mail
from outbox.services import draft_mail, queue_mails

HELD = {Mentorship.Kind.ONE_TO_ONE: "match_held", Mentorship.Kind.GROUP: "group_held"}
INTRODUCTION = {Mentorship.Kind.ONE_TO_ONE: "introduction", Mentorship.Kind.GROUP: "group_introduction"}
WITHDRAWN = "match_withdrawn"
ENDING = "mentorship_ending"
TURNED = {
    Turn.What.PAUSED: "mentorship_paused",
    Turn.What.RESUMED: "mentorship_resumed",
    Turn.What.EXTENDED: "mentorship_extended",
    Turn.What.ENDED: "mentorship_ended",
    Turn.What.REMATCHED: "mentorship_rematched",
}


def tell_held(members: Iterable[Member]) -> None:
    queue_mails(draft(HELD[member.kind], member) for member in members)


def tell_withdrawn(members: Iterable[Member]) -> None:
    """Whoever was never told of the match is skipped when the mail's turn comes."""
    queue_mails(draft(WITHDRAWN, member) for member in members)


def tell_introduced(members: list[Member]) -> None:
    """Everybody of one or several mentorships."""
    together: dict[int, list[Member]] = defaultdict(list)
    for member in members:
        together[member.mentorship_id].append(member)
    queue_mails(
        draft(INTRODUCTION[one.kind], one, reply_to=answer_to(one, together[one.mentorship_id]))
        for one in members
    )


def tell_of_turn(turn: Turn, members: Iterable[Member]) -> None:
    """What changes, never why: the mail knows the turn by its number, and its reason stays where it is."""
    queue_mails(
        draft_mail(
            TURNED[turn.what],
            key=f"{TURNED[turn.what]}:{turn.pk}:{member.pk}",
            person=member.person,
            context={"member": member.pk, "turn": str(turn.pk)},
        )
        for member in members
    )


def tell_of_ending(members: Iterable[Member], last_days: dict[int, date]) -> int:
    """Once for each last day; returns how many were new."""
    drafts = [
        draft_mail(
            ENDING,
            key=f"{ENDING}:{member.mentorship_id}:{member.pk}:{last_days[member.mentorship_id]}",
            person=member.person,
            context={"member": member.pk, "last_day": last_days[member.mentorship_id].isoformat()},
        )
        for member in members
    ]
    known = set(Mail.objects.filter(key__in=[one.key for one in drafts]).values_list("key", flat=True))
    new = [one for one in drafts if one.key not in known]
    queue_mails(new)
    return len(new)


def answer_to(member: Member, members: list[Member]) -> str:
    """The other person's address; in a group the lead mentor's, or that of the first who is not oneself."""
    others = [other for other in members if other.pk != member.pk]
    others.sort(key=lambda other: other.part != Member.Part.MENTOR)
    return others[0].person.email if others else ""


def draft(kind: str, member: Member, reply_to: str = "") -> Mail:
    return draft_mail(
        kind,
        key=mail_key(kind, member),
        person=member.person,
        context={"member": member.pk},
        reply_to=reply_to,
    )


def mail_key(kind: str, member: Member) -> str:
    return f"{kind}:{member.mentorship_id}:{member.pk}"
