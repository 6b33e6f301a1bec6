"""What stands on Home about choosing a mentor, and about being asked."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts import home
from accounts.models import Person
from matching.models import Application, Choice
from matching.queries.choices import asked_of, list_of, may_choose

URGENCY_OF_AN_ANSWER = 12
URGENCY_OF_A_CHOICE = 25
CARD_ORDER = 15
State = Choice.State


def register_home() -> None:
    home.register(tell)


def tell(person: Person) -> Iterator[home.NextStep | home.HomeCard]:
    requests = list(asked_of(person))
    if requests:
        yield to_answer(requests[0])
        yield home.HomeCard(CARD_ORDER, "matching/choices/_home_requests.html", {"choices": requests})
    for mentee in may_choose(timezone.localdate()).filter(person=person):
        yield from of_a_mentee(mentee)


def of_a_mentee(mentee: Application) -> Iterator[home.NextStep | home.HomeCard]:
    listed = list_of(mentee)
    asked = next((choice for choice in listed if choice.state == State.ASKED), None)
    waiting = [choice for choice in listed if choice.state == State.LISTED]
    if asked or waiting:
        card = {"mentee": mentee, "asked": asked, "waiting": len(waiting)}
        yield home.HomeCard(CARD_ORDER, "matching/choices/_home_list.html", card)
    if not asked:
        yield to_choose(mentee, has_begun=bool(waiting))


def to_answer(choice: Choice) -> home.NextStep:
    until = date_format(timezone.localtime(choice.expires_at), "l j F")
    return home.NextStep(
        urgency=URGENCY_OF_AN_ANSWER,
        title=_("Answer %(name)s, who asks for you as mentor") % {"name": choice.mentee.person},
        why=_("Yes or no, both help. The request stays open until %(day)s.") % {"day": until},
        minutes=2,
        url=reverse("matching:answer_choice", args=[choice.pk]),
        action=_("See who asks"),
    )


def to_choose(mentee: Application, *, has_begun: bool) -> home.NextStep:
    names = {"cohort": mentee.cohort}
    return home.NextStep(
        urgency=URGENCY_OF_A_CHOICE,
        title=_("Ask the first mentor on your list")
        if has_begun
        else _("Choose whom you would like as mentor"),
        why=_("In %(cohort)s you can name up to five mentors in your order. One at a time is asked.") % names,
        minutes=1 if has_begun else 5,
        url=reverse("matching:choices", args=[mentee.cohort.slug]),
        action=_("See your list") if has_begun else _("See the mentors"),
    )
