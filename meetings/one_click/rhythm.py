"""What the mails of `services.rhythm` let their readers do without signing in."""

from django.utils.translation import gettext as _

from accounts.models import Person
from matching.models import Member
from meetings.models import FitCheck
from meetings.one_click import Action, Question, register
from meetings.queries.rhythm import membership
from meetings.services.fit_checks import still_want
from meetings.services.rhythm import say_met


def register_actions() -> None:
    register(Action("met_elsewhere", ask=ask_met, act=met))
    register(Action("still_wanted", ask=ask_still_wanted, act=still_wanted))


def ask_met(person: Person, pk: int) -> Question | None:
    member = membership(person, pk)
    if member is None:
        return None
    return Question(
        title=_("Have you met?"),
        sentence=_("If you met %(who)s by phone, over coffee or anywhere else, we note it and stop asking.")
        % {"who": whom(member)},
        button=_("Yes, we met"),
    )


def met(person: Person, pk: int) -> str:
    say_met(person, pk)
    return _("Noted, thank you. We no longer ask whether you have met.")


def ask_still_wanted(person: Person, pk: int) -> Question | None:
    member = membership(person, pk)
    if member is None or has_said(person, pk):
        return None
    return Question(
        title=_("Do you still want this mentor?"),
        sentence=_("Then everything stays as it is with %(who)s, and we do not ask again.")
        % {"who": whom(member)},
        button=_("Yes, keep it as it is"),
    )


def still_wanted(person: Person, pk: int) -> str:
    still_want(person, pk)
    return _(
        "Noted: everything stays as it is. A short mail to your mentor with two times is a good next step."
    )


def has_said(person: Person, pk: int) -> bool:
    return FitCheck.objects.filter(person=person, mentorship=pk, stage=FitCheck.Stage.START).exists()


def whom(member: Member) -> str:
    """The other of two, or the group by its name."""
    if member.mentorship.name:
        return member.mentorship.name
    others = Member.objects.filter(mentorship=member.mentorship, left_at=None).exclude(pk=member.pk)
    names = [str(other.person) for other in others.select_related("person")]
    return names[0] if len(names) == 1 else _("your group")
