"""The dashboard of a cohort: who counts where, what waits for an admin, what comes next."""

from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import PersonRole
from matching.attention import matters_of
from matching.cohort_steps import steps_of
from matching.forms.cohorts import CohortForm
from matching.models import Application, Choice, GroupRun, MatchRun, Member, Mentorship, Ruling
from matching.queries.dashboard import standing_of
from matching.queries.funnel import Aside, Stage, funnel_of, people_at
from matching.queries.skills import Skill, roles_of, topics_of
from meetings.models import FitCheck, MetElsewhere, Session, SessionNeed
from outbox.models import Mail
from tests.accounts.factories import PersonFactory, PersonRoleFactory, RoleFactory, TopicFactory
from tests.matching.factories import ApplicationFactory, CohortFactory, StreamFactory
from tests.matching.mentorship_factories import mentee_of, mentor_of, run_of
from tests.meetings.factories import SessionFactory

pytestmark = pytest.mark.django_db

State = Application.State
Part = Application.Part
Match = Mentorship.State


def days_ago(days: float):
    return timezone.now() - timedelta(days=days)


@pytest.fixture
def cohort():
    return CohortFactory(slug="autumn")


def pair(
    cohort, state=Match.INTRODUCED, *, mentee=None, mentor=None, introduced=7, kind="one_to_one", **fields
):
    """A published mentorship of two, introduced so many days ago unless it is on hold."""
    if state in (Match.INTRODUCED, Match.ENDED):
        fields |= {"introduced_at": days_ago(introduced)}
    if state == Match.HELD:
        fields |= {"hold_ends_at": timezone.now() + timedelta(days=2)} | fields
    if state == Match.ENDED:
        fields |= {"ended_at": days_ago(1)}
    mentorship = Mentorship.objects.create(cohort=cohort, kind=kind, state=state, **fields)
    for part, application in (
        (Member.Part.MENTOR, mentor or mentor_of(cohort)),
        (Member.Part.MENTEE, mentee or mentee_of(cohort)),
    ):
        Member.objects.create(
            mentorship=mentorship,
            application=application,
            person=application.person,
            part=part,
            cohort=cohort,
            kind=kind,
            left_at=fields.get("ended_at"),
        )
    return mentorship


def met(mentorship, *, days: float = 3):
    """Somebody in it said that they met, so long ago."""
    person = mentorship.members.first().person
    moment = days_ago(days)
    MetElsewhere.objects.create(
        mentorship=mentorship, person=person, said_at=moment, said_on=timezone.localdate(moment)
    )
    return mentorship


def mentee_in(mentorship) -> Member:
    return mentorship.members.get(part=Member.Part.MENTEE)


# --- The funnel ---------------------------------------------------------------------------------


def stages(cohort) -> set[str]:
    """Where the mentees of the cohort are counted."""
    funnel = funnel_of(cohort)
    return {str(stage) for (part, stage), keys in funnel.reached.items() if part == Part.MENTEE and keys}


def application(cohort, state, before=""):
    ApplicationFactory(cohort=cohort, state=state, state_before=before, submitted_at=timezone.now())


@pytest.mark.parametrize(
    ("state", "before", "expected"),
    [
        (State.DRAFT, "", set()),
        (State.WITHDRAWN, State.DRAFT, set()),
        (State.SUBMITTED, "", {"applied"}),
        (State.WAITING, "", {"applied"}),
        (State.DECLINED, "", {"applied"}),
        (State.WITHDRAWN, State.SUBMITTED, {"applied"}),
        (State.WITHDRAWN, State.ACCEPTED, {"applied", "accepted"}),
        (State.ACCEPTED, "", {"applied", "accepted", "unmatched"}),
    ],
)
def test_an_application_counts_as_far_as_it_came(cohort, state, before, expected):
    application(cohort, state, before)

    assert stages(cohort) == expected


BEFORE = {"applied", "accepted"}
MATCHED = BEFORE | {"matched"}
INTRODUCED = MATCHED | {"introduced"}
MET = INTRODUCED | {"met"}


def on_hold(cohort):
    pair(cohort, Match.HELD)


def left_during_the_hold(cohort):
    Member.objects.filter(mentorship=pair(cohort, Match.HELD)).update(left_at=timezone.now())


def called_off(cohort):
    pair(cohort, Match.CANCELLED)


def just_introduced(cohort):
    pair(cohort)


def with_a_session_booked(cohort):
    SessionFactory(mentorship=pair(cohort), day=timezone.localdate() + timedelta(days=5))


def having_met(cohort):
    met(pair(cohort))


def paused_after_meeting(cohort):
    met(pair(cohort, paused_at=timezone.now()))


def never_met_in_a_month(cohort):
    pair(cohort, introduced=30)


def silent_for_three_months(cohort):
    met(pair(cohort, introduced=120), days=90)


def ended_after_meeting(cohort):
    met(pair(cohort, Match.ENDED))


def ended_without_meeting(cohort):
    pair(cohort, Match.ENDED)


def matched_again_after_meeting(cohort):
    first = met(pair(cohort, Match.ENDED))
    pair(cohort, Match.HELD, mentee=mentee_in(first).application)


@pytest.mark.parametrize(
    ("arrange", "expected"),
    [
        (on_hold, MATCHED),
        (left_during_the_hold, BEFORE | {"unmatched"}),
        (called_off, BEFORE | {"unmatched"}),
        (just_introduced, INTRODUCED | {"not_met"}),
        (with_a_session_booked, INTRODUCED | {"not_met"}),
        (having_met, MET | {"active"}),
        (paused_after_meeting, MET | {"paused"}),
        (never_met_in_a_month, INTRODUCED | {"not_met", "quiet"}),
        (silent_for_three_months, MET | {"quiet"}),
        (ended_after_meeting, MET | {"completed", "unmatched"}),
        (ended_without_meeting, INTRODUCED | {"unmatched"}),
        (matched_again_after_meeting, MET),
    ],
)
def test_a_mentee_counts_as_far_as_their_mentorship_came(cohort, arrange, expected):
    arrange(cohort)

    assert stages(cohort) == expected


def test_the_parts_of_a_person_who_is_both_are_counted_apart(cohort):
    ngozi = PersonFactory()
    met(pair(cohort, mentor=mentor_of(cohort, person=ngozi)))
    mentee_of(cohort, person=ngozi)

    funnel = funnel_of(cohort)

    assert (funnel.count(Part.MENTOR, Stage.ACTIVE), funnel.count(Part.MENTEE, Stage.ACTIVE)) == (1, 1)
    assert (funnel.count(Part.MENTOR, Stage.APPLIED), funnel.count(Part.MENTEE, Stage.APPLIED)) == (1, 2)
    assert funnel.count(Part.MENTEE, Aside.UNMATCHED) == 1


def test_a_session_that_took_place_is_a_meeting(cohort):
    session = SessionFactory(mentorship=pair(cohort), day=timezone.localdate() + timedelta(days=1))
    Session.objects.filter(pk=session.pk).update(starts_at=days_ago(2), ends_at=days_ago(1.9))

    assert stages(cohort) == MET | {"active"}


def test_other_cohorts_count_for_themselves(cohort):
    having_met(CohortFactory())

    assert stages(cohort) == set()


def test_a_number_leads_to_the_very_people_it_counts(cohort):
    mine = mentee_in(met(pair(cohort)))
    pair(cohort)

    assert [one.pk for one in people_at(cohort, Part.MENTEE, Stage.MET)] == [mine.application_id]


# --- What waits ---------------------------------------------------------------------------------


def waiting(cohort) -> list[str]:
    return [matter.sentence for matter in matters_of([cohort]).get(cohort.pk, [])]


def undecided(cohort):
    found = ApplicationFactory.create_batch(2, cohort=cohort, submitted=True)
    Application.objects.filter(pk=found[0].pk).update(submitted_at="2026-03-04T12:00Z")
    return (
        "2 applications wait for a decision, the oldest since 4 March.",
        lambda: Application.objects.filter(cohort=cohort).update(state=State.DECLINED),
    )


def late_draft(cohort):
    ApplicationFactory(cohort=cohort)
    cohort.closes_at = timezone.now() + timedelta(days=3)
    cohort.save()
    day = timezone.localdate(cohort.closes_at)
    return (
        f"1 application is begun and not sent, and applications close on {day.day} {day:%B}.",
        lambda: Application.objects.filter(cohort=cohort).update(
            state=State.SUBMITTED, submitted_at=days_ago(0)
        ),
    )


def more_mentees_than_places(cohort):
    mentee_of(cohort)
    mentee_of(cohort)
    mentor_of(cohort, capacity=1)
    return (
        "2 accepted mentees have no mentor yet, and 1 place is left: more mentors are needed.",
        lambda: mentor_of(cohort, capacity=4),
    )


def idle_mentor(cohort):
    pair(cohort)
    Application.objects.filter(part=Part.MENTOR).update(taken=1)
    idle = mentor_of(cohort)
    return (
        "1 mentor offered places and is matched with nobody yet.",
        lambda: Application.objects.filter(pk=idle.pk).update(taken=1),
    )


def chosen_by_too_many(cohort):
    cohort.lets_mentees_choose = True
    cohort.save()
    mentor = mentor_of(cohort, capacity=1)
    for _ in range(2):
        Choice.objects.create(mentee=mentee_of(cohort), mentor=mentor, rank=1)
    return (
        "1 mentor is the first choice of more mentees than they have places for.",
        lambda: Application.objects.filter(pk=mentor.pk).update(capacity=2),
    )


def failed_run(cohort):
    MatchRun.objects.create(cohort=cohort, state=MatchRun.State.FAILED)
    return (
        "The last match run did not finish, and nothing of it was kept.",
        lambda: MatchRun.objects.create(cohort=cohort, state=MatchRun.State.DONE),
    )


def failed_group_run(cohort):
    run = GroupRun.objects.create(cohort=cohort, state=GroupRun.State.FAILED)
    return "The last run for groups did not finish, and nothing of it was kept.", run.delete


def not_this_person(cohort):
    mentorship = pair(cohort, Match.CANCELLED)
    now = timezone.now()
    Member.objects.filter(mentorship=mentorship).update(left_at=now)
    mentor = mentorship.members.get(part="mentor")
    Member.objects.filter(pk=mentor.pk).update(declined_at=now)
    mentee = mentee_in(mentorship).application
    return (
        "1 mentee is without a mentor, while others are matched.",
        lambda: pair(cohort, Match.HELD, mentee=mentee),
    )


def not_a_fit(cohort):
    mentorship = met(pair(cohort))
    person = mentee_in(mentorship).person
    check = FitCheck.objects.create(
        mentorship=mentorship, person=person, stage="first", answer=FitCheck.Answer.NOT_A_FIT
    )
    return "1 mentorship asks for another match.", check.delete


def unpublished_group(cohort):
    group = pair(cohort, Match.FORMING, kind="group", name="Circle")
    return (
        "1 group is formed and not published: nobody in it knows yet.",
        lambda: Mentorship.objects.filter(pk=group.pk).update(state=Match.CANCELLED),
    )


def refused_mail(cohort):
    mail = mail_to(mentee_of(cohort).person, Mail.State.FAILED)
    return "1 mail to somebody here was refused in the last two weeks.", mail.delete


def mail_in_doubt(cohort):
    mail = mail_to(mentee_of(cohort).person, Mail.State.IN_DOUBT)
    return "1 mail may or may not have left, and waits for your word.", mail.delete


def mail_to(person, state):
    return Mail.objects.create(
        key=f"test:{person.pk}", kind="introduction", person=person, to=person.email, state=state,
        not_before=timezone.now(),
    )  # fmt: skip


def gone_quiet(cohort):
    mentorship = pair(cohort, introduced=40)
    Application.objects.filter(part=Part.MENTOR).update(taken=1)
    Mentorship.objects.filter(pk=mentorship.pk).update(introduced_at="2026-03-04T12:00Z")
    return (
        "1 mentorship has gone quiet: nothing is heard of it since 4 March.",
        lambda: met(mentorship),
    )


def bare_session(cohort):
    session = SessionFactory(
        mentorship=met(pair(cohort)), day=timezone.localdate() + timedelta(days=2), expect=""
    )
    return (
        "1 session in the next three days has no agenda yet.",
        lambda: SessionNeed.objects.create(session=session, author=session.host, position=1, body="x"),
    )


def hostless_session(cohort):
    session = SessionFactory(mentorship=met(pair(cohort)), day=timezone.localdate() + timedelta(days=9))
    Session.objects.filter(pk=session.pk).update(host=None)
    return (
        "1 session to come has nobody who hosts it.",
        lambda: Session.objects.filter(pk=session.pk).update(
            state=Session.State.CANCELLED, cancelled_at=days_ago(0)
        ),
    )


MATTERS = [
    undecided, late_draft, more_mentees_than_places, idle_mentor, chosen_by_too_many,
    failed_run, failed_group_run, not_this_person, not_a_fit, unpublished_group, refused_mail, mail_in_doubt,
    gone_quiet, bare_session, hostless_session,
]  # fmt: skip


@pytest.mark.parametrize("arrange", MATTERS)
def test_what_waits_is_said_until_it_is_dealt_with(cohort, arrange):
    sentence, deal_with_it = arrange(cohort)
    before = waiting(cohort)

    deal_with_it()

    assert before.count(sentence) == 1
    assert sentence not in waiting(cohort)


def test_a_hold_that_ends_tomorrow_is_said(cohort):
    mentorship = pair(cohort, Match.HELD, hold_ends_at=timezone.now() + timedelta(days=5))
    before = [sentence for sentence in waiting(cohort) if "hold" in sentence]

    Mentorship.objects.filter(pk=mentorship.pk).update(hold_ends_at=timezone.now() + timedelta(hours=5))

    assert before == []
    assert [s for s in waiting(cohort) if s.startswith("The hold of 1 match ends on")] != []


def test_a_pause_is_left_in_peace(cohort):
    pair(cohort, introduced=40, paused_at=timezone.now())

    assert [sentence for sentence in waiting(cohort) if "quiet" in sentence] == []


def test_what_waits_elsewhere_is_not_said_here(cohort):
    for arrange in (undecided, failed_run, unpublished_group, refused_mail, gone_quiet, bare_session):
        arrange(CohortFactory())

    assert waiting(cohort) == []


def test_every_matter_leads_to_a_page_that_opens(admin_client, cohort):
    for arrange in (
        undecided,
        failed_run,
        not_a_fit,
        unpublished_group,
        refused_mail,
        gone_quiet,
        bare_session,
    ):
        arrange(cohort)
    matters = matters_of([cohort])[cohort.pk]

    assert {admin_client.get(matter.url).status_code for matter in matters} == {200}
    assert all(matter.verb for matter in matters)


def test_a_cohort_in_which_nothing_waits_says_so(admin_client, cohort):
    page = dashboard(admin_client, cohort)

    assert "Nothing waits for you here today." in page


# --- The steps ----------------------------------------------------------------------------------


def next_step(cohort) -> str:
    [step] = [step for step in steps_of(standing_of(cohort)) if step.is_next]
    return step.title


def test_a_cohort_is_led_from_its_first_step_to_its_last(cohort):
    seen = [next_step(cohort)]
    StreamFactory(cohort=cohort)
    seen.append(next_step(cohort))
    applied = [
        ApplicationFactory(cohort=cohort, submitted=True),
        ApplicationFactory(cohort=cohort, submitted=True, mentor=True),
    ]
    seen.append(next_step(cohort))
    Application.objects.filter(cohort=cohort).update(state=State.ACCEPTED)
    seen.append(next_step(cohort))
    run = run_of(tuple(applied))
    seen.append(next_step(cohort))
    Ruling.objects.create(run=run, mentee=applied[0], mentor=applied[1], kind="lock")
    seen.append(next_step(cohort))
    mentorship = pair(cohort, Match.HELD, mentee=applied[0], mentor=applied[1])
    seen.append(next_step(cohort))
    Mentorship.objects.update(state=Match.INTRODUCED, introduced_at=timezone.now())
    seen.append(next_step(cohort))
    met(mentorship, days=0)
    seen.append(next_step(cohort))

    assert seen == [
        "Set the dates and the streams",
        "Gather applications",
        "Decide on applications",
        "Match mentees and mentors",
        "Review the pairs",
        "Publish",
        "Let the hold pass",
        "See that everybody meets",
        "End well",
    ]


def test_a_cohort_that_is_over_has_no_next_step(cohort):
    met(pair(cohort, Match.ENDED))
    StreamFactory(cohort=cohort)
    today = timezone.localdate()
    cohort.starts_on, cohort.ends_on = today - timedelta(days=90), today - timedelta(days=1)
    cohort.save()

    assert [step.title for step in steps_of(standing_of(cohort)) if step.is_next] == []


# --- The skill mix ------------------------------------------------------------------------------


def test_the_widest_gap_between_needs_and_places_comes_first(cohort):
    safety, data = TopicFactory(en="Clinical safety"), TopicFactory(en="Data")
    for _ in range(3):
        mentee_of(cohort, needs=[safety, data])
    mentor_of(cohort, offers=[safety], capacity=1)
    mentor_of(cohort, offers=[safety, data], capacity=4)
    ApplicationFactory(cohort=cohort, state=State.DECLINED, needs=[data])

    assert topics_of(cohort) == [Skill(safety, 3, 2, 5), Skill(data, 3, 1, 4)]


def test_a_gap_counts_places_and_not_mentors(cohort):
    safety = TopicFactory()
    for _ in range(3):
        mentee_of(cohort, needs=[safety])
    mentor_of(cohort, offers=[safety], capacity=1)

    assert [(skill.gap, skill.spare) for skill in topics_of(cohort)] == [(2, 0)]


def test_a_sensitive_topic_is_never_named(admin_client, cohort):
    hidden = TopicFactory(en="Racism at work", sensitive=True)
    mentee_of(cohort, needs=[hidden, "My own words"])
    mentee_of(cohort, needs=[TopicFactory(en="Clinical safety")])
    url = reverse("admin:matching_cohort_skills", args=[cohort.pk])

    page = unescape(admin_client.get(url).content.decode())

    assert "Racism at work" not in page
    assert "My own words" not in page
    assert "Clinical safety" in page
    assert topics_of(cohort)[-1] == Skill(None, 2, 0, 0)


def test_roles_grown_into_are_set_against_roles_held(cohort):
    cnio = RoleFactory(en="CNIO")
    mentee, mentor = mentee_of(cohort), mentor_of(cohort, capacity=2)
    PersonRoleFactory(person=mentee.person, role=cnio, how=PersonRole.How.AIM)
    PersonRoleFactory(person=mentor.person, role=cnio, how=PersonRole.How.TITLED)
    PersonRoleFactory(person=mentor.person, role=cnio, how=PersonRole.How.UNTITLED)

    assert roles_of(cohort) == [Skill(cnio, 1, 1, 2)]


# --- The pages ----------------------------------------------------------------------------------


def dashboard(client, cohort) -> str:
    return client.get(reverse("admin:matching_cohort_dashboard", args=[cohort.pk])).content.decode()


def everything(cohort, count: int) -> None:
    topic, role = TopicFactory(), RoleFactory()
    for _ in range(count):
        mentee_of(cohort, needs=[topic])
        PersonRoleFactory(person=mentor_of(cohort, offers=[topic]).person, role=role)
        for arrange in (undecided, failed_run, not_this_person, not_a_fit, unpublished_group, gone_quiet):
            arrange(cohort)
        refused_mail(cohort)
        bare_session(cohort)
        ended_after_meeting(cohort)
        on_hold(cohort)


@pytest.mark.parametrize(
    "name", ["matching_cohort_dashboard", "matching_cohort_skills", "matching_cohort_people"]
)
def test_a_page_of_a_cohort_costs_the_same_however_many_people(admin_client, name):
    counts = []
    for number in (1, 3):
        cohort = CohortFactory()
        everything(cohort, number)
        url = reverse(f"admin:{name}", args=[cohort.pk])
        admin_client.get(url)
        with CaptureQueriesContext(connection) as asked:
            assert admin_client.get(url).status_code == 200
        counts.append(len(asked))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("name", ["index", "matching_cohort_changelist"])
def test_a_page_of_cohorts_costs_the_same_however_many_cohorts(admin_client, name):
    counts = []
    for number in (1, 2):
        for _ in range(number):
            everything(CohortFactory(), number)
        admin_client.get(reverse(f"admin:{name}"))
        with CaptureQueriesContext(connection) as asked:
            admin_client.get(reverse(f"admin:{name}"))
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_the_first_page_names_cohorts_that_are_not_over(admin_client, cohort):
    undecided(cohort)
    today = timezone.localdate()
    CohortFactory(name_en="Long ago", starts_on=today - timedelta(days=90), ends_on=today - timedelta(days=1))

    page = admin_client.get(reverse("admin:index"))

    [(found, matters)] = page.context["under_way"]
    assert found == cohort
    assert [matter.sentence for matter in matters] == waiting(cohort)


def test_the_list_of_cohorts_leads_to_their_dashboards(admin_client, cohort):
    page = admin_client.get(reverse("admin:matching_cohort_changelist")).content.decode()

    assert f'href="{reverse("admin:matching_cohort_dashboard", args=[cohort.pk])}"' in page
    assert f'href="{reverse("admin:matching_cohort_change", args=[cohort.pk])}"' in page


@pytest.mark.parametrize("query", ["?part=nobody", "?stage=nowhere"])
def test_a_list_of_people_that_is_none_is_not_found(admin_client, cohort, query):
    url = reverse("admin:matching_cohort_people", args=[cohort.pk])

    assert admin_client.get(url + query).status_code == 404


# --- The form -----------------------------------------------------------------------------------


GOOD = {
    "name_en": "Autumn", "name_fr": "Automne", "slug": "autumn-27",
    "opens_at": "2027-09-01T09:00", "closes_at": "2027-09-30T18:00",
    "starts_on": "2027-10-15", "ends_on": "2028-04-15",
    "hold_days": "3", "group_mentees_least": "6", "group_mentees_most": "8", "group_cofacilitators": "1",
}  # fmt: skip


def form_with(cohort, **changes) -> CohortForm:
    return CohortForm(GOOD | {"programme": str(cohort.programme_id)} | changes)


def test_good_dates_are_taken(cohort):
    assert form_with(cohort).errors == {}


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"closes_at": "2027-08-30T18:00"}, "closes_at", "Applications must close after they open."),
        ({"ends_on": "2027-10-15"}, "ends_on", "A cohort must end after it starts."),
        (
            {"group_mentees_most": "4"},
            "group_mentees_most",
            "The most mentees of a group cannot be fewer than the fewest.",
        ),
        (
            {"opens_at": "2028-05-01T09:00", "closes_at": "2028-06-01T09:00"},
            "opens_at",
            "Applications would open when the cohort is over.",
        ),
    ],
)
def test_a_mistaken_date_is_answered_beside_it(cohort, changes, field, sentence):
    assert form_with(cohort, **changes).errors == {field: [sentence]}


def test_a_new_cohort_begins_on_its_dashboard(admin_client, cohort):
    inline = {"streams-TOTAL_FORMS": "0", "streams-INITIAL_FORMS": "0"}
    sent = GOOD | inline | {"programme": str(cohort.programme_id)}

    answer = admin_client.post(reverse("admin:matching_cohort_add"), sent)

    made = cohort.programme.cohorts.get(slug="autumn-27")
    assert answer.url == reverse("admin:matching_cohort_dashboard", args=[made.pk])
