"""Which mail tells whom of a mentorship. The key names the cause, so no cause is ever told twice."""

from collections.abc import Iterable

from matching.models import Member, Mentorship
from outbox.models import Mail
from outbox.services import draft_mail, queue_mails

HELD = {Mentorship.Kind.ONE_TO_ONE: "match_held", Mentorship.Kind.GROUP: "group_held"}
INTRODUCTION = {Mentorship.Kind.ONE_TO_ONE: "introduction", Mentorship.Kind.GROUP: "group_introduction"}
WITHDRAWN = "match_withdrawn"


def tell_held(members: Iterable[Member]) -> None:
    queue_mails(draft(HELD[member.kind], member) for member in members)


def tell_withdrawn(members: Iterable[Member]) -> None:
    """Whoever was never told of the match is skipped when the mail's turn comes."""
    queue_mails(draft(WITHDRAWN, member) for member in members)


def tell_introduced(members: list[Member]) -> None:
    queue_mails(
        draft(INTRODUCTION[member.kind], member, reply_to=answer_to(member, members)) for member in members
    )


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
