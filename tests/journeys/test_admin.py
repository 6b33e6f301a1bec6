"""A new admin runs a cohort from a messy sheet to a re-match, in a real browser, with a real worker and mail server.

1. The cohort's page says what is next: people. A sheet of sixty is sent as it is; its bad rows are named and left out.
2. Everybody is accepted at once, after a look at the mails.
3. A run is started and reviewed; one pair is locked, another forbidden, each after reading what it costs.
4. The groups of a stream are found, and two are formed and published.
5. Every mail is looked at, a rehearsal goes to the admin alone; the run is published, undone, published again.
6. One mentee is matched anew, and everybody else keeps their mentor.
"""

import re
import time

import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.services.notices import load_notices
from matching.models import Application, MatchRun, Member, Mentorship, Ruling
from tests.accounts.factories import PersonFactory
from tests.journeys import walking
from tests.journeys.walking import follow, press, somebody, wait_for_mail
from tests.matching.factories import CohortFactory, StreamFactory
from tests.matching.sheets.messy import BAD_ROWS, MENTEES, MENTORS, STREAMS, messy_xlsx
from tests.mentoring.second_factor import add_totp

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("journeys"),
]

ROBIN = "robin.hale@example.org"
WOULD_MEET = "whom you would meet"
State = Mentorship.State


@pytest.fixture
def cohort(db):
    call_command("load_catalogues")
    load_notices()
    cohort = CohortFactory(name_en="Autumn cohort", name_fr="Promotion d’automne", group_mentees_least=4)
    for english, french in STREAMS:
        StreamFactory(cohort=cohort, name_en=english, name_fr=french)
    return cohort


@pytest.fixture
def totp_secret(db):
    return add_totp(PersonFactory(name="Robin Hale", email=ROBIN, can_sign_in=True, admin=True))


def test_from_a_messy_sheet_to_a_rematch(browser, live_server, worker, mailbox, cohort, totp_secret):
    with somebody(browser, live_server.url) as page:
        walking.sign_in_as_admin(page, ROBIN, totp_secret)
        page.get_by_role("link", name="Autumn cohort").first.click()
        import_the_sheet(page)
        accept_everybody(page, cohort)
        assert accepted(cohort) == {"mentee": MENTEES, "mentor": MENTORS}

        run = compute(page, cohort)
        locked = decide(page, run, "Lock this pair")
        forbidden = decide(page, run, "Forbid this pair", besides=locked)
        assert {(one.kind, one.mentee_id) for one in run.rulings.all()} == {
            (Ruling.Kind.LOCK, locked.mentee_id),
            (Ruling.Kind.FORBID, forbidden.mentee_id),
        }
        assert mentor_in(run, locked.mentee_id) == locked.mentor_id
        assert mentor_in(run, forbidden.mentee_id) != forbidden.mentor_id

        for stream in cohort.streams.all():
            form_a_group(page, stream)
        assert cohort.mentorships.filter(kind="group", state=State.HELD).count() == 2

        rehearse(page, run, mailbox)
        publish(page, run)
        undo(page, run)
        assert not cohort.mentorships.filter(kind="one_to_one", state=State.HELD).exists()
        publish(page, run)
        pairs = pairs_of(cohort)
        assert len(pairs) == run.matched

        mentee = locked.mentee
        rematch(page, mentee)
        after = pairs_of(cohort)
        assert after[mentee.pk] != pairs[mentee.pk]
        assert {pk: mentor for pk, mentor in after.items() if pk != mentee.pk} == {
            pk: mentor for pk, mentor in pairs.items() if pk != mentee.pk
        }
    for mentor in Application.objects.filter(cohort=cohort, part="mentor"):
        assert mentor.taken == sum(pk == mentor.pk for pk in after.values()) <= mentor.capacity


def import_the_sheet(page: Page) -> None:
    page.get_by_role("link", name=re.compile("^Import a")).first.click()
    page.get_by_label("File").set_input_files(
        {"name": "sign-ups.xlsx", "mimeType": XLSX, "buffer": messy_xlsx()}
    )
    press(page, "Send it")
    # "Dr" and "Ms" are no official titles.
    page.get_by_label("Title", exact=True).select_option(label="Not read")
    press(page, "See what would be imported")
    expect(page.get_by_text("jo.at.trust.example")).to_be_visible()
    expect(page.get_by_text("maybe later")).to_be_visible()
    page.get_by_label(f"Leave the {BAD_ROWS} faulty rows out").check()
    press(page, "Import these applications")
    expect(page.get_by_text(f"{MENTEES + MENTORS} applications are imported")).to_be_visible()


def accept_everybody(page: Page, cohort) -> None:
    page.goto(reverse("admin:matching_cohort_dashboard", args=[cohort.pk]))
    page.get_by_role("navigation", name="Pages of this cohort").get_by_role(
        "link", name="Applications"
    ).click()
    page.get_by_label(re.compile("all of these who wait")).check()
    press(page, "Accept…")
    expect(page.get_by_role("heading", name=f"The {MENTEES + MENTORS} mails that are sent")).to_be_visible()
    press(page, "Accept")
    expect(page.get_by_text("Each person is told by mail.")).to_be_visible()


def accepted(cohort) -> dict[str, int]:
    them = cohort.applications.filter(state=Application.State.ACCEPTED)
    return {part: them.filter(part=part).count() for part in ("mentee", "mentor")}


def compute(page: Page, cohort) -> MatchRun:
    page.goto(reverse("admin:matching_start_run", args=[cohort.pk]))
    page.get_by_label("Balanced").check()
    press(page, "Start the run")
    walking.wait_until_computed(page)
    run = cohort.runs.get()
    expect(page.get_by_text(f"{run.matched} of {MENTEES}")).to_be_visible()
    return run


def decide(page: Page, run: MatchRun, verb: str, *, besides=None):
    """About the pair of the last mentee in the table, by keyboard alone; the proposal as it was."""
    proposal = (
        run.proposals.filter(mentor__isnull=False)
        .exclude(mentee=besides and besides.mentee)
        .exclude(mentor=besides and besides.mentor)
        .select_related("mentee__person", "mentor__person")
        .last()
    )
    page.goto(reverse("admin:matching_matchrun_change", args=[run.pk]))
    by_keyboard(page.get_by_role("link", name=f"Change the mentor of {proposal.mentee.person}"))
    expect(page.get_by_role("heading", name="Proposed now")).to_be_visible()
    by_keyboard(page.get_by_role("link", name=verb))
    by_keyboard(page.get_by_role("button", name="Do this"))
    expect(page.get_by_text("is kept to.").or_(page.locator(".messagelist .success")).first).to_be_visible()
    run.refresh_from_db()
    return proposal


def by_keyboard(control) -> None:
    control.focus()
    control.press("Enter")


def mentor_in(run: MatchRun, mentee: int) -> int | None:
    return run.proposals.get(mentee=mentee).mentor_id


def form_a_group(page: Page, stream) -> None:
    page.goto(reverse("admin:matching_start_groups", args=[stream.pk]))
    press(page, "Find groups")
    deadline = time.monotonic() + 90
    while not page.get_by_role("link", name="Form these groups").count():
        assert time.monotonic() < deadline, "No worker found groups."
        time.sleep(0.5)
        page.reload()
    follow(page, "Form these groups")
    boxes = page.get_by_role("main").locator("input[name=group]")
    for number in range(1, boxes.count()):
        boxes.nth(number).uncheck()
    press(page, "Form the ticked groups")
    page.goto(reverse("admin:matching_publish_groups", args=[stream.pk]))
    press(page, "Publish the ticked groups")
    expect(page.locator(".messagelist .success")).to_be_visible()


def rehearse(page: Page, run: MatchRun, mailbox) -> None:
    page.goto(reverse("admin:matching_publish_run", args=[run.pk]))
    follow(page, "Look at every mail")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.go_back()
    press(page, "Send a few to me first")
    rehearsed = wait_for_mail(mailbox, ROBIN, WOULD_MEET)
    assert all("rehearsal" in message["Subject"].lower() for message in rehearsed)


def publish(page: Page, run: MatchRun) -> None:
    page.goto(reverse("admin:matching_publish_run", args=[run.pk]))
    press(page, f"Publish {run.matched} matches")
    expect(page.get_by_text(f"{run.matched} matches are published")).to_be_visible()


def undo(page: Page, run: MatchRun) -> None:
    page.goto(reverse("admin:matching_matchrun_change", args=[run.pk]))
    follow(page, "Undo this publication")
    press(page, "Undo this publication")
    expect(page.get_by_text(f"{run.matched} matches are taken back")).to_be_visible()


def pairs_of(cohort) -> dict[int, int]:
    """Each mentee's mentor now, as applications."""
    places = Member.objects.filter(
        cohort=cohort, kind="one_to_one", left_at=None, mentorship__state=State.HELD
    ).values_list("mentorship", "part", "application")
    sides: dict[int, dict[str, int]] = {}
    for mentorship, part, application in places:
        sides.setdefault(mentorship, {})[part] = application
    return {side["mentee"]: side["mentor"] for side in sides.values()}


def rematch(page: Page, mentee: Application) -> None:
    page.goto(reverse("admin:matching_rematch", args=[mentee.pk]))
    page.get_by_role("link", name=re.compile("^Look at it, with")).first.click()
    press(page, "Match them")
    expect(page.locator(".messagelist .success")).to_be_visible()


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
