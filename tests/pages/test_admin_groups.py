"""The admin's pages about groups in a real browser, narrow and wide, light and dark."""

import pytest
from django.urls import reverse

from matching.models import Mentorship
from matching.services.group_runs import form_groups_of
from tests.matching.test_group_runs import a_stream, by_hand
from tests.pages.test_accessibility import faults

LOOKS = [(390, "light"), (1280, "dark")]

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser):
    context = browser.new_context(reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.fixture
def paths():
    stream = a_stream(mentees=8, mentors=6)
    waits, run = by_hand(stream, 3), by_hand(stream, 3, 1)
    type(waits).objects.filter(pk=waits.pk).update(state="queued")
    form_groups_of(run, {0: "Safety"}, version=0)
    who = run.groups[1]["mentees"][0]
    move = reverse("admin:matching_move_in_groups", args=[run.pk])
    return [
        reverse("admin:matching_choose_stream"),
        reverse("admin:matching_start_groups", args=[stream.pk]),
        reverse("admin:matching_grouprun_change", args=[waits.pk]),
        reverse("admin:matching_grouprun_change", args=[run.pk]),
        f"{move}?who={who}",
        f"{move}?verb=move&who={who}",
        reverse("admin:matching_form_groups", args=[run.pk]),
        reverse("admin:matching_publish_groups", args=[stream.pk]),
        reverse("admin:matching_form_group", args=[stream.pk]),
        reverse("admin:matching_publish_group", args=[Mentorship.objects.get().pk]),
    ]


def test_an_admin_who_forms_groups_meets_no_barrier(page, live_server, admin_client, paths):
    session = admin_client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])

    found = []
    for path in paths:
        page.goto(f"{live_server.url}{path}")
        for width, scheme in LOOKS:
            page.set_viewport_size({"width": width, "height": 844})
            page.emulate_media(color_scheme=scheme)
            found += [f"{path} at {width}, {scheme}: {fault}" for fault in faults(page)]
    assert found == []
