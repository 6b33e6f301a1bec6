"""What the meetings of a cohort ask of an admin, and how its mentorships go on: for the dashboard."""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matching import attention, pace
from matching.attention import Matter
from matching.models import Application, Cohort
from matching.pace import Pace
from meetings.models import MetElsewhere, Session, SessionNeed
from meetings.queries.rhythm import DAYS_WITHOUT_A_MEETING, absent_twice, held, never_met, silent

AGENDA_IS_EXPECTED = timedelta(days=3)


def register_attention() -> None:
    attention.register(sessions_to_mend)
    attention.register(mentorships_to_ask_after)
    pace.register(pace_of)


def pace_of(cohort: Cohort) -> Pace:
    now = timezone.now()
    return Pace(
        met=frozenset(met_in(cohort, now)),
        quiet=frozenset(quiet_in(cohort, now)),
        absent=frozenset(
            (one.mentorship.pk, one.person.pk)
            for one in absent_twice(now)
            if one.mentorship.cohort_id == cohort.pk
        ),
    )


def met_in(cohort: Cohort, now) -> QuerySet:
    """Mentorships of which a session took place, or somebody said that they met; a booked one is not enough."""
    took_place = held(now).filter(mentorship__cohort=cohort).order_by()
    elsewhere = MetElsewhere.objects.filter(mentorship__cohort=cohort, said_at__lte=now).order_by()
    return took_place.values_list("mentorship", flat=True).union(
        elsewhere.values_list("mentorship", flat=True)
    )


def quiet_in(cohort: Cohort, now) -> set[int]:
    """Never met three weeks on, or silent for longer than they meant to be. Whoever pauses is not asked after."""
    long_ago = now - timedelta(days=DAYS_WITHOUT_A_MEETING)
    here = {"cohort": cohort, "paused_at": None}
    started = never_met(now).filter(introduced_at__lte=long_ago, **here)
    return {
        *started.order_by().values_list("pk", flat=True),
        *silent(now).filter(**here).order_by().values_list("pk", flat=True),
    }


def mentorships_to_ask_after(cohorts: Collection[Cohort]) -> Iterator[tuple[int, Matter]]:
    now = timezone.now()
    for cohort, (count, since) in went_quiet(cohorts, now).items():
        yield cohort, quiet(cohort, count, since)
    absences = Counter(one.mentorship.cohort_id for one in absent_twice(now))
    for cohort in cohorts:
        if absences[cohort.pk]:
            yield cohort.pk, absent(cohort.pk, absences[cohort.pk])


def went_quiet(cohorts: Collection[Cohort], now) -> dict[int, tuple[int, datetime]]:
    """How many mentorships of each cohort, and since when nothing is heard of the one that is quiet longest."""
    here = {"cohort__in": cohorts, "paused_at": None}
    long_ago = now - timedelta(days=DAYS_WITHOUT_A_MEETING)
    started = never_met(now).filter(introduced_at__lte=long_ago, **here).order_by()
    fell_silent = silent(now).filter(**here).order_by()
    found: dict[int, tuple[int, datetime]] = {}
    for cohort, since in (
        *started.values_list("cohort", "introduced_at"),
        *fell_silent.values_list("cohort", "met_last"),
    ):
        count, first = found.get(cohort, (0, since))
        found[cohort] = (count + 1, min(first, since))
    return found


def quiet(cohort: int, count: int, since: datetime) -> Matter:
    sentence = ngettext(
        "%(count)s mentorship has gone quiet: nothing is heard of it since %(day)s.",
        "%(count)s mentorships have gone quiet, the longest since %(day)s.",
        count,
    )
    words = {"count": count, "day": date_format(timezone.localtime(since), "j F")}
    return Matter(28, sentence % words, people(cohort), "warn", _("Ask after them"))


def absent(cohort: int, count: int) -> Matter:
    sentence = ngettext(
        "%(count)s mentee of a group was not at its last two sessions.",
        "%(count)s mentees of groups were not at their last two sessions.",
        count,
    )
    return Matter(29, sentence % {"count": count}, people(cohort), "warn", _("Ask after them"))


def people(cohort: int) -> str:
    """The mentees whose mentorship has gone quiet, or who stayed away from their group."""
    url = reverse("admin:matching_cohort_people", args=[cohort])
    return f"{url}?{urlencode({'part': Application.Part.MENTEE, 'stage': 'quiet'})}"


def sessions_to_mend(cohorts: Collection[Cohort]) -> Iterator[tuple[int, Matter]]:
    now = timezone.now()
    soon = now + AGENDA_IS_EXPECTED
    for cohort, without_agenda, without_host in counts(cohorts, now, soon):
        if without_host:
            yield cohort, hostless(without_host, now)
        if without_agenda:
            yield cohort, bare(without_agenda, now, soon)


def counts(cohorts: Collection[Cohort], now, soon) -> QuerySet:
    has_need = Exists(SessionNeed.objects.filter(session=OuterRef("pk")))
    return (
        Session.objects.filter(state=Session.State.PLANNED, starts_at__gt=now)
        .annotate(of=Coalesce("mentorship__cohort", "cohort"))
        .filter(of__in=[cohort.pk for cohort in cohorts])
        .order_by()
        .values("of")
        .annotate(
            without_agenda=Count("pk", filter=Q(starts_at__lte=soon, expect="") & ~has_need),
            without_host=Count("pk", filter=Q(host=None)),
        )
        .values_list("of", "without_agenda", "without_host")
    )


def hostless(count: int, now) -> Matter:
    sentence = ngettext(
        "%(count)s session to come has nobody who hosts it.",
        "%(count)s sessions to come have nobody who hosts them.",
        count,
    )
    return Matter(45, sentence % {"count": count}, sessions_from(now), "bad", _("Find a host"))


def bare(count: int, now, soon) -> Matter:
    sentence = ngettext(
        "%(count)s session in the next three days has no agenda yet.",
        "%(count)s sessions in the next three days have no agenda yet.",
        count,
    )
    return Matter(70, sentence % {"count": count}, sessions_from(now, soon), "quiet", _("See which"))


def sessions_from(start, end=None) -> str:
    asked = {"state__exact": Session.State.PLANNED, "starts_at__gte": start.isoformat(timespec="seconds")}
    if end:
        asked["starts_at__lt"] = end.isoformat(timespec="seconds")
    return f"{reverse('admin:meetings_session_changelist')}?{urlencode(asked)}"
