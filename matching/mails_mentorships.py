"""The mails about mentorships: what each says, and when it is no longer needed.

Before the introduction no mail carries an address. No mail carries a need, a note or anything marked sensitive.
"""

from datetime import date, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, PersonRole, Role
from matching.encounters import Encounter, my_place
from matching.hours import Hour
from matching.models import Cohort, Member, Mentorship, Programme, Stream
from matching.queries.mentorships import member_for_mail
from matching.reasons import Why
from matching.services.telling import HELD, WITHDRAWN, mail_key
from outbox.kinds import Group, MailKind, register
from outbox.models import Mail

State = Mentorship.State
# A mail in one of these states has reached its reader, or may have.
MAY_BE_READ = [Mail.State.SENDING, Mail.State.SENT, Mail.State.IN_DOUBT]


def register_mails() -> None:
    for kind in KINDS:
        register(kind)


def about(mail: Mail) -> dict:
    member = member_for_mail(mail.context["member"])
    mentorship = member.mentorship
    return context_of(Encounter(mentorship, my_place(mentorship, member.person_id)))


def about_withdrawn(mail: Mail) -> dict:
    """Nobody is in it any longer: only what it was."""
    member = member_for_mail(mail.context["member"])
    return context_of(Encounter(member.mentorship, member))


def context_of(encounter: Encounter) -> dict:
    cohort = encounter.mentorship.cohort
    return {
        "encounter": encounter,
        # Sentences are made while the mail is rendered, in the reader's language and not before.
        "why": SimpleLazyObject(lambda: encounter.why),
        "cohort": cohort,
        "contact": cohort.programme.contact,
        "url": settings.PUBLIC_URL + reverse("matching:mentorship", args=[encounter.mentorship.pk]),
        "decline_url": settings.PUBLIC_URL
        + reverse("matching:not_this_person", args=[encounter.mentorship.pk]),
        "home_url": settings.PUBLIC_URL + reverse("matching:mentorships"),
    }


def unless(mail: Mail, *, state: str, reason: str) -> str:
    """Still wanted while the mentorship is in this state, and its reader and somebody else in it."""
    member = Member.objects.select_related("mentorship").filter(pk=mail.context["member"]).first()
    if member is None:
        return "The mentorship was deleted."
    if member.mentorship.state != state:
        return reason
    others = Member.objects.filter(mentorship=member.mentorship_id, left_at=None).exclude(pk=member.pk)
    if member.left_at or not others.exists():
        return "This person, or everybody else, has left."
    return ""


def no_longer_held(mail: Mail) -> str:
    return unless(
        mail, state=State.HELD, reason="The match was taken back, or the hold ended, before this left."
    )


def no_longer_introduced(mail: Mail) -> str:
    return unless(mail, state=State.INTRODUCED, reason="The mentorship ended before this left.")


def never_told(mail: Mail) -> str:
    """Nobody is told that something does not go ahead of which they never heard."""
    member = Member.objects.select_related("mentorship").filter(pk=mail.context["member"]).first()
    if member is None:
        return "The mentorship was deleted."
    told = Mail.objects.filter(key=mail_key(HELD[member.kind], member), state__in=MAY_BE_READ)
    return "" if told.exists() else "This person had not been told of the match."


# --- Previews ---------------------------------------------------------------------------------


def sample() -> dict:
    return context_of(sample_encounter(kind=Mentorship.Kind.ONE_TO_ONE))


def sample_group() -> dict:
    return context_of(sample_encounter(kind=Mentorship.Kind.GROUP))


class SampleEncounter(Encounter):
    """Invented people, so that a preview needs no database."""

    @property
    def why(self) -> Why:
        if self.is_group:
            return Why([gettext("This group is of the stream %(stream)s.") % {"stream": "CNIO"}])
        return Why([gettext("You both speak %(language)s.") % {"language": "English"}])

    @property
    def common_hours(self) -> list[Hour]:
        return [Hour(3, 12 * 60 + 30), Hour(1, 18 * 60)]


def sample_encounter(*, kind: str) -> Encounter:
    now = timezone.now()
    cohort = Cohort(
        programme=Programme(contact="hello@programme.example"),
        name_en="Autumn cohort",
        name_fr="Promotion d’automne",
        starts_on=date(2027, 1, 4),
        ends_on=date(2027, 6, 18),
    )
    mentorship = Mentorship(
        pk=0,
        cohort=cohort,
        kind=kind,
        name="Nursing and midwifery circle" if kind == Mentorship.Kind.GROUP else "",
        stream=Stream(pk=1, slug="cnio", name_en="CNIO", name_fr="CNIO"),
        state=State.HELD,
        hold_ends_at=now + timedelta(days=3),
        introduced_at=now,
    )
    parts = [Member.Part.MENTOR, Member.Part.MENTEE]
    if kind == Mentorship.Kind.GROUP:
        parts += [Member.Part.COFACILITATOR, Member.Part.MENTEE]
    mentorship.active = [
        sample_member(number, name, part)
        for number, (name, part) in enumerate(zip(SAMPLE_NAMES, parts, strict=False))
    ]
    return SampleEncounter(mentorship, mentorship.active[1])


SAMPLE_NAMES = ["Ngozi Okafor", "Samira Aziz", "Hana Suzuki", "Ciara Doyle"]


def sample_member(number: int, name: str, part: str) -> Member:
    address = f"{name.split()[0].lower()}@hospital.example"
    # Below zero, so that nothing of a real person is ever found for the invented one.
    person = Person(pk=-1 - number, name=name, email=address)
    person.sort_key = name.lower()
    role = Role(
        pk=-1,
        en="Chief nursing information officer (CNIO)",
        fr="Direction du numérique en soins infirmiers (CNIO)",
    )
    person._prefetched_objects_cache = {"roles": [PersonRole(role=role, how=PersonRole.How.UNTITLED)]}
    return Member(pk=-1 - number, person=person, part=part)


KINDS = [
    MailKind(
        "match_held",
        _("whom somebody would meet"),
        build=about,
        why_skip=no_longer_held,
        sample=sample,
        group=Group.MENTORING,
        says=_("Whom you would meet, before you are introduced"),
    ),
    MailKind(
        "group_held",
        _("the group somebody would be in"),
        build=about,
        why_skip=no_longer_held,
        sample=sample_group,
        group=Group.MENTORING,
        says=_("The group that you would be in, before you are introduced"),
    ),
    MailKind(
        WITHDRAWN,
        _("a match that is not going ahead"),
        build=about_withdrawn,
        why_skip=never_told,
        sample=sample,
        group=Group.MENTORING,
        says=_("That a match is not going ahead"),
    ),
    MailKind(
        "introduction",
        _("introduction of two people"),
        build=about,
        why_skip=no_longer_introduced,
        is_at_most_once=True,
        sample=sample,
        group=Group.MENTORING,
        says=_("Your introduction to your mentor or mentee"),
    ),
    MailKind(
        "group_introduction",
        _("introduction of a group"),
        build=about,
        why_skip=no_longer_introduced,
        is_at_most_once=True,
        sample=sample_group,
        group=Group.MENTORING,
        says=_("Your introduction to your group"),
    ),
]
