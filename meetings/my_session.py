"""A session as one person sees it: in lists, on Home, on its page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import groupby

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Person
from meetings.models import Seat, Series, Session
from meetings.moments import place_name, wall_clock
from meetings.queries.seats import seats_in_words
from meetings.recurrence import LAST, week_of_month

State = Seat.State
# From when on the call can be joined.
DOOR_OPENS = timedelta(hours=1)
ANSWER_WITHIN = timedelta(days=14)
WEEKS_AHEAD = 3


@dataclass(frozen=True)
class MySession:
    """`session` comes from `coming.with_my_seat`."""

    session: Session
    person: Person
    now: datetime

    @property
    def url(self) -> str:
        return reverse("meetings:session", args=[self.session.pk])

    @property
    def is_over(self) -> bool:
        return self.session.ends_at <= self.now

    @property
    def has_begun(self) -> bool:
        return self.session.starts_at <= self.now

    @property
    def is_host(self) -> bool:
        return self.person.pk in {self.session.host_id, self.session.cohost_id}

    @property
    def is_going(self) -> bool:
        return self.session.my_state == State.GOING

    @property
    def is_offered(self) -> bool:
        until = self.session.my_offer_expires_at
        is_open = not (self.has_begun or self.session.is_cancelled)
        return self.session.my_state == State.OFFERED and is_open and until > self.now

    @property
    def is_waiting(self) -> bool:
        return self.session.my_state == State.WAITING

    @property
    def said_no(self) -> bool:
        return self.session.my_state == State.CANNOT and self.session.my_answered_at is not None

    @property
    def is_to_answer(self) -> bool:
        """A seat is kept without a word, and the session is near enough to know."""
        is_kept = self.is_going and self.session.my_answered_at is None and not self.is_host
        is_open = not (self.has_begun or self.session.is_cancelled)
        return is_kept and is_open and self.session.starts_at < self.now + ANSWER_WITHIN

    @property
    def door_opens_at(self) -> datetime:
        return self.session.starts_at - DOOR_OPENS

    @property
    def may_see_link(self) -> bool:
        return self.is_host or self.is_going

    @property
    def can_join(self) -> bool:
        is_near = self.door_opens_at <= self.now < self.session.ends_at
        return (
            bool(self.session.video_url) and is_near and self.may_see_link and not self.session.is_cancelled
        )

    @property
    def free(self) -> int | None:
        if self.session.seats is None:
            return None
        return 0 if self.session.waiting else max(self.session.seats - self.session.taken, 0)

    @property
    def can_book(self) -> bool:
        """Somebody without a seat could have one, or wait for one."""
        is_open = not (self.has_begun or self.session.is_cancelled or self.is_host)
        return is_open and self.session.seats is not None and self.session.my_state in (None, State.CANNOT)

    @property
    def is_online(self) -> bool:
        return bool(self.session.video_url) or not self.session.room

    @property
    def tag(self) -> tuple[str, str] | None:
        """How I stand to it: a tone and a word or two."""
        if self.session.is_cancelled:
            return "bad", _("Cancelled")
        if self.is_host:
            return "good", _("You host") if not self.is_over else _("You hosted")
        if self.is_over:
            return None
        if self.is_offered:
            return "warn", _("A seat is offered")
        if self.is_to_answer:
            return "warn", _("Are you coming?")
        if self.is_going:
            return "good", _("You are going")
        if self.is_waiting:
            return "warn", self.place_in_words
        return ("quiet", _("You cannot come")) if self.said_no else None

    @property
    def place_in_words(self) -> str:
        return _("Waiting list, number %(place)s") % {"place": self.session.my_place}

    @property
    def seats_words(self) -> str:
        """What is left, where that concerns me."""
        if self.session.seats is None or self.is_over or self.session.is_cancelled:
            return ""
        return seats_in_words(self.free, self.session.taken, self.session.waiting)

    @property
    def action(self) -> tuple[str, str] | None:
        """The one button: where it leads and its words."""
        if self.can_join:
            return self.session.video_url, _("Join")
        if self.is_offered:
            return f"{self.url}#seats", _("Take the seat")
        if self.is_to_answer:
            return f"{self.url}#seats", _("Answer")
        if self.can_book:
            return f"{self.url}#seats", _("Book a seat") if self.free else _("Join the waiting list")
        return None

    @cached_property
    def elsewhere(self) -> str:
        """The same time on the clock of the place where it was planned, if that shows another."""
        zone = self.session.zone
        there, here = wall_clock(self.session.starts_at, zone), timezone.localtime(self.session.starts_at)
        if there == here.replace(tzinfo=None):
            return ""
        ends = wall_clock(self.session.ends_at, zone)
        words = {"starts": f"{there:%H:%M}", "ends": f"{ends:%H:%M}", "place": place_name(zone)}
        if there.date() == here.date():
            return _("%(starts)s to %(ends)s in %(place)s") % words
        return _("%(day)s, %(starts)s to %(ends)s in %(place)s") % {
            **words,
            "day": date_format(there.date(), "l j F"),
        }

    @property
    def for_whom(self) -> str:
        """The group, stream or cohort; two people need no name."""
        if self.session.mentorship:
            return self.session.mentorship.name
        return str(self.session.stream or self.session.cohort)

    @property
    def second_line(self) -> str:
        """For whom, unless the title says so, who hosts, what is left."""
        group = "" if self.for_whom == self.session.title else self.for_whom
        host = "" if self.is_host or not self.session.host else self.hosted_by
        return " · ".join(part for part in (group, host, self.seats_words) if part)

    @property
    def hosted_by(self) -> str:
        return _("hosted by %(name)s") % {"name": self.session.host}

    @property
    def comes_again(self) -> str:
        return in_words(self.session.series) if self.session.series else ""


def my_sessions(sessions: Iterable[Session], person: Person, now: datetime) -> list[MySession]:
    return [MySession(session, person, now) for session in sessions]


# --- In words ---------------------------------------------------------------------------------


def in_words(series: Series) -> str:
    words = {"weekday": date_format(series.day, "l"), "until": date_format(series.until, "DATE_FORMAT")}
    if series.every == Series.Every.WEEK:
        return _("every %(weekday)s until %(until)s") % words
    if series.every == Series.Every.FORTNIGHT:
        return _("every other %(weekday)s until %(until)s") % words
    ordinals = {
        1: pgettext("weekday of a month", "first"),
        2: pgettext("weekday of a month", "second"),
        3: pgettext("weekday of a month", "third"),
        4: pgettext("weekday of a month", "fourth"),
        LAST: pgettext("weekday of a month", "last"),
    }
    return _("on the %(ordinal)s %(weekday)s of each month until %(until)s") % {
        **words,
        "ordinal": ordinals[week_of_month(series.day, series.every)],
    }


def by_time(rows: Iterable[MySession]) -> list[tuple[str, list[MySession]]]:
    """In the order given: by week while it is near, then by month."""
    return [(words, list(some)) for words, some in groupby(rows, key=when_in_words)]


def when_in_words(row: MySession) -> str:
    day, today = timezone.localtime(row.session.starts_at).date(), timezone.localdate()
    monday = monday_of(day)
    weeks = (monday - monday_of(today)).days // 7
    named = {-1: _("Last week"), 0: _("This week"), 1: _("Next week")}
    if weeks in named:
        return named[weeks]
    if 0 < weeks <= WEEKS_AHEAD:
        return _("Week of %(day)s") % {"day": date_format(monday, "j F")}
    return date_format(day, "F Y" if day.year != today.year else "F").capitalize()


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())
