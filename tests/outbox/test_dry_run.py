"""What would be sent today: queued and computed, and what not and why; nothing leaves and nothing is written."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from matching.forecast import introductions, unfinished
from outbox import dry_run
from outbox.audiences import find
from outbox.models import Mail
from outbox.pausing import pause
from outbox.services import suppress
from tests.accounts.factories import PersonFactory
from tests.matching.factories import ApplicationFactory, CohortFactory
from tests.matching.mentorship_factories import a_match

pytestmark = pytest.mark.django_db

NOON_TOMORROW = timezone.now().replace(hour=12, minute=0) + timedelta(days=1)


@pytest.fixture
def cohort(db):
    return CohortFactory(name_en="Autumn cohort")


@pytest.fixture
def samira(cohort):
    return ApplicationFactory(cohort=cohort, accepted=True, person__name="Samira Haddad").person


def plan(cohort, until=NOON_TOMORROW):
    return dry_run.dry_run(find(f"cohort:{cohort.pk}"), until=until)


def told(lines):
    return [(line.kind, line.mail.person.name, line.is_queued) for line in lines]


def test_what_is_queued_for_its_people_is_listed_and_nothing_leaves(cohort, samira, queue, sink):
    queue(key="a", person=samira, not_before=timezone.now().replace(hour=11) + timedelta(days=1))
    queue(key="later", person=samira, not_before=timezone.now() + timedelta(days=3))
    queue(key="somebody else", person=PersonFactory())
    before = list(Mail.objects.order_by("pk").values())

    found = plan(cohort)

    assert told(found.goes) == [("Reminder", "Samira Haddad", True)]
    assert found.by_kind == [("Reminder", 1)]
    assert list(Mail.objects.order_by("pk").values()) == before
    assert sink.messages == []


def test_what_would_not_leave_is_listed_with_its_reason(cohort, samira, queue, admin_user):
    refused = ApplicationFactory(cohort=cohort, accepted=True, person__name="Cleo").person
    suppress(refused.email, reason="550")
    queue(key="a", person=refused)
    queue("introduction_of_a_test", key="b", person=samira)
    pause("introduction_of_a_test", by=admin_user)

    found = plan(cohort)

    assert [(line.mail.person.name, line.reason) for line in found.skipped] == [
        ("Cleo", "This address refused mail before.")
    ]
    assert [(line.mail.person.name, line.reason) for line in found.waits] == [
        ("Samira Haddad", "An admin has paused this kind of mail; it waits.")
    ]
    assert found.goes == []


def computed(found):
    return sorted(line for line in told(found.lines) if not line[-1])


def test_an_introduction_after_its_hold_is_expected_by_its_members(db):
    mentorship = a_match(now=timezone.now())
    ends_at = NOON_TOMORROW - timedelta(hours=1)
    type(mentorship).objects.filter(pk=mentorship.pk).update(hold_ends_at=ends_at)

    names = sorted(member.person.name for member in mentorship.members.all())
    assert computed(plan(mentorship.cohort)) == [
        ("introduction of two people", name, False) for name in names
    ]
    assert computed(plan(mentorship.cohort, until=ends_at)) == []


def test_a_reminder_of_an_unfinished_application_is_computed_once(cohort, samira):
    draft = ApplicationFactory(cohort=cohort, person=samira, part="mentor")
    type(draft).objects.filter(pk=draft.pk).update(began_at=timezone.now() - timedelta(days=4))
    found = plan(cohort)

    Mail.objects.create(
        key=found.lines[0].mail.key,
        kind="application_unfinished",
        person=samira,
        to=samira.email,
        state=Mail.State.SENT,
        sent_at=timezone.now(),
        not_before=timezone.now(),
    )

    assert told(found.lines) == [("unfinished application", "Samira Haddad", False)]
    assert plan(cohort).lines == []


def test_a_kind_that_no_app_knows_is_left_out_with_a_sentence(cohort, samira, queue):
    mail = queue(person=samira)
    Mail.objects.filter(pk=mail.pk).update(kind="long-gone")

    assert "no mail kind 'long-gone'" in plan(cohort).skipped[0].reason


@pytest.mark.parametrize("count", [1, 3])
def test_asking_of_more_people_costs_no_more(cohort, count, django_assert_num_queries):
    ApplicationFactory.create_batch(count, cohort=cohort, accepted=True)
    people = find(f"cohort:{cohort.pk}").people

    with django_assert_num_queries(3):
        assert [*unfinished(people, NOON_TOMORROW), *introductions(people, NOON_TOMORROW)] == []


# --- The page and the command ---------------------------------------------------------------------


def test_the_page_shows_what_goes_and_what_not(admin_client, cohort, samira, queue):
    suppress(samira.email, reason="550")
    queue(person=samira)

    page = admin_client.get(reverse("admin:outbox_dry_run"), {"to": f"cohort:{cohort.pk}"}).content.decode()

    assert "Nothing goes to them today." in page
    assert "This address refused mail before." in page
    assert "Samira Haddad" in page


def test_the_page_is_for_those_who_see_mail(client, signed_in_client, cohort):
    url = reverse("admin:outbox_dry_run")

    assert client.get(url).status_code == 302
    assert signed_in_client(PersonFactory()).get(url).status_code in {302, 403}
    assert signed_in_client(PersonFactory(is_staff=True)).get(url).status_code == 403


def test_the_command_tells_the_same(cohort, samira, queue):
    suppress(samira.email, reason="550")
    queue(person=samira)
    out = StringIO()

    call_command("mail_dry_run", "Autumn cohort", stdout=out)

    lines = out.getvalue().splitlines()
    assert lines[0:3] == ["Goes: 0", "Waits: 0", "Skipped: 1"]
    assert lines[3].endswith("Reminder: Samira Haddad – This address refused mail before.")


def test_the_command_names_whom_one_can_ask_for(cohort):
    out = StringIO()

    call_command("mail_dry_run", stdout=out)

    assert f"  cohort:{cohort.pk}  Autumn cohort" in out.getvalue()
    with pytest.raises(CommandError, match="Nobody is known as"):
        call_command("mail_dry_run", "cohort:999")
