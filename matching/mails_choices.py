"""The mails about requests to a mentor: what each says, and when it is no longer needed.

None carries an address, a need or the word from one to the other; none says who else was asked.
"""

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from matching.choosing import why_for_mentor
from matching.mails_mentorships import MAY_BE_READ, sample_member
from matching.models import Application, Choice, Cohort, Member, Programme
from matching.queries.choices import may_choose
from matching.reasons import Why
from matching.services.telling_choices import ASKED, OVER, PASSED, REMINDER, Passed, asked_key
from outbox.kinds import Group, MailKind, register
from outbox.models import Mail

State = Choice.State
GONE = gettext_noop("The request was deleted.")


def register_mails() -> None:
    for kind in KINDS:
        register(kind)


def find(mail: Mail) -> Choice | None:
    return (
        Choice.objects.select_related("mentee__person", "mentee__cohort__programme", "mentor__person")
        .filter(pk=mail.context["choice"])
        .first()
    )


def about(mail: Mail) -> dict:
    choice = find(mail)
    does = Member(person=choice.mentee.person).what_they_do
    return context_of(choice, does=does, why=SimpleLazyObject(lambda: why_for_mentor(choice)))


def context_of(choice: Choice, *, does: str, why) -> dict:
    return around(choice.mentee.cohort) | {
        "choice": choice,
        "mentee": choice.mentee.person,
        "mentor": choice.mentor.person,
        "what_they_do": does,
        "why": why,
        "url": settings.PUBLIC_URL + reverse("matching:answer_choice", args=[choice.pk]),
    }


def around(cohort: Cohort) -> dict:
    return {
        "cohort": cohort,
        "contact": cohort.programme.contact,
        "list_url": settings.PUBLIC_URL + reverse("matching:choices", args=[cohort.slug]),
    }


def about_over(mail: Mail) -> dict:
    """Without a name where whoever asked has left the programme and taken it along."""
    choice = find(mail)
    cohort = Cohort.objects.select_related("programme").get(pk=mail.context["cohort"])
    return around(cohort) | {"mentee": choice and choice.mentee.person}


def about_passed(mail: Mail) -> dict:
    """Whom it is about, and who is asked now: read when the mail leaves."""
    choice, why = find(mail), mail.context["why"]
    mentee = Application.objects.select_related("cohort__programme").get(pk=mail.context["mentee"])
    asked = None
    if why != Passed.SWITCHED_OFF:
        asked = mentee.choices.filter(state=State.ASKED).select_related("mentor__person").first()
    was_asked = bool(choice and choice.asked_at)
    told = {"mentor": choice and choice.mentor.person}
    return around(mentee.cohort) | told | passed_context(why, asked, was_asked=was_asked)


def passed_context(why: str, asked: Choice | None, *, was_asked: bool) -> dict:
    return {"passed": why, "asked": asked and asked.mentor.person, "was_asked": was_asked}


def no_longer_asked(mail: Mail) -> str:
    choice = find(mail)
    if choice is None:
        return GONE
    return (
        "" if choice.state == State.ASKED else gettext_noop("The request was answered, taken back or closed.")
    )


def never_asked(mail: Mail) -> str:
    """Nobody is told that a request is over of which they never heard."""
    told = Mail.objects.filter(key=asked_key(mail.context["choice"]), state__in=MAY_BE_READ)
    return "" if told.exists() else gettext_noop("This mentor had not been told of the request.")


def needs_no_word(mail: Mail) -> str:
    if mail.context["why"] == Passed.SWITCHED_OFF:
        still = Application.objects.filter(state=Application.State.ACCEPTED)
    else:
        still = may_choose(timezone.localdate())
    is_there = still.filter(pk=mail.context["mentee"]).exists()
    return "" if is_there else gettext_noop("This person has a mentor, has left, or chooses no longer.")


# --- Previews ---------------------------------------------------------------------------------


def sample_choice() -> Choice:
    now = timezone.now()
    cohort = Cohort(
        slug="autumn",
        programme=Programme(contact="hello@programme.example"),
        name_en="Autumn cohort",
        name_fr="Promotion d’automne",
        lets_mentees_choose=True,
    )
    mentor, mentee, _next = (sample_member(*one).person for one in SAMPLE_PEOPLE)
    return Choice(
        pk=0,
        mentee=Application(pk=-1, person=mentee, cohort=cohort),
        mentor=Application(pk=-2, person=mentor, cohort=cohort),
        state=State.ASKED,
        asked_at=now,
        expires_at=now + timedelta(days=14),
    )


SAMPLE_PEOPLE = [
    (0, "Ngozi Okafor", Member.Part.MENTOR),
    (1, "Samira Aziz", Member.Part.MENTEE),
    (2, "Hana Suzuki", Member.Part.MENTOR),
]


def sample() -> dict:
    does = sample_member(*SAMPLE_PEOPLE[1]).what_they_do
    why = SimpleLazyObject(lambda: Why([gettext("You both speak %(language)s.") % {"language": "English"}]))
    return context_of(sample_choice(), does=does, why=why)


def sample_passed() -> dict:
    following = Choice(mentor=Application(person=sample_member(*SAMPLE_PEOPLE[2]).person))
    return sample() | passed_context(Passed.DECLINED, following, was_asked=True)


KINDS = [
    MailKind(
        ASKED,
        _("a mentee asks a mentor"),
        build=about,
        why_skip=no_longer_asked,
        sample=sample,
        group=Group.MENTORING,
        says=_("That a mentee asks for you as their mentor"),
    ),
    MailKind(
        REMINDER,
        _("a request waits for a mentor’s answer"),
        build=about,
        why_skip=no_longer_asked,
        sample=sample,
        is_essential=False,
        group=Group.MENTORING,
        says=_("A reminder of a mentee who waits for your answer"),
    ),
    MailKind(
        OVER,
        _("a request that no longer needs an answer"),
        build=about_over,
        why_skip=never_asked,
        sample=sample,
        group=Group.MENTORING,
        says=_("That a request to you no longer needs an answer"),
    ),
    MailKind(
        PASSED,
        _("a mentor who was asked will not be this mentee’s"),
        build=about_passed,
        why_skip=needs_no_word,
        sample=sample_passed,
        group=Group.MENTORING,
        says=_("The answer of a mentor whom you asked"),
    ),
]
