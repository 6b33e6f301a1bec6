"""A rehearsal: a mail of a run as its reader would get it, sent to the admin who asks and to nobody else.

Names, addresses and times stand in it as in the real one, below a word to the admin that it is a rehearsal.
"""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import get_language, get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from matching.mails_mentorships import sample_encounter
from matching.models import MatchRun, Mentorship, Proposal
from matching.previews import Preview, previews_of
from matching.queries.publishing import for_mails
from matching.services.rehearsing import REHEARSAL
from matching.services.telling import HELD
from matching.working_days import working_days_after
from outbox.kinds import Group, MailKind, register
from outbox.models import Mail
from outbox.rendering import as_read_by, render_part


def register_mails() -> None:
    register(KIND)


def about(mail: Mail) -> dict:
    return words_of(found(mail))


def found(mail: Mail) -> Preview:
    run = MatchRun.objects.get(proposals=mail.context["proposal"])
    proposal = for_mails(run).get(pk=mail.context["proposal"])
    now = datetime.fromisoformat(mail.context["asked"])
    ends_at = working_days_after(now, proposal.run.cohort.hold_days)
    return next(
        one
        for one in previews_of(proposal, now=now, hold_ends_at=ends_at)
        if (one.part, one.kind) == (mail.context["part"], mail.context["kind"])
    )


def words_of(preview: Preview) -> dict:
    reader = preview.reader
    part = render_part(preview.kind, preview.context, person=reader, language=reader.language)
    with as_read_by(reader, reader.language):
        greeting = gettext("Hello %(name)s,") % {"name": reader.get_short_name()}
    return {
        "part": part,
        "reader": reader,
        "greeting": greeting,
        # `language` is that of the mail itself.
        "readers_language": get_language_info(reader.language)["name_translated"],
        "at": timezone.localtime(preview.at),
    }


def no_longer_asked(mail: Mail) -> str:
    if not mail.person or not mail.person.is_staff:
        return "Its reader is no admin any more."
    proposed = Proposal.objects.filter(pk=mail.context["proposal"], mentor__isnull=False)
    return "" if proposed.exists() else "The run does not propose this pair any more."


def sample() -> dict:
    encounter = sample_encounter(kind=Mentorship.Kind.ONE_TO_ONE)
    reader = encounter.me.person
    reader.language = get_language() or "en"
    return words_of(Preview(encounter, HELD[Mentorship.Kind.ONE_TO_ONE], timezone.now()))


KIND = MailKind(
    REHEARSAL,
    _("rehearsal of a match's mail, to an admin alone"),
    build=about,
    why_skip=no_longer_asked,
    sample=sample,
    group=Group.PROGRAMME,
    says=_("A mail of a run as its reader would get it, which you sent yourself"),
    is_for_admins=True,
)
