"""What stands on Home about sessions: what comes next, and the one thing to do about it."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts import home
from accounts.models import Person
from meetings.my_session import MySession, my_sessions
from meetings.queries.coming import mine, to_come_for

URGENCY_OF_A_SESSION_NOW = 1
URGENCY_OF_AN_OFFER = 5
URGENCY_OF_AN_ANSWER = 25
CARD_ORDER = 5
SHOWN = 3


def register_home() -> None:
    home.register(tell)


def tell(person: Person) -> Iterator[home.NextStep | home.HomeCard]:
    now = timezone.now()
    rows = my_sessions(mine(to_come_for(person, now), person)[:SHOWN], person, now)
    for row in rows:
        if step := step_of(row):
            yield step
    if rows:
        yield home.HomeCard(CARD_ORDER, "meetings/sessions/_home_card.html", {"rows": rows})


def step_of(row: MySession) -> home.NextStep | None:
    if row.session.is_cancelled:
        return None
    if row.can_join:
        return join_step(row)
    if row.is_offered:
        return offer_step(row)
    return answer_step(row) if row.is_to_answer else None


def join_step(row: MySession) -> home.NextStep:
    starts = f"{timezone.localtime(row.session.starts_at):%H:%M}"
    return home.NextStep(
        urgency=URGENCY_OF_A_SESSION_NOW,
        title=_("Join at %(time)s: %(title)s") % {"time": starts, "title": row.session.title},
        why=_("The link opens the call. You can be there a little early."),
        minutes=None,
        url=row.session.video_url,
        action=_("Join the call"),
    )


def offer_step(row: MySession) -> home.NextStep:
    until = timezone.localtime(row.session.my_offer_expires_at)
    return home.NextStep(
        urgency=URGENCY_OF_AN_OFFER,
        title=_("A seat is free for you: %(title)s") % {"title": row.session.title},
        why=_("It is kept for you until %(day)s at %(time)s, then it goes to the next person.")
        % {"day": date_format(until, "l j F"), "time": f"{until:%H:%M}"},
        minutes=1,
        url=f"{row.url}#seats",
        action=_("Take the seat"),
    )


def answer_step(row: MySession) -> home.NextStep:
    starts = timezone.localtime(row.session.starts_at)
    when = {"title": row.session.title, "day": date_format(starts, "l j F"), "time": f"{starts:%H:%M}"}
    return home.NextStep(
        urgency=URGENCY_OF_AN_ANSWER,
        title=_("Are you coming to %(title)s?") % when,
        why=_("You meet on %(day)s at %(time)s. A seat is kept for you; a word helps the host to plan.")
        % when,
        minutes=1,
        url=f"{row.url}#seats",
        action=_("Answer"),
    )
