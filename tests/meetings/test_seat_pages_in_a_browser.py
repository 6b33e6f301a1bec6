"""Seats, attendance and polls in a real browser, narrow and wide, light and dark: axe finds nothing, all fits."""

from datetime import time, timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from matching.models import Member
from meetings.models import Seat
from meetings.services.polls import propose_times
from meetings.services.seats import book_seat, give_back
from tests.matching.mentorship_factories import mentor_in
from tests.meetings.seat_factories import a_circle, a_session
from tests.meetings.test_polls import TUESDAY, give
from tests.pages.test_accessibility import walk

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


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


def test_every_page_about_seats_and_times_can_be_used_by_everybody(page, live_server, signed_in_client):
    circle = a_circle()
    lead = mentor_in(circle).person
    first, second, *_others = [one.person for one in circle.members.filter(part=Member.Part.MENTEE)]
    for person in (lead, first):
        give(person, {TUESDAY: [12, 18]})
    coming = a_session(mentorship=circle, host=lead, seats=1)
    book_seat(coming, first)
    book_seat(coming, second)
    give_back(coming, first)
    past = a_session(mentorship=circle, host=lead, starts_at=timezone.now() - timedelta(hours=2))
    Seat.objects.create(session=past, person=first, state=Seat.State.GOING)
    soon = timezone.localdate() + timedelta(days=3)
    poll = propose_times(circle, lead, [(soon, time(12)), (soon, time(18))], title="Next", minutes=60)
    of_both = [reverse("meetings:find_time", args=[circle.pk]), reverse("meetings:poll", args=[poll.pk])]

    sign_in(page, live_server, signed_in_client(second))
    wrong = walk(page, live_server, [*of_both, reverse("meetings:session", args=[coming.pk])])
    sign_in(page, live_server, signed_in_client(lead))
    wrong += walk(page, live_server, [*of_both, reverse("meetings:attendance", args=[past.pk])])

    assert wrong == []
