"""A host who is gone: the next one takes over, else the programme is told."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from accounts.services.my_data import delete_person
from matching.models import Mentorship
from matching.services.leaving import leave_all
from meetings.models import Session
from meetings.queries.planning import Audience
from meetings.queries.sessions import visible_to
from meetings.services.hosts import NO_HOST, keep_hosts
from meetings.services.planning import Details
from meetings.services.series import plan_series
from meetings.services.sessions import replace_host
from outbox.models import Mail
from tests.accounts.factories import PersonFactory
from tests.matching.factories import ApplicationFactory, CohortFactory
from tests.meetings.factories import SessionFactory, in_a_week, introduced, join, mentees_of, mentor_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return introduced(mentees=3, cofacilitators=1)


def helper_of(group):
    return group.members.get(part="cofacilitator").person


def close_account(person) -> None:
    person.is_active = False
    person.save(update_fields=["is_active"])


def test_a_host_who_is_there_stays(group):
    session = SessionFactory(mentorship=group)

    assert keep_hosts() == 0

    session.refresh_from_db()
    assert (session.host, session.sequence) == (mentor_of(group), 0)


@pytest.mark.parametrize("leave", [leave_all, close_account, delete_person])
def test_whoever_leaves_is_followed_by_a_co_facilitator(group, leave):
    session = SessionFactory(mentorship=group)

    leave(mentor_of(group))
    keep_hosts()

    session.refresh_from_db()
    assert session.host == helper_of(group)
    assert session.sequence >= 1


def test_the_co_host_comes_before_the_others(group):
    mentee = mentees_of(group)[0]
    session = SessionFactory(mentorship=group, cohost=mentee)

    close_account(session.host)
    keep_hosts()

    session.refresh_from_db()
    assert (session.host, session.cohost) == (mentee, None)


def test_past_sessions_keep_their_host(group):
    session = SessionFactory(mentorship=group, past=True)

    close_account(session.host)
    keep_hosts()

    session.refresh_from_db()
    assert session.host == mentor_of(group)


def test_a_substitute_is_no_host_who_has_left(group):
    session = SessionFactory(mentorship=group)
    helper = ApplicationFactory(accepted=True, mentor=True, cohort=group.cohort).person
    replace_host(session, helper)

    assert keep_hosts() == 0


def test_a_host_who_left_the_group_sees_nothing_even_before_the_clock(group):
    session = SessionFactory(mentorship=group)
    member = join(group, "cofacilitator")
    replace_host(session, member.person)
    member.left_at = timezone.now()
    member.save()

    assert not visible_to(member.person).exists()
    keep_hosts()
    session.refresh_from_db()
    assert session.host == mentor_of(group)


def test_where_nobody_can_take_over_each_admin_is_told_once():
    admin = PersonFactory(admin=True)
    session = SessionFactory(open=True)
    close_account(session.host)

    keep_hosts()
    keep_hosts()

    [mail] = Mail.objects.filter(kind=NO_HOST)
    assert (mail.person, mail.context) == (admin, {"session": session.pk})


def test_an_open_session_goes_to_its_co_host():
    cohort = CohortFactory()
    other = ApplicationFactory(accepted=True, mentor=True, cohort=cohort).person
    session = SessionFactory(open=True, cohort=cohort, cohost=other)

    close_account(session.host)
    keep_hosts()

    session.refresh_from_db()
    assert session.host == other
    assert not Mail.objects.filter(kind=NO_HOST).exists()


def test_a_series_changes_hands_with_one_mail_each(group):
    details = Details("Weekly", in_a_week(), time(18), "Europe/London", 60, mentor_of(group))
    series = plan_series(Audience(group), details, every="week", until=in_a_week() + timedelta(weeks=10))
    Mail.objects.update(state=Mail.State.SENT, sent_at=timezone.now(), rendered_at=timezone.now())
    before = Mail.objects.count()

    close_account(mentor_of(group))
    keep_hosts()

    series.refresh_from_db()
    mails = Mail.objects.order_by("pk")[before:]
    assert series.host == helper_of(group)
    assert set(series.sessions.values_list("host", flat=True)) == {helper_of(group).pk}
    assert sorted(mail.person_id for mail in mails) == sorted({mail.person_id for mail in mails})


def test_what_a_mentorship_that_is_over_had_planned_is_cancelled():
    session, other = SessionFactory(), SessionFactory()
    Mentorship.objects.filter(pk=session.mentorship.pk).update(state=Mentorship.State.ENDED)

    keep_hosts()

    session.refresh_from_db()
    other.refresh_from_db()
    assert (session.state, other.state) == (Session.State.CANCELLED, Session.State.PLANNED)
