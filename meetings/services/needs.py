"""Raise, share, order and finish what people bring to a session. Who may do so was settled by the caller."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.encryption import seal_for
from accounts.models import Person
from matching.errors import Refused
from meetings.marks import mark_of
from meetings.models import MeToo, Session, SessionNeed
from meetings.queries.needs import FEWEST_FOR_ANONYMITY, left_over, may_be_anonymous

MOST_NEEDS = 100
Kind, State = SessionNeed.Kind, SessionNeed.State


class TooFewToBeAnonymous(Refused):
    """In so small a group everybody would know who raised it."""


class TooManyNeeds(Refused):
    """No session comes to so many."""


@transaction.atomic
def raise_need(
    session: Session,
    *,
    by: Person,
    body: str,
    case: dict | None = None,
    is_anonymous: bool = False,
    pk: UUID,
) -> SessionNeed:
    """Raise a need; the same key again changes nothing. Raises TooFewToBeAnonymous, TooManyNeeds."""
    if is_anonymous and not may_be_anonymous(session):
        raise TooFewToBeAnonymous(
            _("With fewer than %(number)s people everybody would know who it was. Raise it under your name.")
            % {"number": FEWEST_FOR_ANONYMITY}
        )
    if session.needs.count() >= MOST_NEEDS:
        raise TooManyNeeds(
            _("This session has %(number)s needs, which is all that fit.") % {"number": MOST_NEEDS}
        )
    words = {"kind": Kind.NEED if case is None else Kind.CASE, "body": body, "case": case}
    who = {"mark": mark_of(by, pk), "is_anonymous": True} if is_anonymous else {"author": by}
    need, _is_new = SessionNeed.objects.get_or_create(pk=pk, defaults={"session": session, **who, **words})
    return need


def edit_need(need: SessionNeed, *, body: str, case: dict | None = None) -> None:
    """Its author words it anew; of a decision case, what was decided stays."""
    if case is not None:
        case = {**need.case, **case}
    SessionNeed.objects.filter(pk=need.pk).update(
        body=seal_for(need, "body", body),
        case=None if case is None else seal_for(need, "case", case),
    )


def record_decision(need: SessionNeed, decided: str) -> None:
    SessionNeed.objects.filter(pk=need.pk, kind=Kind.CASE).update(
        case=seal_for(need, "case", {**need.case, "decided": decided})
    )


def withdraw_need(need: SessionNeed) -> None:
    SessionNeed.objects.filter(pk=need.pk).delete()


def say_me_too(need: SessionNeed, person: Person) -> None:
    """Twice is once. The author of an anonymous need may too: so that not having said it tells nothing."""
    if need.author_id != person.pk:
        MeToo.objects.bulk_create([MeToo(need=need, person=person)], ignore_conflicts=True)


def take_back_me_too(need: SessionNeed, person: Person) -> None:
    MeToo.objects.filter(need=need, person=person).delete()


def mark_covered(need: SessionNeed, *, is_covered: bool) -> None:
    state = State.COVERED if is_covered else State.OPEN
    SessionNeed.objects.filter(pk=need.pk).update(state=state)


@transaction.atomic
def place_need(need: SessionNeed, *, before: UUID | None) -> None:
    """Put a need before another of the same session, or at the end. Two hosts at once do so one after the other."""
    order = in_order(need.session_id)
    others = [one for one in order if one.pk != need.pk]
    place = next((n for n, one in enumerate(others) if one.pk == before), len(others))
    moved = [one for one in order if one.pk == need.pk]
    store_order([*others[:place], *moved, *others[place:]])


@transaction.atomic
def step_need(need: SessionNeed, *, steps: int) -> None:
    """Move a need up (-1) or down (1) among those still open; at either end it stays."""
    order = in_order(need.session_id)
    still_open = [one for one in order if one.state == State.OPEN]
    place = next((n for n, one in enumerate(still_open) if one.pk == need.pk), None)
    if place is None:
        return
    still_open.insert(max(place + steps, 0), still_open.pop(place))
    store_order([*still_open, *(one for one in order if one.state != State.OPEN)])


def in_order(session_pk: int) -> list[SessionNeed]:
    """The needs of a session, as they stand; whoever else would order them waits."""
    Session.objects.select_for_update().get(pk=session_pk)
    return list(SessionNeed.objects.filter(session=session_pk).only("position", "state"))


def store_order(needs: list[SessionNeed]) -> None:
    for position, need in enumerate(needs, start=1):
        need.position = position
    SessionNeed.objects.bulk_update(needs, ["position"])


@transaction.atomic
def carry_over(session: Session) -> int:
    """Bring what earlier sessions did not come to; how many. Twice, or by two people at once, brings each once."""
    waiting = left_over(session).select_for_update(of=["self"])
    needs = list(waiting.only("carried"))
    for need in needs:
        # Behind what the host has put in order, in no order of their own.
        need.session, need.position, need.carried = session, None, need.carried + 1
    SessionNeed.objects.bulk_update(needs, ["session", "position", "carried"])
    return len(needs)
