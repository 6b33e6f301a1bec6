"""What the templates of the mails about sessions are given. Times are the reader's: mail is rendered in their zone."""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import Person
from meetings import one_click
from meetings.calendar.events import url_of
from meetings.models import Series, Session
from meetings.moments import place_name
from meetings.queries import invited
from meetings.queries.still_told import planned_of
from outbox.models import Mail

SHOWN_DATES = 12


@dataclass(frozen=True)
class Letter:
    """A session or series as its mails show it to one reader."""

    planned: Session | Series
    reader: Person
    is_host: bool
    sessions: list[Session]

    @property
    def title(self) -> str:
        return self.planned.title

    @property
    def zone(self) -> str:
        """The city whose time the mail tells."""
        return place_name(timezone.get_current_timezone_name())

    @property
    def starts_at(self) -> datetime:
        return self.planned.starts_at if isinstance(self.planned, Session) else self.sessions[0].starts_at

    @property
    def ends_at(self) -> datetime:
        return self.planned.ends_at if isinstance(self.planned, Session) else self.sessions[0].ends_at

    @property
    def is_series(self) -> bool:
        return isinstance(self.planned, Series)

    @property
    def shown(self) -> list[Session]:
        return self.sessions[:SHOWN_DATES]

    @property
    def more(self) -> int:
        return max(0, len(self.sessions) - SHOWN_DATES)

    @property
    def other_host(self) -> Person | None:
        """Who leads it, where that is not the reader."""
        return None if self.is_host else self.planned.host

    @property
    def url(self) -> str:
        return url_of(self.planned)

    @property
    def list_url(self) -> str:
        """Where sessions are booked one by one."""
        return settings.PUBLIC_URL + reverse("meetings:sessions")

    @property
    def last_day(self) -> date:
        return self.planned.until


def about(mail: Mail) -> dict:
    planned = planned_of(mail)
    is_host = mail.person_id in {planned.host_id, planned.cohost_id}
    return context_of(Letter(planned, mail.person, is_host, sessions_in(planned, mail))) | {
        "has_waited": bool(mail.context.get("waited"))
    }


def sessions_in(planned: Session | Series, mail: Mail) -> list[Session]:
    """The dates that the mail lists: of a series those that are the reader's, or to be booked by them."""
    if isinstance(planned, Session):
        return []
    to_come = invited.to_come(planned)
    return list(to_come if mail.kind == "series_book" else invited.attended_by(mail.person, to_come))


def about_offer(mail: Mail) -> dict:
    """With the two links that answer the offer in one click each."""
    until = parse_datetime(mail.context["until"])
    session = planned_of(mail)
    links = {"person": mail.person, "pk": session.pk, "until": until}
    return about(mail) | {
        "until": until,
        "take_url": one_click.link("take_seat", **links),
        "let_go_url": one_click.link("cannot", **links),
    }


def about_unsure(mail: Mail) -> dict:
    return about(mail) | {"about": Person.objects.get(pk=mail.context["about"])}


def context_of(letter: Letter) -> dict:
    planned = letter.planned
    comes = isinstance(planned, Session) and not letter.is_host and not planned.is_cancelled
    return {
        "letter": letter,
        "calendar_url": settings.PUBLIC_URL + reverse("meetings:calendar_settings"),
        "cannot_url": one_click.link("cannot", person=letter.reader, pk=planned.pk, until=planned.starts_at)
        if comes
        else "",
    }
