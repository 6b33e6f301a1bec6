"""What people see of a mentorship under way, in a real browser and by the number of its queries."""

from datetime import date, time, timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from meetings.models import FitCheck, Rhythm, Session
from meetings.one_click import link
from meetings.services.actions import add_action
from meetings.services.goals import add_goal
from meetings.services.learning import add_entry
from meetings.services.polls import propose_times
from tests.accounts.factories import PersonFactory
from tests.meetings.factories import SeriesFactory, SessionFactory, introduced, mentees_of, mentor_of
from tests.meetings.private_factories import case_of, need_of, place_at, write
from tests.pages.test_accessibility import SCHEMES, faults

WIDTHS = [390, 1280]
MOST_QUERIES = 20


@pytest.fixture
def pair(db):
    return lived_in(introduced())


@pytest.fixture
def circle(db):
    return lived_in(introduced(mentees=6))


def lived_in(mentorship):
    """Met once, meets again, with a rhythm, notes, an action, a goal, reasons and a question about times."""
    mentor, mentee = mentor_of(mentorship), mentees_of(mentorship)[0]
    mentorship.reasons = [{"code": "needs", "topics": ["prescribing"]}, {"code": "varies"}]
    mentorship.save(update_fields=["reasons"])
    past = SessionFactory(mentorship=mentorship, past=True)
    coming = SessionFactory(mentorship=mentorship)
    write(place_at(past), mentor, "What we said.")
    write(place_at(past), mentee, "What I thought.", is_shared=False)
    for session in (past, coming):
        add_action(place_at(session), body="Do it.", owner=mentee, due_on=date(2027, 1, 4), pk=uuid4())
    add_goal(mentorship, owner=mentee, body="Be named.", is_shared=True, pk=uuid4())
    add_entry(mentor, day=timezone.localdate(), minutes=30, body="Listen first.", pk=uuid4())
    need_of(coming, mentee)
    Rhythm.objects.create(mentorship=mentorship, days=14)
    FitCheck.objects.create(
        mentorship=mentorship, person=mentee, stage=FitCheck.Stage.START, answer=FitCheck.Answer.GOOD
    )
    soon = timezone.localdate() + timedelta(days=9)
    propose_times(mentorship, mentor, [(soon, time(12)), (soon, time(18))], title="Next", minutes=60)
    return mentorship


# --- Queries ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["pair", "circle"])
@pytest.mark.parametrize("who", [mentor_of, lambda mentorship: mentees_of(mentorship)[0]])
def test_a_page_costs_at_most_twenty_queries(signed_in_client, request, kind, who):
    mentorship = request.getfixturevalue(kind)
    person = who(mentorship)
    client = signed_in_client(person)
    # The first page notes the device.
    client.get(reverse("home"))

    costs = {}
    for path in pages_of(mentorship, person):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200, path
        costs[path] = len(queries)

    assert {path: cost for path, cost in costs.items() if cost > MOST_QUERIES} == {}


# --- axe --------------------------------------------------------------------------------------


def pages_of(mentorship, person) -> list[str]:
    """What any member of it can open."""
    past, coming = Session.objects.filter(mentorship=mentorship).order_by("starts_at")
    of_it = ["mentorship_notes", "write_mentorship_notes", "new_action", "new_goal", "fit_check", "rhythm"]
    return [
        reverse("home"),
        reverse("accounts:settings"),
        reverse("outbox:preferences"),
        reverse("matching:mentorships"),
        reverse("matching:mentorship", args=[mentorship.pk]),
        reverse("meetings:sessions"),
        f"{reverse('meetings:sessions')}?when=past",
        f"{reverse('meetings:sessions')}?of=open",
        *(reverse("meetings:session", args=[one.pk]) for one in (past, coming)),
        *(reverse(f"meetings:{name}", args=[mentorship.pk]) for name in of_it),
        *(reverse(f"meetings:{name}", args=[coming.pk]) for name in ("needs", "raise_need", "raise_case")),
        reverse("meetings:notes", args=[past.pk]),
        reverse("meetings:new_session_action", args=[past.pk]),
        reverse("meetings:poll", args=[mentorship.polls.get().pk]),
        *(
            reverse(f"meetings:{name}")
            for name in ("learning", "new_learning", "calendar_settings", "reminders")
        ),
        link("going", person=person, pk=coming.pk, until=coming.starts_at).removeprefix(settings.PUBLIC_URL),
    ]


def pages_of_the_host(mentorship) -> list[str]:
    """What those who lead it can open, and an empty plan sent off, which comes back with what is missing."""
    past, coming = Session.objects.filter(mentorship=mentorship, series=None).order_by("starts_at")
    again = Session.objects.filter(series=SeriesFactory(mentorship=mentorship)).first()
    changes = ("edit_session", "cancel_session", "substitute")
    plans = ("new_session", "new_series", "several_dates", "find_time")
    return [
        *(reverse(f"meetings:{name}", args=[one.pk]) for one in (coming, again) for name in changes),
        *(reverse(f"meetings:{name}", args=[mentorship.pk]) for name in plans),
        reverse("meetings:attendance", args=[past.pk]),
        reverse("meetings:session", args=[coming.pk]),
        reverse("meetings:needs", args=[coming.pk]),
    ]


@pytest.fixture
def page(browser):
    context = browser.new_context(reduced_motion="reduce")
    yield context.new_page()
    context.close()


def sign_in(page, live_server, client) -> None:
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
    )


def barriers(page, live_server, paths) -> list[str]:
    """Of each page, once narrow and light and once wide and dark; every second page the other way round."""
    found = []
    for number, path in enumerate(paths):
        page.goto(f"{live_server.url}{path}")
        assert page.url == f"{live_server.url}{path}"
        found += looked_at(page, SCHEMES if number % 2 else SCHEMES[::-1])
    return found


def looked_at(page, schemes) -> list[str]:
    found = []
    for width, scheme in zip(WIDTHS, schemes, strict=True):
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme)
        found += [f"{page.url} at {width}, {scheme}: {fault}" for fault in faults(page)]
    return found


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
def test_whoever_is_in_a_mentorship_meets_no_barrier(page, live_server, signed_in_client, circle):
    mentor, mentee = mentor_of(circle), mentees_of(circle)[0]
    case_of(Session.objects.filter(mentorship=circle).latest("starts_at"), mentee)
    sign_in(page, live_server, signed_in_client(mentee))
    found = barriers(page, live_server, pages_of(circle, mentee))

    sign_in(page, live_server, signed_in_client(mentor))
    found += barriers(page, live_server, pages_of_the_host(circle))
    page.goto(f"{live_server.url}{reverse('meetings:new_session', args=[circle.pk])}")
    page.get_by_role("main").locator("form button[type=submit]").click()
    assert page.get_by_role("alert").is_visible()

    assert found + looked_at(page, SCHEMES) == []


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
def test_whoever_has_nothing_yet_meets_no_barrier(page, live_server, signed_in_client):
    sign_in(page, live_server, signed_in_client(PersonFactory(can_sign_in=True)))
    paths = ["home", "matching:mentorships", "meetings:sessions", "meetings:learning", "meetings:reminders"]

    assert barriers(page, live_server, [reverse(path) for path in paths]) == []
